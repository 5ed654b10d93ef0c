#include "mark/prf.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "mark/key.h"

enum { CHUNK = 4096 };

struct cm_prf {
    EVP_CIPHER_CTX *cipher;
    uint8_t chunk[CHUNK];
    size_t at;
};

cm_code cm_prf_open(const uint8_t *layer_key, const char *purpose, cm_prf **out, cm_error *err) {
    static const uint8_t counter[16] = {0};
    uint8_t key[CM_KEY_BYTES];
    *out = NULL;
    cm_code code = cm_key_subkey(layer_key, purpose, key, err);
    if (code != CM_OK)
        return code;
    cm_prf *p = calloc(1, sizeof *p);
    if (p != NULL)
        p->cipher = EVP_CIPHER_CTX_new();
    if (p == NULL || p->cipher == NULL)
        code = cm_fail_memory(err);
    else if (EVP_EncryptInit_ex(p->cipher, EVP_aes_256_ctr(), NULL, key, counter) != 1)
        code = cm_fail(err, CM_ERR_CRYPTO, "AES-256-CTR is not available");
    OPENSSL_cleanse(key, sizeof key);
    if (code != CM_OK) {
        cm_prf_close(p);
        return code;
    }
    p->at = CHUNK;
    *out = p;
    return CM_OK;
}

void cm_prf_close(cm_prf *p) {
    if (p == NULL)
        return;
    EVP_CIPHER_CTX_free(p->cipher);
    OPENSSL_cleanse(p->chunk, sizeof p->chunk);
    free(p);
}

static void refill(cm_prf *p) {
    static const uint8_t zeros[CHUNK] = {0};
    int got = 0;
    /* A counter-mode context that was set up can't fail on a buffer of this size. */
    (void)EVP_EncryptUpdate(p->cipher, p->chunk, &got, zeros, CHUNK);
    p->at = 0;
}

uint32_t cm_prf_u32(cm_prf *p) {
    if (p->at == CHUNK)
        refill(p);
    const uint8_t *b = p->chunk + p->at;
    p->at += 4;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

uint32_t cm_prf_below(cm_prf *p, uint32_t n) {
    uint32_t rest = (uint32_t)(((uint64_t)1 << 32) % n);
    uint32_t v;
    do
        v = cm_prf_u32(p);
    while (rest != 0 && v >= 0u - rest);
    return v % n;
}

void cm_prf_permutation(cm_prf *p, uint16_t *order, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        order[i] = (uint16_t)i;
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = cm_prf_below(p, i);
        uint16_t t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
    }
}
