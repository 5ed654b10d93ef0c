/* What a format implements. Inside src/media only. */
#ifndef CM_MEDIA_PICTURE_H
#define CM_MEDIA_PICTURE_H

#include "media/media.h"
#include "media/orient.h"
#include "media/rows.h"

typedef struct cm_codec {
    /* Reads p->file within p->limits; sets p->info (all but the format and the displayed size),
     * p->view and p->state. After a failure close() is still called. */
    cm_code (*open)(cm_picture *p, cm_error *err);
    void (*close)(cm_picture *p); /* frees p->state, which may be NULL */
    cm_code (*luma)(const cm_picture *p, cm_rows_out *out, cm_error *err);
    cm_code (*rgb)(const cm_picture *p, cm_alpha alpha, uint8_t *rgb, cm_error *err);
    cm_code (*encode)(const cm_picture *p, cm_rows_in *change, const cm_encode_options *options,
                      cm_buf *out, cm_error *err);
    /* False, or NULL, where only the decoded pixels tell. The pictures have the same size. */
    bool (*difference)(const cm_picture *a, const cm_picture *b, double *mean_square);
    float (*coarsest_step)(const cm_picture *p, cm_band band); /* NULL where there is none */
} cm_codec;

struct cm_picture {
    cm_bytes file; /* borrowed */
    cm_limits limits;
    cm_picture_info info;
    cm_view view;
    const cm_codec *codec;
    void *state;
};

extern const cm_codec cm_codec_png;
extern const cm_codec cm_codec_jpeg;
extern const cm_codec cm_codec_webp;

/* For codecs, before they claim memory: CM_ERR_LIMIT when a picture of this size is over the
 * limits in force, CM_ERR_FORMAT when it is empty. */
cm_code cm_picture_allow(const cm_picture *p, uint32_t width, uint32_t height, cm_error *err);

/* The first half of it, for pixels from anywhere. */
cm_code cm_size_allow(const cm_limits *limits, uint32_t width, uint32_t height, cm_error *err);

#endif
