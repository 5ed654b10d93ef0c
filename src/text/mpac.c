#include "text/mpac.h"

#include "text/mt19937.h"

/* CPython's random.randint(1, positions) after random.seed(seed): as many bits as the bound has,
 * drawn until they are below it. */
uint32_t cm_mpac_position(uint64_t seed, uint32_t positions) {
    cm_mt mt;
    unsigned bits = 0;
    uint32_t drawn;
    cm_mt_seed_python(&mt, seed);
    while (bits < 32 && positions >> bits != 0)
        bits++;
    if (bits == 0)
        return 0;
    do
        drawn = cm_mt_u32(&mt) >> (32 - bits);
    while (drawn >= positions);
    return drawn + 1;
}

uint32_t cm_mpac_lists(double gamma) {
    return gamma > 0 && gamma < 1 ? (uint32_t)(1 / gamma) : 1;
}

/* torch.chunk(): equal lists, but for a shorter last one. */
uint32_t cm_mpac_colour(uint64_t seed, uint32_t vocabulary, uint32_t lists, uint32_t token) {
    uint32_t length = (vocabulary + lists - 1) / lists;
    return cm_mt_place(seed, vocabulary, vocabulary, token) / length;
}
