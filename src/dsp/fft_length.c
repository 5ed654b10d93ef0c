#include "dsp/fft.h"

static int has_small_factors(int n) {
    static const int primes[] = {2, 3, 5};
    for (int i = 0; i < 3; i++)
        while (n % primes[i] == 0)
            n /= primes[i];
    return n == 1;
}

int cm_fft_good_length(int n) {
    n += n & 1;
    while (!has_small_factors(n))
        n += 2;
    return n;
}
