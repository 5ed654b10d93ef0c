#include "text/native_code.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/tails.h"
#include "text/native_lanes.h"
#include "text/softmax.h"

enum { PILOT_SHARE = 1u << 29, END_STATES = 16 };

int cm_code_window(int bits) {
    return bits < CM_CODE_WINDOW ? bits : CM_CODE_WINDOW;
}

int cm_code_stage(uint32_t role, int bits) {
    if (role < PILOT_SHARE)
        return CM_CODE_PILOT;
    return (int)((uint64_t)(role - PILOT_SHARE) * (uint64_t)bits / (7ull * PILOT_SHARE));
}

/* Bit b of the value is bit stage - b of the message, around its end. */
uint32_t cm_code_value(uint64_t message, int bits, int stage) {
    uint32_t value = 0;
    int window = cm_code_window(bits);
    for (int b = 0; b < window; b++)
        value |= (uint32_t)(message >> ((stage - b + bits) % bits) & 1) << b;
    return value;
}

cm_code cm_code_open(int bits, cm_code_table *out, cm_error *err) {
    *out = (cm_code_table){.bits = bits, .window = cm_code_window(bits)};
    size_t cells = (size_t)bits << out->window;
    out->score = cm_calloc(cells, sizeof *out->score);
    out->ratio = cm_calloc(cells, sizeof *out->ratio);
    if (out->score != NULL && out->ratio != NULL)
        return CM_OK;
    cm_code_close(out);
    return cm_fail_memory(err);
}

void cm_code_close(cm_code_table *t) {
    free(t->score);
    free(t->ratio);
    *t = (cm_code_table){0};
}

/* A state is the last window - 1 bits. From state s bit b leads to ((s << 1) | b) mod states, by
 * the branch (s << 1) | b: so new state x comes from x >> 1 and from (x >> 1) + states / 2. */
typedef struct trellis {
    const cm_code_table *t;
    size_t states;
    float *now, *next, *gain; /* gain: exp of the ratios, each stage scaled by its greatest */
    uint8_t *from;            /* which of the two, for the way back */
    double *end;              /* what two free laps say of each end state */
    bool *done;
    double scale; /* ln of all the scaling */
} trellis;

static cm_code open_trellis(const cm_code_table *t, trellis *r, cm_error *err) {
    size_t cells = (size_t)t->bits << t->window;
    *r = (trellis){.t = t, .states = (size_t)1 << (t->window - 1)};
    r->now = cm_calloc(r->states, sizeof *r->now);
    r->next = cm_calloc(r->states, sizeof *r->next);
    r->end = cm_calloc(r->states, sizeof *r->end);
    r->done = cm_calloc(r->states, sizeof *r->done);
    r->gain = cm_calloc(cells, sizeof *r->gain);
    r->from = cm_calloc((size_t)t->bits * r->states, sizeof *r->from);
    bool good = r->now != NULL && r->next != NULL && r->end != NULL && r->done != NULL &&
                r->gain != NULL && r->from != NULL;
    return good ? CM_OK : cm_fail_memory(err);
}

static void close_trellis(trellis *r) {
    free(r->now);
    free(r->next);
    free(r->end);
    free(r->done);
    free(r->gain);
    free(r->from);
}

static void swap(trellis *r) {
    float *was = r->now;
    r->now = r->next;
    r->next = was;
}

/* One stage of the best ways. */
static void best_step(trellis *r, int stage, uint8_t *from) {
    cm_lanes_best(r->now, r->t->ratio + ((size_t)stage << r->t->window), r->states, r->next, from);
    swap(r);
}

static void flatten(float *v, size_t n) {
    float most = cm_greatest(v, n);
    for (size_t x = 0; x < n; x++)
        v[x] -= most;
}

static void free_laps(trellis *r) {
    memset(r->now, 0, r->states * sizeof *r->now);
    for (int lap = 0; lap < 2; lap++)
        for (int stage = 0; stage < r->t->bits; stage++) {
            best_step(r, stage, r->from);
            flatten(r->now, r->states);
        }
    for (size_t x = 0; x < r->states; x++)
        r->end[x] = (double)r->now[x];
}

