#include "text/sbw.h"

#include "text/philox.h"

uint32_t cm_sbw_bound(double gamma) {
    return (uint32_t)(gamma * INT32_MAX);
}

bool cm_sbw_green(uint64_t seed, uint32_t bound, uint32_t token) {
    uint32_t counter[4] = {token / 4, 0, 0, 0};
    cm_philox(counter, (uint32_t)seed, (uint32_t)(seed >> 32));
    return (counter[token % 4] & INT32_MAX) < bound;
}

/* LANES counters at a time, for vectors. */
enum { LANES = 16 };

static void some_tokens(uint64_t seed, uint32_t bound, uint32_t first, uint8_t *list) {
    uint32_t word[4][LANES];
    for (uint32_t i = 0; i < LANES; i++) {
        uint32_t counter[4] = {first + i, 0, 0, 0};
        cm_philox(counter, (uint32_t)seed, (uint32_t)(seed >> 32));
        for (int k = 0; k < 4; k++)
            word[k][i] = counter[k];
    }
    for (uint32_t i = 0; i < 4 * LANES; i++)
        list[i] = (word[i % 4][i / 4] & INT32_MAX) < bound;
}

void cm_sbw_list(uint64_t seed, uint32_t bound, uint32_t count, uint8_t *list) {
    uint32_t t = 0;
    for (; t + 4 * LANES <= count; t += 4 * LANES)
        some_tokens(seed, bound, t / 4, list + t);
    for (; t < count; t++)
        list[t] = cm_sbw_green(seed, bound, t);
}

/* Left shifts wrap, right shifts keep the sign. */
int64_t cm_sbw_hash(uint64_t value) {
    uint32_t i = (uint32_t)value + 1;
    i -= i << 6;
    i ^= (uint32_t)((int32_t)i >> 17);
    i -= i << 9;
    i ^= i << 4;
    i -= i << 3;
    i ^= i << 10;
    i ^= (uint32_t)((int32_t)i >> 15);
    return (int32_t)i;
}
