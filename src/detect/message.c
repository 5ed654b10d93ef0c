#include "detect/message.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "detect/levels.h"

static const float PILOT_CLIP = 3, MESSAGE_CLIP = 2.5f;
static const float LEAST_WEIGHT = 0.15f; /* of a block, against the block at the 90th percentile */
static const float LEAST_GAIN = 0.03f, GAIN_SPREAD = 3, GAIN_PRIOR = 0.5f;
const unsigned cm_part_quarters[CM_PARTS] = {5, 10, 3, 12, 1, 2, 4, 8};
static const double LN2 = 0.69314718055994530942;
static const double PRESENCE_LN_P = -13.8; /* 10^-6 */

typedef struct scratch {
    int blocks;
    float *dx, *dy;      /* shift of each block */
    float *weight;       /* of each block */
    cm_complex *pilot;   /* [block][CM_PILOTS], aligned, turned by the pilots' phases */
    cm_complex *message; /* [block][messages], aligned */
    cm_complex *sum;     /* [messages], weighted */
    float *gain;         /* [messages]: what pilots say of the mark's strength at that radius */
    float *scale;        /* [messages]: gain / level of the weighted sum */
    float *soft;         /* [2 * messages]: scrambled soft values */
} scratch;

static void scratch_free(scratch *s) {
    free(s->dx);
    free(s->dy);
    free(s->weight);
    free(s->pilot);
    free(s->message);
    free(s->sum);
    free(s->gain);
    free(s->scale);
    free(s->soft);
}

static cm_code scratch_new(const cm_blocks *b, scratch *s, cm_error *err) {
    size_t n = (size_t)(b->columns * b->rows), m = (size_t)b->messages;
    *s = (scratch){.blocks = (int)n};
    s->dx = cm_calloc(n, sizeof *s->dx);
    s->dy = cm_calloc(n, sizeof *s->dy);
    s->weight = cm_calloc(n, sizeof *s->weight);
    s->pilot = cm_alloc_aligned(n * CM_PILOTS, sizeof *s->pilot);
    s->message = cm_alloc_aligned(n * m, sizeof *s->message);
    s->sum = cm_calloc(m, sizeof *s->sum);
    s->gain = cm_calloc(m, sizeof *s->gain);
    s->scale = cm_calloc(m, sizeof *s->scale);
    s->soft = cm_calloc(2 * m, sizeof *s->soft);
    if (s->dx && s->dy && s->weight && s->pilot && s->message && s->sum && s->gain && s->scale &&
        s->soft)
        return CM_OK;
    scratch_free(s);
    return cm_fail_memory(err);
}

static void align_all(const cm_blocks *b, const cm_layout *l, bool turned, scratch *s) {
    for (int i = 0; i < s->blocks; i++) {
        size_t at = (size_t)i * CM_PILOTS, am = (size_t)i * (size_t)l->messages;
        cm_sync_align(b->pilot + at, l->pilot, CM_PILOTS, turned, s->dx[i], s->dy[i],
                      s->pilot + at);
        for (int k = 0; k < CM_PILOTS; k++)
            s->pilot[at + (size_t)k] *= conjf(l->pilot_phase[k]);
        cm_sync_align(b->message + am, l->message, l->messages, turned, s->dx[i], s->dy[i],
                      s->message + am);
    }
}

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Mean of a block's neighbours and itself, on the block grid. */
static float around(const float *v, int columns, int rows, int x, int y) {
    float sum = 0;
    int n = 0;
    for (int j = y - 1; j <= y + 1; j++)
        for (int i = x - 1; i <= x + 1; i++)
            if (i >= 0 && j >= 0 && i < columns && j < rows) {
                sum += v[j * columns + i];
                n++;
            }
    return sum / (float)n;
}

/* Blocks count by how well their pilots answer, smoothed over neighbours. */
static cm_code weigh_blocks(const cm_blocks *b, scratch *s, cm_error *err) {
    float rms[CM_PILOTS] = {0};
    size_t n = (size_t)s->blocks;
    float *answer = cm_calloc(2 * n, sizeof *answer), *sorted = answer + n;
    if (answer == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < n * CM_PILOTS; i++)
        rms[i % CM_PILOTS] += cabsf(s->pilot[i]) * cabsf(s->pilot[i]) / (float)n;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < CM_PILOTS; k++)
            answer[i] +=
                crealf(s->pilot[i * CM_PILOTS + (size_t)k]) / ((sqrtf(rms[k]) + 1e-9f) * CM_PILOTS);
    for (int y = 0; y < b->rows; y++)
        for (int x = 0; x < b->columns; x++) {
            float own = answer[y * b->columns + x];
            float smooth =
                b->columns > 2 && b->rows > 2 ? around(answer, b->columns, b->rows, x, y) : own;
            s->weight[y * b->columns + x] = (own + smooth) / 2;
        }
    memcpy(sorted, s->weight, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    float least = LEAST_WEIGHT * fmaxf(sorted[(n - 1) * 9 / 10], 1e-3f);
    for (size_t i = 0; i < n; i++)
        s->weight[i] = n > 1 ? fmaxf(s->weight[i], least) : 1;
    free(answer);
    return CM_OK;
}

