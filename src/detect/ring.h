/* The layer keys that a picture is tried with. What no key has a part in is done once for all of
 * them; of many keys only those that answer are looked at closely (spec/image-mark.md §6.6). */
#ifndef CM_DETECT_RING_H
#define CM_DETECT_RING_H

#include "detect/canvas.h"
#include "detect/sampler.h"
#include "detect/screen.h"
#include "detect/search.h"
#include "detect/trial.h"

/* One key, and what has become of it. */
typedef struct cm_suspect {
    const uint8_t *layer_key;
    cm_pilots pilots;
    cm_layout *layout; /* NULL while nothing needs it */
    cm_trial trial;
    bool nominal; /* read at the nominal lattice */
} cm_suspect;

typedef struct cm_ring {
    const cm_canvas *canvas;
    cm_suspect *suspect;
    size_t count;
    cm_word_reader reader;
    cm_screen *screen;
    cm_sampler sampler; /* made when it is first needed */
    int threads;
} cm_ring;

/* Release with cm_ring_free(), also after a failure. */
cm_code cm_ring_new(const cm_canvas *canvas, const uint8_t *const *layer_keys, size_t count,
                    cm_ring *out, cm_error *err);
void cm_ring_free(cm_ring *r);

/* Tries a lattice for every key that isn't done, folding the picture once. `always`: messages are
 * read without regard to what the pilots say, for as many keys as that is worth it. */
cm_code cm_ring_try(cm_ring *r, cm_lattice g, bool always, cm_error *err);

/* What to search for, on which maps, and how many of each one's candidates to try. */
typedef struct cm_ring_search {
    const cm_spectrum *map;
    int maps; /* that are gone through at once, CM_MAPS_AT_ONCE at most, and tried in their order */
    cm_search_kind kind;
    int resolution;
    int candidates, tries;
    const cm_spectrum *sharpen; /* a map on which candidates are moved uphill again, or NULL */
    double step;                /* of that */
} cm_ring_search;

/* Searches maps for every key, and tries what it finds, until one is done. */
cm_code cm_ring_search_maps(cm_ring *r, const cm_ring_search *how, cm_error *err);

/* Whether some key's payload has been read beyond doubt. */
bool cm_ring_found(const cm_ring *r);

#endif
