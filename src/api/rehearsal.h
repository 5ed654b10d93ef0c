/* Trying out what a picture may go through, on its luma (spec/image-mark.md §4.4). */
#ifndef CM_API_REHEARSAL_H
#define CM_API_REHEARSAL_H

#include <countermark/survive.h>

#include "base/error.h"
#include "detect/lattice.h"
#include "dsp/plane.h"

typedef enum cm_step_kind {
    CM_STEP_JPEG,
    CM_STEP_WEBP,
    CM_STEP_CROP,
    CM_STEP_SCALE,
    CM_STEP_BLUR,
    CM_STEP_NOISE
} cm_step_kind;

typedef struct cm_step {
    cm_step_kind kind;
    double amount; /* in the unit that its name has */
} cm_step;

enum { CM_STEPS_MAX = 6 };

typedef struct cm_change {
    char name[CM_CHANGE_SIZE];
    cm_step step[CM_STEPS_MAX];
    int steps;
} cm_change;

typedef struct cm_rehearsal {
    cm_change change[CM_SURVIVE_MAX];
    int changes; /* 0: nothing is tried */
} cm_rehearsal;

/* `list` as countermark/survive.h has it; NULL for none. CM_ERR_ARGUMENT, naming what isn't
 * understood. */
cm_code cm_rehearsal_parse(const char *list, cm_rehearsal *out, cm_error *err);

/* What is left of 8-bit luma after a change, as a plane of its own; and of the lattice of its mark.
 * `pixels`: of the picture, along each pixel of the plane: what is larger than canonical loses
 * nothing by being resized to canonical. Free the plane with cm_plane_free(), also after a failure.
 */
cm_code cm_change_apply(const cm_change *change, const cm_plane *luma, double pixels,
                        cm_lattice *lattice, cm_plane *out, cm_error *err);

#endif
