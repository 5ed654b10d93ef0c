#include "text_generator.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "measure.h"

enum { V = GENERATOR_VOCABULARY, LEVELS = 64 };

/* Of the exponents' logarithms: the middles of open and of nearly certain steps, and deviations. */
static const double OPEN = 0.22, CERTAIN = 2.1, STEPS = 0.08, TEXTS = 0.055;

/* Exponents of the table at temperature 1, evenly spaced by their logarithms. */
static const double LEAST = 0.8, MOST = 16;

struct text_generator {
    double certain; /* share of steps */
    double exponent[LEVELS], log_sum[LEVELS], entropy[LEVELS];
    double log_rank[V];
    double up_to[LEVELS][V]; /* chance of this rank or a better one */
};

static void fill_level(text_generator *g, int level) {
    double a = g->exponent[level], *up_to = g->up_to[level], sum = 0, mean = 0;
    for (size_t k = 0; k < V; k++) {
        double weight = exp(-a * g->log_rank[k]);
        up_to[k] = sum += weight;
        mean += weight * a * g->log_rank[k];
    }
    for (size_t k = 0; k < V; k++)
        up_to[k] /= sum;
    g->log_sum[level] = log(sum);
    g->entropy[level] = log(sum) + mean / sum;
}

text_generator *text_generator_new(double temperature, double certain) {
    text_generator *g = calloc(1, sizeof *g);
    if (g == NULL)
        bench_die("generator", "out of memory");
    g->certain = certain;
    for (size_t k = 0; k < V; k++)
        g->log_rank[k] = log((double)k + 1);
    for (int i = 0; i < LEVELS; i++) {
        g->exponent[i] = LEAST * pow(MOST / LEAST, i / (LEVELS - 1.0)) / temperature;
        fill_level(g, i);
    }
    return g;
}

void text_generator_free(text_generator *g) {
    free(g);
}

/* Of the normal law with deviation 1 (Box and Muller 1958). */
static double normal(uint64_t *random) {
    double u = 1 - bench_uniform(random), turn = 2 * acos(-1) * bench_uniform(random);
    return sqrt(-2 * log(u)) * cos(turn);
}

double text_draw_bias(uint64_t *random) {
    return TEXTS * normal(random);
}

text_law text_draw_law(const text_generator *g, double bias, uint64_t *random) {
    double centre = bench_uniform(random) < g->certain ? CERTAIN : OPEN;
    double wanted = centre + bias + STEPS * normal(random) - log(LEAST);
    long level = lround(wanted / log(MOST / LEAST) * (LEVELS - 1));
    text_law law = {.level = (int)(level < 0 ? 0 : level < LEVELS ? level : LEVELS - 1)};
    do
        law.stride = (uint32_t)(bench_random(random) % V);
    while (law.stride % 2 == 0 || law.stride % 3 == 0); /* V is 3 * 2^14 */
    law.shift = (uint32_t)(bench_random(random) % V);
    return law;
}

static uint32_t id_at(const text_law *law, uint32_t rank) {
    return (uint32_t)(((uint64_t)law->stride * rank + law->shift) % V);
}

/* Backwards: x^4096 = 1 for every stride, so that x^4095 is its inverse. */
static uint32_t rank_of(const text_law *law, uint32_t id) {
    uint64_t inverse = 1;
    for (int i = 0; i < 12; i++)
        inverse = inverse * inverse % V * law->stride % V;
    return (uint32_t)(inverse * (id + V - law->shift) % V);
}

uint32_t text_draw_id(const text_generator *g, const text_law *law, uint64_t *random) {
    const double *up_to = g->up_to[law->level];
    double u = bench_uniform(random);
    uint32_t low = 0, high = V - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (up_to[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return id_at(law, low);
}

static double log_chance(const text_generator *g, const text_law *law, uint32_t rank) {
    return -g->exponent[law->level] * g->log_rank[rank] - g->log_sum[law->level];
}

float text_probability(const text_generator *g, const text_law *law, uint32_t id) {
    return fmaxf((float)exp(log_chance(g, law, rank_of(law, id))), FLT_MIN);
}

void text_fill_logits(const text_generator *g, const text_law *law, float *logits) {
    uint32_t id = law->shift;
    for (uint32_t k = 0; k < V; k++) {
        logits[id] = (float)log_chance(g, law, k);
        id += law->stride;
        id -= id < V ? 0 : V;
    }
}

double text_entropy(const text_generator *g, const text_law *law) {
    return g->entropy[law->level];
}

double text_certainty(const text_generator *g, const text_law *law) {
    return g->up_to[law->level][0];
}
