#include "detect/screen.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "detect/shift_grid.h"
#include "detect/sync.h"

static const float PILOT_CLIP = 3, SPREAD = 1.5f;
static const float PEAK = 2.77f; /* of the mean power: what 4 medians are in noise */
/* On a grid twice as coarse a peak keeps at least about this share of its ln p. */
static const double COARSE_SHARE = 0.77;

enum { RADII = CM_BAND_HIGH + 2, EVERY = 3 };

struct cm_screen {
    cm_frequency band[CM_BAND];
    float spread[RADII][RADII]; /* weights of a mean around a radius */
    cm_shift_table coarse, fine;
};

cm_code cm_screen_new(cm_screen **out, cm_error *err) {
    cm_screen *s = cm_calloc(1, sizeof *s);
    *out = NULL;
    if (s == NULL)
        return cm_fail_memory(err);
    cm_band_fill(s->band);
    for (int r = 0; r < RADII; r++)
        for (int q = 0; q < RADII; q++) {
            float d = (float)(q - r) / SPREAD;
            s->spread[r][q] = expf(-0.5f * d * d);
        }
    cm_shift_table_fill(CM_SHIFT_GRID / 2, &s->coarse);
    cm_shift_table_fill(CM_SHIFT_GRID, &s->fine);
    *out = s;
    return CM_OK;
}

void cm_screen_free(cm_screen *s) {
    free(s);
}

const cm_frequency *cm_screen_band(const cm_screen *s) {
    return s->band;
}

/* The mean of powers by radius, those above `limit` of their radius limited to it. */
static cm_levels mean_levels(const cm_screen *s, const float *power, int step, const float *limit) {
    float sum[RADII] = {0}, count[RADII] = {0};
    cm_levels out;
    for (int i = 0; i < CM_BAND; i += step) {
        int r = (int)(s->band[i].radius + 0.5f);
        sum[r] += fminf(power[i], limit[r]);
        count[r]++;
    }
    for (int r = 0; r < RADII; r++) {
        float total = 0, weights = 1e-9f;
        for (int q = CM_BAND_LOW; q <= CM_BAND_HIGH; q++) {
            total += s->spread[r][q] * sum[q];
            weights += s->spread[r][q] * count[q];
        }
        out.power[r] = total / weights + 1e-9f;
    }
    return out;
}

cm_levels cm_screen_levels(const cm_screen *s, const float *power, int step) {
    float limit[RADII];
    for (int r = 0; r < RADII; r++)
        limit[r] = 1e30f;
    cm_levels first = mean_levels(s, power, step, limit);
    for (int r = 0; r < RADII; r++)
        limit[r] = PEAK * first.power[r];
    return mean_levels(s, power, step, limit);
}

/* The greatest correlation of the pilots with their phases, the picture upright or turned. */
static float best_shift(const cm_screen *s, const cm_pilots *p, const cm_complex *z,
                        const cm_shift_table *table) {
    const cm_frequency *f[CM_PILOTS];
    cm_complex upright[CM_PILOTS], turned[CM_PILOTS];
    for (int i = 0; i < CM_PILOTS; i++) {
        cm_complex phase = conjf(cm_pilot_phasor(p->turn[i]));
        f[i] = &s->band[p->place[i]];
        upright[i] = z[i] * phase;
        turned[i] = conjf(z[i]) * phase;
    }
    return fmaxf(cm_shift_grid_best(table, f, upright), cm_shift_grid_best(table, f, turned));
}

double cm_screen_ln_p(const cm_screen *s, const cm_pilots *p, const cm_complex *coef,
                      const cm_levels *levels, double worth) {
    cm_complex z[CM_PILOTS];
    double energy = 1e-20;
    for (int i = 0; i < CM_PILOTS; i++) {
        z[i] = coef[i] / cm_level_root(levels, s->band[p->place[i]].radius);
        z[i] /= fmaxf(1, cabsf(z[i]) / PILOT_CLIP);
        energy += (double)(cabsf(z[i]) * cabsf(z[i]));
    }
    double t = (double)best_shift(s, p, z, &s->coarse);
    if (-t * t / energy <= COARSE_SHARE * worth)
        t = (double)best_shift(s, p, z, &s->fine);
    return -t * t / energy;
}

double cm_screen_lattice(const cm_screen *s, const cm_sampler *sampler, const cm_pilots *p,
                         cm_lattice g, double worth) {
    enum { SAMPLES = (CM_BAND + EVERY - 1) / EVERY };
    cm_frequency at[CM_PILOTS];
    cm_complex coef[CM_PILOTS], sample[SAMPLES];
    float power[CM_BAND], x, y;
    cm_sampler_all(sampler, g, s->band, SAMPLES, EVERY, sample);
    for (int i = 0; i < SAMPLES; i++)
        power[i * EVERY] =
            crealf(sample[i]) * crealf(sample[i]) + cimagf(sample[i]) * cimagf(sample[i]);
    cm_levels levels = cm_screen_levels(s, power, EVERY);
    for (int i = 0; i < CM_PILOTS; i++)
        at[i] = s->band[p->place[i]];
    cm_sampler_all(sampler, g, at, CM_PILOTS, 1, coef);
    cm_sampler_middle(sampler, g, &x, &y);
    cm_sync_align(coef, at, CM_PILOTS, false, -x, -y, coef);
    return cm_screen_ln_p(s, p, coef, &levels, worth);
}
