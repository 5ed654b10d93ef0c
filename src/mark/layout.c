#include "mark/layout.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mark/prf.h"

enum { HALF = CM_TILE / 2 + 1 };

static bool in_half_plane(int kx, int ky) {
    return kx > 0 || (kx == 0 && ky > 0);
}

static float amplitude_at(float radius) {
    float low = fmaxf(0, (CM_TILT_RADIUS - radius) / (CM_TILT_RADIUS - CM_BAND_LOW));
    return powf(radius / CM_TILT_RADIUS, CM_TILT) * (1 + CM_LOW_RAISE * low);
}

/* All frequencies of the band, by ky and then kx; returns how many. */
static uint32_t band(cm_frequency *f) {
    uint32_t n = 0;
    for (int ky = -CM_BAND_HIGH; ky <= CM_BAND_HIGH; ky++)
        for (int kx = 0; kx <= CM_BAND_HIGH; kx++) {
            int r2 = kx * kx + ky * ky;
            if (!in_half_plane(kx, ky) || r2 < CM_BAND_LOW * CM_BAND_LOW ||
                r2 > CM_BAND_HIGH * CM_BAND_HIGH)
                continue;
            float radius = sqrtf((float)r2);
            f[n++] = (cm_frequency){.kx = (int8_t)kx,
                                    .ky = (int8_t)ky,
                                    .radius = radius,
                                    .amplitude = amplitude_at(radius)};
        }
    return n;
}

/* Away from the axes, where pictures have their strongest lines. */
static bool may_be_pilot(const cm_frequency *f) {
    int r2 = f->kx * f->kx + f->ky * f->ky;
    return r2 >= CM_PILOT_LOW * CM_PILOT_LOW && r2 <= CM_PILOT_HIGH * CM_PILOT_HIGH &&
           abs(f->kx) > 1 && abs(f->ky) > 1;
}

static bool too_near(const cm_frequency *f, const cm_layout *l, int chosen) {
    for (int i = 0; i < chosen; i++) {
        int dx = f->kx - l->pilot[i].kx, dy = f->ky - l->pilot[i].ky;
        if (dx * dx + dy * dy < 4)
            return true;
    }
    return false;
}

/* Takes the candidates in keyed order, each that is at least 2 away from those before it; the rest
 * of the band carries the message, in the band's order. */
static cm_code choose_positions(cm_layout *l, cm_prf *prf, cm_error *err) {
    cm_frequency all[CM_MESSAGE_MAX];
    uint16_t candidates[CM_MESSAGE_MAX], order[CM_MESSAGE_MAX];
    bool taken[CM_MESSAGE_MAX] = {0};
    uint32_t n = band(all), m = 0;
    int chosen = 0;
    for (uint32_t i = 0; i < n; i++)
        if (may_be_pilot(&all[i]))
            candidates[m++] = (uint16_t)i;
    cm_prf_permutation(prf, order, m);
    for (uint32_t i = 0; i < m && chosen < CM_PILOTS; i++) {
        uint16_t c = candidates[order[i]];
        if (too_near(&all[c], l, chosen))
            continue;
        l->pilot[chosen] = all[c];
        l->pilot[chosen++].amplitude *= CM_PILOT_AMPLITUDE;
        taken[c] = true;
    }
    if (chosen < CM_PILOTS)
        return cm_fail(err, CM_ERR_KEY, "the key leaves room for %d pilots only", chosen);
    for (uint32_t i = 0; i < n; i++)
        if (!taken[i])
            l->message[l->messages++] = all[i];
    return CM_OK;
}

static void choose_phases(cm_layout *l, cm_prf *prf) {
    const float c = sqrtf(0.5f);
    for (int i = 0; i < CM_PILOTS; i++) {
        uint32_t q = cm_prf_below(prf, 4);
        l->pilot_phase[i] = CMPLXF(q == 0 || q == 3 ? c : -c, q < 2 ? c : -c);
    }
}

/* Every code bit is repeated about ten times, once in each of as many permutations, which then
 * stand at keyed dimensions, so that each repetition meets all radii. */
static void choose_interleaving(cm_layout *l, cm_prf *prf) {
    uint16_t place[2 * CM_MESSAGE_MAX], bits[CM_CODE_BITS];
    uint32_t dimensions = 2 * (uint32_t)l->messages;
    cm_prf_permutation(prf, place, dimensions);
    for (uint32_t d = 0; d < dimensions; d++) {
        if (d % CM_CODE_BITS == 0)
            cm_prf_permutation(prf, bits, CM_CODE_BITS);
        l->code_bit[place[d]] = bits[d % CM_CODE_BITS];
    }
}

static void choose_signs(cm_layout *l, cm_prf *prf) {
    for (int d = 0; d < 2 * l->messages; d++)
        l->sign[d] = cm_prf_below(prf, 2) == 0 ? 1 : -1;
}

static float unit_variance(const cm_layout *l) {
    double energy = 0;
    for (int i = 0; i < CM_PILOTS; i++)
        energy += (double)(l->pilot[i].amplitude * l->pilot[i].amplitude);
    for (int i = 0; i < l->messages; i++)
        energy += (double)(l->message[i].amplitude * l->message[i].amplitude);
    return (float)(1 / sqrt(2 * energy));
}

/* The four independent streams, in the order in which they are used. */
static const char *const PURPOSES[] = {
    CM_IMAGE_SCHEME " positions",
    CM_IMAGE_SCHEME " phases",
    CM_IMAGE_SCHEME " interleaving",
    CM_IMAGE_SCHEME " signs",
};
enum { STREAMS = sizeof PURPOSES / sizeof PURPOSES[0] };

cm_code cm_layout_new(const uint8_t *layer_key, cm_layout **out, cm_error *err) {
    cm_prf *prf[STREAMS] = {0};
    cm_layout *l = calloc(1, sizeof *l);
    cm_code code = l != NULL ? CM_OK : cm_fail_memory(err);
    *out = NULL;
    for (int i = 0; i < STREAMS && code == CM_OK; i++)
        code = cm_prf_open(layer_key, PURPOSES[i], &prf[i], err);
    if (code == CM_OK)
        code = choose_positions(l, prf[0], err);
    if (code == CM_OK) {
        choose_phases(l, prf[1]);
        choose_interleaving(l, prf[2]);
        choose_signs(l, prf[3]);
        l->unit = unit_variance(l);
        *out = l;
    } else {
        free(l);
    }
    for (int i = 0; i < STREAMS; i++)
        cm_prf_close(prf[i]);
    return code;
}

void cm_layout_message(const cm_layout *l, const uint8_t *code, cm_complex *message) {
    const float c = sqrtf(0.5f);
    for (int i = 0; i < l->messages; i++) {
        float part[2];
        for (int j = 0; j < 2; j++) {
            int d = 2 * i + j;
            part[j] = (float)l->sign[d] * (code[l->code_bit[d]] ? -c : c);
        }
        message[i] = CMPLXF(part[0], part[1]) * l->message[i].amplitude;
    }
}

static size_t tile_index(int kx, int ky) {
    return (size_t)((ky + CM_TILE) % CM_TILE) * HALF + (size_t)kx;
}

void cm_tile_put(cm_complex *half, const cm_frequency *f, cm_complex c) {
    half[tile_index(f->kx, f->ky)] += c;
    if (f->kx == 0) /* the other half of this column is stored too */
        half[tile_index(0, -f->ky)] += conjf(c);
}

cm_complex cm_tile_get(const cm_complex *half, const cm_frequency *f) {
    return half[tile_index(f->kx, f->ky)];
}