static void sum_weighted(const cm_complex *in, const scratch *s, int n, cm_complex *out) {
    memset(out, 0, (size_t)n * sizeof *out);
    for (int b = 0; b < s->blocks; b++)
        for (int i = 0; i < n; i++)
            out[i] += in[(size_t)b * (size_t)n + (size_t)i] * s->weight[b];
}

/* The strength that the pilots show around each message coefficient's radius. */
static void estimate_gain(const cm_layout *l, const cm_levels *levels, scratch *s) {
    cm_complex sum[CM_PILOTS];
    float by_radius[CM_BAND_HIGH + 2], pilot[CM_PILOTS];
    sum_weighted(s->pilot, s, CM_PILOTS, sum);
    for (int k = 0; k < CM_PILOTS; k++) {
        cm_complex z = sum[k] / cm_level_root(levels, l->pilot[k].radius);
        pilot[k] = crealf(z) / fmaxf(1, cabsf(z) / PILOT_CLIP);
    }
    for (int r = 0; r < CM_BAND_HIGH + 2; r++) {
        float total = 0, weights = GAIN_PRIOR;
        for (int k = 0; k < CM_PILOTS; k++) {
            float d = (l->pilot[k].radius - (float)r) / GAIN_SPREAD, w = expf(-0.5f * d * d);
            total += w * pilot[k];
            weights += w;
        }
        by_radius[r] = total / weights;
    }
    for (int i = 0; i < l->messages; i++) {
        int r = (int)l->message[i].radius;
        float part = l->message[i].radius - (float)r;
        s->gain[i] = fmaxf((1 - part) * by_radius[r] + part * by_radius[r + 1], LEAST_GAIN);
    }
}

/* Soft values of all real dimensions: normalised by level, clipped, weighted by gain, descrambled.
 */
static void soften(const cm_layout *l, const cm_levels *levels, scratch *s) {
    for (int i = 0; i < l->messages; i++) {
        cm_complex z = s->sum[i] / cm_level_root(levels, l->message[i].radius);
        float clip = fmaxf(1, cabsf(z) / MESSAGE_CLIP);
        s->scale[i] = s->gain[i] / (cm_level_root(levels, l->message[i].radius) * clip);
        s->soft[2 * i] = (float)l->sign[2 * i] * s->gain[i] * crealf(z) / clip;
        s->soft[2 * i + 1] = (float)l->sign[2 * i + 1] * s->gain[i] * cimagf(z) / clip;
    }
}

/* Binary log of how many words there are of this word's kind, over the kind's share of the chance:
 * half for 64 bits, an eighth for each other test. */
static double choices_of(const cm_decoded *word) {
    if (!word->valid)
        return CM_INFO_BITS + 3;
    return word->payload.bits + (word->payload.bits == CM_PAYLOAD_BITS ? 1 : 3);
}

/* Hoeffding over the keyed signs: whatever the picture, the sum of ±y passes t with probability at
 * most exp(-t²/2Σy²). */
static double hoeffding(const cm_decoded *word, double energy) {
    bool answers = word->correlation > 0 && energy > 0;
    return answers ? -word->correlation * word->correlation / (2 * energy) : 0;
}

/* Times the number of words and of shifts that could have been chosen. */
static double ln_p_of(const cm_decoded *word, double energy, const cm_shift *shift) {
    double shifts = shift->choice == CM_SHIFT_BY_PATTERN ? log(CM_SHIFTS) : 0;
    return hoeffding(word, energy) + choices_of(word) * LN2 + shifts;
}

static void consider(const cm_decoded *word, double ln_p, cm_reading *out) {
    if (ln_p < out->ln_p) {
        out->ln_p = ln_p;
        out->word = *word;
    }
}

/* Pilots and message together, by Fisher's method: of two p-values the second of which holds
 * whatever the first is, the product is at most q with probability at most q (1 - ln q). The
 * message has to say something by itself, or it might be any payload's. */
static double together(const cm_decoded *presence, double energy, const cm_shift *shift) {
    double message = hoeffding(presence, energy), q = message + fmin(0, shift->ln_p);
    double shifts = shift->choice == CM_SHIFT_GIVEN ? 0 : log(CM_SHIFTS);
    if (message > PRESENCE_LN_P)
        return 0;
    return q + log(1 - q) + choices_of(presence) * LN2 + shifts;
}

