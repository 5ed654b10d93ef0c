#include "base/hash.h"

#include <openssl/evp.h>

#include "base/mem.h"

struct cm_hash {
    EVP_MD_CTX *context;
    bool failed;
};

static const struct {
    const char *name;
    size_t size;
    const EVP_MD *(*md)(void);
} ALGORITHMS[] = {
    [CM_HASH_NONE] = {"", 0, NULL},
    [CM_HASH_SHA256] = {"sha256", 32, EVP_sha256},
    [CM_HASH_SHA384] = {"sha384", 48, EVP_sha384},
    [CM_HASH_SHA512] = {"sha512", 64, EVP_sha512},
};

const char *cm_hash_name(cm_hash_alg alg) {
    return ALGORITHMS[alg].name;
}

cm_hash_alg cm_hash_from_name(cm_bytes name) {
    for (cm_hash_alg a = CM_HASH_SHA256; a <= CM_HASH_SHA512; a++)
        if (name.size == strlen(ALGORITHMS[a].name) &&
            memcmp(name.data, ALGORITHMS[a].name, name.size) == 0)
            return a;
    return CM_HASH_NONE;
}

size_t cm_hash_size(cm_hash_alg alg) {
    return ALGORITHMS[alg].size;
}

cm_code cm_hash_new(cm_hash_alg alg, cm_hash **out, cm_error *err) {
    if (alg == CM_HASH_NONE)
        return cm_fail(err, CM_ERR_ARGUMENT, "no hash algorithm given");
    cm_hash *h = cm_calloc(1, sizeof *h);
    if (h == NULL)
        return cm_fail_memory(err);
    h->context = EVP_MD_CTX_new();
    if (h->context == NULL || EVP_DigestInit_ex(h->context, ALGORITHMS[alg].md(), NULL) != 1) {
        cm_hash_free(h);
        return cm_fail(err, CM_ERR_CRYPTO, "OpenSSL offers no %s", ALGORITHMS[alg].name);
    }
    *out = h;
    return CM_OK;
}

void cm_hash_free(cm_hash *h) {
    if (h == NULL)
        return;
    EVP_MD_CTX_free(h->context);
    free(h);
}

void cm_hash_update(cm_hash *h, cm_bytes bytes) {
    if (bytes.size != 0 && EVP_DigestUpdate(h->context, bytes.data, bytes.size) != 1)
        h->failed = true;
}

cm_code cm_hash_finish(cm_hash *h, cm_digest *out, cm_error *err) {
    unsigned size = 0;
    if (h->failed || EVP_DigestFinal_ex(h->context, out->bytes, &size) != 1)
        return cm_fail(err, CM_ERR_CRYPTO, "hashing failed");
    out->size = size;
    return CM_OK;
}

static cm_code write_hash(void *context, const void *data, size_t n, cm_error *err) {
    (void)err;
    cm_hash_update(context, (cm_bytes){data, n});
    return CM_OK;
}

cm_sink cm_hash_sink(cm_hash *h) {
    return (cm_sink){.context = h, .write = write_hash};
}

cm_code cm_hash_bytes(cm_hash_alg alg, cm_bytes bytes, cm_digest *out, cm_error *err) {
    cm_hash *h = NULL;
    cm_code code = cm_hash_new(alg, &h, err);
    if (code != CM_OK)
        return code;
    cm_hash_update(h, bytes);
    code = cm_hash_finish(h, out, err);
    cm_hash_free(h);
    return code;
}
