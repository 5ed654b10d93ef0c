/* cm-text-1: against an implementation of its specification alone (test/oracle/text_mark.py), and
 * its payload at the edges. */
#include <check.h>
#include <countermark.h>
#include <countermark/text.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hex.h"
#include "sanitized.h"
#include "text_vectors.h"

enum { VOCABULARY = 512, TEXT_MOST = 1200 };

/* The secret whose public layer text_mark.py marks with (spec/keys.md §1). */
#define KNOWN "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

/* A key by its 64 digits, or by a number. */
static cm_key *parse_key(const char *kind, const char *digits) {
    char text[320], check[17];
    cm_digest digest;
    cm_key *key = NULL;
    cm_error err = {0};
    int n = snprintf(text, sizeof text,
                     "countermark key 1\nname: Test key\nkind: %s\nepoch: 3\n"
                     "created: 2026-01-31\nkey: %s\n",
                     kind, digits);
    ck_assert_int_eq(
        cm_hash_bytes(CM_HASH_SHA256, (cm_bytes){(const uint8_t *)text, (size_t)n}, &digest, &err),
        CM_OK);
    cm_hex_encode(digest.bytes, 8, check);
    n += snprintf(text + n, sizeof text - (size_t)n, "check: %s\n", check);
    ck_assert_msg(cm_key_parse(text, (size_t)n, &key, &err) == CM_OK, "%s", err.message);
    return key;
}

static cm_key *make_key(uint64_t number) {
    char digits[65];
    snprintf(digits, sizeof digits, "%064llx", (unsigned long long)number);
    return parse_key("secret", digits);
}

static cm_text_scheme *make_scheme(const cm_key *key, const cm_text_param *params, size_t count,
                                   uint32_t vocabulary) {
    const cm_text_scheme_options options = {
        .params = params, .param_count = count, .key = key, .vocabulary = vocabulary};
    cm_text_scheme *scheme = NULL;
    cm_error err = {0};
    ck_assert_msg(cm_text_scheme_new(&options, &scheme, &err) == CM_OK, "%s", err.message);
    return scheme;
}

static cm_text_marker *make_marker(const cm_text_scheme *scheme, uint64_t payload) {
    const cm_text_marker_options options = {.payload = payload, .capacity = TEXT_MOST};
    cm_text_marker *marker = NULL;
    cm_error err = {0};
    ck_assert_msg(cm_text_marker_new(scheme, &options, &marker, &err) == CM_OK, "%s", err.message);
    ck_assert_int_eq(cm_text_marker_start(marker, NULL, 0, &err), CM_OK);
    return marker;
}

/* What was found stays in *detector, which is the caller's to free. */
static cm_text_evidence detect(const cm_text_scheme *scheme, const uint32_t *ids,
                               const float *probability, size_t n, cm_text_detector **detector) {
    cm_text_evidence e;
    cm_error err = {0};
    ck_assert_int_eq(cm_text_detector_new(scheme, 0, detector, &err), CM_OK);
    ck_assert_int_eq(cm_text_detector_feed(*detector, ids, probability, n, &err), CM_OK);
    ck_assert_int_eq(cm_text_detector_finish(*detector, &e, &err), CM_OK);
    return e;
}

/* ---- against the specification's other implementation ---- */

static uint32_t greatest(const float *logits) {
    uint32_t best = 0;
    for (uint32_t t = 1; t < VOCABULARY; t++)
        best = logits[t] > logits[best] ? t : best;
    return best;
}

static void check_marking(const cm_text_scheme *scheme, const json_t *c) {
    float logits[VOCABULARY];
    const json_t *ids = field(c, "ids");
    cm_text_marker *marker = make_marker(scheme, word(c, "payload"));
    for (size_t i = 0; i < word(c, "generated"); i++) {
        for (size_t t = 0; t < VOCABULARY; t++)
            logits[t] = (float)((double)((t * 7919 + i * 104729) % 1000003) / 300000);
        ck_assert_int_eq(cm_text_marker_step(marker, logits, VOCABULARY, NULL), CM_OK);
        uint32_t id = greatest(logits);
        ck_assert_msg(id == word_of(json_array_get(ids, i)), "token %zu: %u", i, id);
        ck_assert_int_eq(cm_text_marker_accept(marker, id, NULL), CM_OK);
    }
    cm_text_marker_free(marker);
}

