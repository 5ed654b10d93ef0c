#include "text/philox_lanes.h"

#include "text/philox.h"

/* The product of two words has two words. Vectors multiply every other word, so that eight counters
 * are two vectors of four, each word with an unused one above it. */
#if defined __x86_64__ && defined __has_include
#if __has_include(<immintrin.h>)
#include <immintrin.h>
#define WIDE 1
#endif
#endif

static void one_by_one(const cm_philox_batch *b, size_t count, uint32_t *out) {
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < 4; k++)
            out[4 * i + k] = b->counter[k][i];
        cm_philox(out + 4 * i, b->key[0][i], b->key[1][i]);
    }
}

#ifdef WIDE

enum { FOUR = 4, EIGHT = 8 };

#define AVX2 __attribute__((target("avx2")))

typedef struct four {
    __m256i a, b, c, d, key0, key1;
} four;

AVX2 static inline __m256i load_words(const uint32_t *words) {
    return _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(const void *)words));
}

AVX2 static inline four load_four(const cm_philox_batch *b, size_t at) {
    return (four){.a = load_words(b->counter[0] + at),
                  .b = load_words(b->counter[1] + at),
                  .c = load_words(b->counter[2] + at),
                  .d = load_words(b->counter[3] + at),
                  .key0 = load_words(b->key[0] + at),
                  .key1 = load_words(b->key[1] + at)};
}

AVX2 static inline void play_round(four *f) {
    __m256i p = _mm256_mul_epu32(f->a, _mm256_set1_epi64x(0xd2511f53));
    __m256i q = _mm256_mul_epu32(f->c, _mm256_set1_epi64x(0xcd9e8d57));
    f->a = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(q, 32), f->b), f->key0);
    f->c = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p, 32), f->d), f->key1);
    f->b = q;
    f->d = p;
    f->key0 = _mm256_add_epi64(f->key0, _mm256_set1_epi64x(0x9e3779b9));
    f->key1 = _mm256_add_epi64(f->key1, _mm256_set1_epi64x(0xbb67ae85));
}

/* The four words of each counter side by side. */
AVX2 static inline void store_four(const four *f, uint32_t *out) {
    enum { ODD_WORDS = 0xaa };
    __m256i ab = _mm256_blend_epi32(f->a, _mm256_slli_epi64(f->b, 32), ODD_WORDS);
    __m256i cd = _mm256_blend_epi32(f->c, _mm256_slli_epi64(f->d, 32), ODD_WORDS);
    __m256i even = _mm256_unpacklo_epi64(ab, cd), odd = _mm256_unpackhi_epi64(ab, cd);
    __m256i *to = (__m256i *)(void *)out;
    _mm256_storeu_si256(to, _mm256_permute2x128_si256(even, odd, 0x20));
    _mm256_storeu_si256(to + 1, _mm256_permute2x128_si256(even, odd, 0x31));
}

AVX2 static void eight_at_a_time(const cm_philox_batch *b, size_t count, uint32_t *out) {
    for (size_t i = 0; i < count; i += EIGHT) {
        four x = load_four(b, i), y = load_four(b, i + FOUR);
        for (int round = 0; round < 10; round++) {
            play_round(&x);
            play_round(&y);
        }
        store_four(&x, out + 4 * i);
        store_four(&y, out + 4 * (i + FOUR));
    }
}

#endif

void cm_philox_lanes(const cm_philox_batch *batch, size_t count, uint32_t *out) {
#ifdef WIDE
    if (__builtin_cpu_supports("avx2")) {
        eight_at_a_time(batch, count, out);
        return;
    }
#endif
    one_by_one(batch, count, out);
}
