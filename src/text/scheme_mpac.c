/* MPAC, a message in the choice among several lists (spec/text-peers.md §12). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/best.h"
#include "text/green.h"
#include "text/mpac.h"
#include "base/mt19937.h"
#include "text/scheme_table.h"

static const cm_text_param_info params[] = {
    {"seeding_scheme", "simple_1",
     "simple_1, lefthash, selfhash, algorithm-3, minhash, skipgram, or "
     "ff-FUNCTION-WIDTH-True|False[-KEY]"},
    {"hash_key", "15485863", "the key, where the seeding scheme has none of its own"},
    {"gamma", "0.5", "share of the vocabulary on a list: there are 1/gamma"},
    {"delta", "2", "added to the logits of the message's list"},
    {"base", "2", "values of a digit of the message, at most the lists and 10"},
    {"message_length", "4", "bits of the message, 1 to 64"},
};

enum { SEEDING, KEY, GAMMA, DELTA, BASE, BITS };

/* Best scores that are tried with the candidate in its own context. */
enum { CANDIDATES = 41 };

static void release(void *self) {
    cm_mpac *m = self;
    cm_shuffle_close(&m->lists);
    free(m->table);
    free(m);
}

static cm_code read_args(const cm_scheme_args *args, cm_mpac *m, cm_error *err) {
    const char *const *v = args->values;
    uint64_t key = 0;
    double delta = 0;
    cm_code code = cm_lmw_parse(v[SEEDING], &m->config, err);
    if (code == CM_OK)
        code = cm_param_u64("hash_key", v[KEY], 0, UINT64_MAX, &key, err);
    if (code == CM_OK)
        code = cm_param_share("gamma", v[GAMMA], &m->gamma, err);
    if (code == CM_OK)
        code = cm_param_real("delta", v[DELTA], -100, 100, &delta, err);
    if (code == CM_OK)
        code = cm_param_int("base", v[BASE], 2, CM_MPAC_BASE_MAX, &m->base, err);
    if (code == CM_OK)
        code = cm_param_int("message_length", v[BITS], 1, CM_MPAC_BITS_MAX, &m->bits, err);
    if (!m->config.has_key)
        m->config.key = key;
    m->delta = (float)delta;
    m->vocabulary = args->vocabulary;
    return code;
}

/* Digits of the greatest message. */
static int count_digits(int bits, int base) {
    uint64_t most = bits < 64 ? ((uint64_t)1 << bits) - 1 : UINT64_MAX;
    int digits = 0;
    for (; most > 0; most /= (uint64_t)base)
        digits++;
    return digits;
}

static cm_code fit(cm_mpac *m, cm_error *err) {
    uint32_t lists = cm_mpac_lists(m->gamma), base = (uint32_t)m->base;
    m->length = lists <= m->vocabulary ? cm_mpac_length(m->vocabulary, lists) : m->vocabulary;
    if (base > lists || (base - 1) * m->length >= m->vocabulary)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "base=%d: gamma=%g makes %u lists of a vocabulary of %u", m->base, m->gamma,
                       lists, m->vocabulary);
    if (base > 2 && m->bits <= 2)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "base=%d: the peer can't carry a message of %d bits in this base", m->base,
                       m->bits);
    /* Where the last digit's list is the last one, what isn't on the others is on it. */
    uint32_t told = base * m->length < m->vocabulary ? base : base - 1;
    m->positions = count_digits(m->bits, m->base);
    return cm_shuffle_open(m->vocabulary, told * m->length, &m->lists, err);
}

/* One list's tokens have each one colour, whatever digit they would be for. */
static uint64_t alike(const void *self, const uint32_t *token) {
    const cm_mpac *m = self;
    return cm_green_permuted_alike(cm_mpac_seed(m, token), *token);
}

static cm_code make(const cm_scheme_args *args, void **self, cm_error *err) {
    cm_mpac *m = cm_calloc(1, sizeof *m);
    if (m == NULL)
        return cm_fail_memory(err);
    cm_code code = read_args(args, m, err);
    if (code == CM_OK)
        code = fit(m, err);
    if (code == CM_OK)
        code = cm_lmw_table(&m->table, err);
    if (code != CM_OK) {
        release(m);
        return code;
    }
    size_t width = (size_t)m->config.context_width;
    m->windows = (cm_window_rule){.vocabulary = args->vocabulary,
                                  .width = (width > 2 ? width : 2) + !m->config.self_salt,
                                  .alike = alike,
                                  .scheme = m};
    *self = m;
    return CM_OK;
}

static int payload_bits(const void *self) {
    const cm_mpac *m = self;
    return m->bits;
}

typedef struct sequence {
    uint32_t best[CANDIDATES];
    uint32_t order[];
} sequence;

static cm_code open_step(const void *self, size_t capacity, void **out, cm_error *err) {
    const cm_mpac *m = self;
    (void)capacity;
    *out = cm_calloc(1, sizeof(sequence) + m->vocabulary * sizeof(uint32_t));
    return *out != NULL ? CM_OK : cm_fail_memory(err);
}

/* The lists of a seed are one permutation cut in pieces, the first ones of which are enough. */
static void raise_list(const cm_mpac *m, sequence *s, uint64_t seed, uint32_t digit,
                       float *scores) {
    uint32_t first = digit * m->length, end = first + m->length;
    if (end > m->vocabulary)
        end = m->vocabulary;
    cm_mt_permutation(seed, m->vocabulary, end, s->order);
    for (uint32_t i = first; i < end; i++)
        scores[s->order[i]] += m->delta;
}

static void raise_some(const cm_mpac *m, sequence *s, const cm_text_past *past,
                       const uint8_t *digits, float *scores) {
    uint32_t window[CM_GREEN_WIDTH_MAX + 1];
    size_t have = past->n < CM_GREEN_WIDTH_MAX ? past->n : CM_GREEN_WIDTH_MAX;
    uint32_t count = cm_best_scores(scores, m->vocabulary, CANDIDATES, s->best);
    memcpy(window, past->ids + past->n - have, have * sizeof *window);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *token = window + have;
        *token = s->best[i];
        uint32_t digit = digits[cm_mpac_digit(m, token, have) - 1];
        if (cm_shuffle_place(&m->lists, cm_mpac_seed(m, token), *token) / m->length == digit)
            scores[*token] += m->delta;
    }
}

static bool step(const void *self, void *state, const cm_text_past *past, float *scores) {
    const cm_mpac *m = self;
    uint8_t digits[CM_MPAC_BITS_MAX];
    if (past->n + m->config.self_salt < (size_t)m->config.context_width)
        return false;
    cm_mpac_digits(m, past->payload, digits);
    if (m->config.self_salt) {
        raise_some(m, state, past, digits, scores);
        return false;
    }
    const uint32_t *token = past->ids + past->n;
    raise_list(m, state, cm_mpac_seed(m, token), digits[cm_mpac_digit(m, token, past->n) - 1],
               scores);
    return false;
}

const cm_scheme_kind cm_scheme_mpac = {
    .info = {.name = "mpac",
             .summary = "MPAC, a message in which of several lists is raised (Yoo et al. 2023)",
             .sized = true,
             .params = params,
             .param_count = sizeof params / sizeof *params},
    .make = make,
    .free = release,
    .payload_bits = payload_bits,
    .open = open_step,
    .close = free,
    .step = step,
    .detector_open = cm_mpac_detector_open,
    .detector_feed = cm_mpac_detector_feed,
    .detector_finish = cm_mpac_detector_finish,
    .detector_close = cm_mpac_detector_close,
};