static void prepare_gains(trellis *r) {
    size_t width = (size_t)1 << r->t->window;
    r->scale = 0;
    for (int stage = 0; stage < r->t->bits; stage++) {
        const float *ratio = r->t->ratio + ((size_t)stage << r->t->window);
        float *gain = r->gain + ((size_t)stage << r->t->window), most = cm_greatest(ratio, width);
        for (size_t x = 0; x < width; x++)
            gain[x] = ratio[x] - most;
        cm_powers_of_e(gain, width);
        r->scale += (double)most;
    }
}

/* One stage of the sums, scaled so that floats hold them; returns ln of the scale. */
static double sum_step(trellis *r, int stage) {
    cm_lanes_sum(r->now, r->gain + ((size_t)stage << r->t->window), r->states, r->next);
    swap(r);
    float most = cm_greatest(r->now, r->states);
    if (!(most > 0))
        return -INFINITY;
    for (size_t x = 0; x < r->states; x++)
        r->now[x] /= most;
    return log((double)most);
}

/* ln of the sum over all ways through the trellis, by end state, into r->now; the common factor is
 * returned. */
static double sum_lap(trellis *r) {
    double scale = r->scale;
    for (int stage = 0; stage < r->t->bits && isfinite(scale); stage++)
        scale += sum_step(r, stage);
    return scale;
}

/* The message of the best way that ends where it began. */
static uint64_t way_back(const trellis *r, size_t state) {
    uint64_t message = 0;
    for (int stage = r->t->bits - 1; stage >= 0; stage--) {
        message |= (uint64_t)(state & 1) << stage;
        size_t half = r->states / 2;
        state = (state >> 1) + (r->from[(size_t)stage * r->states + state] ? half : 0);
    }
    return message;
}

static void try_end(trellis *r, size_t state, cm_code_result *out) {
    for (size_t x = 0; x < r->states; x++)
        r->now[x] = -INFINITY;
    r->now[state] = 0;
    for (int stage = 0; stage < r->t->bits; stage++)
        best_step(r, stage, r->from + (size_t)stage * r->states);
    if ((double)r->now[state] > out->ratio) {
        out->ratio = (double)r->now[state];
        out->message = way_back(r, state);
    }
    memset(r->now, 0, r->states * sizeof *r->now);
    r->now[state] = 1;
    double scale = sum_lap(r);
    if (isfinite(scale) && r->now[state] > 0)
        out->ratio_sum = cm_log_add(out->ratio_sum, scale + log((double)r->now[state]));
}

/* Every way that ends where it began, in a state that wasn't tried, is among all ways to that
 * state: a bound on what the tried ones leave out. */
static double sum_of_rest(trellis *r) {
    double sum = 0;
    for (size_t x = 0; x < r->states; x++)
        r->now[x] = 1;
    double scale = sum_lap(r);
    for (size_t x = 0; x < r->states; x++)
        sum += r->done[x] ? 0 : (double)r->now[x];
    return isfinite(scale) && sum > 0 ? scale + log(sum) : -INFINITY;
}

static void decode(trellis *r, cm_code_result *out) {
    free_laps(r);
    prepare_gains(r);
    for (size_t i = 0; i < END_STATES && i < r->states; i++) {
        size_t best = r->states;
        for (size_t x = 0; x < r->states; x++)
            if (!r->done[x] && (best == r->states || r->end[x] > r->end[best]))
                best = x;
        r->done[best] = true;
        try_end(r, best, out);
    }
    out->ratio_most = cm_log_add(out->ratio_sum, sum_of_rest(r));
}

cm_code cm_code_decode(const cm_code_table *t, cm_code_result *out, cm_error *err) {
    trellis r;
    *out = (cm_code_result){.ratio = -INFINITY, .ratio_sum = -INFINITY, .ratio_most = -INFINITY};
    cm_code code = open_trellis(t, &r, err);
    if (code == CM_OK)
        decode(&r, out);
    close_trellis(&r);
    uint64_t score = 0;
    for (int stage = 0; code == CM_OK && stage < t->bits; stage++)
        score +=
            t->score[((size_t)stage << t->window) | cm_code_value(out->message, t->bits, stage)];
    out->score = (double)score / CM_CODE_UNIT;
    return code;
}
