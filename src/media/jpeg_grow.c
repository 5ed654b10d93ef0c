#include "media/jpeg_grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wide.h"
#include "dsp/axis.h"

typedef float wide __attribute__((vector_size(32)));

enum {
    LEAST_SCALE = 2,
    SPAN = 9, /* most samples that a block of LEAST_SCALE and above hangs on: 7 / 2 + 1 + 4 */
    LINES = 16
};

/* What the blocks along one axis make of the small plane's samples. */
typedef struct matrix {
    int count; /* blocks */
    int taps;
    int *first;              /* sample */
    float *share;            /* by block and tap, CM_DCT_SIDE coefficients */
    float most[CM_DCT_SIDE]; /* of all blocks, the greatest sum of magnitudes */
} matrix;

struct cm_jpeg_grower {
    const cm_plane *in;
    cm_jpeg_plane plane;
    matrix x, y;
    cm_jpeg_rounding rounding;
    int rows;        /* of a block's coefficients; the others can't move */
    int held[LINES]; /* input row i stands, as coefficients across, in line i % LINES */
    float *line[LINES];
};

bool cm_jpeg_grows(const cm_jpeg_plane *c, const cm_view *v, const cm_plane *in) {
    return c->ratio_x == 1 && c->ratio_y == 1 && v->width >= LEAST_SCALE * (uint32_t)in->w &&
           v->height >= LEAST_SCALE * (uint32_t)in->h;
}

/* One block: sample x of the DCT reads what axis `a` gives pixel block * 8 + x; beyond the edge,
 * the last pixel. */
static void fill(matrix *m, const cm_axis *a, int pixels, int samples, int block,
                 float basis[CM_DCT_SIDE][CM_DCT_SIDE]) {
    float *share = m->share + (size_t)block * (size_t)m->taps * CM_DCT_SIDE;
    int first = a->first[block * CM_DCT_SIDE];
    m->first[block] = first < samples - m->taps ? first : samples - m->taps;
    for (int x = 0; x < CM_DCT_SIDE; x++) {
        int i = block * CM_DCT_SIDE + x < pixels ? block * CM_DCT_SIDE + x : pixels - 1;
        for (int t = 0; t < a->taps; t++) {
            float w = a->weight[(size_t)i * (size_t)a->taps + (size_t)t];
            float *to = share + (a->first[i] + t - m->first[block]) * CM_DCT_SIDE;
            for (int u = 0; u < CM_DCT_SIDE; u++)
                to[u] += w * basis[u][x];
        }
    }
    for (int u = 0; u < CM_DCT_SIDE; u++) {
        float sum = 0;
        for (int t = 0; t < m->taps; t++)
            sum += fabsf(share[t * CM_DCT_SIDE + u]);
        m->most[u] = fmaxf(m->most[u], sum);
    }
}

static bool matrix_new(matrix *m, int samples, int pixels, int blocks) {
    float basis[CM_DCT_SIDE][CM_DCT_SIDE];
    cm_axis a = {0};
    bool good = cm_axis_cubic(samples, pixels, &a);
    cm_dct_basis(basis);
    m->count = blocks;
    for (int i = 0; i < blocks && good; i++) {
        int first = i * CM_DCT_SIDE, last = first + CM_DCT_SIDE - 1;
        int taps = a.first[last < pixels ? last : pixels - 1] + a.taps - a.first[first];
        m->taps = taps > m->taps ? taps : m->taps;
    }
    m->first = cm_calloc((size_t)blocks, sizeof *m->first);
    m->share = cm_calloc((size_t)blocks * (size_t)m->taps, CM_DCT_SIDE * sizeof *m->share);
    good = good && m->first != NULL && m->share != NULL;
    for (int i = 0; i < blocks && good; i++)
        fill(m, &a, pixels, samples, i, basis);
    cm_axis_free(&a);
    return good;
}

