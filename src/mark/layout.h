/* Where a key puts what: the frequencies of pilots and message, their phases, the interleaving and
 * the scrambling of the code bits (spec/image-mark.md §2.2). */
#ifndef CM_MARK_LAYOUT_H
#define CM_MARK_LAYOUT_H

#include <stdint.h>

#include "base/error.h"
#include "dsp/fft.h"
#include "mark/scheme.h"

enum {
    CM_BAND = 1716, /* frequencies of the band */
    CM_MESSAGE_MAX = 1800
};

/* An integer frequency of the tile, in the half plane kx > 0 or (kx = 0 and ky > 0). */
typedef struct cm_frequency {
    int8_t kx, ky;
    float radius;    /* |k| */
    float amplitude; /* of the coefficient, relative to a message coefficient at |k| = 18 */
} cm_frequency;

typedef struct cm_layout {
    cm_frequency pilot[CM_PILOTS];
    uint16_t pilot_place[CM_PILOTS];   /* in the band's order */
    cm_complex pilot_phase[CM_PILOTS]; /* unit phasors, (±1 ±j)/√2 */
    int messages;                      /* message coefficients in use */
    cm_frequency message[CM_MESSAGE_MAX];
    uint16_t message_place[CM_MESSAGE_MAX]; /* in the band's order */
    /* Real dimension d of the message (2i: real, 2i + 1: imaginary part of coefficient i) carries
     * sign[d] times code bit code_bit[d], as +1 for 0 and -1 for 1. */
    uint16_t code_bit[2 * CM_MESSAGE_MAX];
    int8_t sign[2 * CM_MESSAGE_MAX];
    float unit; /* factor that gives the tile unit variance under an unnormalised inverse FFT */
} cm_layout;

/* The pilots alone, in a form of which a thousand keys' fit into memory. */
typedef struct cm_pilots {
    uint16_t place[CM_PILOTS]; /* in the band's order */
    uint8_t turn[CM_PILOTS];   /* phase: quarter turns from (1 + j)/√2 on */
} cm_pilots;

/* All frequencies of the band, in its order. */
void cm_band_fill(cm_frequency band[CM_BAND]);

/* The pilots of a 32-byte layer key; `band` as above. */
cm_code cm_layout_pilots(const uint8_t *layer_key, const cm_frequency *band, cm_pilots *out,
                         cm_error *err);

/* The phasor of a pilot's turn. */
cm_complex cm_pilot_phasor(uint8_t turn);

/* The layout of a 32-byte layer key. Free with free(). */
cm_code cm_layout_new(const uint8_t *layer_key, cm_layout **out, cm_error *err);

/* The coefficients of the tile that carries `code` (CM_CODE_BITS values of 0 or 1), not yet scaled
 * by `unit`: message[i] for the message, pilots as amplitude * phase. */
void cm_layout_message(const cm_layout *l, const uint8_t *code, cm_complex *message);

/* Adds coefficient c at frequency f (and what makes the tile real) to a half spectrum of
 * CM_TILE x (CM_TILE / 2 + 1). */
void cm_tile_put(cm_complex *half, const cm_frequency *f, cm_complex c);

/* The coefficient of frequency f in such a half spectrum. */
cm_complex cm_tile_get(const cm_complex *half, const cm_frequency *f);

#endif
