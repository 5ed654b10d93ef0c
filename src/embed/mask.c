#include "embed/mask.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"
#include "dsp/blur.h"

/* Fitted to butteraugli's local distortion of photographs (six terms do as well as eleven). */
static const float W_FINE = 0.325f, W_WIDE = -0.439f, W_LEAST = 0.371f, W_PIXEL = 0.190f,
                   W_SLOPE = -0.080f, W_FINE2 = -0.0376f;
static const float LOG_RANGE = 2; /* the mask stays within e^±2 of its mean */

/* Natural logarithm of a positive normal number to about 1e-6, in arithmetic that vectorises: the
 * number is split into 2^e m with m around 1, and ln m = 2 artanh((m - 1) / (m + 1)). */
static inline float quick_log(float x) {
    const uint32_t root_half = 0x3f3504f3; /* sqrt(1/2) */
    const float ln2 = 0.69314718f;
    uint32_t bits;
    float m;
    memcpy(&bits, &x, sizeof bits);
    int32_t e = (int32_t)(bits - root_half) >> 23;
    bits -= (uint32_t)e << 23;
    memcpy(&m, &bits, sizeof m);
    float z = (m - 1) / (m + 1), q = z * z;
    return (float)e * ln2 + z * (2 + q * (2 / 3.0f + q * (2 / 5.0f + q * (2 / 7.0f))));
}

static inline float log_feature(float x) {
    return quick_log(x + 0.5f);
}

/* e^p for |p| <= LOG_RANGE, to about 1e-6: Taylor's series of e^(p/8), squared three times. */
static inline float quick_exp(float p) {
    float x = p * 0.125f;
    float y = 1 + x * (1 + x * (1 / 2.0f + x * (1 / 6.0f + x * (1 / 24.0f + x * (1 / 120.0f)))));
    y *= y;
    y *= y;
    return y * y;
}

static void free_planes(cm_plane *p, int n) {
    for (int i = 0; i < n; i++)
        cm_plane_free(&p[i]);
}

static cm_code new_planes(cm_plane *p, int n, const cm_plane *like, cm_error *err) {
    for (int i = 0; i < n; i++) {
        p[i] = cm_plane_new(like->w, like->h);
        if (p[i].data == NULL) {
            free_planes(p, i);
            return cm_fail_memory(err);
        }
    }
    return CM_OK;
}

/* sqrt|Y - G2 Y| and its local means: texture, felt as its mean root and so ruled by how much of
 * the neighbourhood has it rather than by its strongest edge. */
typedef struct textures {
    cm_plane root;  /* sqrt|Y - G2 Y| */
    cm_plane near;  /* G2 root, to be squared as the next two */
    cm_plane fine;  /* G3 root */
    cm_plane wide;  /* G8 root */
    cm_plane pixel; /* G1 |Y - G2 Y| */
} textures;

/* |luma - pixel| into pixel, and its root. */
CM_WIDE static void root_difference(const float *restrict luma, size_t n, float *restrict pixel,
                                    float *restrict root) {
    for (size_t i = 0; i < n; i++) {
        pixel[i] = fabsf(luma[i] - pixel[i]);
        root[i] = sqrtf(pixel[i]);
    }
}

static cm_code measure(const cm_plane *luma, textures *t, cm_error *err) {
    size_t n = cm_plane_size(luma);
    cm_code code = cm_blur(luma, 2, &t->pixel, err);
    if (code != CM_OK)
        return code;
    root_difference(luma->data, n, t->pixel.data, t->root.data);
    code = cm_blur(&t->pixel, 1, &t->pixel, err);
    if (code == CM_OK)
        code = cm_blur(&t->root, 2, &t->near, err);
    if (code == CM_OK)
        code = cm_blur(&t->root, 3, &t->fine, err);
    if (code == CM_OK)
        code = cm_blur(&t->root, 8, &t->wide, err);
    return code;
}

static int mirror(int i, int n) {
    if (i < 0)
        i = -i;
    if (i >= n)
        i = 2 * n - 2 - i;
    return i < 0 || i >= n ? (n - 1) / 2 : i;
}

enum { REACH = 4 };

/* Row y with REACH mirrored samples on either side. */
static void widen(const cm_plane *p, int y, float *out) {
    const float *row = cm_plane_row(p, mirror(y, p->h));
    memcpy(out + REACH, row, (size_t)p->w * sizeof *row);
    for (int i = 1; i <= REACH; i++) {
        out[REACH - i] = row[mirror(-i, p->w)];
        out[REACH + p->w - 1 + i] = row[mirror(p->w - 1 + i, p->w)];
    }
}

/* .45 of the least square, .30 of the second and .25 of the third of nine neighbours: high only
 * where there is texture on all sides, so that edges next to smooth places don't count. `wide`: the
 * rows around, widened. */
CM_WIDE static void least_around(float *const wide[3], int n, float *restrict out) {
    const float *restrict above = wide[0], *restrict here = wide[1], *restrict below = wide[2];
    for (int x = 0; x < n; x++) {
        const float around[9] = {above[x], above[x + REACH], above[x + 2 * REACH],
                                 here[x],  here[x + REACH],  here[x + 2 * REACH],
                                 below[x], below[x + REACH], below[x + 2 * REACH]};
        float a = FLT_MAX, b = FLT_MAX, c = FLT_MAX;
        for (int i = 0; i < 9; i++) {
            float v = around[i];
            float hi = fmaxf(a, v);
            a = fminf(a, v);
            v = fmaxf(b, hi);
            b = fminf(b, hi);
            c = fminf(c, v);
        }
        out[x] = 0.45f * (a * a) + 0.30f * (b * b) + 0.25f * (c * c);
    }
}

