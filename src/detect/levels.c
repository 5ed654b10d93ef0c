#include "detect/levels.h"

#include <math.h>
#include <stdlib.h>

static const float SPREAD = 1.5f, NEAR = 2.5f, PEAK = 4;

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static float power_of(cm_complex c) {
    return crealf(c) * crealf(c) + cimagf(c) * cimagf(c);
}

static float level_at(const cm_layout *l, const float *power, float radius) {
    float nearby[CM_MESSAGE_MAX];
    size_t n = 0;
    for (int i = 0; i < l->messages; i++)
        if (fabsf(l->message[i].radius - radius) < NEAR)
            nearby[n++] = power[i];
    qsort(nearby, n, sizeof *nearby, by_value);
    float peak = n != 0 ? PEAK * nearby[n / 2] : 0, sum = 0, weights = 0;
    for (int i = 0; i < l->messages; i++) {
        float d = (l->message[i].radius - radius) / SPREAD;
        if (fabsf(d) > 4)
            continue;
        float w = expf(-0.5f * d * d);
        sum += w * fminf(power[i], peak);
        weights += w;
    }
    return sum / fmaxf(weights, 1e-9f);
}

cm_levels cm_levels_of(const cm_layout *l, const cm_complex *message) {
    cm_levels out;
    float power[CM_MESSAGE_MAX];
    for (int i = 0; i < l->messages; i++)
        power[i] = power_of(message[i]);
    for (int r = 0; r < CM_BAND_HIGH + 2; r++) {
        float at = fminf(fmaxf((float)r, CM_BAND_LOW), CM_BAND_HIGH);
        out.power[r] = level_at(l, power, at) + 1e-9f;
    }
    return out;
}

float cm_level_root(const cm_levels *levels, float radius) {
    int r = (int)radius;
    float part = radius - (float)r;
    return sqrtf((1 - part) * levels->power[r] + part * levels->power[r + 1]);
}
