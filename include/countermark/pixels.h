/* Marking and inspecting pixels in memory, for whoever has them before there is a file: a
 * generator, a decoder, a player. Marking happens in place. */
#ifndef COUNTERMARK_PIXELS_H
#define COUNTERMARK_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <countermark/earlier.h>
#include <countermark/error.h>
#include <countermark/inspect.h>
#include <countermark/key.h>
#include <countermark/limits.h>
#include <countermark/payload.h>
#include <countermark/survive.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Samples are those that would be displayed or stored in a file: nonlinear (sRGB, say), not linear
 * light. Wider ones are in the machine's byte order and need no alignment. Alpha is straight, not
 * multiplied into the colours. */
typedef enum cm_pixel_format {
    CM_PIXELS_GREY8 = 1,
    CM_PIXELS_RGB8,
    CM_PIXELS_RGBA8,
    CM_PIXELS_BGR8,
    CM_PIXELS_BGRA8,
    CM_PIXELS_RGB16,
    CM_PIXELS_RGBA16,
    CM_PIXELS_RGBF32,  /* floats, 0 is black and 1 is white */
    CM_PIXELS_RGBAF32, /* with alpha 0 to 1 */
    CM_PIXELS_YUV420,  /* planes of 8 bits; of U and V half of the columns and rows, rounded up */
    CM_PIXELS_YUV422,  /* half of the columns */
    CM_PIXELS_YUV444
} cm_pixel_format;

/* A caller's buffer. It stays the caller's. */
typedef struct cm_pixels {
    cm_pixel_format format;
    uint32_t width, height;
    /* The top row's first byte, as displayed. plane[0] alone, or Y, U and V. With BT.601, U and V
     * are never looked at and may be NULL. */
    void *plane[3];
    /* From a row to the one below it, bytes: more than a row where there is padding, negative where
     * the bottom row comes first in memory; 0 for rows without padding. */
    ptrdiff_t stride[3];
    bool limited_range; /* YUV: black is 16 and white 235, instead of 0 and 255 */
    bool bt709;         /* YUV: made with BT.709's matrix instead of BT.601's */
} cm_pixels;

typedef struct cm_embed_options {
    const cm_key *key;  /* secret */
    bool private_layer; /* mark for the owner alone instead of for holders of the public key */
    bool both_layers;   /* mark for either; each layer gets half of the power */
    cm_payload_length payload_length;
    bool has_payload; /* false: random bits */
    uint64_t payload; /* one's own, not with CM_PAYLOAD_LONGEST: below 2^16 of 16 bits */
    float strength;   /* how visible it may become: CM_STRENGTH_…; 0 means NORMAL, 4 the most */
    /* A list of changes (countermark/survive.h): the mark takes the least strength, up to the one
     * above, that survives them; that one itself where nothing less will do, or NULL. */
    const char *survive;
    /* The pixels are known to carry no mark of this key, since they were made just now: don't
     * look. A second mark over a first would spoil both. */
    bool fresh;
    /* Don't ask the detector about the result, which it answers in nearly every picture. */
    bool unchecked;
    /* Other keys whose marks are looked for first, by the fast search, unless `fresh`. A mark of
     * theirs is no reason to refuse: two lie over one another, each the weaker for it. */
    const cm_key *const *look_for;
    size_t look_for_count;
    const cm_limits *limits; /* NULL: the default */
    int threads; /* that look for marks and rehearse `survive`; as in cm_inspect_options */
} cm_embed_options;

/* What was done. */
typedef struct cm_embedding {
    int payload_bits; /* 64, 16 or 0 */
    uint64_t payload;
    double log10_p;     /* of the detector on the result, of two layers the weaker; 0: unchecked */
    double psnr;        /* dB, luma of the result against what it was */
    double ssim;        /* mean, of luma; as predicted */
    double strength;    /* that was taken */
    int survival_count; /* of the changes that were tried, in the order of the list */
    cm_survival survival[CM_SURVIVE_MAX]; /* on the host's luma, before the pixels were changed */
    cm_earlier_mark earlier;
} cm_embedding;

/* Marks pixels in place. Samples change by what a PNG's would (spec/media.md §6); alpha, U, V,
 * padding, and pixels that are wholly transparent stay as they are. Whatever fails, the buffer is
 * as it was.
 *
 * It works in planes of 4 MB and more that are freed again. glibc gives such memory back to the
 * system each time; where many pictures are marked, mallopt() with M_MMAP_THRESHOLD and
 * M_TRIM_THRESHOLD raised to 1 GB, say, keeps it and saves a third of the time.
 *
 * Threads may mark different buffers at once. CM_ERR_EXISTS: there is a mark of this layer already.
 * CM_ERR_CAPACITY: too small or too flat for a mark. CM_ERR_ARGUMENT: a description that makes no
 * sense, or a float that isn't a number or infinite, and which. `out` may be NULL. */
CM_API cm_code cm_embed_pixels(const cm_pixels *pixels, const cm_embed_options *options,
                               cm_embedding *out, cm_error *err);

/* Looks for the inspector's watermarks in pixels, which are only read. The report's `file` and
 * `sha256` are "", its `media_type` is "pixels", and there is nothing in it but the watermark's
 * layer. Free with cm_inspection_free(). */
CM_API cm_code cm_inspect_pixels(const cm_inspector *inspector, const cm_pixels *pixels,
                                 cm_inspection **out, cm_error *err);

#ifdef __cplusplus
}
#endif
#endif
