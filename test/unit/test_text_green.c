/* Other people's green lists through the public interface: steps against detectors, and p-values.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "sanitized.h"
#include <countermark/text.h>

enum { PARAMS = 8 };

/* A scheme's name and parameters, with room for the name of one. */
typedef struct setting {
    const char *name;
    uint32_t vocabulary;
    cm_text_param params[PARAMS];
    size_t count;
    char text[40];
} setting;

static void set(setting *s, const char *name, const char *value) {
    ck_assert_uint_lt(s->count, PARAMS);
    s->params[s->count++] = (cm_text_param){name, value};
}

static cm_code try_make(const setting *s, cm_text_scheme **out, cm_error *err) {
    const cm_text_scheme_options options = {
        .name = s->name, .params = s->params, .param_count = s->count, .vocabulary = s->vocabulary};
    return cm_text_scheme_new(&options, out, err);
}

static cm_text_scheme *make(const setting *s) {
    cm_text_scheme *scheme = NULL;
    cm_error err = {0};
    ck_assert_msg(try_make(s, &scheme, &err) == CM_OK, "%s", err.message);
    return scheme;
}

/* All but the spans, which go with the detector. */
static cm_text_evidence look(const setting *s, const uint32_t *ids, size_t n) {
    cm_text_scheme *scheme = make(s);
    cm_text_detector *detector;
    cm_text_evidence found;
    ck_assert_int_eq(cm_text_detector_new(scheme, 0, &detector, NULL), CM_OK);
    size_t half = n / 2;
    ck_assert_int_eq(cm_text_detector_feed(detector, ids, NULL, half, NULL), CM_OK);
    ck_assert_int_eq(cm_text_detector_feed(detector, ids + half, NULL, n - half, NULL), CM_OK);
    ck_assert_int_eq(cm_text_detector_finish(detector, &found, NULL), CM_OK);
    cm_text_detector_free(detector);
    cm_text_scheme_free(scheme);
    return found;
}

/* One step behind these ids. */
static void step_once(const setting *s, uint64_t payload, const uint32_t *ids, size_t n,
                      float *scores) {
    const cm_text_marker_options options = {.payload = payload, .capacity = 1000};
    cm_text_scheme *scheme = make(s);
    cm_text_marker *marker;
    ck_assert_int_eq(cm_text_marker_new(scheme, &options, &marker, NULL), CM_OK);
    ck_assert_int_eq(cm_text_marker_start(marker, ids, n, NULL), CM_OK);
    ck_assert_int_eq(cm_text_marker_step(marker, scores, s->vocabulary, NULL), CM_OK);
    cm_text_marker_free(marker);
    cm_text_scheme_free(scheme);
}

/* ---- steps against detectors ---- */

typedef struct trip {
    const char *name, *seeding, *statistic; /* `statistic`: a parameter that counts all windows */
    const char *key;                        /* the parameter's name */
    uint64_t payload;
    const char *base, *bits, *gamma;
    size_t context; /* tokens before the first that a step marks */
    size_t skip;    /* tokens to leave out so that it is the first that the detector scores */
} trip;

static const trip TRIPS[] = {
    {"hf-kgw", "lefthash", "transformers=4.40", "hashing_key", 0, NULL, NULL, NULL, 1, 0},
    {"hf-kgw", "selfhash", "transformers=4.40", "hashing_key", 0, NULL, NULL, NULL, 1, 1},
    {"lmw", "simple_1", "ignore_repeated_ngrams=False", "hash_key", 0, NULL, NULL, NULL, 1, 0},
    {"lmw", "selfhash", "ignore_repeated_ngrams=False", "hash_key", 0, NULL, NULL, NULL, 3, 0},
    {"lmw", "minhash", "ignore_repeated_ngrams=False", "hash_key", 0, NULL, NULL, NULL, 4, 0},
    {"lmw", "ff-noncomm_prf-3-True", "ignore_repeated_ngrams=False", "hash_key", 0, NULL, NULL,
     NULL, 2, 0},
    {"sbw", "gpu-simple_1", "ignore_repeated_ngrams=False", "hash_key", 0, NULL, NULL, NULL, 1, 0},
    {"sbw", "gpu-fused-simple_4-30", "ignore_repeated_ngrams=False", "hash_key", 0, NULL, NULL,
     NULL, 4, 0},
    {"sbw", "gpu-fused-selfhash", "ignore_repeated_ngrams=False", "hash_key", 0, NULL, NULL, NULL,
     4, 1},
    {"sbw", "gpu-selfhash-cpuhash-50", "ignore_repeated_ngrams=False", "hash_key", 0, NULL, NULL,
     NULL, 4, 1},
    {"unigram", NULL, NULL, "watermark_key", 0, NULL, NULL, NULL, 0, 0},
    {"mpac", "simple_1", NULL, "hash_key", 11, "2", "4", "0.5", 2, 0},
    {"mpac", "selfhash", NULL, "hash_key", 0x5a, "4", "8", "0.25", 3, 0},
    {"mpac", "minhash", NULL, "hash_key", 200, "3", "8", "0.3", 4, 0},
};

