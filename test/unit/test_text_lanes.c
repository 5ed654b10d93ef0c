/* The fast ways of cm-text-1 and of the windows, against slow ones that are plainly right. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text/logs.h"
#include "text/native.h"
#include "text/native_code.h"
#include "text/native_lanes.h"
#include "text/windows.h"
#include "each.h"

static const uint8_t KEY[CM_NATIVE_KEY] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3};

static uint64_t next(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static cm_native_prf *open_prf(void) {
    cm_native_prf *prf = NULL;
    cm_error err = {0};
    ck_assert_msg(cm_native_prf_open(KEY, &prf, &err) == CM_OK, "%s", err.message);
    return prf;
}

/* The 16 bytes of one index, encrypted alone. */
static void block_of(cm_native_prf *prf, const cm_native_seed *seed, uint32_t index, uint8_t *out) {
    cm_native_each(prf, seed, &index, 1, out);
}

/* Scores as they come: some can't be taken, some stages are far from zero. */
static void make_scores(float *scores, uint32_t n, int kind, uint64_t *state) {
    static const float OFFSET[] = {0, 1e5f, -3e6f, 0};
    for (uint32_t i = 0; i < n; i++) {
        scores[i] = OFFSET[kind] + (float)next(state) * 0x1p-31f * 12.0f;
        if (kind == 3 && next(state) % 16 != 0)
            scores[i] = -INFINITY;
    }
}

static const uint32_t SIZES[] = {1, 15, 17, 255, 257, 4099, 33000};
enum { SIZE_COUNT = sizeof SIZES / sizeof SIZES[0], SIZE_MOST = 33000 };

static float scores[SIZE_MOST], twin[SIZE_MOST];

START_TEST(blocks_are_those_of_each_index) {
    enum { COUNT = 300, FIRST = (1 << 21) - COUNT };
    static uint8_t many[COUNT * 16];
    cm_native_prf *prf = open_prf();
    const uint32_t context[] = {(1 << 21) - 1, 0, 77, 123456};
    for (int width = 1; width <= 4; width++) {
        cm_native_seed seed = cm_native_seed_of(context + 4, width, CM_NATIVE_ANGLE, 64);
        cm_native_blocks(prf, &seed, FIRST, COUNT, many);
        for (uint32_t i = 0; i < COUNT; i++) {
            uint8_t one[16];
            block_of(prf, &seed, FIRST + i, one);
            ck_assert_mem_eq(many + (size_t)16 * i, one, sizeof one);
        }
    }
    cm_native_prf_close(prf);
}
END_TEST

START_TEST(green_step) {
    cm_native n = {.width = 4, .green = 77, .delta = 1.7f};
    cm_native_sequence s = {.prf = open_prf()};
    const uint32_t context[] = {9, 8, 7, 6};
    uint64_t state = 1;
    for (size_t k = 0; k < SIZE_COUNT; k++) {
        n.vocabulary = SIZES[k];
        make_scores(scores, SIZES[k], (int)(k % 4), &state);
        memcpy(twin, scores, sizeof twin);
        cm_native_step_green(&n, &s, context + 4, scores);
        cm_native_seed seed = cm_native_seed_of(context + 4, 4, CM_NATIVE_GREEN, 0);
        for (uint32_t t = 0; t < SIZES[k]; t++) {
            uint8_t block[16];
            block_of(s.prf, &seed, t / 16, block);
            if (block[t % 16] < n.green)
                twin[t] += n.delta;
        }
        ck_assert_mem_eq(scores, twin, SIZES[k] * sizeof *twin);
    }
    cm_native_prf_close(s.prf);
}
END_TEST

static uint32_t slow_choice(const cm_native *n, cm_native_prf *prf, const uint32_t *context,
                            uint32_t angle) {
    cm_native_seed seed = cm_native_seed_of(context, n->width, CM_NATIVE_GUMBEL, 0);
    uint32_t best = n->vocabulary;
    double most = -INFINITY;
    for (uint32_t t = 0; t < n->vocabulary; t++) {
        uint8_t block[16];
        block_of(prf, &seed, t / 4, block);
        double u = ((double)(uint32_t)(cm_native_word(block, t % 4) + angle) + 0.5) / 0x1p32;
        double value = (double)twin[t] - log(-log(u));
        if (value > most) {
            most = value;
            best = t;
        }
    }
    return best;
}

static uint32_t slow_angle(cm_native_prf *prf, const uint32_t *context, int bits,
                           uint64_t payload) {
    uint8_t block[16];
    cm_native_seed seed = cm_native_seed_of(context, 4, CM_NATIVE_ROLE, bits);
    block_of(prf, &seed, 0, block);
    int stage = cm_code_stage(cm_native_word(block, 0), bits);
    if (stage == CM_CODE_PILOT)
        return 0;
    uint32_t value = cm_code_value(payload, bits, stage);
    seed = cm_native_seed_of(context, 4, CM_NATIVE_ANGLE, bits);
    block_of(prf, &seed, value / 4, block);
    return cm_native_word(block, value % 4);
}

