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

/* By ky and then kx. */
void cm_band_fill(cm_frequency f[CM_BAND]) {
    int n = 0;
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
}

/* Away from the axes, where pictures have their strongest lines. */
static bool may_be_pilot(const cm_frequency *f) {
    int r2 = f->kx * f->kx + f->ky * f->ky;
    return r2 >= CM_PILOT_LOW * CM_PILOT_LOW && r2 <= CM_PILOT_HIGH * CM_PILOT_HIGH &&
           abs(f->kx) > 1 && abs(f->ky) > 1;
}

static bool too_near(const cm_frequency *band, uint16_t place, const uint16_t *chosen, int count) {
    for (int i = 0; i < count; i++) {
        int dx = band[place].kx - band[chosen[i]].kx, dy = band[place].ky - band[chosen[i]].ky;
        if (dx * dx + dy * dy < 4)
            return true;
    }
    return false;
}

/* Takes the candidates in keyed order, each that is at least 2 away from those before it. */
static cm_code choose_places(const cm_frequency *band, cm_prf *prf, uint16_t *place,
                             cm_error *err) {
    uint16_t candidates[CM_BAND], order[CM_BAND];
    uint32_t m = 0;
    int chosen = 0;
    for (int i = 0; i < CM_BAND; i++)
        if (may_be_pilot(&band[i]))
            candidates[m++] = (uint16_t)i;
    cm_prf_permutation(prf, order, m);
    for (uint32_t i = 0; i < m && chosen < CM_PILOTS; i++)
        if (!too_near(band, candidates[order[i]], place, chosen))
            place[chosen++] = candidates[order[i]];
    if (chosen < CM_PILOTS)
        return cm_fail(err, CM_ERR_KEY, "the key leaves room for %d pilots only", chosen);
    return CM_OK;
}

static void choose_turns(cm_prf *prf, uint8_t *turn) {
    for (int i = 0; i < CM_PILOTS; i++)
        turn[i] = (uint8_t)cm_prf_below(prf, 4);
}

cm_complex cm_pilot_phasor(uint8_t turn) {
    const float c = sqrtf(0.5f);
    return CMPLXF(turn == 0 || turn == 3 ? c : -c, turn < 2 ? c : -c);
}

/* The pilots; the rest of the band carries the message, in the band's order. */
static void lay_out(cm_layout *l, const cm_frequency *band, const cm_pilots *pilots) {
    bool taken[CM_BAND] = {0};
    for (int i = 0; i < CM_PILOTS; i++) {
        uint16_t place = pilots->place[i];
        l->pilot[i] = band[place];
        l->pilot[i].amplitude *= CM_PILOT_AMPLITUDE;
        l->pilot_place[i] = place;
        l->pilot_phase[i] = cm_pilot_phasor(pilots->turn[i]);
        taken[place] = true;
    }
    for (uint16_t i = 0; i < CM_BAND; i++)
        if (!taken[i]) {
            l->message_place[l->messages] = i;
            l->message[l->messages++] = band[i];
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

/* The four independent streams: positions, phases, interleaving, signs. */
static const char *const PURPOSES[] = {
    CM_IMAGE_SCHEME " positions",
    CM_IMAGE_SCHEME " phases",
    CM_IMAGE_SCHEME " interleaving",
    CM_IMAGE_SCHEME " signs",
};

cm_code cm_layout_pilots(const uint8_t *layer_key, const cm_frequency *band, cm_pilots *out,
                         cm_error *err) {
    cm_prf *positions = NULL, *phases = NULL;
    cm_code code = cm_prf_open(layer_key, PURPOSES[0], &positions, err);
    if (code == CM_OK)
        code = cm_prf_open(layer_key, PURPOSES[1], &phases, err);
    if (code == CM_OK)
        code = choose_places(band, positions, out->place, err);
    if (code == CM_OK)
        choose_turns(phases, out->turn);
    cm_prf_close(positions);
    cm_prf_close(phases);
    return code;
}

cm_code cm_layout_new(const uint8_t *layer_key, cm_layout **out, cm_error *err) {
    cm_prf *interleaving = NULL, *signs = NULL;
    cm_frequency band[CM_BAND];
    cm_pilots pilots;
    cm_layout *l = calloc(1, sizeof *l);
    *out = NULL;
    cm_band_fill(band);
    cm_code code =
        l != NULL ? cm_layout_pilots(layer_key, band, &pilots, err) : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_prf_open(layer_key, PURPOSES[2], &interleaving, err);
    if (code == CM_OK)
        code = cm_prf_open(layer_key, PURPOSES[3], &signs, err);
    if (code == CM_OK) {
        lay_out(l, band, &pilots);
        choose_interleaving(l, interleaving);
        choose_signs(l, signs);
        l->unit = unit_variance(l);
        *out = l;
    } else {
        free(l);
    }
    cm_prf_close(interleaving);
    cm_prf_close(signs);
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
