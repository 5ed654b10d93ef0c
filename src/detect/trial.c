#include "detect/trial.h"

#include <math.h>

#include "detect/image.h"

static const double LN10 = 2.30258509299404568402;
static const double STANDS_OUT = -10.5, OF_MANY = 1.12;

/* The more keys are tried, the stronger a message must be, and its pilots with it: those of a
 * message that is just strong enough have about a quarter of its ln p. */
static const double PILOTS_SHARE = 0.3;

/* Two tests, and a search that may stop at any of them: if the k-th p-value counts k times, some
 * one is a or less with probability at most a (1 + 1/2 + 1/3 + …). That sum stays below 7.8 for
 * 1,370 tests, which is more than a key takes; the rest of the factor of 10 is for what is looked
 * at besides (CM_PARTS_SHARE, CM_SMALLER_SHARE). */
static const double EITHER_TEST_ANY_TIME = 2 * 10;
enum { MOST_READINGS = 1300 };

/* Filters with sharp edges, a median's or a defocused lens's, answer with the wrong sign from some
 * frequency on: a window of 7 or 9 canonical pixels from these radii. */
static double corrected(double ln_p, uint64_t tests) {
    return ln_p + log(EITHER_TEST_ANY_TIME * (double)tests);
}

double cm_trial_message_ln_p(const cm_trial *t) {
    return t->read ? fmin(0, corrected(t->reading.ln_p, t->readings)) : 0;
}

double cm_trial_ln_p(const cm_trial *t) {
    if (t->lattices == 0)
        return 0;
    double pilots = corrected(t->pilot_ln_p, (uint64_t)CM_SHIFTS * t->lattices);
    return fmin(pilots, cm_trial_message_ln_p(t));
}

bool cm_trial_done(const cm_trial *t) {
    return t->read && t->reading.word.valid && cm_trial_message_ln_p(t) < CM_MARK_LOG10_P * LN10;
}

double cm_trial_stands_out(const cm_trial *t, bool always) {
    double least = STANDS_OUT - PILOTS_SHARE * log((double)(t->keys > 1 ? t->keys : 1));
    return always ? least : OF_MANY * least;
}

void cm_trial_dismiss(cm_trial *t, double ln_p) {
    t->lattices++;
    t->pilot_ln_p = fmin(t->pilot_ln_p, ln_p);
}

static bool better(const cm_reading *a, const cm_reading *b) {
    bool sure_a = a->word.valid && a->ln_p < CM_MARK_LOG10_P * LN10;
    bool sure_b = b->word.valid && b->ln_p < CM_MARK_LOG10_P * LN10;
    return sure_a != sure_b ? sure_a : a->ln_p < b->ln_p;
}

/* Reads at one shift; takes the blocks over when this is the best reading so far. */
static cm_code read_at(cm_trial *t, cm_blocks *blocks, cm_lattice g, const cm_shift *shift,
                       cm_motion motion, bool *taken, cm_error *err) {
    cm_reading reading;
    cm_code code = cm_message_read(blocks, t->layout, shift, motion, t->reader, &reading, err);
    if (code != CM_OK)
        return code;
    t->readings++;
    if (t->read && !better(&reading, &t->reading)) {
        cm_reading_free(&reading);
        return CM_OK;
    }
    cm_reading_free(&t->reading);
    t->read = true;
    t->reading = reading;
    t->lattice = g;
    t->shift = *shift;
    *taken = true;
    return CM_OK;
}

static bool may_read(const cm_trial *t) {
    return !cm_trial_done(t) && t->readings < MOST_READINGS;
}

/* The shift of a picture that nothing was cut from: its first pixel's centre is half a pixel from
 * the corner of the tile. */
static cm_shift uncropped(cm_lattice g) {
    return (cm_shift){.choice = CM_SHIFT_GIVEN,
                      .x = (float)(0.5 * (CM_TILE * (g.xx + g.yx) - 1)),
                      .y = (float)(0.5 * (CM_TILE * (g.xy + g.yy) - 1))};
}

/* In few pixels, also reads where the pilots say nothing. */
static cm_code read_small(cm_trial *t, cm_blocks *blocks, cm_lattice g, bool *taken,
                          cm_error *err) {
    cm_shift shift[2] = {uncropped(g)};
    cm_code code =
        may_read(t) ? cm_sync_presence(blocks, t->layout, &shift[0], &shift[1], err) : CM_OK;
    for (int i = 0; i < 2 && code == CM_OK && may_read(t); i++)
        code = read_at(t, blocks, g, &shift[i], CM_MOTION_RIGID, taken, err);
    return code;
}