enum { VOCABULARY = 2000, LONG = 600 };

static setting setting_of(const trip *t, const char *key) {
    setting s = {.name = t->name, .vocabulary = VOCABULARY};
    set(&s, t->key, key);
    if (t->seeding != NULL)
        set(&s, "seeding_scheme", t->seeding);
    if (t->base != NULL) {
        set(&s, "base", t->base);
        set(&s, "message_length", t->bits);
        set(&s, "gamma", t->gamma);
    }
    return s;
}

/* Logits of a pseudo-model, which depend on the last token. */
static void think(uint64_t *state, uint32_t last, float *logits) {
    for (uint32_t t = 0; t < VOCABULARY; t++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u + last;
        double u = ((double)(*state >> 40) + 0.5) / (1 << 24);
        logits[t] = (float)(-log(-log(u)) - (double)t / 500);
    }
}

static uint32_t best_of(const float *logits) {
    uint32_t best = 0;
    for (uint32_t t = 1; t < VOCABULARY; t++)
        if (logits[t] > logits[best])
            best = t;
    return best;
}

/* Generates, if asked to taking back a draft of some tokens now and then. */
static void generate(const trip *t, bool drafts, uint32_t *ids) {
    setting s = setting_of(t, "77");
    const cm_text_marker_options options = {.payload = t->payload};
    cm_text_scheme *scheme = make(&s);
    cm_text_marker *marker;
    float *logits = calloc(VOCABULARY, sizeof *logits);
    uint64_t state = 5;
    const uint32_t prompt[6] = {10, 20, 30, 40, 50, 60};
    ck_assert_int_eq(cm_text_marker_new(scheme, &options, &marker, NULL), CM_OK);
    ck_assert_int_eq(cm_text_marker_start(marker, prompt, 6, NULL), CM_OK);
    for (uint32_t i = 0; i < LONG; i++) {
        if (drafts && i % 7 == 3) {
            for (uint32_t k = 0; k < 3; k++) {
                memset(logits, 0, VOCABULARY * sizeof *logits);
                ck_assert_int_eq(cm_text_marker_step(marker, logits, VOCABULARY, NULL), CM_OK);
                ck_assert_int_eq(cm_text_marker_accept(marker, i + k, NULL), CM_OK);
            }
            ck_assert_int_eq(cm_text_marker_rewind(marker, 3, NULL), CM_OK);
        }
        think(&state, i > 0 ? ids[i - 1] : prompt[5], logits);
        ck_assert_int_eq(cm_text_marker_step(marker, logits, VOCABULARY, NULL), CM_OK);
        ids[i] = best_of(logits);
        ck_assert_int_eq(cm_text_marker_accept(marker, ids[i], NULL), CM_OK);
    }
    free(logits);
    cm_text_marker_free(marker);
    cm_text_scheme_free(scheme);
}

START_TEST(marked_texts_are_found) {
    const trip *t = &TRIPS[_i];
    uint32_t ids[LONG], straight[LONG];
    generate(t, true, ids);
    generate(t, false, straight);
    ck_assert_mem_eq(ids, straight, sizeof ids);
    setting right = setting_of(t, "77"), wrong = setting_of(t, "78");
    cm_text_evidence found = look(&right, ids, LONG), none = look(&wrong, ids, LONG);
    ck_assert_msg(found.log10_p < -8, "%s %s: %g", t->name, t->seeding, found.log10_p);
    ck_assert_msg(none.log10_p > -3, "%s %s: %g", t->name, t->seeding, none.log10_p);
    ck_assert_uint_eq(found.tokens, LONG);
    ck_assert_int_eq(none.payload_state, CM_TEXT_PAYLOAD_NONE);
    if (t->base != NULL) {
        ck_assert_int_eq(found.payload_state, CM_TEXT_PAYLOAD_READ);
        ck_assert_uint_eq(found.payload, t->payload);
        ck_assert_int_eq(found.payload_bits, strtol(t->bits, NULL, 10));
    }
}
END_TEST

/* Each token of a text is judged by the step that could have raised it, and their number is what
 * the detector counts. */
