#include "media/recode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <webp/encode.h>

#include "base/mem.h"
#include "media/jpeg_lib.h"
#include "media/luma.h"
#include "media/media.h"

static uint8_t to_byte(float v) {
    return (uint8_t)lrintf(cm_luma_clamp(v));
}

/* Decodes what was coded, in the way that any file is. */
static cm_code read_back(const cm_buf *coded, cm_plane *luma, cm_error *err) {
    cm_picture *picture = NULL;
    cm_code code = cm_picture_open(cm_buf_bytes(coded), NULL, &picture, err);
    if (code == CM_OK)
        code = cm_picture_luma(picture, luma, err);
    cm_picture_close(picture);
    return code;
}

typedef struct jpeg_job {
    cm_jpeg_out out;
    const cm_plane *luma;
    int quality;
    JSAMPLE *row;
    cm_buf coded;
} jpeg_job;

static void write_jpeg(void *context) {
    jpeg_job *job = context;
    struct jpeg_compress_struct *lib = &job->out.lib;
    cm_jpeg_out_start(&job->out, &job->coded);
    lib->image_width = (JDIMENSION)job->luma->w;
    lib->image_height = (JDIMENSION)job->luma->h;
    lib->input_components = 1;
    lib->in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(lib);
    jpeg_set_quality(lib, job->quality, TRUE);
    jpeg_start_compress(lib, TRUE);
    for (int y = 0; y < job->luma->h; y++) {
        const float *from = cm_plane_row(job->luma, y);
        for (int x = 0; x < job->luma->w; x++)
            job->row[x] = to_byte(from[x]);
        (void)jpeg_write_scanlines(lib, &job->row, 1);
    }
    jpeg_finish_compress(lib);
}

cm_code cm_recode_jpeg(cm_plane *luma, int quality, cm_error *err) {
    jpeg_job *job = cm_calloc(1, sizeof *job);
    if (job == NULL)
        return cm_fail_memory(err);
    job->luma = luma;
    job->quality = quality;
    job->row = cm_calloc((size_t)luma->w, sizeof *job->row);
    cm_code code = job->row != NULL ? cm_guard_run(&job->out.guard, write_jpeg, job, err)
                                    : cm_fail_memory(err);
    if (code == CM_OK)
        code = read_back(&job->coded, luma, err);
    jpeg_destroy_compress(&job->out.lib);
    cm_buf_free(&job->coded);
    free(job->row);
    free(job);
    return code;
}

static int put(const uint8_t *data, size_t size, const WebPPicture *picture) {
    cm_buf *coded = picture->custom_ptr;
    cm_buf_put(coded, data, size);
    return coded->failed == CM_OK;
}

static void fill_grey(const cm_plane *luma, WebPPicture *to) {
    enum { NEUTRAL = 128 };
    for (int y = 0; y < luma->h; y++) {
        const float *from = cm_plane_row(luma, y);
        for (int x = 0; x < luma->w; x++)
            to->y[y * to->y_stride + x] =
                to_byte(CM_STUDIO_BLACK + CM_STUDIO_SCALE * cm_luma_clamp(from[x]));
    }
    int rows = (luma->h + 1) / 2;
    memset(to->u, NEUTRAL, (size_t)to->uv_stride * (size_t)rows);
    memset(to->v, NEUTRAL, (size_t)to->uv_stride * (size_t)rows);
}

static cm_code write_webp(const cm_plane *luma, int quality, cm_buf *coded, cm_error *err) {
    WebPConfig config;
    WebPPicture picture;
    if (!WebPConfigInit(&config) || !WebPPictureInit(&picture))
        return cm_fail(err, CM_ERR_UNSUPPORTED, "WebP: libwebp is of another version");
    config.quality = (float)quality;
    picture.width = luma->w;
    picture.height = luma->h;
    picture.writer = put;
    picture.custom_ptr = coded;
    if (!WebPPictureAlloc(&picture))
        return cm_fail_memory(err);
    fill_grey(luma, &picture);
    cm_code code = CM_OK;
    if (!WebPEncode(&config, &picture))
        code = picture.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY
                   ? cm_fail_memory(err)
                   : cm_fail(err, CM_ERR_UNSUPPORTED, "WebP: libwebp's encoder gave up (error %d)",
                             (int)picture.error_code);
    WebPPictureFree(&picture);
    return code == CM_OK ? cm_buf_status(coded, err) : code;
}

cm_code cm_recode_webp(cm_plane *luma, int quality, cm_error *err) {
    cm_buf coded = {0};
    cm_code code = write_webp(luma, quality, &coded, err);
    if (code == CM_OK)
        code = read_back(&coded, luma, err);
    cm_buf_free(&coded);
    return code;
}
