#include "text_cases.h"

#include <malloc.h>
#include <math.h>
#include <string.h>

#include "measure.h"

enum { CAPACITY = 1 << 14, PROMPT = 8 };

/* A key for each of 30 layers. */
static const char KEYS[] = "654,400,836,123,340,443,597,160,57,29,590,639,13,715,468,"
                           "990,966,226,324,585,118,504,421,521,129,669,732,225,90,960";

const text_case text_cases[] = {
    {"green", "cm-text-1", {{"mode", "green"}}},
    {"gumbel", "cm-text-1", {{"payload", "0"}}},
    {"gumbel-32", "cm-text-1", {{"payload", "32"}}},
    {"tournament", "cm-text-1", {{"mode", "tournament"}}},
    {"hf-lefthash", "hf-kgw", {{"seeding_scheme", "lefthash"}}},
    {"hf-selfhash", "hf-kgw", {{"seeding_scheme", "selfhash"}}},
    {"hf-synthid", "hf-synthid", {{"keys", KEYS}}},
    {"vllm", "vllm-gumbel", {{"key", "42"}}},
};
const size_t text_case_count = sizeof text_cases / sizeof *text_cases;

const text_case *text_case_named(const char *name) {
    for (size_t i = 0; i < text_case_count; i++)
        if (strcmp(text_cases[i].name, name) == 0)
            return &text_cases[i];
    return NULL;
}

static bool is_there(const char *scheme) {
    const cm_text_scheme_info *info;
    for (size_t i = 0; (info = cm_text_scheme_at(i)) != NULL; i++)
        if (strcmp(info->name, scheme) == 0)
            return true;
    return false;
}

cm_text_scheme *text_scheme(const text_case *c) {
    cm_text_scheme_options options = {
        .name = c->scheme, .params = c->params, .vocabulary = TEXT_VOCABULARY};
    cm_text_scheme *scheme = NULL;
    cm_key *key = NULL;
    cm_error err;
    if (!is_there(c->scheme))
        return NULL;
    while (options.param_count < TEXT_PARAMS && c->params[options.param_count].name != NULL)
        options.param_count++;
    bench_must(cm_key_generate(&(cm_key_options){.name = "bench"}, &key, &err), "key", &err);
    options.key = key;
    bench_must(cm_text_scheme_new(&options, &scheme, &err), c->name, &err);
    cm_key_free(key);
    return scheme;
}

bool text_stepper_open(const text_case *c, const uint32_t *ids, text_stepper *out) {
    cm_text_marker_options options = {.capacity = CAPACITY};
    cm_error err;
    *out = (text_stepper){.scheme = text_scheme(c), .ids = ids};
    if (out->scheme == NULL)
        return false;
    bench_must(cm_text_marker_new(out->scheme, &options, &out->marker, &err), c->name, &err);
    bench_must(cm_text_marker_start(out->marker, ids, PROMPT, &err), c->name, &err);
    for (out->at = PROMPT; out->at < 2 * PROMPT; out->at++)
        bench_must(cm_text_marker_accept(out->marker, ids[out->at], &err), c->name, &err);
    return true;
}

void text_stepper_close(text_stepper *s) {
    cm_text_marker_free(s->marker);
    cm_text_scheme_free(s->scheme);
}

double text_stepper_time(text_stepper *s, const float *logits, float *scores) {
    cm_error err;
    memcpy(scores, logits, TEXT_VOCABULARY * sizeof *scores);
    double start = bench_now();
    cm_code code = cm_text_marker_step(s->marker, scores, TEXT_VOCABULARY, &err);
    double taken = bench_now() - start;
    bench_must(code, "step", &err);
    bench_must(cm_text_marker_accept(s->marker, s->ids[s->at++], &err), "step", &err);
    return taken;
}

double text_detect_time(const cm_text_scheme *scheme, const uint32_t *ids, size_t n,
                        cm_text_evidence *out) {
    cm_text_detector *detector;
    cm_error err;
    double start = bench_cpu();
    bench_must(cm_text_detector_new(scheme, 0, &detector, &err), "detector", &err);
    bench_must(cm_text_detector_feed(detector, ids, NULL, n, &err), "detector", &err);
    bench_must(cm_text_detector_finish(detector, out, &err), "detector", &err);
    double taken = bench_cpu() - start;
    cm_text_detector_free(detector);
    out->spans = NULL;
    return taken;
}

size_t text_detect_heap(const cm_text_scheme *scheme, const uint32_t *ids, size_t n, int times) {
    cm_text_detector *detector;
    cm_error err;
    struct mallinfo2 before = mallinfo2();
    bench_must(cm_text_detector_new(scheme, 0, &detector, &err), "detector", &err);
    for (int i = 0; i < times; i++)
        bench_must(cm_text_detector_feed(detector, ids, NULL, n, &err), "detector", &err);
    struct mallinfo2 after = mallinfo2();
    cm_text_detector_free(detector);
    return after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
}

void text_make_ids(uint32_t *ids, size_t n, uint64_t seed) {
    for (size_t i = 0; i < n; i++)
        ids[i] = (uint32_t)pow(TEXT_VOCABULARY, bench_uniform(&seed)) - 1;
}

void text_make_logits(float *logits, uint64_t seed) {
    for (size_t i = 0; i < TEXT_VOCABULARY; i++) {
        double sum = -6; /* of twelve uniform ones, which is near enough to a bell curve */
        for (int k = 0; k < 12; k++)
            sum += bench_uniform(&seed);
        logits[i] = (float)(2.5 * sum);
    }
}
