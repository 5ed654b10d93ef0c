#include "text/lmw.h"

#include <stddef.h>

#include "text/kgw.h"
#include "text/sbw.h"

static const uint64_t TABLE_SEED = 2971215073u;

const char *cm_lmw_name(cm_lmw_function f) {
    static const char *const NAMES[CM_LMW_FUNCTIONS] = {
        "multiplicative_prf", "additive_prf",          "minfunc_prf", "simple_skip_prf",
        "skipgram_prf",       "anchored_skipgram_prf", "minhash_prf", "anchored_minhash_prf",
        "minskipgram_prf",    "noncomm_prf",           "position_prf"};
    return f < CM_LMW_FUNCTIONS ? NAMES[f] : "";
}

bool cm_lmw_needs_table(cm_lmw_function f) {
    return f != CM_LMW_MULTIPLICATIVE && f != CM_LMW_ADDITIVE && f != CM_LMW_MINFUNC &&
           f != CM_LMW_POSITION;
}

cm_code cm_lmw_table(uint32_t **out, cm_error *err) {
    return cm_kgw_table(TABLE_SEED, out, err);
}

/* hashint(): Python's % of a signed number is never negative. */
static uint64_t hash(const uint32_t *table, uint64_t value) {
    if (table == NULL)
        return (uint64_t)cm_sbw_hash(value);
    int64_t rest = (int64_t)value % CM_KGW_TABLE;
    return (uint64_t)table[rest < 0 ? rest + CM_KGW_TABLE : rest] + 1;
}

/* Signed minima over the ids of one term each, in wrapping arithmetic. */
static uint64_t least_of(cm_lmw_function f, uint64_t key, const uint32_t *table,
                         const uint32_t *ids, int n) {
    int64_t least = INT64_MAX;
    for (int i = 0; i < n; i++) {
        uint64_t term = ids[i];
        if (f == CM_LMW_MINHASH)
            term = hash(table, key * ids[i]);
        else if (f == CM_LMW_ANCHORED_MINHASH)
            term = key * hash(table, ids[i]) * hash(table, ids[n - 1]);
        least = (int64_t)term < least ? (int64_t)term : least;
    }
    return (uint64_t)least;
}

static uint64_t sum_of(cm_lmw_function f, const uint32_t *ids, int n) {
    uint64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += f == CM_LMW_POSITION ? (uint64_t)ids[i] * (uint64_t)(i + 1) : ids[i];
    return sum;
}

static uint64_t product_of(cm_lmw_function f, uint64_t key, const uint32_t *table,
                           const uint32_t *ids, int n) {
    uint64_t product = 1;
    int step = f == CM_LMW_SIMPLE_SKIP ? 2 : 1;
    for (int i = 0; i < n; i += step)
        product *= f == CM_LMW_SIMPLE_SKIP ? hash(table, key * ids[i]) : ids[i];
    return product;
}

/* The signed least product of any two. */
static uint64_t least_pair(uint64_t key, const uint32_t *table, const uint32_t *ids, int n) {
    int64_t least = INT64_MAX;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            int64_t term = (int64_t)(hash(table, key * ids[i]) * hash(table, key * ids[j]));
            least = term < least ? term : least;
        }
    return (uint64_t)least;
}

/* Each id takes the running key through the table; 32 bits of it go on. */
static uint64_t chain_of(uint64_t key, const uint32_t *table, const uint32_t *ids, int n) {
    for (int i = 0; i < n; i++)
        key = (uint32_t)(key * hash(table, key * ids[i]));
    return key;
}

/* Python reduces what seeds mod 2^64 - 1. Products of its own have no bounds; torch's have wrapped
 * before. */
static uint64_t seed_of_product(uint64_t key, int64_t value) {
    __extension__ typedef __int128 wide;
    wide modulus = UINT64_MAX, rest = (wide)key * value % modulus;
    return (uint64_t)(rest < 0 ? rest + modulus : rest);
}

uint64_t cm_lmw_wrapped(cm_lmw_function f, uint64_t key, const uint32_t *table, const uint32_t *ids,
                        int n) {
    switch (f) {
    case CM_LMW_MULTIPLICATIVE:
        return key * product_of(f, key, table, ids, n);
    case CM_LMW_ADDITIVE:
    case CM_LMW_POSITION:
        return key * sum_of(f, ids, n);
    case CM_LMW_MINFUNC:
        return key * least_of(f, key, table, ids, n);
    case CM_LMW_SIMPLE_SKIP:
        return product_of(f, key, table, ids, n);
    case CM_LMW_SKIPGRAM:
        return hash(table, key * ids[0]);
    case CM_LMW_ANCHORED_SKIPGRAM:
        return hash(table, key * ids[0]) * hash(table, key * ids[n - 1]);
    case CM_LMW_MINSKIPGRAM:
        return least_pair(key, table, ids, n);
    case CM_LMW_NONCOMM:
        return chain_of(key, table, ids, n);
    case CM_LMW_MINHASH:
    case CM_LMW_ANCHORED_MINHASH:
    case CM_LMW_FUNCTIONS:
        break;
    }
    return least_of(f, key, table, ids, n);
}

uint64_t cm_lmw_seed(cm_lmw_function f, uint64_t key, const uint32_t *table, const uint32_t *ids,
                     int n) {
    bool unbounded = f == CM_LMW_MULTIPLICATIVE || f == CM_LMW_ADDITIVE || f == CM_LMW_MINFUNC;
    if (unbounded)
        return seed_of_product(key, (int64_t)cm_lmw_wrapped(f, 1, table, ids, n));
    return seed_of_product(1, (int64_t)cm_lmw_wrapped(f, key, table, ids, n));
}
