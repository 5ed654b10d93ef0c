#include "embed/image.h"

#include <math.h>
#include <stdlib.h>

#include "base/wide.h"
#include "dsp/blur.h"
#include "dsp/resize.h"
#include "embed/mask.h"
#include "embed/pattern.h"
#include "mark/code.h"
#include "mark/layout.h"

/* Visibility (spec/image-mark.md §4.3). The gain that meets a given butteraugli 3-norm follows the
 * mean of the mask's logarithm closely. */
static const float GAIN_BASE = -0.194f, GAIN_SLOPE = 1.376f, GAIN_NORMAL = 1.4f;
/* At strength 1. SSIM's loss may grow as the strength: it is textured pictures that it limits,
 * which need no more. */
static const float LEAST_SSIM = 0.988f, LEAST_PSNR = 39.3f;
/* Local rms allowed by activity, times this power of the strength. */
static const float SMOOTH_BASE = 0.7f, SMOOTH_SLOPE = 0.7f, SMOOTH_POWER = 0.75f;
static const float LEAST_RMS = 0.25f; /* of luma: below, nothing would survive rounding */

/* Grain is seen first where there is nothing else: the amplitude there stays below a limit. */
CM_WIDE static void cap_smooth(const float *restrict activity, size_t n, float scale,
                               float *restrict weight) {
    for (size_t i = 0; i < n; i++) {
        float most = (SMOOTH_BASE + SMOOTH_SLOPE * activity[i]) * scale;
        weight[i] = fminf(weight[i], most);
    }
}

CM_WIDE static void squared_ratio(const float *restrict w, const float *restrict weight, size_t n,
                                  float *restrict out) {
    for (size_t i = 0; i < n; i++) {
        float q = w[i] / fmaxf(weight[i], 1e-3f);
        out[i] = q * q;
    }
}

CM_WIDE static void even_out(const float *restrict power, float mean, size_t n, float *restrict w) {
    for (size_t i = 0; i < n; i++)
        w[i] /= sqrtf(power[i] / mean) + 0.15f;
}

/* W <- W / (local rms of W / mask + .15): evens out the tile's own bright spots, which are what the
 * eye finds. */
static cm_code flatten_envelope(const cm_plane *weight, cm_plane *w, cm_error *err) {
    cm_plane power = cm_plane_new(w->w, w->h);
    size_t n = cm_plane_size(w);
    if (power.data == NULL)
        return cm_fail_memory(err);
    squared_ratio(w->data, weight->data, n, power.data);
    float mean = (float)cm_plane_mean(&power);
    cm_code code = cm_blur(&power, 2, &power, err);
    if (code == CM_OK && mean > 0)
        even_out(power.data, mean, n, w->data);
    cm_plane_free(&power);
    return code;
}

/* Local variance of the host and local power of the change, both under G1.5, every other row and
 * column: what SSIM is made of. */
typedef struct ssim_terms {
    cm_plane host;   /* 2 v + C2 */
    cm_plane change; /* G1.5 W^2 */
} ssim_terms;

CM_WIDE static void squares_of(const float *restrict in, size_t n, float *restrict out) {
    for (size_t i = 0; i < n; i++)
        out[i] = in[i] * in[i];
}

/* Local mean squares become what SSIM divides by. `mean` has twice the samples. */
static void ssim_divisors(const float *restrict mean, int n, float *restrict square) {
    static const float C2 = 58.5225f;
    for (int x = 0; x < n; x++)
        square[x] = 2 * fmaxf(square[x] - mean[2 * x] * mean[2 * x], 0) + C2;
}

/* `mean` is the luma under G1.5. */
static cm_code ssim_prepare(const cm_plane *luma, const cm_plane *mean, const cm_plane *w,
                            ssim_terms *t, cm_error *err) {
    cm_plane squares = cm_plane_new(luma->w, luma->h);
    t->host = cm_plane_new((luma->w + 1) / 2, (luma->h + 1) / 2);
    t->change = cm_plane_new(t->host.w, t->host.h);
    cm_code code = squares.data != NULL && t->host.data != NULL && t->change.data != NULL
                       ? CM_OK
                       : cm_fail_memory(err);
    if (code == CM_OK) {
        squares_of(luma->data, cm_plane_size(luma), squares.data);
        code = cm_blur_halved(&squares, 1.5f, &t->host, err);
    }
    for (int y = 0; y < t->host.h && code == CM_OK; y++)
        ssim_divisors(cm_plane_row(mean, 2 * y), t->host.w, cm_plane_row(&t->host, y));
    if (code == CM_OK) {
        squares_of(w->data, cm_plane_size(w), squares.data);
        code = cm_blur_halved(&squares, 1.5f, &t->change, err);
    }
    cm_plane_free(&squares);
    return code;
}

static void ssim_free(ssim_terms *t) {
    cm_plane_free(&t->host);
    cm_plane_free(&t->change);
}

CM_WIDE static float ssim_row_loss(const float *v, const float *c, int n, float gain2) {
    float loss = 0; /* of one row, a float will do */
    for (int x = 0; x < n; x++) {
        float power = gain2 * c[x];
        loss += power / (v[x] + power);
    }
    return loss;
}

static float ssim_at(const ssim_terms *t, float gain) {
    double loss = 0;
    for (int y = 0; y < t->host.h; y++)
        loss += (double)ssim_row_loss(cm_plane_row(&t->host, y), cm_plane_row(&t->change, y),
                                      t->host.w, gain * gain);
    return (float)(1 - loss / (double)cm_plane_size(&t->host));
}

