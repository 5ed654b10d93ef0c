/* Fourier transforms: the one door to the FFT library, which is FFTW by default and KissFFT with
 * `make FFT=kissfft` (see the README on licences). Unnormalised in both directions. */
#ifndef CM_DSP_FFT_H
#define CM_DSP_FFT_H

#include <complex.h>

#include "base/error.h"

/* glibc 2.36 hides C11's CMPLXF from clang, which could do it. */
#ifndef CMPLXF
#define CMPLXF(re, im) __builtin_complex((float)(re), (float)(im))
#endif

typedef float complex cm_complex;

typedef enum cm_fft_kind {
    CM_FFT_FORWARD_REAL, /* h*w floats -> h*(w/2+1) complex */
    CM_FFT_INVERSE_REAL, /* h*(w/2+1) complex -> h*w floats; may destroy its input */
} cm_fft_kind;

typedef struct cm_fft cm_fft;

/* A transform of h rows by w columns; w is even. One plan may be used by one thread at a time.
 * Planning is serialised by a lock inside. */
cm_code cm_fft_new(cm_fft_kind kind, int h, int w, cm_fft **out, cm_error *err);
/* A forward transform of whose h rows only the first `rows` are looked at: the others are zero. */
cm_code cm_fft_new_padded(int h, int w, int rows, cm_fft **out, cm_error *err);
void cm_fft_free(cm_fft *f); /* NULL is allowed */

/* `real` and `spectrum` come from cm_alloc_aligned(). */
void cm_fft_forward(const cm_fft *f, float *real, cm_complex *spectrum);
void cm_fft_inverse(const cm_fft *f, cm_complex *spectrum, float *real);

/* The least even length >= n whose only prime factors are 2, 3 and 5. */
int cm_fft_good_length(int n);

#endif
