/* What text marks cost in one thread: a step on the logits of 151,936 tokens in units of one pass
 * that reads, adds to and writes them, in turns; and detection in tokens a second.
 *
 * usage: text_speed [ROUNDS]
 *        text_speed --serve IDS
 *
 * Every figure is the median of ROUNDS (201) steps or detections (fewer of slow ones). Exits with 1
 * when a target is missed. --serve is for bench/text_peers.py: a line "step NAME", "detect NAME N"
 * or "part NAME N" on stdin is answered by a line of JSON with the seconds of one such step, or of
 * a detection or its part (the median of three) in the file's first N ids (32 bits each), so that
 * both sides take turns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "text_cases.h"
#include "text_parts.h"

enum {
    ROUNDS = 201,
    ROUNDS_MAX = 999,
    TOKENS = 1 << 20,
    PEER_TOKENS = 100000,
    CASES_MAX = 32,
    ANSWERS = 3
};

static const double MOST_GREEN = 3, MOST_GUMBEL = 10; /* in units */
static const double LEAST_RATE = 30e6;                /* tokens a second */
static const size_t MOST_GROWTH = 1 << 12;            /* bytes */

static float logits[TEXT_VOCABULARY], scores[TEXT_VOCABULARY];
static uint32_t ids[TOKENS];

static bool say(bool good, const char *asked) {
    printf("%s  %s\n", good ? "ok  " : "MISS", asked);
    return good;
}

/* ---- steps ---- */

/* The unit. The logits were written just before, as a sampler's are. */
static double time_pass(float add) {
    memcpy(scores, logits, sizeof scores);
    double start = bench_now();
    for (size_t i = 0; i < TEXT_VOCABULARY; i++)
        scores[i] += add;
    double taken = bench_now() - start;
    volatile float sink = scores[TEXT_VOCABULARY / 2];
    (void)sink;
    return taken;
}

typedef struct steps {
    text_stepper stepper[CASES_MAX];
    bool there[CASES_MAX];
    double seconds[CASES_MAX][ROUNDS_MAX], units[CASES_MAX][ROUNDS_MAX], pass[ROUNDS_MAX];
    double median[CASES_MAX], median_units[CASES_MAX];
} steps;

/* Each step is held against passes right before and after it. */
static void measure_step(steps *s, size_t k, size_t round) {
    double before = time_pass(1);
    double taken = text_stepper_time(&s->stepper[k], logits, scores);
    s->pass[round] = (before + time_pass(2)) / 2;
    s->seconds[k][round] = taken;
    s->units[k][round] = taken / s->pass[round];
}

static void measure_steps(steps *s, size_t rounds) {
    for (size_t k = 0; k < text_case_count; k++)
        s->there[k] = text_stepper_open(&text_cases[k], ids, &s->stepper[k]);
    for (size_t i = 0; i < rounds; i++)
        for (size_t k = 0; k < text_case_count; k++)
            if (s->there[k])
                measure_step(s, k, i);
    for (size_t k = 0; k < text_case_count; k++) {
        if (!s->there[k])
            continue;
        s->median[k] = bench_median(s->seconds[k], rounds);
        s->median_units[k] = bench_median(s->units[k], rounds);
        text_stepper_close(&s->stepper[k]);
    }
}

static double units(const steps *s, const char *name) {
    return s->median_units[text_case_named(name) - text_cases];
}

static bool report_steps(steps *s, size_t rounds) {
    printf("  %-24s %10s %8s\n", "step, median", "us", "units");
    printf("  %-24s %10.1f %8.2f\n", "one pass over the logits",
           1e6 * bench_median(s->pass, rounds), 1.0);
    for (size_t k = 0; k < text_case_count; k++)
        if (s->there[k])
            printf("  %-24s %10.1f %8.2f\n", text_cases[k].name, 1e6 * s->median[k],
                   s->median_units[k]);
        else
            printf("  %-24s %10s\n", text_cases[k].name, "not there");
    bool good = say(units(s, "green") <= MOST_GREEN, "a green step takes at most 3 passes");
    return say(units(s, "gumbel") <= MOST_GUMBEL && units(s, "gumbel-32") <= MOST_GUMBEL,
               "a Gumbel step takes at most 10 passes, with a payload of 32 bits, too") &&
           good;
}

/* ---- detection ---- */

static double measure_detection(const cm_text_scheme *scheme, size_t n, size_t rounds) {
    static double seconds[ROUNDS_MAX];
    cm_text_evidence e;
    for (size_t i = 0; i < rounds; i++)
        seconds[i] = text_detect_time(scheme, ids, n, &e);
    return (double)n / bench_median(seconds, rounds);
}

/* Long texts are slower: what they had before no longer lies near the processor. */
static void report_long(const cm_text_scheme *scheme, const char *name, size_t rounds) {
    printf("  %-24s %10d %14.0f\n", name, TOKENS, measure_detection(scheme, TOKENS, rounds / 20));
}

