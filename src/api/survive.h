/* Closed-loop strength: the least at which the mark survives what was asked for
 * (spec/image-mark.md §4.4). */
#ifndef CM_API_SURVIVE_H
#define CM_API_SURVIVE_H

#include "api/marking.h"
#include "api/rehearsal.h"

/* What was found. */
typedef struct cm_survived {
    float strength;
    cm_survival change[CM_SURVIVE_MAX];
    int changes;
} cm_survived;

/* With the host whitened: makes the change with the least strength, up to
 * `limit`, that survives everything in `rehearsal`; with `limit` itself where nothing does, or
 * where nothing is rehearsed. Fills *out in either case. */
cm_code cm_survive(cm_marking *m, const cm_rehearsal *rehearsal, float limit, cm_survived *out,
                   cm_error *err);

#endif