/* The word of any length that is the least likely to answer so by chance. */
static void read_word(const cm_layout *l, const scratch *s, const cm_shift *shift,
                      const cm_word_reader *reader, cm_reading *out) {
    cm_decoded word;
    for (int d = 0; d < 2 * l->messages; d++) {
        out->said[l->code_bit[d]] += s->soft[d];
        out->energy += (double)(s->soft[d] * s->soft[d]);
    }
    cm_decoder_run(reader->decoder, out->said, &out->word);
    out->ln_p = ln_p_of(&out->word, out->energy, shift);
    cm_few_words_short(reader->few, out->said, &word);
    consider(&word, ln_p_of(&word, out->energy, shift), out);
    cm_few_words_presence(out->said, &word);
    consider(&word, ln_p_of(&word, out->energy, shift), out);
    consider(&word, together(&word, out->energy, shift), out);
    for (int i = 0; i < CM_CODE_BITS; i++)
        out->bits_corrected += (out->said[i] < 0) != out->word.code[i];
}

/* How much of what some of the quarters say speaks against the word. */
static float dissent_in(float (*sum)[CM_CODE_BITS], unsigned quarters, const cm_reading *r) {
    float against = 0, all = 1e-9f;
    for (int i = 0; i < CM_CODE_BITS; i++) {
        float part = 0;
        for (int q = 0; q < 4; q++)
            part += quarters >> q & 1 ? sum[q][i] : 0;
        against += (part < 0) != r->word.code[i] ? fabsf(part) : 0;
        all += fabsf(part);
    }
    return against / all;
}

/* The same test for each block alone, the word being given; and what the quarters of the picture
 * say of each code bit, every block with the same voice. */
static void test_blocks(const cm_blocks *blocks, const cm_layout *l, const scratch *s,
                        cm_reading *out) {
    float sum[4][CM_CODE_BITS] = {0};
    for (int b = 0; b < s->blocks; b++) {
        const cm_complex *z = s->message + (size_t)b * (size_t)l->messages;
        bool right = b % blocks->columns >= (blocks->columns + 1) / 2;
        bool low = b / blocks->columns >= (blocks->rows + 1) / 2;
        float *quarter = sum[(low ? 2 : 0) + (right ? 1 : 0)], bits[CM_CODE_BITS] = {0};
        double corr = 0, energy = 0;
        for (int i = 0; i < l->messages; i++) {
            float part[2] = {crealf(z[i]) * s->scale[i], cimagf(z[i]) * s->scale[i]};
            for (int j = 0; j < 2; j++) {
                int d = 2 * i + j;
                float v = (float)l->sign[d] * part[j];
                bits[l->code_bit[d]] += v;
                energy += (double)(v * v);
            }
        }
        float voice = energy > 0 ? (float)(1 / sqrt(energy)) : 0;
        for (int i = 0; i < CM_CODE_BITS; i++) {
            corr += (double)(out->word.code[i] ? -bits[i] : bits[i]);
            quarter[i] += bits[i] * voice;
        }
        out->block_z[b] = (float)corr * voice;
    }
    for (int i = 0; i < CM_PARTS; i++)
        out->dissent[i] = dissent_in(sum, cm_part_quarters[i], out);
}

cm_code cm_message_read(const cm_blocks *b, const cm_layout *l, const cm_shift *shift,
                        cm_motion motion, const cm_word_reader *reader, cm_reading *out,
                        cm_error *err) {
    scratch s;
    *out = (cm_reading){0};
    cm_code code = scratch_new(b, &s, err);
    if (code != CM_OK)
        return code;
    out->block_z = cm_calloc((size_t)s.blocks, sizeof *out->block_z);
    code = out->block_z != NULL ? cm_sync_track(b, l, shift, motion, s.dx, s.dy, err)
                                : cm_fail_memory(err);
    if (code == CM_OK) {
        align_all(b, l, shift->turned, &s);
        code = weigh_blocks(b, &s, err);
    }
    if (code == CM_OK) {
        sum_weighted(s.message, &s, l->messages, s.sum);
        cm_levels levels = cm_levels_of(l, s.sum);
        estimate_gain(l, &levels, &s);
        soften(l, &levels, &s);
        read_word(l, &s, shift, reader, out);
        test_blocks(b, l, &s, out);
    }
    scratch_free(&s);
    if (code != CM_OK)
        cm_reading_free(out);
    return code;
}

cm_code cm_word_reader_new(cm_word_reader *out, cm_error *err) {
    *out = (cm_word_reader){0};
    cm_code code = cm_decoder_new(&out->decoder, err);
    return code == CM_OK ? cm_few_words_new(&out->few, err) : code;
}

void cm_word_reader_free(cm_word_reader *r) {
    cm_decoder_free(r->decoder);
    cm_few_words_free(r->few);
    *r = (cm_word_reader){0};
}

void cm_reading_free(cm_reading *r) {
    free(r->block_z);
    r->block_z = NULL;
}