START_TEST(steps_raise_what_detectors_count) {
    const trip *t = &TRIPS[_i];
    enum { N = 120 };
    uint32_t ids[N];
    setting s = setting_of(t, "4242");
    size_t green = 0, scored = 0;
    float *scores = calloc(VOCABULARY, sizeof *scores);
    for (uint32_t i = 0; i < N; i++)
        ids[i] = i * i * 31 % 97; /* of the best scores that are tried, all of them */
    cm_text_scheme *scheme = make(&s);
    cm_text_marker *marker;
    ck_assert_int_eq(cm_text_marker_new(scheme, NULL, &marker, NULL), CM_OK);
    ck_assert_int_eq(cm_text_marker_start(marker, NULL, 0, NULL), CM_OK);
    for (uint32_t i = 0; i < N; i++) {
        memset(scores, 0, VOCABULARY * sizeof *scores);
        scores[ids[i]] = 1;
        ck_assert_int_eq(cm_text_marker_step(marker, scores, VOCABULARY, NULL), CM_OK);
        scored += i >= t->context;
        green += i >= t->context && scores[ids[i]] > 1;
        ck_assert_int_eq(cm_text_marker_accept(marker, ids[i], NULL), CM_OK);
    }
    cm_text_marker_free(marker);
    cm_text_scheme_free(scheme);
    free(scores);
    if (t->statistic != NULL) {
        const char *equals = strchr(t->statistic, '=');
        memcpy(s.text, t->statistic, (size_t)(equals - t->statistic));
        set(&s, s.text, equals + 1);
    }
    double gamma = strcmp(t->name, "hf-kgw") == 0 || strcmp(t->name, "lmw") == 0 ? 0.25 : 0.5;
    double n = (double)scored;
    double z = ((double)green - gamma * n) / sqrt(n * gamma * (1 - gamma));
    ck_assert_uint_gt(green, scored / 8);
    if (t->base == NULL) /* MPAC's z is that of its best message */
        ck_assert_double_eq_tol(look(&s, ids + t->skip, N - t->skip).statistic, z, 1e-12);
}
END_TEST

/* With falling scores, how many of the first tokens a step ever raises. */
static uint32_t reach(const char *scheme, const char *seeding) {
    setting s = {.name = scheme, .vocabulary = VOCABULARY};
    if (strcmp(scheme, "hf-kgw") == 0)
        set(&s, "context_width", "4");
    float *scores = calloc(VOCABULARY, sizeof *scores);
    uint32_t last = 0;
    set(&s, "seeding_scheme", seeding);
    for (uint32_t i = 0; i < 100; i++) {
        const uint32_t context[] = {i, 3 * i, 5, 7 * i};
        for (uint32_t t = 0; t < VOCABULARY; t++)
            scores[t] = -(float)t;
        step_once(&s, 0, context, 4, scores);
        for (uint32_t t = 0; t < VOCABULARY; t++)
            if (scores[t] > -(float)t && t + 1 > last)
                last = t + 1;
    }
    free(scores);
    return last;
}

START_TEST(as_many_candidates_as_the_peer_tries) {
    ck_assert_uint_eq(reach("hf-kgw", "selfhash"), 40);
    ck_assert_uint_eq(reach("lmw", "selfhash"), 41);
    ck_assert_uint_eq(reach("mpac", "ff-additive_prf-2-True"), 41);
    ck_assert_uint_eq(reach("sbw", "gpu-fused-selfhash"), 40);
    ck_assert_uint_eq(reach("sbw", "gpu-selfhash-17"), 17);
    ck_assert_uint_gt(reach("sbw", "gpu-fused-selfhash-fullvocab"), VOCABULARY - 100);
}
END_TEST

/* ---- what a p-value must be ---- */

static uint32_t *unmarked(size_t *n) {
    json_error_t error;
    json_t *file = json_load_file("test/data/text/smollm2.json", 0, &error), *run;
    size_t at;
    uint32_t *ids = NULL;
    ck_assert_ptr_nonnull(file);
    json_array_foreach(json_object_get(file, "runs"), at, run) {
        if (strcmp(json_string_value(field(run, "method")), "none") == 0 && ids == NULL)
            ids = text_ids(field(run, "ids"), n);
    }
    json_decref(file);
    ck_assert_ptr_nonnull(ids);
    return ids;
}

