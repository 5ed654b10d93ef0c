/* Trying lattices for one key, and keeping the best answer and the count of what was tried
 * (spec/image-mark.md §7.3). */
#ifndef CM_DETECT_TRIAL_H
#define CM_DETECT_TRIAL_H

#include "detect/message.h"

/* The best answer of one key so far. */
typedef struct cm_trial {
    const cm_plane *residual;
    const cm_layout *layout;
    const cm_word_reader *reader;
    const cm_shift_table *shifts; /* of CM_SHIFT_GRID */
    size_t keys;                  /* that are tried on the picture; 0 counts as 1 */
    bool small;                   /* so few pixels that pilots may be drowned in them */
    uint64_t lattices;            /* whose pilots were tested */
    uint64_t readings;            /* whose message was read */
    double pilot_ln_p;            /* the least pilots' p, uncorrected */
    bool read;                    /* a message was read; the fields below count */
    cm_reading reading;           /* of least p, words with a right CRC first */
    cm_lattice lattice;           /* where it was read */
    cm_shift shift;
    cm_blocks blocks;
} cm_trial;

/* Natural log of the p-value of this key, corrected for the lattices, shifts and payloads tried. */
double cm_trial_ln_p(const cm_trial *t);

/* The same of the best message alone. */
double cm_trial_message_ln_p(const cm_trial *t);

/* A payload was read beyond doubt: no need to go on. */
bool cm_trial_done(const cm_trial *t);

/* The pilots' test of a lattice that is one of many, on the picture folded as a whole, to be handed
 * to cm_trial_take(). Changes nothing: several threads may test different lattices for one key. */
typedef struct cm_tested {
    cm_lattice g;
    cm_shift peaks[CM_PEAKS];
} cm_tested;
cm_code cm_trial_test(const cm_trial *t, cm_lattice g, cm_tested *out, cm_error *err);

/* Counts it, and reads the message at shifts whose pilots stand out, in so many threads. */
cm_code cm_trial_take(cm_trial *t, const cm_tested *tested, int threads, cm_error *err);

/* Tries a lattice at which the message is read at the best shift in any case. */
cm_code cm_trial_try(cm_trial *t, cm_lattice g, cm_error *err);

/* Tries a lattice where the picture has been folded block by block under `g`; the best shift is
 * read at in any case when `always`. Frequencies of a radius of `inverted` on are taken to answer
 * with the wrong sign; CM_UPRIGHT: none. */
#define CM_UPRIGHT ((float)CM_BAND_HIGH + 1)
cm_code cm_trial_try_folded(cm_trial *t, cm_lattice g, const cm_folded *folded, float inverted,
                            bool always, cm_error *err);

/* Counts a lattice whose pilots answered with about `ln_p`, too weakly for an exact look. */
void cm_trial_dismiss(cm_trial *t, double ln_p);

/* Pilots' ln p above which a message is not worth reading, at a lattice tried in any case and at
 * one of many candidates of a search, some of which always answer a little. */
double cm_trial_stands_out(const cm_trial *t, bool always);

/* Lets go of what only the report of a payload needs, unless there is one. */
void cm_trial_settle(cm_trial *t);

void cm_trial_free(cm_trial *t);

#endif
