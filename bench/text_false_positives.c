/* What text marks' detectors say of unmarked human text: how often the p-value of a chunk of 200
 * tokens is at most 1/100, 1/1000 and 1/10000, over keys.
 *
 * usage: text_false_positives TOKENIZER EVERY SCHEME FILE...
 *
 * SCHEME is as in "hf-kgw hashing_key=%k seeding_scheme=selfhash": %k stands for each of four
 * numbers; schemes that take a key file get four random ones. Every EVERY-th chunk is judged as
 * `countermark detect` would. Prints a row of the table in spec/statistics.md §10, with bounds at
 * 95 % confidence (Clopper and Pearson 1934), and the same once `calibrate`'s correction was
 * measured for each key on one half of the text and applied to the other. Exits with 1 when
 * cm-text-1 is beyond what chance explains, or the correction isn't enough. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/calibration.h"
#include "api/text_run.h"
#include "base/tails.h"
#include "measure.h"

enum { CHUNK = 200, KEYS = 4, LEVELS = 3, WORDS = 12, STRETCH = 50, SPEC_MOST = 512 };

static const char *const NUMBERS[KEYS] = {"15485863", "42", "987654321", "20240607"};
static const double LEVEL[LEVELS] = {1e-2, 1e-3, 1e-4};

/* A level is passed too often when chance would do so in one of a thousand runs. */
static const double CHANCE = 1e-3;

typedef struct corpus {
    uint32_t *ids; /* chunks, one after the other */
    size_t chunks, room;
    uint64_t bytes, tokens;
} corpus;

/* A scheme as it was asked for, with one key in it. */
typedef struct request {
    char text[SPEC_MOST], filled[SPEC_MOST];
    cm_text_param params[WORDS];
    size_t count;
} request;

typedef struct tally {
    uint64_t n, hits[LEVELS];
} tally;

/* From the middle of the first stretch on: books begin with the same pages in all languages, and
 * the same chunk many times is one test, not many. */
static void add_chunks(corpus *c, const cm_tokens *t, size_t every) {
    c->tokens += t->count;
    for (size_t at = every / 2 * CHUNK; at + CHUNK <= t->count; at += every * CHUNK) {
        if (c->chunks == c->room) {
            c->room = c->room > 0 ? 2 * c->room : 1024;
            c->ids = realloc(c->ids, c->room * CHUNK * sizeof *c->ids);
            if (c->ids == NULL)
                bench_die("corpus", "out of memory");
        }
        memcpy(c->ids + c->chunks++ * CHUNK, t->ids + at, CHUNK * sizeof *t->ids);
    }
}

static void read_corpus(const cm_tokenizer *tokenizer, char **paths, int count, size_t every,
                        corpus *c) {
    cm_tokens tokens = {0};
    cm_error err;
    for (int i = 0; i < count; i++) {
        cm_buf file = bench_load(paths[i]);
        tokens.count = 0;
        bench_must(cm_tokenizer_encode(tokenizer, file.data, file.size, false, &tokens, &err),
                   paths[i], &err);
        c->bytes += file.size;
        add_chunks(c, &tokens, every);
        cm_buf_free(&file);
    }
    cm_tokens_free(&tokens);
    if (c->chunks == 0)
        bench_die("corpus", "is shorter than a chunk");
}

/* Puts the key's number where "%k" stands, and cuts the whole into words. */
static void fill_in(request *r, const char *spec, int key) {
    const char *mark = strstr(spec, "%k");
    size_t before = mark != NULL ? (size_t)(mark - spec) : strlen(spec);
    snprintf(r->filled, sizeof r->filled, "%.*s%s%s", (int)before, spec,
             mark != NULL ? NUMBERS[key] : "", mark != NULL ? mark + 2 : "");
    memcpy(r->text, r->filled, sizeof r->text);
    r->count = 0;
    char *rest = strchr(r->text, ' ');
    while (rest != NULL && r->count < WORDS) {
        *rest++ = '\0';
        char *equals = strchr(rest, '=');
        if (equals == NULL)
            bench_die(spec, "parameters are NAME=VALUE");
        *equals = '\0';
        r->params[r->count++] = (cm_text_param){.name = rest, .value = equals + 1};
        rest = strchr(equals + 1, ' ');
    }
}

static bool takes_key_file(const char *scheme) {
    const cm_text_scheme_info *info;
    for (size_t i = 0; (info = cm_text_scheme_at(i)) != NULL; i++)
        if (strcmp(info->name, scheme) == 0)
            return info->keyed;
    bench_die(scheme, "no such scheme");
}

static double judge(const cm_text_inspector *inspector, const uint32_t *ids) {
    cm_text_run run;
    cm_text_evidence best;
    const cm_text_test *by;
    cm_error err;
    bench_must(cm_text_run_open(inspector, &run, &err), "detection", &err);
    bench_must(cm_text_run_feed(&run, ids, NULL, CHUNK, &err), "detection", &err);
    bench_must(cm_text_run_finish(&run, &best, &by, &err), "detection", &err);
    double log10_p = best.log10_p;
    cm_text_run_close(&run);
    return log10_p;
}

