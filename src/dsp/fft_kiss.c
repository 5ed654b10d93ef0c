#include "dsp/fft.h"

#ifdef CM_FFT_KISSFFT
#include <kissfft/kiss_fftndr.h>
#include <stdlib.h>

struct cm_fft {
    kiss_fftndr_cfg plan;
};

cm_code cm_fft_new(cm_fft_kind kind, int h, int w, cm_fft **out, cm_error *err) {
    const int dims[2] = {h, w};
    cm_fft *f = calloc(1, sizeof *f);
    *out = NULL;
    if (f != NULL)
        f->plan = kiss_fftndr_alloc(dims, 2, kind == CM_FFT_INVERSE_REAL, NULL, NULL);
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
    kiss_fftr_free(f->plan);
    free(f);
}

void cm_fft_forward(const cm_fft *f, float *real, cm_complex *spectrum) {
    kiss_fftndr(f->plan, real, (kiss_fft_cpx *)spectrum);
}

void cm_fft_inverse(const cm_fft *f, cm_complex *spectrum, float *real) {
    kiss_fftndri(f->plan, (const kiss_fft_cpx *)spectrum, real);
}

#else
typedef int cm_fft_kiss_not_built;
#endif