/* d/dY of ln(80 L + 11.73), L the linear light of an sRGB value Y/255: how visible a step of luma
 * is at this brightness. Relative to Y = 128. */
static float slope_at(float luma) {
    float v = fminf(fmaxf(luma, 0), 255) / 255;
    float light = v <= 0.04045f ? v / 12.92f : powf((v + 0.055f) / 1.055f, 2.4f);
    float rise = v <= 0.04045f ? 1 / 12.92f : 2.4f / 1.055f * powf((v + 0.055f) / 1.055f, 1.4f);
    return 80 * rise / (80 * light + 11.73f);
}

enum { SLOPES = 256 };

static void slope_table(float *table) {
    float mid = slope_at(128);
    for (int i = 0; i < SLOPES; i++)
        table[i] = logf(fmaxf(0.15f, slope_at((float)i) / mid));
}

/* One row of the mask's logarithm, not yet centred. */
CM_WIDE static void combine_row(const float *restrict fine, const float *restrict wide,
                                const float *restrict pixel, const float *restrict least, int n,
                                float *restrict weight, float *restrict activity) {
    for (int x = 0; x < n; x++) {
        float fine2 = fine[x] * fine[x], wide2 = wide[x] * wide[x], f = log_feature(fine2);
        weight[x] = W_FINE * f + W_WIDE * log_feature(wide2) + W_LEAST * log_feature(least[x]) +
                    W_PIXEL * log_feature(pixel[x]) + W_FINE2 * f * f;
        activity[x] = fminf(fine2, 1.6f * wide2 + 0.3f);
    }
}

static void add_slopes(const float *smooth, const float *table, int n, float *weight) {
    for (int x = 0; x < n; x++)
        weight[x] += W_SLOPE * table[(int)fminf(fmaxf(smooth[x] + 0.5f, 0), SLOPES - 1)];
}

/* The logarithm of the mask, not yet centred, into out->weight; smooth is G1.5 Y. */
static cm_code combine(const cm_plane *smooth, const textures *t, cm_mask *out, cm_error *err) {
    float slopes[SLOPES];
    size_t n = (size_t)smooth->w, padded = n + 2 * REACH;
    float *scratch = cm_alloc_aligned(3 * padded + n, sizeof *scratch);
    if (scratch == NULL)
        return cm_fail_memory(err);
    float *const rows[3] = {scratch, scratch + padded, scratch + 2 * padded};
    float *least = scratch + 3 * padded;
    slope_table(slopes);
    for (int y = 0; y < smooth->h; y++) {
        float *weight = cm_plane_row(&out->weight, y);
        for (int j = 0; j < 3; j++)
            widen(&t->near, y + (j - 1) * REACH, rows[j]);
        least_around(rows, smooth->w, least);
        combine_row(cm_plane_row(&t->fine, y), cm_plane_row(&t->wide, y),
                    cm_plane_row(&t->pixel, y), least, smooth->w, weight,
                    cm_plane_row(&out->activity, y));
        add_slopes(cm_plane_row(smooth, y), slopes, smooth->w, weight);
    }
    free(scratch);
    return CM_OK;
}

/* Room left before black and white clip the mark. */
CM_WIDE static void room_left(const float *restrict y, size_t n, float *restrict room) {
    for (size_t i = 0; i < n; i++) {
        float above = fminf(fmaxf((254 - y[i]) * (1 / 6.0f), 0), 1);
        float below = fminf(fmaxf((y[i] + 1) * (1 / 5.0f), 0), 1);
        room[i] = above * below;
    }
}

CM_WIDE static void centre_mask(cm_mask *m, const cm_plane *room) {
    size_t n = cm_plane_size(&m->weight);
    float mean = (float)cm_plane_mean(&m->weight);
    float *restrict weight = m->weight.data;
    const float *restrict left = room->data;
    for (size_t i = 0; i < n; i++) {
        float p = fminf(fmaxf(weight[i] - mean, -LOG_RANGE), LOG_RANGE);
        weight[i] = quick_exp(p) * left[i];
    }
    m->mean_log = mean;
}

cm_code cm_mask_new(const cm_plane *luma, cm_mask *out, cm_error *err) {
    enum { PLANES = 8 };
    cm_plane p[PLANES];
    *out = (cm_mask){0};
    cm_code code = new_planes(p, PLANES, luma, err);
    if (code != CM_OK)
        return code;
    textures t = {.root = p[0], .near = p[1], .fine = p[2], .wide = p[3], .pixel = p[4]};
    cm_plane room = t.root; /* which is measured by then */
    *out = (cm_mask){.smooth = p[5], .weight = p[6], .activity = p[7]};
    code = measure(luma, &t, err);
    if (code == CM_OK)
        code = cm_blur(luma, 1.5f, &out->smooth, err);
    if (code == CM_OK)
        code = combine(&out->smooth, &t, out, err);
    if (code == CM_OK) {
        room_left(luma->data, cm_plane_size(luma), room.data);
        code = cm_blur(&room, 1.5f, &room, err);
    }
    if (code == CM_OK)
        centre_mask(out, &room);
    free_planes(p, 5);
    if (code != CM_OK)
        cm_mask_free(out);
    return code;
}

void cm_mask_free(cm_mask *m) {
    cm_plane_free(&m->smooth);
    cm_plane_free(&m->weight);
    cm_plane_free(&m->activity);
}
