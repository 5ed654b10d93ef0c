/* Pictures from anyone: opened, read, shown and written back. */
#include <stdlib.h>

#include "media/media.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Small enough that a run spends its time on parsers and not on pixels. */
static const cm_limits LIMITS = {
    .file_bytes = 1 << 20, .pixels = 1 << 16, .side = 2048, .jpeg_scans = 20};

static void use(const cm_picture *p) {
    cm_picture_info info = cm_picture_describe(p);
    int w = (int)info.width, h = (int)info.height;
    cm_plane luma = cm_plane_new(w, h), small = cm_plane_new((w + 1) / 2, (h + 1) / 2);
    uint8_t *rgb = calloc((size_t)w * (size_t)h, 3);
    cm_buf out = {0};
    if (luma.data != NULL && small.data != NULL && rgb != NULL) {
        cm_encode_options options = {.jpeg_threshold = 0.3f, .jpeg_finest_step = 1.0f};
        if (cm_picture_luma(p, &luma, NULL) == CM_OK)
            (void)cm_picture_encode(p, &luma, &options, &out, NULL);
        if (cm_picture_luma(p, &small, NULL) == CM_OK)
            (void)cm_picture_encode(p, &small, &options, &out, NULL);
        (void)cm_picture_rgb(p, CM_ALPHA_OVER_GREY, rgb, NULL);
    }
    cm_buf_free(&out);
    free(rgb);
    cm_plane_free(&luma);
    cm_plane_free(&small);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cm_picture *p = NULL;
    if (cm_picture_open((cm_bytes){.data = data, .size = size}, &LIMITS, &p, NULL) == CM_OK)
        use(p);
    cm_picture_close(p);
    return 0;
}
