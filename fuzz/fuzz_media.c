/* Pictures from anyone: opened, read, shown and written back. */
#include <stdlib.h>

#include "media/media.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Small enough that a run spends its time on parsers and not on pixels. */
static const cm_limits LIMITS = {
    .file_bytes = 1 << 20, .pixels = 1 << 16, .side = 2048, .jpeg_scans = 20};

static void use(const cm_picture *p) {
    cm_picture_info info = cm_picture_describe(p);
    size_t n = (size_t)info.width * info.height;
    float *luma = calloc(n, sizeof *luma);
    uint8_t *rgb = calloc(n, 3);
    cm_buf out = {0};
    if (luma != NULL && rgb != NULL) {
        cm_encode_options options = {.jpeg_threshold = 0.3f, .jpeg_finest_step = 1.0f};
        (void)cm_picture_luma(p, luma, NULL);
        (void)cm_picture_rgb(p, rgb, NULL);
        (void)cm_picture_encode(p, luma, &options, &out, NULL);
    }
    cm_buf_free(&out);
    free(rgb);
    free(luma);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cm_picture *p = NULL;
    if (cm_picture_open((cm_bytes){.data = data, .size = size}, &LIMITS, &p, NULL) == CM_OK)
        use(p);
    cm_picture_close(p);
    return 0;
}