START_TEST(gumbel_step) {
    enum { TRIALS = 24 };
    cm_native n = {.width = 4};
    cm_native_sequence s = {.prf = open_prf()};
    uint64_t state = 2;
    for (uint32_t trial = 0; trial < TRIALS; trial++) {
        const uint32_t context[] = {trial, 8, 7, 6};
        n.vocabulary = SIZES[trial % SIZE_COUNT];
        n.bits = trial % 2 != 0 ? 32 : 0;
        make_scores(scores, n.vocabulary, (int)(trial % 4), &state);
        memcpy(twin, scores, sizeof twin);
        uint32_t angle = n.bits > 0 ? slow_angle(s.prf, context + 4, 32, 0xdeadbeef) : 0;
        uint32_t best = slow_choice(&n, s.prf, context + 4, angle);
        bool chose =
            cm_native_step_gumbel(&n, &s, context + 4, n.bits > 0 ? 0xdeadbeef : 0, scores);
        ck_assert_int_eq(chose, best < n.vocabulary);
        for (uint32_t t = 0; chose && t < n.vocabulary; t++)
            each_assert(t == best ? scores[t] == 0 : isinf(scores[t]) && scores[t] < 0);
    }
    cm_native_prf_close(s.prf);
}
END_TEST

START_TEST(bounds_hold) {
    uint64_t state = 3;
    for (int i = 0; i < 400000; i++) {
        uint32_t word = (uint32_t)(next(&state) << 1) ^ (uint32_t)next(&state);
        word = i % 3 == 0 ? ~(word >> (i % 31)) : i % 3 == 1 ? word >> (i % 31) : word;
        float score = (float)(i % 41) - 20;
        double u = ((double)word + 0.5) * 0x1p-32;
        each_assert((double)cm_lane_bound(score, word) >= (double)score - log(-log(u)));
    }
}
END_TEST

START_TEST(exponentials_are_logarithms) {
    enum { N = 1003 };
    static uint32_t word[N];
    static double got[N];
    uint64_t state = 6;
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < N; i++) {
            word[i] = (uint32_t)(next(&state) << 1) >> (round % 32);
            word[i] = round % 2 != 0 ? ~word[i] : word[i];
        }
        word[0] = 0;
        word[1] = UINT32_MAX;
        cm_exponentials(word, N, got);
        for (size_t i = 0; i < N; i++) {
            double want = -log((4294967296.0 - word[i]) * 0x1p-32);
            ck_assert_double_le(fabs(got[i] - want), 0x1p-51 * want);
        }
    }
}
END_TEST

/* ---- windows ---- */

enum { TEXT = 3000 };

typedef struct told {
    uint64_t at[TEXT], again[TEXT];
    size_t count, repeated;
} told;

static cm_code hear(void *user, const cm_window_block *b, cm_error *err) {
    told *t = user;
    (void)err;
    for (size_t i = 0; i < b->count; i++)
        if (b->repeated)
            t->again[t->repeated++] = b->offset + b->at[i];
        else
            t->at[t->count++] = b->offset + b->at[i];
    return CM_OK;
}

/* `text` has room for the padding before it. */
static void slow_windows(const cm_window_rule *rule, const uint32_t *text, told *out) {
    size_t before = rule->width - 1, kind = rule->width - rule->by_context;
    size_t first = rule->first > before || rule->padded ? rule->first : before;
    for (size_t i = first; i < TEXT; i++) {
        const uint32_t *window = text + i - before;
        bool there = false;
        for (size_t k = first; k < i && kind > 0 && !there; k++)
            there = memcmp(text + k - before, window, kind * sizeof *text) == 0;
        if (!there)
            out->at[out->count++] = i;
        else
            out->again[out->repeated++] = i;
    }
}

static void compare_windows(const cm_window_rule *rule, const uint32_t *text) {
    static told want, got;
    cm_windows *w = NULL;
    cm_window_counts counts;
    cm_error err = {0};
    want = got = (told){0};
    slow_windows(rule, text, &want);
    ck_assert_int_eq(cm_windows_new(rule, hear, &got, &w, &err), CM_OK);
    for (size_t at = 0, n; at < TEXT; at += n) {
        n = at % 7 * 100 + 1 < TEXT - at ? at % 7 * 100 + 1 : TEXT - at;
        ck_assert_int_eq(cm_windows_feed(w, text + at, NULL, n, &err), CM_OK);
    }
    ck_assert_int_eq(cm_windows_end(w, &counts, &err), CM_OK);
    ck_assert_uint_eq(counts.scored, want.count);
    ck_assert_uint_eq(counts.duplicates, want.repeated);
    ck_assert_mem_eq(got.at, want.at, sizeof want.at);
    if (rule->repeats)
        ck_assert_mem_eq(got.again, want.again, sizeof want.again);
    cm_windows_free(w);
}

START_TEST(windows_that_count) {
    enum { BEFORE = 5 };
    uint32_t room[BEFORE + TEXT], *text = room + BEFORE;
    uint64_t state = 4;
    memset(room, 0xff, sizeof room);
    for (size_t i = 0; i < TEXT; i++)
        text[i] = (uint32_t)(next(&state) % 6);
    for (size_t width = 1; width <= BEFORE + 1; width++)
        for (int k = 0; k < 8; k++) {
            const cm_window_rule rule = {.vocabulary = 6,
                                         .width = width,
                                         .first = k % 2 != 0 ? 9 : 0,
                                         .by_context = k & 2,
                                         .padded = k & 4,
                                         .repeats = width % 2 != 0};
            compare_windows(&rule, text);
        }
}
END_TEST

Suite *suite_text_lanes(void);
Suite *suite_text_lanes(void) {
    Suite *s = suite_create("text_lanes");
    TCase *t = tcase_create("twins");
    tcase_add_test(t, blocks_are_those_of_each_index);
    tcase_add_test(t, green_step);
    tcase_add_test(t, gumbel_step);
    tcase_add_test(t, bounds_hold);
    tcase_add_test(t, exponentials_are_logarithms);
    tcase_add_test(t, windows_that_count);
    suite_add_tcase(s, t);
    return s;
}
