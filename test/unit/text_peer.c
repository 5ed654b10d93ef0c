#include "text_peer.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"

cm_code peer_refusal(const char *name, uint32_t vocabulary, const char *params) {
    cm_text_scheme *s = NULL;
    cm_code code = scheme_make(name, vocabulary, params, &s, NULL);
    ck_assert_int_eq(s == NULL, code != CM_OK);
    cm_text_scheme_free(s);
    return code;
}

static double chance(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) / (double)(1 << 24);
}

/* Normal-looking logits that depend on the place and the seed alone, a third of them impossible. */
static void fill_logits(uint32_t place, uint32_t seed, uint32_t vocabulary, float *logits) {
    uint32_t x = (seed * 2654435761u) ^ (place * 40503u + 12345u);
    for (uint32_t t = 0; t < vocabulary; t++) {
        double sum = 0;
        for (int i = 0; i < 3; i++)
            sum += chance(&x);
        logits[t] = x % 3 == 0 ? -INFINITY : (float)(4 * (sum - 1.5));
    }
    logits[place % vocabulary] = 1;
}

static uint32_t sample(const float *logits, uint32_t n, double at) {
    double most = -INFINITY, sum = 0;
    uint32_t last = 0;
    for (uint32_t t = 0; t < n; t++)
        most = fmax(most, (double)logits[t]);
    for (uint32_t t = 0; t < n; t++)
        sum += exp((double)logits[t] - most);
    for (uint32_t t = 0; t < n; t++) {
        double p = exp((double)logits[t] - most) / sum;
        last = p > 0 ? t : last;
        if ((at -= p) < 0 && p > 0)
            return t;
    }
    return last;
}

static uint32_t next_token(cm_text_marker *m, uint32_t vocabulary, uint32_t seed, size_t place,
                           float *logits) {
    uint32_t luck = seed + 77777u * (uint32_t)(place + 1);
    fill_logits((uint32_t)place, seed, vocabulary, logits);
    ck_assert_int_eq(cm_text_marker_step(m, logits, vocabulary, NULL), CM_OK);
    (void)chance(&luck);
    return sample(logits, vocabulary, chance(&luck));
}

void peer_write(const cm_text_scheme *scheme, uint32_t vocabulary, uint64_t payload, uint32_t seed,
                uint32_t *ids, size_t n) {
    const cm_text_marker_options options = {.payload = payload, .capacity = n + 8};
    const uint32_t prompt[] = {5, 4, 3, 2, 1, 0, 7, 9};
    cm_text_marker *m;
    float *logits = calloc(vocabulary, sizeof *logits);
    ck_assert_int_eq(cm_text_marker_new(scheme, &options, &m, NULL), CM_OK);
    ck_assert_int_eq(cm_text_marker_start(m, prompt, 8, NULL), CM_OK);
    for (size_t i = 0; i < n; i++) {
        ids[i] = next_token(m, vocabulary, seed, i, logits);
        ck_assert_int_eq(cm_text_marker_accept(m, ids[i], NULL), CM_OK);
        if (i % 11 != 10)
            continue;
        /* A draft that is rejected: other tokens, seen by steps, then taken back. */
        for (uint32_t k = 0; k < 3 && i + k + 1 < n; k++) {
            (void)next_token(m, vocabulary, seed + 1, i + k + 1, logits);
            ck_assert_int_eq(cm_text_marker_accept(m, (ids[i] + k) % vocabulary, NULL), CM_OK);
        }
        size_t drafted = n - i - 1 < 3 ? n - i - 1 : 3;
        ck_assert_int_eq(cm_text_marker_rewind(m, drafted + 2, NULL), CM_OK);
        for (size_t k = i - 1; k <= i; k++) {
            ck_assert_uint_eq(next_token(m, vocabulary, seed, k, logits), ids[k]);
            ck_assert_int_eq(cm_text_marker_accept(m, ids[k], NULL), CM_OK);
        }
    }
    cm_text_marker_free(m);
    free(logits);
}

void peer_human(uint32_t *ids) {
    json_error_t error;
    json_t *file = json_load_file("test/data/text/smollm2.json", 0, &error);
    ck_assert(file != NULL);
    const json_t *run = json_array_get(field(file, "runs"), 0);
    ck_assert_str_eq(json_string_value(field(run, "method")), "none");
    const json_t *list = field(run, "ids"), *id;
    size_t at;
    ck_assert_uint_eq(json_array_size(list), 200);
    json_array_foreach(list, at, id) ids[at] = (uint32_t)word_of(id);
    json_decref(file);
}
