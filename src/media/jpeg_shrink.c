#include "media/jpeg_shrink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"
#include "dsp/axis.h"
#include "media/luma.h"

typedef float vec __attribute__((vector_size(16)));
typedef float wide __attribute__((vector_size(32)));
typedef int32_t wide_ints __attribute__((vector_size(32)));
typedef int16_t shorts __attribute__((vector_size(16)));

enum {
    LANES = 4,
    LEAST_SCALE = 2,
    LINES = 8 /* more than rows of LEAST_SCALE samples and above can meet a row of blocks */
};

static const float LEVEL_SHIFT = 128.0f, HEADROOM = 127.0f, ROUNDING = 1e-3f;

/* Blocks whose samples may leave 0..255 are looked at. Nearly all of a block's samples lie within
 * this many of its deviations, and what was in range before it was coded leaves it by little. */
static const float DEVIATIONS = 4;

struct cm_jpeg_shrinker {
    const cm_plane *out;
    uint32_t blocks_across;
    int height;   /* rows of samples that lie in the picture */
    int next;     /* row of blocks */
    int at;       /* output row that is being summed */
    double scale; /* rows of samples in an output row */
    cm_axis ay;
    float basis[CM_DCT_SIDE][CM_DCT_SIDE];
    float steps[CM_DCT_SIZE];
    float share[LINES][CM_DCT_SIDE];  /* of the block's rows of coefficients in each line */
    float *line[LINES];               /* rows of coefficients across: output row i in i % LINES */
    int spans;                        /* blocks that an output sample may meet */
    int *first;                       /* the first of them */
    float *across;                    /* by output sample, spans * CM_DCT_SIDE shares */
    float inverse_scale[CM_DCT_SIZE]; /* for cm_dct_inverse() */
    float forward_scale[CM_DCT_SIZE]; /* for cm_dct_forward() */
};

bool cm_jpeg_shrinks(const cm_jpeg_plane *c, const cm_view *v, const cm_plane *out) {
    return c->ratio_x == 1 && c->ratio_y == 1 && v->width >= LEAST_SCALE * (uint32_t)out->w &&
           v->height >= LEAST_SCALE * (uint32_t)out->h;
}

/* The shares of a block's coefficients in a sum of its samples. */
static void shares_of(const cm_jpeg_shrinker *s, const float weight[CM_DCT_SIDE],
                      float share[CM_DCT_SIDE]) {
    for (int u = 0; u < CM_DCT_SIDE; u++) {
        share[u] = 0;
        for (int x = 0; x < CM_DCT_SIDE; x++)
            share[u] += weight[x] * s->basis[u][x];
    }
}

/* What axis `a` gives output sample i of the eight samples of a block. */
static void weights_of(const cm_axis *a, int i, int block, float weight[CM_DCT_SIDE]) {
    for (int x = 0; x < CM_DCT_SIDE; x++) {
        int t = block * CM_DCT_SIDE + x - a->first[i];
        weight[x] = t >= 0 && t < a->taps ? a->weight[(size_t)i * (size_t)a->taps + (size_t)t] : 0;
    }
}

static bool prepare_across(cm_jpeg_shrinker *s, int in_w) {
    cm_axis ax = {0};
    int n = s->out->w, most = (int)s->blocks_across;
    bool good = cm_axis_area(in_w, n, &ax);
    s->spans = (ax.taps + 2 * CM_DCT_SIDE - 2) / CM_DCT_SIDE;
    s->spans = s->spans < most ? s->spans : most;
    s->first = cm_calloc((size_t)n, sizeof *s->first);
    s->across = cm_alloc_aligned((size_t)n * (size_t)s->spans * CM_DCT_SIDE, sizeof *s->across);
    good = good && s->first != NULL && s->across != NULL;
    for (int i = 0; i < n && good; i++) {
        int first = ax.first[i] / CM_DCT_SIDE;
        s->first[i] = first < most - s->spans ? first : most - s->spans;
        for (int t = 0; t < s->spans; t++) {
            float weight[CM_DCT_SIDE];
            weights_of(&ax, i, s->first[i] + t, weight);
            shares_of(s, weight,
                      s->across + ((size_t)i * (size_t)s->spans + (size_t)t) * CM_DCT_SIDE);
        }
    }
    cm_axis_free(&ax);
    return good;
}

