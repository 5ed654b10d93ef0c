#include "hosts.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "dsp/fft.h"
#include "dsp/resize.h"
#include "embed/image.h"
#include "media/media.h"

static const double PI = 3.14159265358979323846;

double host_uniform(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0;
}

float host_normal(uint64_t *state) {
    double r = sqrt(-2 * log(host_uniform(state)));
    return (float)(r * cos(2 * PI * host_uniform(state)));
}

static cm_plane plane(int w, int h) {
    cm_plane p = cm_plane_new(w, h);
    ck_assert_ptr_nonnull(p.data);
    return p;
}

static float to_byte(float v) {
    return fminf(fmaxf(v, 0), 255);
}

/* Random phases under amplitudes of 1/f, deviation 1, mean 0. */
static cm_plane pink(int w, int h, uint64_t *state) {
    int fw = cm_fft_good_length(w), fh = cm_fft_good_length(h), half = fw / 2 + 1;
    cm_complex *spectrum = cm_alloc_aligned((size_t)fh * (size_t)half, sizeof *spectrum);
    cm_plane whole = plane(fw, fh);
    cm_fft *fft = NULL;
    ck_assert_ptr_nonnull(spectrum);
    ck_assert_int_eq(cm_fft_new(CM_FFT_INVERSE_REAL, fh, fw, &fft, NULL), CM_OK);
    for (int y = 0; y < fh; y++)
        for (int x = 0; x < half; x++) {
            float fy = (float)(y <= fh / 2 ? y : fh - y) / (float)fh, fx = (float)x / (float)fw;
            float a = x + y == 0 ? 0 : 1 / hypotf(fx, fy);
            spectrum[(size_t)y * (size_t)half + (size_t)x] =
                CMPLXF(host_normal(state), host_normal(state)) * a;
        }
    cm_fft_inverse(fft, spectrum, whole.data);
    cm_fft_free(fft);
    free(spectrum);
    cm_plane out = host_crop(&whole, 0, 0, w, h);
    cm_plane_free(&whole);
    double mean = cm_plane_mean(&out);
    double deviation = sqrt(cm_plane_mean_square(&out) - mean * mean);
    for (size_t i = 0; i < cm_plane_size(&out); i++)
        out.data[i] = (float)(((double)out.data[i] - mean) / deviation);
    return out;
}

cm_plane host_texture(int w, int h, uint64_t seed) {
    cm_plane p = pink(w, h, &seed);
    for (size_t i = 0; i < cm_plane_size(&p); i++)
        p.data[i] = to_byte(128 + 40 * p.data[i]);
    return p;
}

cm_plane host_gradient(int w, int h, float contrast, uint64_t seed) {
    cm_plane p = pink(w, h, &seed);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++) {
            float *v = cm_plane_row(&p, y) + x;
            *v = to_byte(40 + 90 * (float)x / (float)w + 90 * (float)y / (float)h + contrast * *v);
        }
    return p;
}

cm_plane host_constant(int w, int h, float level) {
    cm_plane p = plane(w, h);
    for (size_t i = 0; i < cm_plane_size(&p); i++)
        p.data[i] = level;
    return p;
}

cm_plane host_photo(const char *path) {
    cm_buf bytes = {0};
    cm_picture *picture = NULL;
    cm_error err = {0};
    uint8_t chunk[4096];
    size_t n;
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        cm_buf_put(&bytes, chunk, n);
    fclose(f);
    ck_assert_msg(cm_picture_open(cm_buf_bytes(&bytes), NULL, &picture, &err) == CM_OK, "%s",
                  err.message);
    cm_picture_info info = cm_picture_describe(picture);
    cm_plane p = plane((int)info.width, (int)info.height);
    ck_assert_int_eq(cm_picture_luma(picture, &p, NULL), CM_OK);
    cm_picture_close(picture);
    cm_buf_free(&bytes);
    return p;
}

cm_plane host_copy(const cm_plane *p) {
    return host_crop(p, 0, 0, p->w, p->h);
}

cm_plane host_crop(const cm_plane *p, int x, int y, int w, int h) {
    cm_plane out = plane(w, h);
    for (int j = 0; j < h; j++)
        memcpy(cm_plane_row(&out, j), cm_plane_row(p, y + j) + x, (size_t)w * sizeof(float));
    return out;
}

cm_plane host_turned(const cm_plane *p) {
    cm_plane out = plane(p->h, p->w);
    for (int y = 0; y < out.h; y++)
        for (int x = 0; x < out.w; x++)
            cm_plane_row(&out, y)[x] = cm_plane_row(p, x)[p->w - 1 - y];
    return out;
}

cm_plane host_mirrored(const cm_plane *p) {
    cm_plane out = plane(p->w, p->h);
    for (int y = 0; y < p->h; y++)
        for (int x = 0; x < p->w; x++)
            cm_plane_row(&out, y)[x] = cm_plane_row(p, y)[p->w - 1 - x];
    return out;
}

cm_plane host_scaled(const cm_plane *p, int w, int h) {
    cm_plane out = plane(w, h);
    ck_assert_int_eq(w <= p->w ? cm_resize_area(p, &out, NULL) : cm_resize_cubic(p, &out, NULL),
                     CM_OK);
    return out;
}

static float sample(const cm_plane *p, double x, double y) {
    int ix = (int)floor(x), iy = (int)floor(y);
    if (ix < 0 || iy < 0 || ix + 1 >= p->w || iy + 1 >= p->h)
        return 0;
    float ax = (float)(x - ix), ay = (float)(y - iy);
    const float *a = cm_plane_row(p, iy) + ix, *b = a + p->w;
    return (1 - ay) * ((1 - ax) * a[0] + ax * a[1]) + ay * ((1 - ax) * b[0] + ax * b[1]);
}

cm_plane host_rotated(const cm_plane *p, double degrees, double scale) {
    cm_plane out = plane(p->w, p->h);
    double c = cos(degrees * PI / 180) / scale, s = sin(degrees * PI / 180) / scale;
    double mx = (p->w - 1) / 2.0, my = (p->h - 1) / 2.0;
    for (int y = 0; y < p->h; y++)
        for (int x = 0; x < p->w; x++) {
            double dx = x - mx, dy = y - my;
            cm_plane_row(&out, y)[x] = sample(p, mx + c * dx - s * dy, my + s * dx + c * dy);
        }
    return out;
}

void host_add_noise(cm_plane *p, float deviation, uint64_t seed) {
    for (size_t i = 0; i < cm_plane_size(p); i++)
        p->data[i] = to_byte(p->data[i] + deviation * host_normal(&seed));
}

void host_round(cm_plane *p) {
    for (size_t i = 0; i < cm_plane_size(p); i++)
        p->data[i] = rintf(to_byte(p->data[i]));
}

cm_plane host_marked(const cm_plane *host, const uint8_t *layer_key, uint64_t payload) {
    cm_plane out = plane(host->w, host->h);
    cm_error err = {0};
    cm_embed_params params = {
        .layer_key = layer_key, .payload = HOST_PAYLOAD(payload), .strength = 1};
    ck_assert_msg(cm_embed_image(host, &params, &out, NULL, &err) == CM_OK, "%s", err.message);
    for (size_t i = 0; i < cm_plane_size(&out); i++)
        out.data[i] += host->data[i];
    host_round(&out);
    return out;
}
