/* Constants of `cm-image-1` that embedder and detector must agree on (spec/image-mark.md §2). A
 * change to any of them is a new scheme with a new name. */
#ifndef CM_MARK_SCHEME_H
#define CM_MARK_SCHEME_H

#define CM_IMAGE_SCHEME "cm-image-1"

enum {
    CM_CANONICAL_SIDE = 1024, /* sqrt(pixels) of the canonical scale */
    CM_TILE = 128,            /* period of the pattern, canonical pixels */
    CM_BAND_LOW = 8,          /* least and greatest |k| of the band, cycles a tile */
    CM_BAND_HIGH = 34,
    CM_PILOTS = 96,
    CM_PILOT_LOW = 11, /* least and greatest |k| of a pilot */
    CM_PILOT_HIGH = 26,
    CM_PAYLOAD_BITS = 64,
    CM_SHORT_BITS = 16, /* of a payload for small pictures */
    CM_HEADER_BITS = 4,
    CM_CRC_BITS = 12,
    CM_INFO_BITS = CM_HEADER_BITS + CM_PAYLOAD_BITS + CM_CRC_BITS,
    CM_CODE_RATE = 4, /* code bits for each information bit */
    CM_CODE_BITS = CM_INFO_BITS * CM_CODE_RATE,
    CM_KEY_BYTES = 32,
    CM_LEAST_SIDE = 96 /* of a picture that may be marked, at canonical scale */
};

#define CM_PILOT_AMPLITUDE 2.1f /* against a message coefficient of the same |k| */
#define CM_TILT_RADIUS 18.0f    /* amplitudes rise as (|k| / CM_TILT_RADIUS)^CM_TILT */
#define CM_TILT 0.5f
/* More at the low end, which is all that a blur, a median or a thumbnail leaves: times 1 +
 * CM_LOW_RAISE at CM_BAND_LOW, falling evenly to 1 at CM_TILT_RADIUS. */
#define CM_LOW_RAISE 1.5f

/* The canonical scale of a picture: 1 up to about one megapixel, then what shrinks it to that. */
double cm_canonical_scale(int w, int h);

#endif
