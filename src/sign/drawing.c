#include "sign/drawing.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"

/* SHA-256 of the parts, one after the other. */
static cm_code hash_two(cm_bytes first, cm_bytes second, uint8_t out[32], cm_error *err) {
    cm_buf b = {0};
    cm_digest digest;
    cm_buf_put_bytes(&b, first);
    cm_buf_put_bytes(&b, second);
    cm_code code = cm_buf_status(&b, err);
    if (code == CM_OK)
        code = cm_hash_bytes(CM_HASH_SHA256, cm_buf_bytes(&b), &digest, err);
    cm_buf_free(&b);
    if (code == CM_OK)
        memcpy(out, digest.bytes, 32);
    return code;
}

cm_code cm_drawing_open(const char *text, cm_drawing *out, cm_error *err) {
    static const char use[] = "countermark manifest ids 1";
    *out = (cm_drawing){.fixed = text != NULL};
    if (text == NULL)
        return CM_OK;
    return hash_two((cm_bytes){(const uint8_t *)use, sizeof use},
                    (cm_bytes){(const uint8_t *)text, strlen(text)}, out->key, err);
}

cm_code cm_draw(cm_drawing *d, uint8_t *out, size_t n, cm_error *err) {
    uint8_t block[32];
    uint8_t count[8];
    if (!d->fixed)
        return RAND_bytes(out, (int)n) == 1
                   ? CM_OK
                   : cm_fail(err, CM_ERR_CRYPTO, "no random numbers to be had");
    for (int i = 0; i < 8; i++)
        count[i] = (uint8_t)(d->drawn >> (56 - 8 * i));
    d->drawn++;
    cm_code code =
        hash_two((cm_bytes){d->key, sizeof d->key}, (cm_bytes){count, sizeof count}, block, err);
    if (code == CM_OK)
        memcpy(out, block, n < sizeof block ? n : sizeof block);
    return code;
}

cm_code cm_draw_uuid(cm_drawing *d, char text[static CM_UUID_TEXT], cm_error *err) {
    uint8_t b[16];
    cm_code code = cm_draw(d, b, sizeof b, err);
    if (code != CM_OK)
        return code;
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    (void)snprintf(text, CM_UUID_TEXT,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
                   b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
                   b[14], b[15]);
    return CM_OK;
}
