/* The search for many keys at once: where a frequency of the band falls on the map under a lattice
 * is looked up once, and each key adds up its own (spec/image-mark.md §6.6). The lattices found are
 * those of cm_search(). */
#ifndef CM_DETECT_SEARCH_RING_H
#define CM_DETECT_SEARCH_RING_H

#include "detect/search_grid.h"
#include "mark/layout.h"

enum { CM_SEARCH_AT_ONCE = 512 /* keys */ };

typedef struct cm_search_ring cm_search_ring;

/* Goes through the grid for `count` keys, CM_SEARCH_AT_ONCE at most. */
cm_code cm_search_ring_new(const cm_spectrum *map, const cm_frequency *band,
                           const cm_pilots *const *pilots, int count, cm_search_kind kind,
                           int resolution, cm_search_ring **out, cm_error *err);
void cm_search_ring_free(cm_search_ring *r); /* NULL is allowed */

/* What cm_search() finds for one of the keys, by its place among them. */
cm_code cm_search_ring_pick(const cm_search_ring *r, int key, int most, cm_candidates *out,
                            cm_error *err);

#endif