static void prepare_steps(cm_jpeg_shrinker *s, const uint16_t steps[CM_DCT_SIZE]) {
    cm_dct_basis(s->basis);
    cm_dct_inverse_scale(s->inverse_scale);
    cm_dct_forward_scale(s->forward_scale);
    for (int i = 0; i < CM_DCT_SIZE; i++) {
        s->steps[i] = (float)steps[i];
        s->inverse_scale[i] *= s->steps[i];
    }
}

cm_code cm_jpeg_shrinker_new(const cm_jpeg_plane *c, const uint16_t steps[CM_DCT_SIZE],
                             const cm_view *v, const cm_plane *out, cm_jpeg_shrinker **result,
                             cm_error *err) {
    cm_jpeg_shrinker *s = cm_calloc(1, sizeof *s);
    *result = s;
    if (s == NULL)
        return cm_fail_memory(err);
    s->out = out;
    s->blocks_across = c->blocks_across;
    s->height = (int)v->height;
    s->scale = (double)v->height / out->h;
    prepare_steps(s, steps);
    bool good = prepare_across(s, (int)v->width) && cm_axis_area((int)v->height, out->h, &s->ay);
    for (int i = 0; i < LINES && good; i++) {
        s->line[i] = cm_alloc_aligned((size_t)c->blocks_across * CM_DCT_SIDE, sizeof(float));
        good = s->line[i] != NULL;
    }
    return good ? CM_OK : cm_fail_memory(err);
}

void cm_jpeg_shrinker_free(cm_jpeg_shrinker *s) {
    if (s == NULL)
        return;
    cm_axis_free(&s->ay);
    for (int i = 0; i < LINES; i++)
        free(s->line[i]);
    free(s->first);
    free(s->across);
    free(s);
}

/* Shares of the present row of blocks in output row at + r. */
static void prepare_line(cm_jpeg_shrinker *s, int r) {
    float weight[CM_DCT_SIDE];
    weights_of(&s->ay, s->at + r, s->next, weight);
    shares_of(s, weight, s->share[r]);
    if ((s->at + r) * s->scale >= (double)s->next * CM_DCT_SIDE) /* begins here */
        memset(s->line[(s->at + r) % LINES], 0,
               (size_t)s->blocks_across * CM_DCT_SIDE * sizeof(float));
}

/* Adds blocks from `b` on to the lines, until one comes that may need clamping; returns which. */
CM_WIDE static size_t add_blocks(const cm_jpeg_shrinker *s, const int16_t *row, size_t b,
                                 size_t end, int lines, float headroom) {
    for (; b < end; b++) {
        wide value[CM_DCT_SIDE], power = {0};
        vec low, high;
        for (size_t v = 0; v < CM_DCT_SIDE; v++) {
            shorts levels;
            wide step;
            memcpy(&levels, row + b * CM_DCT_SIZE + v * CM_DCT_SIDE, sizeof levels);
            memcpy(&step, s->steps + v * CM_DCT_SIDE, sizeof step);
            /* doubled, and one of the two shifted out again: sign extension */
            wide_ints n = (wide_ints)__builtin_shufflevector(levels, levels, 0, 0, 1, 1, 2, 2, 3, 3,
                                                             4, 4, 5, 5, 6, 6, 7, 7) >>
                          16;
            value[v] = __builtin_convertvector(n, wide) * step;
            power += value[v] * value[v];
        }
        memcpy(&low, &power, sizeof low);
        memcpy(&high, (const char *)&power + sizeof low, sizeof high);
        low += high;
        float constant = value[0][0] * value[0][0];
        float left = headroom - fabsf(value[0][0]) / CM_DCT_SIDE;
        float rest = (low[0] + low[1]) + (low[2] + low[3]) - constant;
        if (left < 0 || rest * (DEVIATIONS * DEVIATIONS / CM_DCT_SIZE) > left * left)
            break;
        for (int r = 0; r < lines; r++) {
            float *line = s->line[(s->at + r) % LINES] + b * CM_DCT_SIDE;
            wide sum;
            memcpy(&sum, line, sizeof sum);
            for (size_t v = 0; v < CM_DCT_SIDE; v++) {
                sum += value[v] * s->share[r][v];
            }
            memcpy(line, &sum, sizeof sum);
        }
    }
    return b;
}