static bool report_detection(size_t rounds) {
    bool fast = true, flat = true;
    printf("  %-24s %10s %14s %14s\n", "detection", "tokens", "tokens/s", "heap grows by");
    for (size_t k = 0; k < text_case_count; k++) {
        const text_case *c = &text_cases[k];
        cm_text_scheme *scheme = text_scheme(c);
        if (scheme == NULL)
            continue;
        bool plain = strcmp(c->scheme, "cm-text-1") == 0 && strcmp(c->name, "gumbel-32") != 0;
        double rate = measure_detection(scheme, PEER_TOKENS, plain ? rounds : (rounds + 19) / 20);
        /* What is known of the text doesn't grow when the same text comes again. */
        size_t twice = text_detect_heap(scheme, ids, PEER_TOKENS, 2);
        size_t often = text_detect_heap(scheme, ids, PEER_TOKENS, 12);
        printf("  %-24s %10d %14.0f %14zu\n", c->name, PEER_TOKENS, rate, often - twice);
        if (plain)
            report_long(scheme, c->name, rounds);
        fast = fast && (!plain || rate >= LEAST_RATE);
        flat = flat && often <= twice + MOST_GROWTH;
        cm_text_scheme_free(scheme);
    }
    fast = say(fast, "native detection without a payload reads at least 30 M tokens/s in a text of "
                     "100,000");
    return say(flat, "a text that repeats itself needs no more memory after 1.2 M tokens than "
                     "after 0.2 M") &&
           fast;
}

/* ---- for the peers' side ---- */

static void answer_step(const text_case *c, const char *name) {
    static text_stepper open;
    static const text_case *of;
    if (of != c) {
        if (of != NULL)
            text_stepper_close(&open);
        of = NULL;
        if (!text_stepper_open(c, ids, &open)) {
            printf("{\"case\": \"%s\", \"absent\": true}\n", name);
            return;
        }
        of = c;
    }
    printf("{\"case\": \"%s\", \"seconds\": %.9f}\n", name,
           text_stepper_time(&open, logits, scores));
}

static void answer_detect(const text_case *c, const char *name, size_t n) {
    cm_text_evidence e;
    cm_text_scheme *scheme = text_scheme(c);
    if (scheme == NULL) {
        printf("{\"case\": \"%s\", \"absent\": true}\n", name);
        return;
    }
    double seconds[ANSWERS];
    for (int i = 0; i < ANSWERS; i++)
        seconds[i] = text_detect_time(scheme, ids, n, &e);
    printf("{\"case\": \"%s\", \"seconds\": %.9f, \"statistic\": %.17g, \"scored\": %llu}\n", name,
           bench_median(seconds, ANSWERS), e.statistic, (unsigned long long)e.scored);
    cm_text_scheme_free(scheme);
}

/* "g-values N" and "mask N". */
static bool answer_part(const char *name, size_t n) {
    static uint64_t scratch[TOKENS];
    double seconds[ANSWERS];
    text_part part = {0};
    for (int i = 0; i < ANSWERS; i++) {
        if (strcmp(name, "g-values") == 0)
            part = text_part_g_values(ids, n, scratch);
        else if (strcmp(name, "mask") == 0)
            part = text_part_mask(ids, n, (uint8_t *)scratch);
        else
            return false;
        seconds[i] = part.seconds;
    }
    printf("{\"case\": \"%s\", \"seconds\": %.9f, \"sum\": %llu}\n", name,
           bench_median(seconds, ANSWERS), (unsigned long long)part.sum);
    return true;
}

static int serve(const char *path) {
    char verb[16], name[32];
    cm_buf file = bench_load(path);
    size_t n = file.size / sizeof *ids;
    if (n > TOKENS || n < ROUNDS_MAX)
        bench_die(path, "1,000 to 1,048,576 ids are needed");
    memcpy(ids, file.data, n * sizeof *ids);
    cm_buf_free(&file);
    while (scanf("%15s %31s", verb, name) == 2) {
        const text_case *c = text_case_named(name);
        bool step = strcmp(verb, "step") == 0;
        size_t some = 0;
        if (!step && (scanf("%zu", &some) != 1 || some > n))
            bench_die(verb, "not so many ids");
        if (strcmp(verb, "part") == 0) {
            if (!answer_part(name, some))
                bench_die(name, "no such part");
        } else if (c == NULL) {
            bench_die(name, "no such case");
        } else if (step) {
            answer_step(c, name);
        } else {
            answer_detect(c, name, some);
        }
        fflush(stdout);
    }
    return 0;
}

int main(int argc, char **argv) {
    static steps s;
    bench_keep_memory();
    text_make_ids(ids, TOKENS, 1);
    text_make_logits(logits, 2);
    if (argc == 3 && strcmp(argv[1], "--serve") == 0)
        return serve(argv[2]);
    size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : ROUNDS;
    if (rounds < 20 || rounds > ROUNDS_MAX)
        bench_die("usage", "text_speed [ROUNDS], 20 to 999");
    printf("Text marks: %d logits, one thread, %zu rounds\n", TEXT_VOCABULARY, rounds);
    measure_steps(&s, rounds);
    bool good = report_steps(&s, rounds);
    good = report_detection(rounds) && good;
    return good ? 0 : 1;
}
