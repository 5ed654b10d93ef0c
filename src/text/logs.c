#include "text/logs.h"

#include <math.h>
#include <string.h>

#include "base/wide.h"

/* Added as bits to a whole number below 2^52, gives 2^52 plus that number as a double. */
static const uint64_t MAGIC = 0x4330000000000000u;

static inline double number_of(uint64_t bits) {
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* The method of FreeBSD's log (Sun Microsystems 1993): x = 2^k (1 + f), 1 + f between sqrt(1/2) and
 * sqrt(2), and ln(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)) with s = f / (2 + f) and a minimax
 * polynomial R. Here x is a multiple of 2^-32 up to 1. */
static inline double negative_log(uint64_t of_2_32) {
    double x = (number_of(MAGIC + of_2_32) - 0x1p52) * 0x1p-32;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    /* The exponent, one more where the fraction is above sqrt(2). */
    bits += 0x3ff0000000000000u - 0x3fe6a09e00000000u;
    double k = number_of(MAGIC + (bits >> 52)) - (0x1p52 + 1023);
    bits = (bits & 0x000fffffffffffffu) + 0x3fe6a09e00000000u;
    double f = number_of(bits) - 1, s = f / (2 + f), z = s * s, w = z * z, half = 0.5 * f * f;
    double odd = z * (6.666666666666735130e-01 +
                      w * (2.857142874366239149e-01 +
                           w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    double even = w * (3.999999999940941908e-01 +
                       w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    double r = odd + even;
    return half - s * (half + r) - k * 1.90821492927058770002e-10 - f -
           k * 6.93147180369123816490e-01;
}

CM_WIDE static void exponentials(const uint32_t *word, size_t n, double *out) {
    for (size_t i = 0; i < n; i++)
        out[i] = negative_log(0x100000000u - word[i]);
}

void cm_exponentials(const uint32_t *word, size_t n, double *out) {
    exponentials(word, n, out);
}