/* A text without a mark under many keys: small p-values must be as rare as they say. */
START_TEST(p_values_hold_over_keys) {
    const trip *t = &TRIPS[_i];
    const bool table =
        strcmp(t->name, "unigram") != 0 && strcmp(t->name, "sbw") != 0 &&
        (t->seeding == NULL || strcmp(t->seeding, "simple_1") != 0 || strcmp(t->name, "mpac") == 0);
    const uint32_t keys = table ? REPEATS(60, 6) : REPEATS(400, 40);
    size_t n = 0, tenth = 0, hundredth = 0;
    uint32_t *ids = unmarked(&n);
    for (uint32_t k = 0; k < keys; k++) {
        char key[16];
        snprintf(key, sizeof key, "%u", 1000003 * k + 17);
        setting s = setting_of(t, key);
        s.vocabulary = 49152;
        cm_text_evidence found = look(&s, ids, n);
        tenth += found.log10_p <= -1;
        hundredth += found.log10_p <= -2;
        ck_assert(found.log10_p <= 0);
    }
    free(ids);
    ck_assert_msg((double)tenth <= keys * 0.1 + 4 * sqrt(keys * 0.09), "%s %s: %zu", t->name,
                  t->seeding, tenth);
    ck_assert_msg((double)hundredth <= keys * 0.01 + 4 * sqrt(keys * 0.0099), "%s %s: %zu", t->name,
                  t->seeding, hundredth);
}
END_TEST

/* A token whose own hash is the least seeds the same list wherever it stands; with such a list, one
 * occurrence says it all. */
START_TEST(lists_that_recur_count_once) {
    enum { N = 3000 };
    uint32_t *ids = calloc(N, sizeof *ids), x = 1;
    for (size_t i = 0; i < N; i++) {
        x = x * 1664525u + 1013904223u;
        ids[i] = i % 5 == 0 ? 7 : (x >> 8) % 40000;
    }
    setting self = {.name = "hf-kgw", .vocabulary = 49152}, wide = self;
    set(&self, "seeding_scheme", "selfhash");
    set(&self, "context_width", "4");
    cm_text_evidence found = look(&self, ids, N);
    ck_assert_uint_gt(found.duplicates, 100);
    ck_assert_uint_eq(found.scored + found.duplicates, N - 3);
    for (size_t i = 0; i < N; i++)
        ids[i] = i % 4 == 2 ? 7 : i % 4 == 3 ? 8 : (uint32_t)(100 + i);
    set(&wide, "context_width", "3");
    found = look(&wide, ids, N); /* lefthash: only the last id of the three seeds */
    ck_assert_uint_eq(found.duplicates, N / 4 - 1);
    for (size_t i = 0; i < N; i++)
        ids[i] = i % 2 == 0 ? 0 : (uint32_t)(100 + i);
    setting lefthash = {.name = "hf-kgw", .vocabulary = 49152};
    found = look(&lefthash, ids, N); /* behind token 0 the list is the same under all keys */
    ck_assert_uint_eq(found.duplicates, N / 2);
    free(ids);
}
END_TEST

/* A text that is too short to read its message: none is said. */
START_TEST(no_message_is_said_lightly) {
    const trip *t = &TRIPS[sizeof TRIPS / sizeof *TRIPS - 2];
    enum { STEP = REPEATS(4, 20) };
    uint32_t ids[LONG];
    size_t read = 0, undetermined = 0;
    generate(t, true, ids);
    for (size_t n = 4; n <= LONG; n += STEP) {
        setting s = setting_of(t, "77");
        cm_text_evidence found = look(&s, ids, n);
        if (found.payload_state == CM_TEXT_PAYLOAD_READ) {
            ck_assert_uint_eq(found.payload, t->payload);
            read++;
        } else if (found.payload_state == CM_TEXT_PAYLOAD_UNDETERMINED) {
            ck_assert_uint_eq(found.payload, 0);
            ck_assert_uint_gt(found.needed, n);
            undetermined++;
        }
    }
    ck_assert_uint_gt(read, 200 / STEP);
    ck_assert_uint_gt(undetermined, 0);
}
END_TEST