/* log10 p of all chunks under one key. */
static void judge_all(const corpus *c, const cm_tokenizer *tokenizer, const char *spec, int number,
                      double *log10_p) {
    request r;
    cm_key *key = NULL;
    cm_text_inspector *inspector;
    cm_error err;
    fill_in(&r, spec, number);
    if (takes_key_file(r.text))
        bench_must(cm_key_generate(&(cm_key_options){.name = "bench"}, &key, &err), "key", &err);
    const cm_key *keys[] = {key};
    const cm_text_request asked = {.scheme = r.text, .params = r.params, .param_count = r.count};
    cm_text_inspect_options o = {.tokenizer = tokenizer,
                                 .keys = keys,
                                 .key_count = key != NULL,
                                 .requests = &asked,
                                 .request_count = 1};
    bench_must(cm_text_inspector_new(&o, &inspector, &err), spec, &err);
    for (size_t i = 0; i < c->chunks; i++)
        log10_p[i] = judge(inspector, c->ids + i * CHUNK);
    cm_text_inspector_free(inspector);
    cm_key_free(key);
}

/* Neighbours are alike: the halves take turns in stretches. */
static bool is_first_half(size_t chunk) {
    return chunk / STRETCH % 2 == 0;
}

static void count(tally *t, double log10_p) {
    t->n++;
    for (int i = 0; i < LEVELS; i++)
        t->hits[i] += log10_p <= log10(LEVEL[i]) + 1e-12;
}

/* The power that `calibrate` finds on the first half. */
static double calibrate(const double *log10_p, size_t chunks) {
    cm_calibration_bucket b = {.tokens = CHUNK};
    for (size_t i = 0; i < chunks; i++) {
        if (!is_first_half(i))
            continue;
        b.chunks++;
        for (int k = 0; k < CM_LEVELS; k++)
            b.hits[k] += log10_p[i] <= -0.5 * (k + 1);
    }
    return cm_calibration_power(&b);
}

/* Whether chance explains so many hits. */
static bool is_held(const tally *t) {
    for (int i = 0; i < LEVELS; i++)
        if (cm_log_binomial_tail(t->hits[i], t->n, LEVEL[i]) < log(CHANCE))
            return false;
    return true;
}

static void show(const tally *t) {
    for (int i = 0; i < LEVELS; i++) {
        double n = (double)t->n;
        printf(" %.2g (%.2g–%.2g) |", (double)t->hits[i] / n,
               1 - cm_rate_upper(t->n - t->hits[i], t->n), cm_rate_upper(t->hits[i], t->n));
    }
}

static void show_rates(const tally *t) {
    for (int i = 0; i < LEVELS; i++)
        printf("%s%.2g", i > 0 ? ", " : " ", (double)t->hits[i] / (double)t->n);
    printf(" |");
}

static bool worse(const tally *a, const tally *b) {
    return a->hits[0] > b->hits[0];
}

int main(int argc, char **argv) {
    corpus c = {0};
    cm_tokenizer *tokenizer;
    cm_error err;
    size_t every = argc > 4 ? strtoul(argv[2], NULL, 10) : 0;
    if (every == 0)
        bench_die("usage", "text_false_positives TOKENIZER EVERY SCHEME FILE...");
    bench_must(cm_tokenizer_read(argv[1], NULL, &tokenizer, &err), argv[1], &err);
    read_corpus(tokenizer, argv + 4, argc - 4, every, &c);
    double *log10_p = calloc(c.chunks, sizeof *log10_p), least = 1;
    if (log10_p == NULL)
        bench_die("corpus", "out of memory");
    tally all = {0}, worst = {0}, corrected = {0};
    for (int key = 0; key < KEYS; key++) {
        tally own = {0};
        judge_all(&c, tokenizer, argv[3], key, log10_p);
        double power = calibrate(log10_p, c.chunks);
        least = fmin(least, power);
        for (size_t i = 0; i < c.chunks; i++) {
            count(&all, log10_p[i]);
            count(&own, log10_p[i]);
            if (!is_first_half(i))
                count(&corrected, log10_p[i] * power);
        }
        worst = key == 0 || worse(&own, &worst) ? own : worst;
    }
    bool ours = strncmp(argv[3], "cm-text-1", 9) == 0, held = is_held(&all);
    bool good = is_held(&corrected) && (held || !ours);
    printf("| %s | %llu |", argv[3], (unsigned long long)all.n);
    show(&all);
    show_rates(&worst);
    if (corrected.n > 0) {
        printf(" %.2f:", least);
        show_rates(&corrected);
    } else {
        printf(" too few |");
    }
    printf(" %s |\n", good ? (held ? "held" : "held once calibrated") : "MISS");
    free(log10_p);
    free(c.ids);
    cm_tokenizer_free(tokenizer);
    return good ? 0 : 1;
}
