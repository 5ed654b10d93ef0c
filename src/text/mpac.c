#include "text/mpac.h"

#include "base/mt19937.h"

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

/* As torch.chunk() cuts. */
uint32_t cm_mpac_length(uint32_t vocabulary, uint32_t lists) {
    return (vocabulary + lists - 1) / lists;
}

uint64_t cm_mpac_seed(const cm_mpac *m, const uint32_t *token) {
    const cm_lmw_config *c = &m->config;
    const uint32_t *ids = token + c->self_salt - c->context_width;
    return cm_lmw_seed(c->function, c->key, m->table, ids, c->context_width);
}

int cm_mpac_digit(const cm_mpac *m, const uint32_t *token, size_t have) {
    size_t all = have + m->config.self_salt, n = all < 2 ? all : 2;
    uint64_t seed = cm_lmw_seed(CM_LMW_ANCHORED_MINHASH, m->config.key, m->table,
                                token + m->config.self_salt - n, (int)n);
    return (int)cm_mpac_position(seed, (uint32_t)m->positions);
}

void cm_mpac_digits(const cm_mpac *m, uint64_t message, uint8_t *digits) {
    for (int p = m->positions; p-- > 0; message /= (uint64_t)m->base)
        digits[p] = (uint8_t)(message % (uint64_t)m->base);
}

bool cm_mpac_message(const cm_mpac *m, const uint8_t *digits, uint64_t *message) {
    uint64_t most = m->bits < 64 ? ((uint64_t)1 << m->bits) - 1 : UINT64_MAX,
             base = (uint64_t)m->base;
    *message = 0;
    for (int p = 0; p < m->positions; p++) {
        if (*message > (most - digits[p]) / base)
            return false;
        *message = *message * base + digits[p];
    }
    return true;
}
