#include "dsp/fft.h"

#ifdef CM_FFT_FFTW
#include <fftw3.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

struct cm_fft {
    fftwf_plan plan;
};

/* FFTW's planner is not thread-safe; executing a plan is. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

cm_code cm_fft_new(cm_fft_kind kind, int h, int w, cm_fft **out, cm_error *err) {
    size_t half = (size_t)h * (size_t)(w / 2 + 1);
    cm_fft *f = calloc(1, sizeof *f);
    float *real = cm_alloc_aligned((size_t)h * (size_t)w, sizeof *real);
    fftwf_complex *spectrum = cm_alloc_aligned(half, sizeof *spectrum);
    *out = NULL;
    if (f != NULL && real != NULL && spectrum != NULL) {
        pthread_mutex_lock(&planner);
        f->plan = kind == CM_FFT_FORWARD_REAL
                      ? fftwf_plan_dft_r2c_2d(h, w, real, spectrum, FFTW_ESTIMATE)
                      : fftwf_plan_dft_c2r_2d(h, w, spectrum, real, FFTW_ESTIMATE);
        pthread_mutex_unlock(&planner);
    }
    free(real);
    free(spectrum);
    if (f == NULL || f->plan == NULL) {
        free(f);
        return cm_fail_memory(err);
    }
    *out = f;
    return CM_OK;
}

void cm_fft_free(cm_fft *f) {
    if (f == NULL)
        return;
    pthread_mutex_lock(&planner);
    fftwf_destroy_plan(f->plan);
    pthread_mutex_unlock(&planner);
    free(f);
}

void cm_fft_forward(const cm_fft *f, float *real, cm_complex *spectrum) {
    fftwf_execute_dft_r2c(f->plan, real, spectrum);
}

void cm_fft_inverse(const cm_fft *f, cm_complex *spectrum, float *real) {
    fftwf_execute_dft_c2r(f->plan, spectrum, real);
}

#else
typedef int cm_fft_fftw_not_built;
#endif
