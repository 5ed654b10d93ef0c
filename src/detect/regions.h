/* Where the mark is: the block map and rectangles of blocks that carry it (spec/image-mark.md §8).
 */
#ifndef CM_DETECT_REGIONS_H
#define CM_DETECT_REGIONS_H

#include "detect/fold.h"
#include "detect/image.h"

/* The score from which on a cell counts as marked. */
double cm_regions_least(const cm_mark_map *m);

/* Regions and region_count anew from the map. */
cm_code cm_regions_outline(cm_detection *d, cm_error *err);

/* Fills map, regions and region_count of `out` from the blocks' scores; scale_x, scale_y: pixels of
 * the picture for each pixel of the residual. */
cm_code cm_regions_find(const cm_blocks *b, const float *z, double scale_x, double scale_y,
                        int width, int height, cm_detection *out, cm_error *err);

#endif
