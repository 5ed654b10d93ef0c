#include "api/rehearsal.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/blur.h"
#include "dsp/resize.h"
#include "media/luma.h"
#include "media/recode.h"

/* Each kind's name, the amounts that make sense, and whether only whole numbers do. */
static const struct kind {
    const char *name;
    double least, most;
    bool whole;
} KINDS[] = {
    [CM_STEP_JPEG] = {"jpeg", 1, 100, true},    [CM_STEP_WEBP] = {"webp", 0, 100, true},
    [CM_STEP_CROP] = {"crop", 1, 100, false},   [CM_STEP_SCALE] = {"scale", 0.05, 1, false},
    [CM_STEP_BLUR] = {"gblur", 0.1, 20, false}, [CM_STEP_NOISE] = {"gnoise", 0.1, 100, false},
};

enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

/* ---- reading the list ---- */

static bool parse_step(const char *text, size_t n, cm_step *out) {
    for (int k = 0; k < KIND_COUNT; k++) {
        size_t name = strlen(KINDS[k].name);
        char number[16], *end = NULL;
        if (n <= name || n - name >= sizeof number || strncmp(text, KINDS[k].name, name) != 0)
            continue;
        memcpy(number, text + name, n - name);
        number[n - name] = '\0';
        if (strspn(number, "0123456789.") != n - name)
            return false;
        double v = strtod(number, &end);
        *out = (cm_step){.kind = (cm_step_kind)k, .amount = v};
        return *end == '\0' && v >= KINDS[k].least && v <= KINDS[k].most &&
               (!KINDS[k].whole || v == floor(v));
    }
    return false;
}

static cm_code parse_change(const char *text, size_t n, cm_change *out, cm_error *err) {
    *out = (cm_change){0};
    if (n >= sizeof out->name)
        return cm_fail(err, CM_ERR_ARGUMENT, "a change to survive is longer than %d characters",
                       CM_CHANGE_SIZE - 1);
    memcpy(out->name, text, n);
    for (const char *at = out->name;; at++) {
        size_t length = strcspn(at, "+");
        if (out->steps == CM_STEPS_MAX)
            return cm_fail(err, CM_ERR_ARGUMENT, "\"%s\" has more than %d steps", out->name,
                           CM_STEPS_MAX);
        if (!parse_step(at, length, &out->step[out->steps++]))
            return cm_fail(err, CM_ERR_ARGUMENT,
                           "\"%s\": \"%.*s\" is no change that can be tried: jpeg1 to jpeg100, "
                           "webp0 to webp100, crop1 to crop100, scale0.05 to scale1, gblur0.1 to "
                           "gblur20, gnoise0.1 to gnoise100",
                           out->name, (int)length, at);
        at += length;
        if (*at == '\0')
            return CM_OK;
    }
}

cm_code cm_rehearsal_parse(const char *list, cm_rehearsal *out, cm_error *err) {
    *out = (cm_rehearsal){0};
    if (list == NULL)
        return CM_OK;
    for (const char *at = list;; at++) {
        size_t length = strcspn(at, ",");
        if (out->changes == CM_SURVIVE_MAX)
            return cm_fail(err, CM_ERR_ARGUMENT, "more than %d changes to survive", CM_SURVIVE_MAX);
        cm_code code = parse_change(at, length, &out->change[out->changes], err);
        if (code != CM_OK)
            return code;
        out->changes++;
        at += length;
        if (*at == '\0')
            return CM_OK;
    }
}

/* ---- trying ---- */

static void round_all(cm_plane *p) {
    size_t n = cm_plane_size(p);
    for (size_t i = 0; i < n; i++)
        p->data[i] = rintf(cm_luma_clamp(p->data[i]));
}

/* A plane of w x h takes the place of *p. */
static cm_code replace(cm_plane *p, int w, int h, cm_plane *old, cm_error *err) {
    *old = *p;
    *p = cm_plane_new(w, h);
    return p->data != NULL ? CM_OK : cm_fail_memory(err);
}

static cm_code crop(cm_plane *p, double percent, cm_error *err) {
    double side = sqrt(percent / 100);
    int w = (int)fmax(1, round(p->w * side)), h = (int)fmax(1, round(p->h * side));
    int x0 = (p->w - w) / 2, y0 = (p->h - h) / 2;
    cm_plane old;
    cm_code code = replace(p, w, h, &old, err);
    for (int y = 0; y < h && code == CM_OK; y++)
        memcpy(cm_plane_row(p, y), cm_plane_row(&old, y0 + y) + x0, (size_t)w * sizeof *p->data);
    cm_plane_free(&old);
    return code;
}

static cm_code shrink(cm_plane *p, double factor, cm_lattice *g, cm_error *err) {
    int w = (int)fmax(1, round(p->w * factor)), h = (int)fmax(1, round(p->h * factor));
    double sx = (double)p->w / w, sy = (double)p->h / h;
    cm_plane old;
    cm_code code = replace(p, w, h, &old, err);
    if (code == CM_OK)
        code = cm_resize_area(&old, p, err);
    cm_plane_free(&old);
    *g = cm_lattice_then(*g, (cm_lattice){.xx = sx, .yy = sy});
    return code;
}

static uint64_t next_random(uint64_t *state) { /* splitmix64 */
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* The same noise every time: each value a sum of eight uniform ones. */
static void add_noise(cm_plane *p, double deviation) {
    const double luma =
        sqrt((double)(CM_LUMA_R * CM_LUMA_R + CM_LUMA_G * CM_LUMA_G + CM_LUMA_B * CM_LUMA_B));
    const double scale = deviation * luma / 65536 / sqrt(8 / 12.0);
    uint64_t state = 0;
    size_t n = cm_plane_size(p);
    for (size_t i = 0; i < n; i++) {
        uint64_t a = next_random(&state), b = next_random(&state);
        int64_t sum = -4 * 65535;
        for (int k = 0; k < 64; k += 16)
            sum += (int64_t)(((a >> k) & 0xffff) + ((b >> k) & 0xffff));
        p->data[i] += (float)(scale * (double)sum);
    }
}

static cm_code apply_step(const cm_step *s, double *pixels, cm_lattice *g, cm_plane *p,
                          cm_error *err) {
    switch (s->kind) {
    case CM_STEP_JPEG:
        return cm_recode_jpeg(p, (int)s->amount, err);
    case CM_STEP_WEBP:
        return cm_recode_webp(p, (int)s->amount, err);
    case CM_STEP_CROP:
        return crop(p, s->amount, err);
    case CM_STEP_SCALE: {
        double left = *pixels * s->amount;
        *pixels = fmax(1, left);
        return left < 1 ? shrink(p, left, g, err) : CM_OK;
    }
    case CM_STEP_BLUR:
        return cm_blur(p, (float)s->amount, p, err);
    case CM_STEP_NOISE:
        add_noise(p, s->amount);
        return CM_OK;
    }
    return cm_fail(err, CM_ERR_ARGUMENT, "an unknown change");
}

cm_code cm_change_apply(const cm_change *change, const cm_plane *luma, double pixels,
                        cm_lattice *lattice, cm_plane *out, cm_error *err) {
    cm_code code = CM_OK;
    *out = cm_plane_new(luma->w, luma->h);
    if (out->data == NULL)
        return cm_fail_memory(err);
    memcpy(out->data, luma->data, cm_plane_size(luma) * sizeof *luma->data);
    for (int i = 0; i < change->steps && code == CM_OK; i++) {
        code = apply_step(&change->step[i], &pixels, lattice, out, err);
        if (code == CM_OK)
            round_all(out);
    }
    return code;
}
