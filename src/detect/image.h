/* Detecting `cm-image-1`: luma in, evidence out (spec/image-mark.md §5–§8). */
#ifndef CM_DETECT_IMAGE_H
#define CM_DETECT_IMAGE_H

#include <stdint.h>

#include "base/error.h"
#include "detect/canvas.h"
#include "detect/message.h"
#include "dsp/plane.h"

/* The mark's coordinates in the picture under test, against those of the picture that was marked.
 */
typedef struct cm_geometry {
    double rotation_deg; /* counter-clockwise as displayed, (-180, 180] */
    double scale_x;      /* size now / size then, along the marked picture's axes */
    double scale_y;
    bool flip;       /* mirrored left to right before the rotation */
    double offset_x; /* phase of the mark's tile at the top left pixel, canonical pixels 0..128 */
    double offset_y;
} cm_geometry;

/* A rectangle (pixels of the picture under test) that carries the mark by itself. */
typedef struct cm_region {
    int x, y, w, h;
    double log10_p; /* of its strongest block, given the payload and geometry found; corrected for
                       the blocks tested */
} cm_region;

enum { CM_REGIONS = 16 };

/* How strongly each cell of a grid over the picture answers: correlation with the mark found, in
 * standard deviations of an unmarked cell; row by row. */
typedef struct cm_mark_map {
    int x, y, w, h;        /* what the grid lies over, pixels of the picture */
    double cell_w, cell_h; /* of a cell; the last column and row reach to the border */
    int columns, rows;
    float *score; /* owned by the detection; NULL without a mark */
} cm_mark_map;

typedef struct cm_detection {
    double log10_p;     /* corrected for everything tried; 0 means no evidence at all */
    uint64_t tests;     /* geometries tried, over all keys */
    size_t key;         /* index of the key that answered best */
    bool has_payload;   /* a word was read with log10_p at or below CM_MARK_LOG10_P */
    cm_payload payload; /* of 64 or 16 bits, or of none: the mark says no more than that */
    int bits_corrected; /* of the 320 code bits: hard decisions that differ from the codeword */
    float said[CM_CODE_BITS]; /* as in cm_reading, where the payload was read */
    double energy;
    float dissent[CM_PARTS]; /* how much speaks against the payload in each part of the picture */
    bool power; /* false: the picture is too small or too flat for "nothing found" to mean much */
    cm_geometry geometry;
    cm_region regions[CM_REGIONS];
    int region_count;
    cm_mark_map map;
    bool has_lattice;
    cm_lattice lattice;          /* where a message was read, on the residual */
    struct cm_detection *others; /* further marks that were found, the strongest first */
    size_t other_count;
} cm_detection;

/* At or below this corrected log10 p-value a mark counts as found. */
#define CM_MARK_LOG10_P (-9.0)
/* Between this and CM_MARK_LOG10_P the answer is "inconclusive". */
#define CM_HINT_LOG10_P (-4.0)

/* The factor of 10 in a p-value (spec/image-mark.md §7.3) leaves a fifth of the chance, which is
 * shared by what is looked at besides the picture as it is: p-values there are multiplied by these.
 */
#define CM_PARTS_SHARE 8.0
#define CM_SMALLER_SHARE 16.0

typedef struct cm_detect_options {
    bool fast; /* nominal geometry and free translation only: no search for rotation and scale */
    /* Called now and then with the share of the work done, 0..1, from the calling thread; NULL for
     * none. */
    void (*progress)(void *context, double done);
    void *context;
    bool brief;  /* of the search, only rotation and scale of the whole picture */
    int threads; /* as in cm_inspect_options; what is found doesn't depend on it */
} cm_detect_options;

/* Tries every key on the canvas as one picture, `also` (NULL allowed) at the nominal lattice and
 * that one first; the parts of it that carry no mark are not looked at by themselves. Parameters as
 * below. */
cm_code cm_detect_area(const cm_canvas *canvas, const uint8_t *const *layer_keys, size_t keys,
                       const cm_detect_options *options, const cm_lattice *also, cm_detection *out,
                       cm_error *err);

/* Tries every key on the picture, and then on what is left beside the marks found. layer_keys:
 * `keys` pointers to 32 bytes each. The caller releases what *out owns with cm_detection_free(). */
cm_code cm_detect_canvas(const cm_canvas *canvas, const uint8_t *const *layer_keys, size_t keys,
                         const cm_detect_options *options, cm_detection *out, cm_error *err);

/* The same for a picture's luma in full size. */
cm_code cm_detect_image(const cm_plane *luma, const uint8_t *const *layer_keys, size_t keys,
                        const cm_detect_options *options, cm_detection *out, cm_error *err);
void cm_detection_free(cm_detection *d);

#endif