/* Reads at the shifts that deserve it, after the pilots' test. Takes `blocks` over. */
static cm_code read_all(cm_trial *t, cm_blocks *blocks, cm_lattice g, const cm_shift *peaks,
                        bool always, cm_error *err) {
    double stands_out = cm_trial_stands_out(t, always);
    bool taken = false;
    cm_code code = CM_OK;
    for (int i = 0; i < CM_PEAKS && code == CM_OK && may_read(t); i++) {
        if (peaks[i].ln_p >= stands_out && !(always && i == 0))
            break; /* the others are weaker still */
        code = read_at(t, blocks, g, &peaks[i], CM_MOTION_RIGID, &taken, err);
        /* noise is not worth following from block to block */
        if (code == CM_OK && may_read(t) && peaks[i].ln_p < stands_out)
            code = read_at(t, blocks, g, &peaks[i], CM_MOTION_PERSPECTIVE, &taken, err);
    }
    if (code == CM_OK && always && t->small)
        code = read_small(t, blocks, g, &taken, err);
    if (taken) {
        cm_blocks_free(&t->blocks);
        t->blocks = *blocks;
    } else {
        cm_blocks_free(blocks);
    }
    return code;
}

static void count(cm_trial *t, const cm_shift *peaks) {
    t->lattices++;
    t->pilot_ln_p = fmin(t->pilot_ln_p, peaks[0].ln_p);
}

/* Reads after the pilots' test, on the sum of the blocks. Takes `blocks` over. */
static cm_code test_and_read(cm_trial *t, cm_blocks *blocks, cm_lattice g, bool always,
                             cm_error *err) {
    cm_shift peaks[CM_PEAKS];
    cm_code code = cm_sync_shifts(blocks, t->layout, t->shifts, peaks, err);
    if (code != CM_OK) {
        cm_blocks_free(blocks);
        return code;
    }
    count(t, peaks);
    return read_all(t, blocks, g, peaks, always, err);
}

/* A single block will do until the message is sure to be read: its coefficients are the sum of all
 * others', and it costs far less. */
cm_code cm_trial_test(const cm_trial *t, cm_lattice g, cm_tested *out, cm_error *err) {
    cm_blocks blocks;
    out->g = g;
    cm_code code = cm_fold(t->residual, t->layout, g, true, 1, &blocks, err);
    if (code == CM_OK)
        code = cm_sync_shifts(&blocks, t->layout, t->shifts, out->peaks, err);
    cm_blocks_free(&blocks);
    return code;
}

cm_code cm_trial_take(cm_trial *t, const cm_tested *tested, int threads, cm_error *err) {
    cm_blocks blocks;
    count(t, tested->peaks);
    if (tested->peaks[0].ln_p >= cm_trial_stands_out(t, false))
        return CM_OK;
    cm_code code = cm_fold(t->residual, t->layout, tested->g, false, threads, &blocks, err);
    return code == CM_OK ? read_all(t, &blocks, tested->g, tested->peaks, false, err) : code;
}

cm_code cm_trial_try(cm_trial *t, cm_lattice g, cm_error *err) {
    cm_blocks blocks;
    cm_code code = cm_fold(t->residual, t->layout, g, false, 1, &blocks, err);
    return code == CM_OK ? test_and_read(t, &blocks, g, true, err) : code;
}

/* Changes the sign of coefficients of a radius of `from` on. */
static void invert_beyond(cm_blocks *blocks, const cm_layout *l, float from) {
    size_t n = (size_t)(blocks->columns * blocks->rows), messages = (size_t)l->messages;
    for (size_t i = 0; i < n * CM_PILOTS; i++)
        if (l->pilot[i % CM_PILOTS].radius >= from)
            blocks->pilot[i] = -blocks->pilot[i];
    for (size_t i = 0; i < n * messages; i++)
        if (l->message[i % messages].radius >= from)
            blocks->message[i] = -blocks->message[i];
}

cm_code cm_trial_try_folded(cm_trial *t, cm_lattice g, const cm_folded *folded, float inverted,
                            bool always, cm_error *err) {
    cm_blocks blocks;
    cm_code code = cm_folded_pick(folded, t->layout, &blocks, err);
    if (code != CM_OK)
        return code;
    if (inverted < CM_BAND_HIGH)
        invert_beyond(&blocks, t->layout, inverted);
    return test_and_read(t, &blocks, g, always, err);
}

void cm_trial_settle(cm_trial *t) {
    if (cm_trial_done(t))
        return;
    cm_reading_free(&t->reading);
    cm_blocks_free(&t->blocks);
}

void cm_trial_free(cm_trial *t) {
    cm_reading_free(&t->reading);
    cm_blocks_free(&t->blocks);
}
