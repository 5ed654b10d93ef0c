/* How much change each place of a picture hides (spec/image-mark.md §4.1). Only the embedder knows
 * the mask; the detector does without. */
#ifndef CM_EMBED_MASK_H
#define CM_EMBED_MASK_H

#include "base/error.h"
#include "dsp/plane.h"

typedef struct cm_mask {
    cm_plane smooth;   /* luma under G1.5 */
    cm_plane weight;   /* amplitude of the mark, relative; geometric mean about 1 */
    cm_plane activity; /* texture on all sides, for the limit in smooth places */
    float mean_log;    /* mean of the logarithm before it was centred: rises with texture */
} cm_mask;

/* The mask of a luma plane at canonical scale. Release with cm_mask_free(). */
cm_code cm_mask_new(const cm_plane *luma, cm_mask *out, cm_error *err);
void cm_mask_free(cm_mask *m);

#endif
