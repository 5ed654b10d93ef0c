#include "embed/mask.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/blur.h"

/* Fitted to butteraugli's local distortion of photographs (six terms do as well as eleven). */
static const float W_FINE = 0.325f, W_WIDE = -0.439f, W_LEAST = 0.371f, W_PIXEL = 0.190f,
                   W_SLOPE = -0.080f, W_FINE2 = -0.0376f;
static const float LOG_RANGE = 2; /* the mask stays within e^±2 of its mean */

static float log_feature(float x) {
    return logf(x + 0.5f);
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
    cm_plane near;  /* (G2 root)^2 */
    cm_plane fine;  /* (G3 root)^2 */
    cm_plane wide;  /* (G8 root)^2 */
    cm_plane pixel; /* G1 |Y - G2 Y| */
} textures;

static void square_in_place(cm_plane *p) {
    size_t n = cm_plane_size(p);
    for (size_t i = 0; i < n; i++)
        p->data[i] *= p->data[i];
}

static cm_code measure(const cm_plane *luma, textures *t, cm_error *err) {
    size_t n = cm_plane_size(luma);
    cm_code code = cm_blur(luma, 2, &t->pixel, err);
    if (code != CM_OK)
        return code;
    for (size_t i = 0; i < n; i++) {
        t->pixel.data[i] = fabsf(luma->data[i] - t->pixel.data[i]);
        t->root.data[i] = sqrtf(t->pixel.data[i]);
    }
    code = cm_blur(&t->pixel, 1, &t->pixel, err);
    if (code == CM_OK)
        code = cm_blur(&t->root, 2, &t->near, err);
    if (code == CM_OK)
        code = cm_blur(&t->root, 3, &t->fine, err);
    if (code == CM_OK)
        code = cm_blur(&t->root, 8, &t->wide, err);
    square_in_place(&t->near);
    square_in_place(&t->fine);
    square_in_place(&t->wide);
    return code;
}

static int mirror(int i, int n) {
    if (i < 0)
        i = -i;
    if (i >= n)
        i = 2 * n - 2 - i;
    return i < 0 || i >= n ? (n - 1) / 2 : i;
}

/* .45 of the least, .30 of the second and .25 of the third of nine neighbours: high only where
 * there is texture on all sides, so that edges next to smooth places don't count. */
static void least_around(const cm_plane *near, int y, float *out) {
    enum { REACH = 4 };
    const float *row[3];
    for (int j = 0; j < 3; j++)
        row[j] = cm_plane_row(near, mirror(y + (j - 1) * REACH, near->h));
    for (int x = 0; x < near->w; x++) {
        float a = FLT_MAX, b = FLT_MAX, c = FLT_MAX;
        for (int i = 0; i < 3; i++) {
            int column = mirror(x + (i - 1) * REACH, near->w);
            for (int j = 0; j < 3; j++) {
                float v = row[j][column];
                float hi = fmaxf(a, v);
                a = fminf(a, v);
                v = fmaxf(b, hi);
                b = fminf(b, hi);
                c = fminf(c, v);
            }
        }
        out[x] = 0.45f * a + 0.30f * b + 0.25f * c;
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

/* The logarithm of the mask, not yet centred, into out->weight; smooth is G1.5 Y. */
static cm_code combine(const cm_plane *smooth, const textures *t, cm_mask *out, cm_error *err) {
    float slopes[SLOPES];
    float *least = malloc((size_t)smooth->w * sizeof *least);
    if (least == NULL)
        return cm_fail_memory(err);
    slope_table(slopes);
    for (int y = 0; y < smooth->h; y++) {
        size_t at = (size_t)y * (size_t)smooth->w;
        least_around(&t->near, y, least);
        for (int x = 0; x < smooth->w; x++) {
            size_t i = at + (size_t)x;
            float level = fminf(fmaxf(smooth->data[i] + 0.5f, 0), SLOPES - 1);
            float fine = log_feature(t->fine.data[i]);
            out->weight.data[i] = W_FINE * fine + W_WIDE * log_feature(t->wide.data[i]) +
                                  W_LEAST * log_feature(least[x]) +
                                  W_PIXEL * log_feature(t->pixel.data[i]) +
                                  W_SLOPE * slopes[(int)level] + W_FINE2 * fine * fine;
            out->activity.data[i] = fminf(t->fine.data[i], 1.6f * t->wide.data[i] + 0.3f);
        }
    }
    free(least);
    return CM_OK;
}

/* Room left before black and white clip the mark. */
static cm_code headroom(const cm_plane *luma, cm_plane *out, cm_error *err) {
    size_t n = cm_plane_size(luma);
    for (size_t i = 0; i < n; i++) {
        float y = luma->data[i];
        float above = fminf(fmaxf((254 - y) / 6, 0), 1), below = fminf(fmaxf((y + 1) / 5, 0), 1);
        out->data[i] = above * below;
    }
    return cm_blur(out, 1.5f, out, err);
}

static void centre(cm_mask *m, const cm_plane *room) {
    size_t n = cm_plane_size(&m->weight);
    m->mean_log = (float)cm_plane_mean(&m->weight);
    for (size_t i = 0; i < n; i++) {
        float p = fminf(fmaxf(m->weight.data[i] - m->mean_log, -LOG_RANGE), LOG_RANGE);
        m->weight.data[i] = expf(p) * room->data[i];
    }
}

cm_code cm_mask_new(const cm_plane *luma, cm_mask *out, cm_error *err) {
    enum { PLANES = 8 };
    cm_plane p[PLANES];
    *out = (cm_mask){0};
    cm_code code = new_planes(p, PLANES, luma, err);
    if (code != CM_OK)
        return code;
    textures t = {.root = p[0], .near = p[1], .fine = p[2], .wide = p[3], .pixel = p[4]};
    cm_plane smooth = p[5];
    *out = (cm_mask){.weight = p[6], .activity = p[7]};
    code = measure(luma, &t, err);
    if (code == CM_OK)
        code = cm_blur(luma, 1.5f, &smooth, err);
    if (code == CM_OK)
        code = combine(&smooth, &t, out, err);
    if (code == CM_OK)
        code = headroom(luma, &smooth, err);
    if (code == CM_OK)
        centre(out, &smooth);
    free_planes(p, 6);
    if (code != CM_OK)
        cm_mask_free(out);
    return code;
}

void cm_mask_free(cm_mask *m) {
    cm_plane_free(&m->weight);
    cm_plane_free(&m->activity);
}