static double sum_of(const json_t *c, const cm_text_evidence *e) {
    double n = (double)e->scored, gamma = json_number_value(field(c, "gamma"));
    if (strcmp(e->statistic_name, "z") == 0)
        return n * gamma + e->statistic * sqrt(n * gamma * (1 - gamma));
    if (strcmp(e->statistic_name, "mean") == 0)
        return e->statistic * n * (double)word(c, "depth");
    return e->statistic;
}

/* With a payload, scores go by the highest 16 bits of u: rounded down, never up. */
static void check_detecting(const cm_text_scheme *scheme, const json_t *c) {
    uint32_t ids[TEXT_MOST];
    size_t n = json_array_size(field(c, "ids"));
    cm_text_detector *detector;
    for (size_t i = 0; i < n; i++)
        ids[i] = (uint32_t)word_of(json_array_get(field(c, "ids"), i));
    cm_text_evidence e = detect(scheme, ids, NULL, n, &detector);
    double want = json_number_value(field(c, "sum")), got = sum_of(c, &e);
    ck_assert_uint_eq(e.scored, word(c, "scored"));
    ck_assert_msg(got <= want * (1 + 1e-12) && got >= want * 0.995 - 1e-9, "%.10g, not %.10g", got,
                  want);
    ck_assert(e.log10_p < -20);
    if (word(c, "payload_bits") > 0) {
        ck_assert_int_eq(e.payload_state, CM_TEXT_PAYLOAD_READ);
        ck_assert_uint_eq(e.payload, word(c, "payload"));
        ck_assert(e.payload_log10_error < -4);
    }
    cm_text_detector_free(detector);
}

START_TEST(the_specification_is_met) {
    json_t *file;
    const json_t *cases = cases_of("native", &file), *c;
    size_t at;
    cm_key *key = parse_key("secret", KNOWN);
    json_array_foreach(cases, at, c) {
        char context[8], bits[8], gamma[16], delta[16], depth[8];
        snprintf(context, sizeof context, "%d", (int)word(c, "context"));
        snprintf(bits, sizeof bits, "%d", (int)word(c, "payload_bits"));
        snprintf(gamma, sizeof gamma, "%.6f", json_number_value(field(c, "gamma")));
        snprintf(delta, sizeof delta, "%.6f", json_number_value(field(c, "delta")));
        snprintf(depth, sizeof depth, "%d", (int)word(c, "depth"));
        const cm_text_param params[] = {{"mode", json_string_value(field(c, "mode"))},
                                        {"context", context},
                                        {"payload", bits},
                                        {"gamma", gamma},
                                        {"delta", delta},
                                        {"depth", depth}};
        cm_text_scheme *scheme =
            make_scheme(key, params, sizeof params / sizeof *params, VOCABULARY);
        check_marking(scheme, c);
        check_detecting(scheme, c);
        cm_text_scheme_free(scheme);
    }
    cm_key_free(key);
    json_decref(file);
}
END_TEST

/* ---- payloads ---- */

static uint64_t next(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 11;
}

/* A model of few likely words: the k-th has a chance of about ratio^k, and which they are depends
 * on the position alone. */
static void make_logits(float *logits, size_t position, float ratio) {
    uint64_t state = position + 1;
    for (uint32_t t = 0; t < VOCABULARY; t++)
        logits[t] = -INFINITY;
    for (int k = 0; k < 40; k++)
        logits[next(&state) % VOCABULARY] = (float)k * logf(ratio);
}

static float probability_of(const float *logits, uint32_t id) {
    double sum = 0;
    for (uint32_t t = 0; t < VOCABULARY; t++)
        sum += exp((double)logits[t]);
    return (float)(exp((double)logits[id]) / sum);
}

static uint32_t sample(const float *logits, uint64_t *state) {
    double sum = 0, at;
    uint32_t last = 0;
    for (uint32_t t = 0; t < VOCABULARY; t++)
        sum += exp((double)logits[t]);
    at = sum * (double)next(state) * 0x1p-53;
    for (uint32_t t = 0; t < VOCABULARY; t++) {
        if (logits[t] > -INFINITY)
            last = t;
        at -= exp((double)logits[t]);
        if (at < 0)
            break;
    }
    return last;
}

typedef struct trial {
    const char *bits;
    size_t tokens;
    float ratio;
    double edited; /* share of tokens that somebody changed */
    bool marked;
    bool with_probabilities;
} trial;

typedef struct outcome {
    int right, wrong, undetermined, none;
} outcome;

