#include "mark/whiten.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"
#include "dsp/blur.h"
#include "dsp/fft.h"

static const float LOCAL_MEAN_SIGMA = 6, POWER_SIGMA = 3.5f, FLOOR = 1;
static const float RAMP = 10, RAMP_END = 0.3f; /* cycles a pixel */

static float ramp(float f) {
    return RAMP * fminf(f, RAMP_END);
}

float cm_whiten_gain(float f) {
    float s = 6.2831853f * f * LOCAL_MEAN_SIGMA;
    return (1 - expf(-0.5f * s * s)) * ramp(f);
}

/* Pictures' amplitudes fall as 1/f: a ramp makes them flat. */
CM_WIDE static void apply_ramp(cm_complex *spectrum, int h, int w) {
    float scale = 1.0f / ((float)h * (float)w);
    for (int y = 0; y < h; y++) {
        float fy = (float)(y <= h / 2 ? y : h - y) / (float)h;
        cm_complex *row = spectrum + (size_t)y * (size_t)(w / 2 + 1);
        for (int x = 0; x <= w / 2; x++) {
            float fx = (float)x / (float)w;
            row[x] *= scale * ramp(sqrtf(fx * fx + fy * fy));
        }
    }
}

static void pad_difference(const cm_plane *a, const cm_plane *b, int y, int w,
                           float *restrict out) {
    int n = y < a->h ? a->w : 0;
    memset(out + n, 0, (size_t)(w - n) * sizeof *out);
    if (n == 0)
        return;
    const float *restrict p = cm_plane_row(a, y), *restrict q = cm_plane_row(b, y);
    for (int x = 0; x < n; x++)
        out[x] = p[x] - q[x];
}

/* out = ramp * (a - b), as if beyond the border there were nothing. */
static cm_code filter(const cm_plane *a, const cm_plane *b, cm_plane *out, cm_error *err) {
    int h = cm_fft_good_length(a->h), w = cm_fft_good_length(a->w);
    cm_fft *forward = NULL, *inverse = NULL;
    cm_plane padded = cm_plane_new(w, h);
    cm_complex *spectrum = cm_alloc_aligned((size_t)h * (size_t)(w / 2 + 1), sizeof *spectrum);
    cm_code code = padded.data != NULL && spectrum != NULL ? CM_OK : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_fft_new(CM_FFT_FORWARD_REAL, h, w, &forward, err);
    if (code == CM_OK)
        code = cm_fft_new(CM_FFT_INVERSE_REAL, h, w, &inverse, err);
    if (code == CM_OK) {
        for (int y = 0; y < h; y++)
            pad_difference(a, b, y, w, cm_plane_row(&padded, y));
        cm_fft_forward(forward, padded.data, spectrum);
        apply_ramp(spectrum, h, w);
        cm_fft_inverse(inverse, spectrum, padded.data);
        for (int y = 0; y < a->h; y++)
            memcpy(cm_plane_row(out, y), cm_plane_row(&padded, y), (size_t)a->w * sizeof(float));
    }
    cm_fft_free(forward);
    cm_fft_free(inverse);
    cm_plane_free(&padded);
    free(spectrum);
    return code;
}

/* r <- clip(r / deviation), with the deviation in place of the local power. */
CM_WIDE static void clip_normalised(cm_plane *r, cm_plane *power) {
    size_t n = cm_plane_size(r);
    float *restrict v = r->data, *restrict p = power->data;
    for (size_t i = 0; i < n; i++) {
        p[i] = sqrtf(p[i] + FLOOR * FLOOR);
        float q = v[i] / p[i];
        q = q > CM_RESIDUAL_CLIP ? CM_RESIDUAL_CLIP : q;
        v[i] = q < -CM_RESIDUAL_CLIP ? -CM_RESIDUAL_CLIP : q;
    }
}

CM_WIDE static void square_plane(const cm_plane *a, cm_plane *out) {
    size_t n = cm_plane_size(a);
    for (size_t i = 0; i < n; i++)
        out->data[i] = a->data[i] * a->data[i];
}

cm_code cm_whiten(const cm_plane *luma, cm_plane *residual, cm_plane *deviation, cm_error *err) {
    cm_plane own = {0};
    if (deviation == NULL) {
        own = cm_plane_new(luma->w, luma->h);
        deviation = &own;
    }
    cm_code code = deviation->data != NULL ? CM_OK : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_blur(luma, LOCAL_MEAN_SIGMA, residual, err);
    if (code == CM_OK)
        code = filter(luma, residual, residual, err);
    if (code == CM_OK) {
        square_plane(residual, deviation);
        code = cm_blur(deviation, POWER_SIGMA, deviation, err);
    }
    if (code == CM_OK)
        clip_normalised(residual, deviation);
    cm_plane_free(&own);
    return code;
}
