/* SHA-256, SHA-384 and SHA-512, as a stream or at one go. */
#ifndef CM_BASE_HASH_H
#define CM_BASE_HASH_H

#include "base/stream.h"

typedef enum cm_hash_alg {
    CM_HASH_NONE = 0, /* unknown or not given */
    CM_HASH_SHA256,
    CM_HASH_SHA384,
    CM_HASH_SHA512
} cm_hash_alg;

enum { CM_HASH_MAX = 64 };

typedef struct cm_digest {
    uint8_t bytes[CM_HASH_MAX];
    size_t size;
} cm_digest;

static inline cm_bytes cm_digest_bytes(const cm_digest *d) {
    return (cm_bytes){.data = d->bytes, .size = d->size};
}

/* "sha256", …; "" for CM_HASH_NONE. */
const char *cm_hash_name(cm_hash_alg alg);

/* The other way round; CM_HASH_NONE for any other name. */
cm_hash_alg cm_hash_from_name(cm_bytes name);

/* Bytes of a digest; 0 for CM_HASH_NONE. */
size_t cm_hash_size(cm_hash_alg alg);

typedef struct cm_hash cm_hash;

/* CM_ERR_ARGUMENT for CM_HASH_NONE. Free with cm_hash_free(). */
cm_code cm_hash_new(cm_hash_alg alg, cm_hash **out, cm_error *err);
void cm_hash_free(cm_hash *h); /* NULL is allowed */

/* Adds bytes. A failure latches and is reported by cm_hash_finish(). */
void cm_hash_update(cm_hash *h, cm_bytes bytes);

/* Gives the digest. The hash can only be freed after that. */
cm_code cm_hash_finish(cm_hash *h, cm_digest *out, cm_error *err);

/* Hashes what is written to it; `h` must outlive the sink. */
cm_sink cm_hash_sink(cm_hash *h);

/* The digest of bytes in memory. */
cm_code cm_hash_bytes(cm_hash_alg alg, cm_bytes bytes, cm_digest *out, cm_error *err);

#endif
