#include "media/picture.h"

#include <stdlib.h>

#include "base/mem.h"

static const cm_codec *codec_of(cm_format format) {
    switch (format) {
    case CM_FORMAT_PNG:
        return &cm_codec_png;
    case CM_FORMAT_JPEG:
        return &cm_codec_jpeg;
    case CM_FORMAT_WEBP:
        return &cm_codec_webp;
    case CM_FORMAT_C2PA:
    case CM_FORMAT_TEXT:
    case CM_FORMAT_HTML:
    case CM_FORMAT_UNKNOWN:
        break;
    }
    return NULL;
}

cm_code cm_picture_open(cm_bytes file, const cm_limits *limits, cm_picture **out, cm_error *err) {
    cm_format format = cm_sniff(file);
    const cm_codec *codec = codec_of(format);
    *out = NULL;
    if (codec == NULL)
        return cm_fail(err, CM_ERR_UNSUPPORTED, "not a picture of a known kind: PNG, JPEG, WebP");
    cm_picture *p = cm_calloc(1, sizeof *p);
    if (p == NULL)
        return cm_fail_memory(err);
    p->file = file;
    p->limits = limits != NULL ? *limits : cm_limits_default();
    p->codec = codec;
    cm_code code = codec->open(p, err);
    if (code != CM_OK) {
        cm_picture_close(p);
        return code;
    }
    bool turned = cm_view_turned(&p->view);
    p->info.format = format;
    p->info.orientation = p->view.orientation;
    p->info.width = turned ? p->view.height : p->view.width;
    p->info.height = turned ? p->view.width : p->view.height;
    *out = p;
    return CM_OK;
}

void cm_picture_close(cm_picture *p) {
    if (p == NULL)
        return;
    p->codec->close(p);
    free(p);
}

cm_code cm_size_allow(const cm_limits *limits, uint32_t width, uint32_t height, cm_error *err) {
    uint32_t side = limits->side < INT32_MAX ? limits->side : INT32_MAX; /* planes count in int */
    if (width > side || height > side)
        return cm_fail(err, CM_ERR_LIMIT, "the picture is %u x %u; the limit is %u a side", width,
                       height, side);
    if ((uint64_t)width * height > limits->pixels)
        return cm_fail(err, CM_ERR_LIMIT, "the picture is %u x %u; the limit is %llu pixels", width,
                       height, (unsigned long long)limits->pixels);
    return CM_OK;
}

cm_code cm_picture_allow(const cm_picture *p, uint32_t width, uint32_t height, cm_error *err) {
    if (width == 0 || height == 0)
        return cm_fail(err, CM_ERR_FORMAT, "the picture has no pixels (%u x %u)", width, height);
    return cm_size_allow(&p->limits, width, height, err);
}

cm_picture_info cm_picture_describe(const cm_picture *p) {
    return p->info;
}

float cm_picture_coarsest_step(const cm_picture *p, cm_band band) {
    return p->codec->coarsest_step != NULL ? p->codec->coarsest_step(p, band) : 0.0f;
}

cm_code cm_picture_luma(const cm_picture *p, cm_plane *luma, cm_error *err) {
    cm_rows_out out;
    cm_code code = cm_rows_out_begin(&out, &p->view, luma, err);
    if (code == CM_OK)
        code = p->codec->luma(p, &out, err);
    cm_rows_out_end(&out);
    return code;
}

static double mean_square_difference(const cm_plane *a, const cm_plane *b) {
    double total = 0;
    for (int y = 0; y < a->h; y++) {
        const float *p = cm_plane_row(a, y), *q = cm_plane_row(b, y);
        float sum = 0; /* of one row, a float will do */
        for (int x = 0; x < a->w; x++)
            sum += (p[x] - q[x]) * (p[x] - q[x]);
        total += (double)sum;
    }
    return total / (double)cm_plane_size(a);
}

cm_code cm_picture_difference(const cm_picture *a, const cm_picture *b, double *mean_square,
                              cm_error *err) {
    if (a->codec == b->codec && a->codec->difference != NULL &&
        a->codec->difference(a, b, mean_square))
        return CM_OK;
    cm_plane p = cm_plane_new((int)a->info.width, (int)a->info.height);
    cm_plane q = cm_plane_new((int)a->info.width, (int)a->info.height);
    cm_code code = p.data != NULL && q.data != NULL ? CM_OK : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_picture_luma(a, &p, err);
    if (code == CM_OK)
        code = cm_picture_luma(b, &q, err);
    if (code == CM_OK)
        *mean_square = mean_square_difference(&p, &q);
    cm_plane_free(&p);
    cm_plane_free(&q);
    return code;
}

cm_code cm_picture_rgb(const cm_picture *p, cm_alpha alpha, uint8_t *rgb, cm_error *err) {
    return p->codec->rgb(p, alpha, rgb, err);
}

static const cm_encode_options DEFAULTS = {0};

cm_code cm_picture_encode(const cm_picture *p, const cm_plane *change,
                          const cm_encode_options *options, cm_buf *out, cm_error *err) {
    cm_rows_in in;
    if (options != NULL && options->seen != NULL)
        options->seen->known = false;
    cm_code code = cm_rows_in_begin(&in, &p->view, change, err);
    if (code == CM_OK)
        code = p->codec->encode(p, &in, options != NULL ? options : &DEFAULTS, out, err);
    cm_rows_in_end(&in);
    return code;
}
