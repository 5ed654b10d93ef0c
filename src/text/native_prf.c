#include "text/native_prf.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/native_lanes.h"

enum { ID_BITS = 21, USE_AT = 42, WIDTH_AT = 50, BITS_AT = 54, BLOCK = 16 };

struct cm_native_prf {
    EVP_CIPHER_CTX *aes;
};

/* Ids have 21 bits. Contexts of less than four ids are filled up with 0, and the width keeps them
 * apart from longer ones. */
cm_native_seed cm_native_seed_of(const uint32_t *context, int width, cm_native_use use, int bits) {
    uint64_t id[CM_NATIVE_CONTEXT] = {0};
    for (int i = 0; i < width && i < CM_NATIVE_CONTEXT; i++)
        id[i] = context[-1 - i];
    return (cm_native_seed){
        .low = id[0] | id[1] << ID_BITS | id[2] << 2 * ID_BITS,
        .high = id[3] | (uint64_t)use << USE_AT | (uint64_t)width << WIDTH_AT |
                (uint64_t)bits << BITS_AT,
    };
}

cm_code cm_native_prf_open(const uint8_t key[CM_NATIVE_KEY], cm_native_prf **out, cm_error *err) {
    *out = NULL;
    cm_native_prf *p = cm_calloc(1, sizeof *p);
    if (p == NULL)
        return cm_fail_memory(err);
    p->aes = EVP_CIPHER_CTX_new();
    if (p->aes == NULL || EVP_EncryptInit_ex(p->aes, EVP_aes_128_ecb(), NULL, key, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(p->aes, 0) != 1) {
        cm_native_prf_close(p);
        return cm_fail(err, CM_ERR_CRYPTO, "AES-128 can't be had from OpenSSL");
    }
    *out = p;
    return CM_OK;
}

void cm_native_prf_close(cm_native_prf *p) {
    if (p == NULL)
        return;
    EVP_CIPHER_CTX_free(p->aes);
    free(p);
}

/* ECB on whole blocks, in place: nothing is kept between calls, and with a key that was set nothing
 * can fail. Should it ever, zeros are no worse than any other wrong answer. */
static void encrypt(cm_native_prf *p, uint8_t *blocks, size_t count) {
    int wrote = 0;
    if (EVP_EncryptUpdate(p->aes, blocks, &wrote, blocks, (int)(count * BLOCK)) != 1)
        memset(blocks, 0, count * BLOCK);
}

void cm_native_blocks(cm_native_prf *p, const cm_native_seed *seed, uint32_t first, size_t count,
                      uint8_t *out) {
    cm_lanes_counters(seed, first, count, out);
    encrypt(p, out, count);
}

void cm_native_each(cm_native_prf *p, const cm_native_seed *seeds, const uint32_t *index,
                    size_t count, uint8_t *out) {
    for (size_t i = 0; i < count; i++)
        cm_lane_plain(&seeds[i], index[i], out + BLOCK * i);
    encrypt(p, out, count);
}