static void run_trial(const trial *t, uint64_t *state, outcome *o) {
    uint32_t ids[TEXT_MOST];
    float logits[VOCABULARY], probability[TEXT_MOST];
    const cm_text_param params[] = {{"payload", t->bits}};
    int bits = (int)strtol(t->bits, NULL, 10);
    uint64_t payload = (next(state) << 32 ^ next(state)) >> (64 - bits);
    cm_key *key = make_key(next(state));
    cm_text_scheme *scheme = make_scheme(key, params, 1, VOCABULARY);
    cm_text_marker *marker = make_marker(scheme, payload);
    for (size_t i = 0; i < t->tokens; i++) {
        float plain[VOCABULARY];
        make_logits(logits, i + (payload & 0xffff), t->ratio);
        memcpy(plain, logits, sizeof plain);
        if (t->marked)
            ck_assert_int_eq(cm_text_marker_step(marker, logits, VOCABULARY, NULL), CM_OK);
        ids[i] = sample(logits, state);
        ck_assert_int_eq(cm_text_marker_accept(marker, ids[i], NULL), CM_OK);
        probability[i] = probability_of(plain, ids[i]);
    }
    for (size_t i = 0; i < t->tokens; i++)
        if ((double)next(state) * 0x1p-53 < t->edited)
            ids[i] = (uint32_t)(next(state) % VOCABULARY);
    cm_text_detector *detector;
    cm_text_evidence e =
        detect(scheme, ids, t->with_probabilities ? probability : NULL, t->tokens, &detector);
    if (e.payload_state == CM_TEXT_PAYLOAD_READ)
        *(t->marked && e.payload == payload ? &o->right : &o->wrong) += 1;
    else
        *(e.payload_state == CM_TEXT_PAYLOAD_UNDETERMINED ? &o->undetermined : &o->none) += 1;
    cm_text_detector_free(detector);
    cm_text_marker_free(marker);
    cm_text_scheme_free(scheme);
    cm_key_free(key);
}

static outcome run_trials(const trial *t, int count) {
    outcome o = {0};
    uint64_t state = 4711;
    for (int i = 0; i < count; i++)
        run_trial(t, &state, &o);
    return o;
}

START_TEST(payloads_are_read_or_not_said) {
    const trial clear = {.bits = "32", .tokens = 250, .ratio = 0.85f, .marked = true};
    enum { TRIALS = REPEATS(40, 6), UNMARKED = REPEATS(60, 6) };
    trial other = clear;
    ck_assert_int_ge(run_trials(&clear, TRIALS / 2).right, TRIALS / 2 - 1);
    other.edited = 0.12;
    outcome o = run_trials(&other, TRIALS);
    ck_assert_int_eq(o.wrong, 0);
    ck_assert_int_ge(o.right + o.undetermined, TRIALS - TRIALS / 10);
    other = clear;
    other.ratio = 0.2f;
    o = run_trials(&other, TRIALS); /* few choices: the mark shows at most */
    ck_assert_int_eq(o.wrong, 0);
    ck_assert_int_le(o.right, TRIALS / 2);
    other.with_probabilities = true;
    ck_assert_int_ge(run_trials(&other, TRIALS).right, o.right);
    other = clear;
    other.marked = false;
    o = run_trials(&other, UNMARKED);
    ck_assert_int_eq(o.none, UNMARKED);
}
END_TEST

START_TEST(payloads_of_all_lengths) {
    enum { TRIALS = REPEATS(10, 2) };
    static const char *const BITS[] = {"16", "64"};
    for (size_t i = 0; i < 2; i++) {
        const trial t = {.bits = BITS[i], .tokens = 320, .ratio = 0.9f, .marked = true};
        ck_assert_int_ge(run_trials(&t, TRIALS).right, TRIALS - 1);
    }
}
END_TEST

/* Appends a marked text. */
static size_t add_marked(const cm_text_scheme *scheme, uint64_t payload, size_t tokens,
                         uint64_t *state, uint32_t *ids, size_t at) {
    float logits[VOCABULARY];
    cm_text_marker *marker = make_marker(scheme, payload);
    for (size_t i = 0; i < tokens; i++) {
        make_logits(logits, next(state), 0.9f);
        ck_assert_int_eq(cm_text_marker_step(marker, logits, VOCABULARY, NULL), CM_OK);
        ids[at + i] = sample(logits, state);
        ck_assert_int_eq(cm_text_marker_accept(marker, ids[at + i], NULL), CM_OK);
    }
    cm_text_marker_free(marker);
    return at + tokens;
}

/* Two texts whose payloads differ on two arcs, one behind the other: on each, what either says may
 * be favoured, and the whole be neither's. Nothing is read then, unless one prevails. */