START_TEST(bad_parameters_are_refused) {
    static const struct {
        const char *scheme, *name, *value;
    } BAD[] = {
        {"hf-kgw", "greenlist_ratio", "1"},
        {"hf-kgw", "greenlist_ratio", "nan"},
        {"hf-kgw", "context_width", "0"},
        {"lmw", "seeding_scheme", ""},
        {"lmw", "seeding_scheme", "simple"},
        {"lmw", "seeding_scheme", "ff"},
        {"lmw", "seeding_scheme", "ff-additive_prf"},
        {"lmw", "seeding_scheme", "ff-additive_prf-1"},
        {"lmw", "seeding_scheme", "ff-additive_prf-0-False"},
        {"lmw", "seeding_scheme", "ff-additive_prf-65-False"},
        {"lmw", "seeding_scheme", "ff-no_prf-1-False"},
        {"lmw", "seeding_scheme", "ff-additive_prf-1-Maybe"},
        {"lmw", "seeding_scheme", "ff-additive_prf-x-False"},
        {"lmw", "seeding_scheme", "ff-additive_prf-1-False-"},
        {"lmw", "seeding_scheme", "ff-additive_prf-1-False-k"},
        {"lmw", "seeding_scheme", "ff-additive_prf-1-False-1-2"},
        {"lmw", "seeding_scheme", "ff-minskipgram_prf-1-False"},
        {"lmw", "seeding_scheme", "gpu-simple_1"},
        {"lmw", "gamma", "0"},
        {"lmw", "statistic", "max"},
        {"lmw", "ignore_repeated_ngrams", "true"},
        {"sbw", "seeding_scheme", "simple_1"},
        {"sbw", "seeding_scheme", "gpu-simple_1-40"},
        {"sbw", "seeding_scheme", "gpu-fused-selfhash-cpuhash"},
        {"sbw", "seeding_scheme", "gpu-selfhash-0"},
        {"sbw", "seeding_scheme", "gpu-selfhash-2000"},
        {"sbw", "seeding_scheme", "gpu-selfhash-40-40"},
        {"sbw", "seeding_scheme", "gpu-ff-minhash_prf-4-False-40"},
        {"sbw", "gamma", "1"},
        {"unigram", "fraction", "0"},
        {"unigram", "watermark_key", "x"},
        {"mpac", "base", "3"}, /* of two lists */
        {"mpac", "base", "11"},
        {"mpac", "message_length", "65"},
        {"mpac", "gamma", "0.6"},
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        setting s = {.name = BAD[i].scheme, .vocabulary = 100};
        cm_text_scheme *scheme;
        set(&s, BAD[i].name, BAD[i].value);
        ck_assert_msg(try_make(&s, &scheme, NULL) == CM_ERR_ARGUMENT, "%s %s=%s", BAD[i].scheme,
                      BAD[i].name, BAD[i].value);
        ck_assert_ptr_null(scheme);
    }
    setting s = {.name = "mpac", .vocabulary = 100};
    cm_text_scheme *scheme = make(&s);
    cm_text_marker *marker;
    const cm_text_marker_options options = {.payload = 16};
    ck_assert_int_eq(cm_text_marker_new(scheme, &options, &marker, NULL), CM_ERR_ARGUMENT);
    cm_text_scheme_free(scheme);
}
END_TEST

/* Every seeding scheme of both peers that has a name of its own. */
START_TEST(names_of_seeding_schemes) {
    static const char *const LMW[] = {"simple_1",
                                      "lefthash",
                                      "selfhash",
                                      "algorithm-3",
                                      "minhash",
                                      "skipgram",
                                      "ff-minskipgram_prf-2-True-99"};
    static const char *const SBW[] = {"gpu-minhash",
                                      "gpu-skipgram",
                                      "gpu-selfhash",
                                      "gpu-selfhash-fullvocab",
                                      "gpu-fused-selfhash-fullvocab-cudagraphs",
                                      "gpu-fused-simple_4-fullvocab",
                                      "gpu-ff-position_prf-3-False",
                                      "gpu-ff-minhash_prf-3-True-fullvocab"};
    for (size_t i = 0; i < sizeof LMW / sizeof *LMW + sizeof SBW / sizeof *SBW; i++) {
        bool sbw = i >= sizeof LMW / sizeof *LMW;
        setting s = {.name = sbw ? "sbw" : "lmw", .vocabulary = 100};
        set(&s, "seeding_scheme", sbw ? SBW[i - sizeof LMW / sizeof *LMW] : LMW[i]);
        ck_assert_uint_eq(look(&s, (const uint32_t[]){1, 2, 3, 4, 5, 6, 7}, 7).tokens, 7);
    }
}
END_TEST

Suite *suite_text_green(void);
Suite *suite_text_green(void) {
    Suite *s = suite_create("text_green");
    TCase *t = tcase_create("green lists");
    const int trips = sizeof TRIPS / sizeof *TRIPS;
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, marked_texts_are_found, 0, trips);
    tcase_add_loop_test(t, steps_raise_what_detectors_count, 0, trips);
    tcase_add_test(t, as_many_candidates_as_the_peer_tries);
    tcase_add_loop_test(t, p_values_hold_over_keys, 0, trips);
    tcase_add_test(t, lists_that_recur_count_once);
    tcase_add_test(t, no_message_is_said_lightly);
    tcase_add_test(t, bad_parameters_are_refused);
    tcase_add_test(t, names_of_seeding_schemes);
    suite_add_tcase(s, t);
    return s;
}
