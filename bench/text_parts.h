/* Parts of SynthID's detection by themselves, for a fair comparison with transformers' functions
 * that do just that. */
#ifndef CM_BENCH_TEXT_PARTS_H
#define CM_BENCH_TEXT_PARTS_H

#include <stddef.h>
#include <stdint.h>

/* Seconds that it takes, and what comes out, for both sides to agree on. */
typedef struct text_part {
    double seconds;
    uint64_t sum;
} text_part;

/* g-values of every n-gram's 30 layers; their sum. `words` has room for n. */
text_part text_part_g_values(const uint32_t *ids, size_t n, uint64_t *words);

/* Which contexts aren't among the last 1024; their number. `mask` has room for n. */
text_part text_part_mask(const uint32_t *ids, size_t n, uint8_t *mask);

#endif
