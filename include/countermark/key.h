/* Watermark keys (spec/keys.md).
 *
 * A secret key marks and detects on both layers; the public key made from it only detects on the
 * public layer and can be given to anyone. */
#ifndef COUNTERMARK_KEY_H
#define COUNTERMARK_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <countermark/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A key in memory; never changes once it is made, so threads may share it. */
typedef struct cm_key cm_key;

enum {
    CM_KEY_NAME_MAX = 64,   /* longest name, bytes */
    CM_KEY_FILE_MAX = 1024, /* largest key file, bytes */
    CM_DATE_SIZE = 11       /* "YYYY-MM-DD" and its NUL */
};

/* What a new key says about itself. Zeroed fields take the default. */
typedef struct cm_key_options {
    const char *name;        /* needed; 1 to 64 printable ASCII characters, no blank at the ends */
    unsigned epoch;          /* generation of the key, 1 to 999999; 0 means 1 */
    const char *valid_until; /* last day for marking, "YYYY-MM-DD" (UTC); NULL: no end */
} cm_key_options;

/* A new key from the operating system's random source. Free with cm_key_free(). */
CM_API cm_code cm_key_generate(const cm_key_options *options, cm_key **out, cm_error *err);

/* Reads a key file of either kind. A secret one that others than its owner may read is refused
 * (CM_ERR_KEY), since it may have leaked already. */
CM_API cm_code cm_key_read(const char *path, cm_key **out, cm_error *err);

/* As cm_key_read() for the text of a key file, from wherever the caller keeps it. */
CM_API cm_code cm_key_parse(const char *text, size_t size, cm_key **out, cm_error *err);

/* Write the secret key (readable by its owner alone) or the public one. A file that exists is never
 * replaced (CM_ERR_EXISTS). Writing the secret of a public key is CM_ERR_KEY. */
CM_API cm_code cm_key_write_secret(const cm_key *key, const char *path, cm_error *err);
CM_API cm_code cm_key_write_public(const cm_key *key, const char *path, cm_error *err);

/* A copy of `key` marked as revoked from `date` ("YYYY-MM-DD", UTC) on. */
CM_API cm_code cm_key_revoke(const cm_key *key, const char *date, cm_key **out, cm_error *err);

CM_API void cm_key_free(cm_key *key); /* erases it; NULL is allowed */

CM_API const char *cm_key_name(const cm_key *key);
CM_API bool cm_key_has_secret(const cm_key *key);
CM_API unsigned cm_key_epoch(const cm_key *key);
CM_API const char *cm_key_created(const cm_key *key);     /* "YYYY-MM-DD" */
CM_API const char *cm_key_valid_until(const cm_key *key); /* "" where there is none */
CM_API const char *cm_key_revoked(const cm_key *key);     /* "" where there is none */

#ifdef __cplusplus
}
#endif
#endif
