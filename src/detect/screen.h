/* The pilots' test, roughly and quickly: which of many keys and lattices deserve the exact one
 * (spec/image-mark.md §6.6). */
#ifndef CM_DETECT_SCREEN_H
#define CM_DETECT_SCREEN_H

#include "detect/levels.h"
#include "detect/sampler.h"

typedef struct cm_screen cm_screen;

cm_code cm_screen_new(cm_screen **out, cm_error *err);
void cm_screen_free(cm_screen *s); /* NULL is allowed */

/* All of the band, in its order. */
const cm_frequency *cm_screen_band(const cm_screen *s);

/* The noise level from the power of every `step`-th coefficient of the band. */
cm_levels cm_screen_levels(const cm_screen *s, const float *power, int step);

/* About what cm_sync_shifts() gives as the first peak's ln p: coef[i] is pilot i's coefficient.
 * What is surely above `worth` is told from a coarser grid of shifts, and is somewhat too high. */
double cm_screen_ln_p(const cm_screen *s, const cm_pilots *pilots, const cm_complex *coef,
                      const cm_levels *levels, double worth);

/* The same for a lattice of which nothing has been folded. */
double cm_screen_lattice(const cm_screen *s, const cm_sampler *sampler, const cm_pilots *pilots,
                         cm_lattice g, double worth);

#endif
