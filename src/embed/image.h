/* Embedding `cm-image-1`: luma in, the change that carries the mark out (spec/image-mark.md §4). */
#ifndef CM_EMBED_IMAGE_H
#define CM_EMBED_IMAGE_H

#include <stdint.h>

#include "base/error.h"
#include "dsp/plane.h"
#include "embed/host.h"
#include "mark/payload.h"

typedef struct cm_embed_params {
    const uint8_t *layer_key; /* 32 bytes: cm_key_layer() */
    const uint8_t *beside;    /* a second layer's, which shares the strength; NULL for none */
    cm_payload payload;
    float strength; /* 1 is the default; scales the visibility target */
} cm_embed_params;

/* What the change costs, measured at canonical scale. */
typedef struct cm_embed_report {
    float psnr; /* dB, of the change against the host's luma */
    float ssim; /* predicted mean SSIM of luma */
    float rms;  /* of the change, in units of 8-bit luma */
} cm_embed_report;

/* Fills `change` (of the size of the host's luma, owned by the caller) with what is to be added to
 * the picture's luma, enlarged by cubic interpolation where the picture is larger. CM_ERR_CAPACITY,
 * with what would be needed, when the picture is too small or too flat to carry a mark within the
 * limit of visibility. `report` may be NULL. */
cm_code cm_embed_change(const cm_host *host, const cm_embed_params *params, cm_plane *change,
                        cm_embed_report *report, cm_error *err);

/* All steps at once: a picture's luma in full size to the change of it. */
cm_code cm_embed_image(const cm_plane *luma, const cm_embed_params *params, cm_plane *change,
                       cm_embed_report *report, cm_error *err);

#endif
