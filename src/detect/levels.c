#include "detect/levels.h"

#include <math.h>

static const float SPREAD = 1.5f, NEAR = 2.5f, PEAK = 4;

/* What would stand at `at` if the values were sorted; reorders them. */
static float nth(float *v, int n, int at) {
    int low = 0, high = n - 1;
    while (low < high) {
        float pivot = v[(low + high) / 2];
        int i = low, j = high;
        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i <= j) {
                float t = v[i];
                v[i++] = v[j];
                v[j--] = t;
            }
        }
        if (at <= j)
            high = j;
        else if (at >= i)
            low = i;
        else
            break;
    }
    return v[at];
}

static float power_of(cm_complex c) {
    return crealf(c) * crealf(c) + cimagf(c) * cimagf(c);
}

static float level_at(const cm_layout *l, const float *power, float radius) {
    float nearby[CM_MESSAGE_MAX];
    int n = 0;
    for (int i = 0; i < l->messages; i++)
        if (fabsf(l->message[i].radius - radius) < NEAR)
            nearby[n++] = power[i];
    float peak = n != 0 ? PEAK * nth(nearby, n, n / 2) : 0, sum = 0, weights = 0;
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
