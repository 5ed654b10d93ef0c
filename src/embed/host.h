/* The host as the embedder needs it: luma at canonical scale, and what the detector will make of
 * it.
 */
#ifndef CM_EMBED_HOST_H
#define CM_EMBED_HOST_H

#include "base/error.h"
#include "dsp/plane.h"

typedef struct cm_host {
    cm_plane luma;      /* canonical scale, 0..255, as displayed */
    cm_plane residual;  /* of cm_whiten() */
    cm_plane deviation; /* of cm_whiten() */
} cm_host;

/* Claims planes for a width x height picture; the caller fills in the luma, shrunk by area means,
 * and has it whitened. CM_ERR_CAPACITY for pictures too small to carry a mark. Release with
 * cm_host_free(), also after a failure. */
cm_code cm_host_new(int width, int height, cm_host *out, cm_error *err);
cm_code cm_host_whiten(cm_host *h, cm_error *err);
void cm_host_free(cm_host *h);

#endif