/* The greatest gain up to `gain` that keeps PSNR and SSIM within their limits. */
static float limit_gain(const ssim_terms *t, double mean_square, float gain, float strength) {
    float psnr_limit = strength * 255 / powf(10, LEAST_PSNR / 20) / sqrtf((float)mean_square);
    float high = fminf(gain, psnr_limit), low = 0;
    float least = 1 - (1 - LEAST_SSIM) * strength;
    if (ssim_at(t, high) >= least)
        return high;
    for (int i = 0; i < 12; i++) {
        float mid = (low + high) / 2;
        if (ssim_at(t, mid) < least)
            high = mid;
        else
            low = mid;
    }
    return low;
}

static void add_plane(const cm_plane *p, cm_plane *to) {
    size_t n = cm_plane_size(p);
    for (size_t i = 0; i < n; i++)
        to->data[i] += p->data[i];
}

static void scale_plane(cm_plane *p, float by) {
    size_t n = cm_plane_size(p);
    for (size_t i = 0; i < n; i++)
        p->data[i] *= by;
}

/* Scales the pattern to its final strength and reports what it costs. */
static cm_code settle(const cm_plane *luma, const cm_plane *smooth, float gain, float strength,
                      cm_plane *w, cm_embed_report *report, cm_error *err) {
    ssim_terms t = {0};
    double mean_square = cm_plane_mean_square(w);
    if (mean_square * (double)(gain * gain) < (double)(LEAST_RMS * LEAST_RMS))
        return cm_fail(
            err, CM_ERR_CAPACITY,
            "the picture is too flat, too dark or too bright to hide a mark: texture, or "
            "tones away from black and white, would be needed");
    cm_code code = ssim_prepare(luma, smooth, w, &t, err);
    if (code == CM_OK) {
        float settled = limit_gain(&t, mean_square, gain, strength);
        float rms = settled * sqrtf((float)mean_square);
        *report = (cm_embed_report){
            .psnr = 20 * log10f(255 / rms), .ssim = ssim_at(&t, settled), .rms = rms};
        scale_plane(w, settled);
    }
    ssim_free(&t);
    return code;
}

/* The pattern of one layer, added to `w`. */
static cm_code add_pattern(const cm_host *host, const cm_mask *mask, const uint8_t *layer_key,
                           const uint8_t *bits, float gain, cm_plane *w, cm_error *err) {
    cm_layout *layout = NULL;
    cm_plane own = cm_plane_new(w->w, w->h);
    cm_code code = own.data != NULL ? cm_layout_new(layer_key, &layout, err) : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_pattern_make(host, mask, layout, bits, gain, &own, err);
    if (code == CM_OK)
        add_plane(&own, w);
    cm_plane_free(&own);
    free(layout);
    return code;
}

/* Two layers share the power: each has that of half the change. Their patterns are independent, so
 * that the sum of both is as strong as one alone would be. */
static cm_code make_pattern(const cm_host *host, const cm_mask *mask, const cm_embed_params *params,
                            float gain, cm_plane *w, cm_error *err) {
    const float half = sqrtf(0.5f);
    uint8_t bits[CM_CODE_BITS];
    cm_layout *layout = NULL;
    float own = params->beside != NULL ? half * gain : gain;
    cm_code code = cm_layout_new(params->layer_key, &layout, err);
    cm_code_encode(params->payload, bits);
    if (code == CM_OK)
        code = cm_pattern_make(host, mask, layout, bits, own, w, err);
    if (code == CM_OK && params->beside != NULL) {
        code = add_pattern(host, mask, params->beside, bits, own, w, err);
        scale_plane(w, half);
    }
    free(layout);
    return code;
}

static cm_code make_change(const cm_host *host, const cm_embed_params *params, cm_plane *w,
                           cm_embed_report *report, cm_error *err) {
    cm_mask mask = {0};
    cm_code code = cm_mask_new(&host->luma, &mask, err);
    float gain = GAIN_NORMAL * params->strength * expf(GAIN_BASE + GAIN_SLOPE * mask.mean_log);
    if (code == CM_OK) {
        cap_smooth(mask.activity.data, cm_plane_size(&mask.weight),
                   powf(params->strength, SMOOTH_POWER) / gain, mask.weight.data);
        code = make_pattern(host, &mask, params, gain, w, err);
    }
    if (code == CM_OK)
        code = flatten_envelope(&mask.weight, w, err);
    if (code == CM_OK)
        code = settle(&host->luma, &mask.smooth, gain, params->strength, w, report, err);
    cm_mask_free(&mask);
    return code;
}

cm_code cm_embed_change(const cm_host *host, const cm_embed_params *params, cm_plane *change,
                        cm_embed_report *report, cm_error *err) {
    cm_embed_report unused;
    return make_change(host, params, change, report != NULL ? report : &unused, err);
}

static cm_code look_at(const cm_plane *luma, cm_host *host, cm_error *err) {
    cm_code code = cm_host_new(luma->w, luma->h, host, err);
    if (code == CM_OK)
        code = cm_resize_area(luma, &host->luma, err);
    return code == CM_OK ? cm_host_whiten(host, err) : code;
}

cm_code cm_embed_image(const cm_plane *luma, const cm_embed_params *params, cm_plane *change,
                       cm_embed_report *report, cm_error *err) {
    cm_host host = {0};
    cm_plane small = {0};
    cm_code code = look_at(luma, &host, err);
    if (code == CM_OK)
        small = cm_plane_new(host.luma.w, host.luma.h);
    if (code == CM_OK)
        code = small.data != NULL ? cm_embed_change(&host, params, &small, report, err)
                                  : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_resize_cubic(&small, change, err);
    cm_plane_free(&small);
    cm_host_free(&host);
    return code;
}
