#include "text/kgw.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/mt19937.h"

cm_code cm_kgw_table(uint64_t key, uint32_t **out, cm_error *err) {
    *out = cm_calloc(CM_KGW_TABLE, sizeof **out);
    if (*out == NULL)
        return cm_fail_memory(err);
    cm_mt_permutation(key, CM_KGW_TABLE, CM_KGW_TABLE, *out);
    return CM_OK;
}

/* Python's product has no bounds, but only its low 32 bits reach the generator. */
uint64_t cm_kgw_lefthash(uint64_t key, uint32_t last) {
    return key * last;
}

/* The products wrap as int64; their least is a signed one, reduced mod 2^64 - 1 as Python does. */
uint64_t cm_kgw_selfhash(uint64_t key, const uint32_t *table, const uint32_t *window, int n) {
    uint64_t anchor = (uint64_t)table[window[n - 1] % CM_KGW_TABLE] + 1;
    int64_t least = INT64_MAX;
    for (int i = 0; i < n; i++) {
        uint64_t a = (uint64_t)table[window[i] % CM_KGW_TABLE] + 1;
        int64_t product = (int64_t)(key * a * anchor);
        least = product < least ? product : least;
    }
    return least < 0 ? (uint64_t)least - 1 : (uint64_t)least;
}

uint32_t cm_kgw_size(uint32_t vocabulary, double ratio) {
    return (uint32_t)((double)vocabulary * ratio);
}

void cm_kgw_list(uint64_t seed, uint32_t vocabulary, uint32_t size, uint32_t *order,
                 uint8_t *green) {
    cm_mt_permutation(seed, vocabulary, size, order);
    memset(green, 0, vocabulary);
    for (uint32_t i = 0; i < size; i++)
        green[order[i]] = 1;
}
