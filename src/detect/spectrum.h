/* Where a residual has more power than its surroundings in frequency: the map in which pilots are
 * sought by magnitude (spec/image-mark.md §6.1). */
#ifndef CM_DETECT_SPECTRUM_H
#define CM_DETECT_SPECTRUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "dsp/plane.h"

/* size x size bins, frequency 0 in the middle; bin (y, x) is frequency (x - size/2, y - size/2) /
 * size cycles a pixel. Values are quantised power against local power. */
typedef struct cm_spectrum {
    int size;
    uint8_t *bin;
    float mean, deviation; /* of the bins */
} cm_spectrum;

enum { CM_WINDOWS_MAX = 64 };

/* The maps of a residual: [0] the average over all windows, [1 …] each window alone when there are
 * several. */
typedef struct cm_spectra {
    int count;
    cm_spectrum map[CM_WINDOWS_MAX + 1];
} cm_spectra;

/* Windows of about `window` pixels, half overlapping, zero-padded to 2 * window; the average alone
 * unless `each` is asked for. */
cm_code cm_spectra_new(const cm_plane *residual, int window, bool each, cm_spectra *out,
                       cm_error *err);
void cm_spectra_free(cm_spectra *s);

#endif