/* A block with samples that had to be clamped: what it is after that. */
static void add_clamped(const cm_jpeg_shrinker *s, const float *block, size_t b, int lines) {
    float dct[CM_DCT_SIZE];
    cm_dct_forward(block, CM_DCT_SIDE, dct);
    for (int i = 0; i < CM_DCT_SIZE; i++)
        dct[i] *= s->forward_scale[i];
    for (int r = 0; r < lines; r++) {
        float *restrict line = s->line[(s->at + r) % LINES] + b * CM_DCT_SIDE;
        for (int v = 0; v < CM_DCT_SIDE; v++)
            for (int u = 0; u < CM_DCT_SIDE; u++)
                line[u] += s->share[r][v] * dct[v * CM_DCT_SIDE + u];
    }
}

/* A block that may need clamping: its samples tell. */
static void add_suspect(const cm_jpeg_shrinker *s, const int16_t *row, size_t b, int lines) {
    float block[CM_DCT_SIZE], clamped[CM_DCT_SIZE];
    cm_dct_inverse(row + b * CM_DCT_SIZE, s->inverse_scale, block, CM_DCT_SIDE);
    for (int i = 0; i < CM_DCT_SIZE; i++)
        clamped[i] = cm_luma_clamp(block[i] + LEVEL_SHIFT) - LEVEL_SHIFT;
    int differs = 0;
    for (int i = 0; i < CM_DCT_SIZE; i++)
        differs |= fabsf(clamped[i] - block[i]) > ROUNDING;
    if (differs)
        add_clamped(s, clamped, b, lines);
    else
        (void)add_blocks(s, row, b, b + 1, lines, INFINITY);
}

static inline vec sum_span(const float *line, const float *share, int n) {
    vec sum = {0}, a, b;
    for (int i = 0; i < n; i += LANES) {
        memcpy(&a, line + i, sizeof a);
        memcpy(&b, share + i, sizeof b);
        sum += a * b;
    }
    return sum;
}

/* A finished line to its samples. */
static void finish_line(const cm_jpeg_shrinker *s, int i) {
    const float *line = s->line[i % LINES];
    float *out = cm_plane_row(s->out, i);
    int n = s->spans * CM_DCT_SIDE;
    for (int x = 0; x < s->out->w; x++) {
        vec sum = sum_span(line + (size_t)s->first[x] * CM_DCT_SIDE,
                           s->across + (size_t)x * (size_t)n, n);
        out[x] = (sum[0] + sum[1]) + (sum[2] + sum[3]) + LEVEL_SHIFT;
    }
}

void cm_jpeg_shrinker_put(cm_jpeg_shrinker *s, const int16_t *row) {
    int end = (s->next + 1) * CM_DCT_SIDE, lines = 0;
    end = end < s->height ? end : s->height;
    for (; s->at + lines < s->out->h && (s->at + lines) * s->scale < end; lines++)
        prepare_line(s, lines);
    for (size_t b = 0, n = s->blocks_across; b < n; b++) {
        b = add_blocks(s, row, b, n, lines, HEADROOM);
        if (b < n)
            add_suspect(s, row, b, lines);
    }
    for (; s->at < s->out->h && ((s->at + 1) * s->scale <= end || end == s->height); s->at++)
        finish_line(s, s->at);
    s->next++;
}
