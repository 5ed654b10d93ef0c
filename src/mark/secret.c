#include "mark/secret.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/reader.h"

void cm_secret_erase(void *at, size_t n) {
    OPENSSL_cleanse(at, n);
}

cm_code cm_secret_draw(uint64_t *value, cm_error *err) {
    uint8_t bytes[8];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return cm_fail(err, CM_ERR_CRYPTO, "the system's random source failed");
    cm_reader r = cm_reader_over((cm_bytes){.data = bytes, .size = sizeof bytes});
    *value = cm_read_be64(&r);
    return CM_OK;
}
