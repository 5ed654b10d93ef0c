/* The search for geometry: which lattices put the pilots on strong bins (spec/image-mark.md §6.2).
 */
#ifndef CM_DETECT_SEARCH_H
#define CM_DETECT_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "detect/lattice.h"
#include "detect/spectrum.h"
#include "mark/layout.h"

typedef struct cm_candidate {
    float score; /* standard deviations above the mean of bins */
    cm_lattice g;
} cm_candidate;

enum { CM_CANDIDATES = 256, CM_MAPS_AT_ONCE = 8 };

/* What a lattice's score is held against (spec/image-mark.md §6.2). */
#define CM_SEARCH_BAND_EDGE 0.48f /* cycles a pixel: pilots beyond are not looked up */
#define CM_SEARCH_GIVE_UP 0.8f    /* deviations after CM_SEARCH_FIRST_LOOK pilots */
#define CM_SEARCH_LEAST_SCORE 2.0f
enum { CM_SEARCH_FIRST_LOOK = 24, CM_SEARCH_LEAST_PILOTS = CM_PILOTS * 2 / 5 };

typedef struct cm_candidates {
    int count; /* best first */
    cm_candidate item[CM_CANDIDATES];
} cm_candidates;

typedef enum cm_search_kind {
    CM_SEARCH_ROTATION, /* any rotation and scale, with and without a flip */
    CM_SEARCH_STRETCH,  /* scale apart for either axis; quarter turns and flips */
    CM_SEARCH_SHEARED   /* rotation and scale after a slight stretch of the picture */
} cm_search_kind;

/* What is searched for: the places of a key's pilots, CM_PILOTS of them. The best lattices of the
 * kind, refined on the map, at most `most` of them. `resolution` is the side in pixels over which
 * the mark is taken to be coherent: the grid is as fine as that asks. */
cm_code cm_search(const cm_spectrum *map, const cm_frequency *pilot, cm_search_kind kind,
                  int resolution, int most, cm_candidates *out, cm_error *err);

/* The same on several maps of one size at once, CM_MAPS_AT_ONCE at most, in so many threads: the
 * candidates of each. */
cm_code cm_search_maps(const cm_spectrum *map, int maps, const cm_frequency *pilot,
                       cm_search_kind kind, int resolution, int most, int threads,
                       cm_candidates *out, cm_error *err);

/* Climbs from *g to the lattice of greatest score nearby; returns that score. */
float cm_search_refine(const cm_spectrum *map, const cm_frequency *pilot, double step,
                       cm_lattice *g);

/* The same for each candidate, in so many threads; their order stays. */
void cm_search_refine_all(const cm_spectrum *map, const cm_frequency *pilot, double step,
                          int threads, cm_candidates *c);

#endif