static void check_joined(const char *bits, uint64_t one_arc, uint64_t other_arc) {
    const cm_text_param params[] = {{"payload", bits}};
    uint64_t state = 12;
    enum { PAIRS = REPEATS(8, 3) };
    int read = 0, seen = 0;
    for (int i = 0; i < PAIRS; i++) {
        uint32_t ids[TEXT_MOST];
        uint64_t first = next(&state) & (one_arc | other_arc);
        cm_key *key = make_key(next(&state));
        cm_text_scheme *scheme = make_scheme(key, params, 1, VOCABULARY);
        size_t n = add_marked(scheme, first, 300, &state, ids, 0);
        cm_text_detector *detector;
        cm_text_evidence alone = detect(scheme, ids, NULL, n, &detector);
        read += alone.payload_state == CM_TEXT_PAYLOAD_READ && alone.payload == first;
        cm_text_detector_free(detector);
        uint64_t second = first ^ one_arc ^ other_arc;
        n = add_marked(scheme, second, 300, &state, ids, n);
        cm_text_evidence e = detect(scheme, ids, NULL, n, &detector);
        ck_assert(e.log10_p < -20);
        seen += e.payload_state == CM_TEXT_PAYLOAD_UNDETERMINED && e.needed == 0;
        ck_assert_msg(e.payload_state != CM_TEXT_PAYLOAD_READ || e.payload == first ||
                          e.payload == second,
                      "%s bits, %d: neither's", bits, i);
        cm_text_detector_free(detector);
        cm_text_scheme_free(scheme);
        cm_key_free(key);
    }
    ck_assert_int_ge(read, PAIRS - 1);
    ck_assert_int_ge(seen, PAIRS - 2);
}

START_TEST(two_payloads_are_not_made_a_third) {
    check_joined("64", 0x1fffff, 0x1fffffull << 32);
    check_joined("32", 0x1f, 0x1f0000);
}
END_TEST

START_TEST(a_payload_must_fit) {
    cm_key *key = make_key(1);
    const cm_text_param sixteen[] = {{"payload", "16"}}, bad[] = {{"payload", "17"}};
    cm_text_scheme *scheme = make_scheme(key, sixteen, 1, VOCABULARY), *none;
    const cm_text_marker_options options = {.payload = 1 << 16};
    cm_text_marker *marker;
    ck_assert_int_eq(cm_text_marker_new(scheme, &options, &marker, NULL), CM_ERR_ARGUMENT);
    ck_assert_ptr_null(marker);
    const cm_text_scheme_options refused = {
        .params = bad, .param_count = 1, .key = key, .vocabulary = VOCABULARY};
    ck_assert_int_eq(cm_text_scheme_new(&refused, &none, NULL), CM_ERR_ARGUMENT);
    cm_text_scheme_free(scheme);
    cm_key_free(key);
}
END_TEST

/* ---- marking ---- */

/* What a copy of the key says about its use decides, when the marker is made. */
static void check_terms(cm_key *key, cm_code want) {
    cm_text_scheme *scheme = make_scheme(key, NULL, 0, VOCABULARY);
    cm_text_marker *marker;
    cm_text_detector *detector;
    cm_error err = {0};
    ck_assert_int_eq(cm_text_marker_new(scheme, NULL, &marker, &err), want);
    ck_assert((marker != NULL) == (want == CM_OK));
    ck_assert((strstr(err.message, "Test key") != NULL) == (want != CM_OK));
    ck_assert_int_eq(cm_text_detector_new(scheme, 0, &detector, NULL), CM_OK);
    cm_text_detector_free(detector);
    cm_text_marker_free(marker);
    cm_text_scheme_free(scheme);
    cm_key_free(key);
}

START_TEST(keys_mark_as_long_as_they_may) {
    cm_key *key = make_key(1), *copy;
    ck_assert_int_eq(cm_key_revoke(key, "2026-02-01", &copy, NULL), CM_OK);
    check_terms(copy, CM_ERR_KEY);
    ck_assert_int_eq(cm_key_revoke(key, "9999-12-31", &copy, NULL), CM_OK);
    check_terms(copy, CM_OK);
    check_terms(key, CM_OK);
    const cm_key_options past = {.name = "Test key", .valid_until = "2026-01-31"};
    ck_assert_int_eq(cm_key_generate(&past, &key, NULL), CM_OK);
    check_terms(key, CM_ERR_KEY);
    check_terms(parse_key("public", KNOWN), CM_ERR_KEY);
}
END_TEST

