#include "text/synthid_score.h"

#include <math.h>

/* Layers whose keys agree where the table looks at them are one layer: the law must not take them
 * for independent ones. */
static bool is_same_layer(const cm_synthid_g *g, int a, int b) {
    uint64_t difference = (uint64_t)g->key[a] - (uint64_t)g->key[b];
    bool power = g->table != NULL && (g->size & (g->size - 1)) == 0;
    return (power ? difference & (g->size - 1) : difference) == 0;
}

static void set_layers(cm_synthid_score *s, const cm_synthid_g *g, const double *weight) {
    int leader[CM_SYNTHID_DEPTH_MAX];
    s->layers = (cm_layers){.share = g->share, .even = s->kind == CM_SYNTHID_MEAN};
    for (int l = 0; l < g->depth; l++) {
        leader[l] = -1;
        for (int k = 0; leader[l] < 0 && k < l; k++)
            if (is_same_layer(g, k, l))
                leader[l] = leader[k];
        if (leader[l] < 0) {
            leader[l] = s->layers.depth++;
            s->layers.weight[leader[l]] = weight[l];
            continue;
        }
        s->copies |= 1ull << l;
        s->layers.weight[leader[l]] += weight[l];
        s->layers.even = false;
    }
}

static void set_sums(cm_synthid_score *s, const double *weight) {
    for (int byte = 0; byte < 8; byte++)
        for (int value = 0; value < 256; value++)
            for (int bit = 0; bit < 8; bit++)
                if ((value >> bit & 1) != 0)
                    s->sum[byte][value] += weight[8 * byte + bit];
}

void cm_synthid_score_set(cm_synthid_score *s, cm_synthid_kind kind, const cm_synthid_g *g,
                          const double *weights, const cm_synthid_model *model) {
    double weight[CM_SYNTHID_DEPTH_MAX] = {0}, total = 0;
    int depth = g->depth;
    *s = (cm_synthid_score){.kind = kind, .depth = depth, .share = g->share, .model = model};
    for (int l = 0; l < depth; l++) {
        weight[l] = kind != CM_SYNTHID_WEIGHTED ? 1
                    : weights != NULL           ? weights[l]
                    : depth > 1                 ? 10 - 9.0 * l / (depth - 1)
                                                : 1;
        total += weight[l];
    }
    for (int l = 0; l < depth; l++)
        weight[l] *= depth / total;
    set_layers(s, g, weight);
    set_sums(s, weight);
}

/* The expected likelihood ratio is 1 without a mark, and stays so whatever windows are added; by
 * Markov's inequality it reaches L with a probability of at most 1/L. */
static double ratio_tail(const void *with, uint64_t n, double sum) {
    (void)with;
    (void)n;
    return fmin(0, -sum);
}

cm_law cm_synthid_law(const cm_synthid_score *s) {
    return s->kind == CM_SYNTHID_BAYESIAN ? (cm_law){.tail = ratio_tail}
                                          : cm_law_layers(&s->layers);
}

static double sigmoid(double x) {
    return 1 / (1 + exp(-x));
}

/* A layer's factor is (g + 1/2) s + 1 - s, s the probability that the model gives to two different
 * candidates. Its mean is 1 + s (share - 1/2) given the layers before; ours is divided by that,
 * and a layer that only repeats another one tells nothing. */
static double likelihood(const cm_synthid_score *s, uint64_t word, double *peer) {
    const cm_synthid_model *m = s->model;
    double ours = 0;
    *peer = 0;
    for (int l = 0; l < s->depth; l++) {
        double logit = m->beta[l];
        for (int j = 0; j < l; j++)
            logit += (word >> j & 1) != 0 ? m->delta[l][j] : 0;
        double two = sigmoid(logit), factor = log1p(((double)(word >> l & 1) - 0.5) * two);
        *peer += factor;
        if ((s->copies >> l & 1) == 0)
            ours += factor - log1p(two * (s->share - 0.5));
    }
    return ours;
}

double cm_synthid_score_of(const cm_synthid_score *s, uint64_t word, double *peer) {
    if (s->kind == CM_SYNTHID_BAYESIAN)
        return likelihood(s, word, peer);
    double sum = 0;
    for (int byte = 0; 8 * byte < s->depth; byte++)
        sum += s->sum[byte][word >> 8 * byte & 0xff];
    *peer = sum;
    return sum;
}

double cm_synthid_statistic(const cm_synthid_score *s, uint64_t n, double sum) {
    if (s->kind == CM_SYNTHID_BAYESIAN) {
        double prior = fmin(fmax(s->model->prior, 1e-5), 1 - 1e-5);
        return sigmoid(log(prior) - log1p(-prior) + sum);
    }
    return n > 0 ? sum / ((double)n * s->depth) : 0;
}
