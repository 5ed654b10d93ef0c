#include "dsp/fft.h"

#ifdef CM_FFT_FFTW
#include <fftw3.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A large transform is one of all rows, and one of the columns, eight at a time (a cache line of
 * each row) and copied to where each lies in one piece. What FFTW estimates for both axes together
 * takes half as long again; planning with measurements, which finds better, takes a second. */
enum { LARGE = 512, GROUP = 8 };

struct cm_fft {
    fftwf_plan plan;  /* of the rows alone, where there is one for columns */
    fftwf_plan group; /* of columns, in `column` */
    cm_complex *column;
    size_t h, half;
    size_t rows; /* the others are zero */
};

/* FFTW's planner is not thread-safe; executing a plan is. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

static bool plan_large(cm_fft *f, cm_fft_kind kind, int h, int w, float *real,
                       fftwf_complex *spectrum) {
    int half = w / 2 + 1, rows = (int)f->rows;
    bool forward = kind == CM_FFT_FORWARD_REAL;
    f->half = (size_t)half;
    f->column = cm_alloc_aligned(f->h * GROUP, sizeof *f->column);
    if (f->column == NULL)
        return false;
    f->group = fftwf_plan_many_dft(1, &h, GROUP, f->column, NULL, 1, h, f->column, NULL, 1, h,
                                   forward ? FFTW_FORWARD : FFTW_BACKWARD, FFTW_ESTIMATE);
    f->plan = forward ? fftwf_plan_many_dft_r2c(1, &w, rows, real, NULL, 1, w, spectrum, NULL, 1,
                                                half, FFTW_ESTIMATE)
                      : fftwf_plan_many_dft_c2r(1, &w, h, spectrum, NULL, 1, half, real, NULL, 1, w,
                                                FFTW_ESTIMATE);
    return f->plan != NULL && f->group != NULL;
}

static bool plan_small(cm_fft *f, cm_fft_kind kind, int h, int w, float *real,
                       fftwf_complex *spectrum) {
    f->plan = kind == CM_FFT_FORWARD_REAL
                  ? fftwf_plan_dft_r2c_2d(h, w, real, spectrum, FFTW_ESTIMATE)
                  : fftwf_plan_dft_c2r_2d(h, w, spectrum, real, FFTW_ESTIMATE);
    return f->plan != NULL;
}

static cm_code plan_any(cm_fft_kind kind, int h, int w, int rows, cm_fft **out, cm_error *err) {
    size_t half = (size_t)h * (size_t)(w / 2 + 1);
    cm_fft *f = cm_calloc(1, sizeof *f);
    float *real = cm_alloc_aligned((size_t)h * (size_t)w, sizeof *real);
    fftwf_complex *spectrum = cm_alloc_aligned(half, sizeof *spectrum);
    bool planned = false;
    if (f != NULL && real != NULL && spectrum != NULL) {
        bool large = (h >= LARGE && w >= LARGE) || rows < h;
        f->h = (size_t)h;
        f->rows = (size_t)rows;
        pthread_mutex_lock(&planner);
        planned = (large ? plan_large : plan_small)(f, kind, h, w, real, spectrum);
        pthread_mutex_unlock(&planner);
    }
    free(real);
    free(spectrum);
    *out = planned ? f : NULL;
    if (planned)
        return CM_OK;
    cm_fft_free(f);
    return cm_fail_memory(err);
}

cm_code cm_fft_new(cm_fft_kind kind, int h, int w, cm_fft **out, cm_error *err) {
    return plan_any(kind, h, w, h, out, err);
}

cm_code cm_fft_new_padded(int h, int w, int rows, cm_fft **out, cm_error *err) {
    return plan_any(CM_FFT_FORWARD_REAL, h, w, rows, out, err);
}

static void destroy(fftwf_plan plan) {
    if (plan != NULL)
        fftwf_destroy_plan(plan);
}

void cm_fft_free(cm_fft *f) {
    if (f == NULL)
        return;
    pthread_mutex_lock(&planner);
    destroy(f->plan);
    destroy(f->group);
    pthread_mutex_unlock(&planner);
    free(f->column);
    free(f);
}

static inline void transform_group(const cm_fft *f, cm_complex *spectrum, size_t columns) {
    for (size_t y = 0; y < f->h; y++)
        for (size_t i = 0; i < columns; i++)
            f->column[i * f->h + y] = spectrum[y * f->half + i];
    fftwf_execute(f->group);
    for (size_t y = 0; y < f->h; y++)
        for (size_t i = 0; i < columns; i++)
            spectrum[y * f->half + i] = f->column[i * f->h + y];
}

/* Whole groups with a constant of their own, which the compiler can unroll for. */
static void transform_columns(const cm_fft *f, cm_complex *spectrum) {
    size_t x = 0;
    if (f->group == NULL)
        return;
    for (; x + GROUP <= f->half; x += GROUP)
        transform_group(f, spectrum + x, GROUP);
    if (x < f->half)
        transform_group(f, spectrum + x, f->half - x);
}

void cm_fft_forward(const cm_fft *f, float *real, cm_complex *spectrum) {
    fftwf_execute_dft_r2c(f->plan, real, spectrum);
    if (f->rows < f->h)
        memset(spectrum + f->rows * f->half, 0, (f->h - f->rows) * f->half * sizeof *spectrum);
    transform_columns(f, spectrum);
}

void cm_fft_inverse(const cm_fft *f, cm_complex *spectrum, float *real) {
    transform_columns(f, spectrum);
    fftwf_execute_dft_c2r(f->plan, spectrum, real);
}

#else
typedef int cm_fft_fftw_not_built;
#endif