/* A marker that was led astray and taken back marks as one that went straight on. */
START_TEST(rewinding_leaves_no_trace) {
    cm_key *key = make_key(1);
    cm_text_scheme *scheme = make_scheme(key, NULL, 0, VOCABULARY);
    cm_text_marker *straight = make_marker(scheme, 5), *astray = make_marker(scheme, 5);
    float a[VOCABULARY], b[VOCABULARY];
    uint64_t state = 99;
    for (size_t i = 0; i < 400; i++) {
        size_t wrong = next(&state) % 5;
        for (size_t k = 0; k < wrong; k++) {
            make_logits(b, i + k, 0.9f);
            ck_assert_int_eq(cm_text_marker_step(astray, b, VOCABULARY, NULL), CM_OK);
            ck_assert_int_eq(cm_text_marker_accept(astray, (uint32_t)(next(&state) % 7), NULL),
                             CM_OK);
        }
        ck_assert_int_eq(cm_text_marker_rewind(astray, wrong, NULL), CM_OK);
        make_logits(a, i, 0.9f);
        memcpy(b, a, sizeof b);
        ck_assert_int_eq(cm_text_marker_step(straight, a, VOCABULARY, NULL), CM_OK);
        ck_assert_int_eq(cm_text_marker_step(astray, b, VOCABULARY, NULL), CM_OK);
        ck_assert_mem_eq(a, b, sizeof a);
        uint32_t id = i % 3 == 0 ? greatest(a) : (uint32_t)(next(&state) % 7);
        ck_assert_int_eq(cm_text_marker_accept(straight, id, NULL), CM_OK);
        ck_assert_int_eq(cm_text_marker_accept(astray, id, NULL), CM_OK);
    }
    cm_text_marker_free(straight);
    cm_text_marker_free(astray);
    cm_text_scheme_free(scheme);
    cm_key_free(key);
}
END_TEST

/* ---- without a mark ---- */

/* Uniform texts under random keys: as many small p-values as there may be, within four deviations.
 */
static void check_level(const char *name, int hits, int trials, double level) {
    double most = trials * level + 4 * sqrt(trials * level) + 1;
    ck_assert_msg(hits <= most, "%s: %d of %d at %g", name, hits, trials, level);
}

START_TEST(unmarked_texts_are_as_likely_as_said) {
    static const char *const MODES[][2] = {
        {"gumbel", "0"}, {"gumbel", "32"}, {"green", "0"}, {"tournament", "0"}};
    enum { TRIALS = REPEATS(300, 30), TOKENS = 120 };
    uint64_t state = 7;
    for (size_t m = 0; m < sizeof MODES / sizeof *MODES; m++) {
        int at[2] = {0};
        const cm_text_param params[] = {{"mode", MODES[m][0]}, {"payload", MODES[m][1]}};
        for (int i = 0; i < TRIALS; i++) {
            uint32_t ids[TOKENS];
            cm_key *key = make_key(next(&state));
            cm_text_scheme *scheme = make_scheme(key, params, 2, VOCABULARY);
            cm_text_detector *detector;
            for (size_t k = 0; k < TOKENS; k++)
                ids[k] = (uint32_t)(next(&state) % 40);
            cm_text_evidence e = detect(scheme, ids, NULL, TOKENS, &detector);
            at[0] += e.log10_p <= -1;
            at[1] += e.log10_p <= -2;
            ck_assert_int_eq(e.payload_state, CM_TEXT_PAYLOAD_NONE);
            cm_text_detector_free(detector);
            cm_text_scheme_free(scheme);
            cm_key_free(key);
        }
        check_level(MODES[m][0], at[0], TRIALS, 0.1);
        check_level(MODES[m][0], at[1], TRIALS, 0.01);
    }
}
END_TEST

Suite *suite_text_native(void);
Suite *suite_text_native(void) {
    Suite *s = suite_create("text_native");
    TCase *t = tcase_create("native");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, the_specification_is_met);
    tcase_add_test(t, payloads_are_read_or_not_said);
    tcase_add_test(t, payloads_of_all_lengths);
    tcase_add_test(t, two_payloads_are_not_made_a_third);
    tcase_add_test(t, a_payload_must_fit);
    tcase_add_test(t, rewinding_leaves_no_trace);
    tcase_add_test(t, keys_mark_as_long_as_they_may);
    tcase_add_test(t, unmarked_texts_are_as_likely_as_said);
    suite_add_tcase(s, t);
    return s;
}