/* Rows of coefficients that the change can move at all. */
static int rows_that_move(const cm_jpeg_grower *g) {
    float most = 0;
    size_t n = cm_plane_size(g->in);
    for (size_t i = 0; i < n; i++)
        most = fabsf(g->in->data[i]) > most ? fabsf(g->in->data[i]) : most;
    for (int i = CM_DCT_SIZE; i-- > 0;) {
        float d = most * g->y.most[i / CM_DCT_SIDE] * g->x.most[i % CM_DCT_SIDE];
        if (g->plane.old_steps[i] != g->plane.new_steps[i] ||
            d * fabsf(g->rounding.scale[i]) + g->rounding.early[i] >= 0.999f)
            return i / CM_DCT_SIDE + 1;
    }
    return 0;
}

cm_code cm_jpeg_grower_new(const cm_jpeg_plane *c, const cm_view *v, const cm_plane *in,
                           cm_jpeg_grower **result, cm_error *err) {
    cm_jpeg_grower *g = cm_calloc(1, sizeof *g);
    *result = g;
    if (g == NULL)
        return cm_fail_memory(err);
    g->in = in;
    g->plane = *c;
    bool good = matrix_new(&g->x, in->w, (int)v->width, (int)c->blocks_across) &&
                matrix_new(&g->y, in->h, (int)v->height, (int)c->blocks_down);
    for (int i = 0; i < LINES && good; i++) {
        g->held[i] = -1;
        g->line[i] = cm_alloc_aligned((size_t)c->blocks_across * CM_DCT_SIDE, sizeof(float));
        good = g->line[i] != NULL;
    }
    if (!good)
        return cm_fail_memory(err);
    g->rounding = cm_jpeg_rounding_of(c, NULL);
    g->rows = rows_that_move(g);
    return CM_OK;
}

void cm_jpeg_grower_free(cm_jpeg_grower *g) {
    if (g == NULL)
        return;
    for (int i = 0; i < LINES; i++)
        free(g->line[i]);
    free(g->x.first);
    free(g->x.share);
    free(g->y.first);
    free(g->y.share);
    free(g);
}

/* A row of samples to the coefficients across of each block. */
CM_WIDE static void transform_row(const matrix *m, const float *row, float *out) {
    for (int b = 0; b < m->count; b++) {
        const float *share = m->share + (size_t)b * (size_t)m->taps * CM_DCT_SIDE;
        const float *from = row + m->first[b];
        wide sum = {0}, part;
        for (int t = 0; t < m->taps; t++) {
            memcpy(&part, share + (size_t)t * CM_DCT_SIDE, sizeof part);
            sum += from[t] * part;
        }
        memcpy(out + (size_t)b * CM_DCT_SIDE, &sum, sizeof sum);
    }
}

/* The coefficients of block b, from the lines that it hangs on. */
CM_WIDE static void transform_block(const float *const *lines, const float *share, int taps,
                                    int rows, size_t b, float *dct) {
    wide line[SPAN];
    for (int t = 0; t < taps; t++)
        memcpy(&line[t], lines[t] + b * CM_DCT_SIDE, sizeof line[t]);
    for (int v = 0; v < rows; v++) {
        wide sum = {0};
        for (int t = 0; t < taps; t++)
            sum += share[t * CM_DCT_SIDE + v] * line[t];
        memcpy(dct + v * CM_DCT_SIDE, &sum, sizeof sum);
    }
}

void cm_jpeg_grower_change(cm_jpeg_grower *g, uint32_t j, const int16_t *from, int16_t *to) {
    const float *lines[SPAN], *share = g->y.share + (size_t)j * (size_t)g->y.taps * CM_DCT_SIDE;
    float dct[CM_DCT_SIZE] = {0};
    for (int t = 0; t < g->y.taps; t++) {
        int i = g->y.first[j] + t, slot = i % LINES;
        if (g->held[slot] != i)
            transform_row(&g->x, cm_plane_row(g->in, i), g->line[slot]);
        g->held[slot] = i;
        lines[t] = g->line[slot];
    }
    for (size_t b = 0; b < g->plane.blocks_across; b++) {
        transform_block(lines, share, g->y.taps, g->rows, b, dct);
        cm_jpeg_move_block(&g->plane, &g->rounding, g->rows, dct, from, to);
        from += CM_DCT_SIZE;
        to += CM_DCT_SIZE;
    }
}
