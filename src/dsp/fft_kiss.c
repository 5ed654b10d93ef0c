#include "dsp/fft.h"

#ifdef CM_FFT_KISSFFT
#include <kissfft/kiss_fft.h>
#include <kissfft/kiss_fftr.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Rows by the real transform, columns by the complex one. KissFFT has a two-dimensional real
 * transform of its own, but kiss_fftndr_alloc() of Debian's 131.1.0 always fails. */
struct cm_fft {
    int h, w;
    int rows; /* the others are zero */
    kiss_fftr_cfg row;
    kiss_fft_cfg column;
    kiss_fft_cpx *scratch; /* one column */
};

static cm_code plan(cm_fft_kind kind, int h, int w, int rows, cm_fft **out, cm_error *err) {
    int inverse = kind == CM_FFT_INVERSE_REAL;
    cm_fft *f = calloc(1, sizeof *f);
    *out = NULL;
    if (f == NULL)
        return cm_fail_memory(err);
    *f = (cm_fft){.h = h,
                  .w = w,
                  .rows = rows,
                  .row = kiss_fftr_alloc(w, inverse, NULL, NULL),
                  .column = kiss_fft_alloc(h, inverse, NULL, NULL),
                  .scratch = cm_calloc((size_t)h, sizeof *f->scratch)};
    if (f->row == NULL || f->column == NULL || f->scratch == NULL) {
        cm_fft_free(f);
        return cm_fail_memory(err);
    }
    *out = f;
    return CM_OK;
}

cm_code cm_fft_new(cm_fft_kind kind, int h, int w, cm_fft **out, cm_error *err) {
    return plan(kind, h, w, h, out, err);
}

cm_code cm_fft_new_padded(int h, int w, int rows, cm_fft **out, cm_error *err) {
    return plan(CM_FFT_FORWARD_REAL, h, w, rows, out, err);
}

void cm_fft_free(cm_fft *f) {
    if (f == NULL)
        return;
    kiss_fftr_free(f->row);
    kiss_fft_free(f->column);
    free(f->scratch);
    free(f);
}

static void transform_columns(const cm_fft *f, kiss_fft_cpx *spectrum) {
    int half = f->w / 2 + 1;
    for (int x = 0; x < half; x++) {
        kiss_fft_stride(f->column, spectrum + x, f->scratch, half);
        for (int y = 0; y < f->h; y++)
            spectrum[(size_t)y * (size_t)half + (size_t)x] = f->scratch[y];
    }
}

void cm_fft_forward(const cm_fft *f, float *real, cm_complex *spectrum) {
    kiss_fft_cpx *to = (kiss_fft_cpx *)spectrum;
    size_t half = (size_t)(f->w / 2 + 1);
    for (int y = 0; y < f->rows; y++)
        kiss_fftr(f->row, real + (size_t)y * (size_t)f->w, to + (size_t)y * half);
    memset(to + (size_t)f->rows * half, 0, (size_t)(f->h - f->rows) * half * sizeof *to);
    transform_columns(f, to);
}

void cm_fft_inverse(const cm_fft *f, cm_complex *spectrum, float *real) {
    kiss_fft_cpx *from = (kiss_fft_cpx *)spectrum;
    transform_columns(f, from);
    for (int y = 0; y < f->h; y++)
        kiss_fftri(f->row, from + (size_t)y * (size_t)(f->w / 2 + 1),
                   real + (size_t)y * (size_t)f->w);
}

#else
typedef int cm_fft_kiss_not_built;
#endif
