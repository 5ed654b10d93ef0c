/* What a watermark key is made of, and the keys derived from it (spec/keys.md §1). */
#ifndef CM_MARK_KEY_H
#define CM_MARK_KEY_H

#include <countermark/key.h>

#include <stdint.h>

#include "base/error.h"
#include "mark/scheme.h"

struct cm_key {
    char name[CM_KEY_NAME_MAX + 1];
    unsigned epoch;
    char created[CM_DATE_SIZE];
    char valid_until[CM_DATE_SIZE]; /* "" where there is none */
    char revoked[CM_DATE_SIZE];     /* "" where there is none */
    bool secret;
    uint8_t bytes[CM_KEY_BYTES]; /* the master secret, or the public layer's key */
};

/* The two marks that one key can put side by side. */
typedef enum cm_layer {
    CM_LAYER_PUBLIC, /* its key is published: anyone can detect, and could erase */
    CM_LAYER_PRIVATE /* never leaves the owner */
} cm_layer;

/* The 32-byte key of a layer. CM_ERR_KEY when a public key is asked for the private layer. The
 * caller erases `out` (OPENSSL_cleanse) after use. */
cm_code cm_key_layer(const cm_key *key, cm_layer layer, uint8_t *out, cm_error *err);

/* The subkey of a layer key for one purpose, such as "cm-image-1 pilots": 32 bytes. */
cm_code cm_key_subkey(const uint8_t *layer_key, const char *purpose, uint8_t *out, cm_error *err);

/* CM_ERR_KEY when nothing may be marked with the key any more on the day `today` ("YYYY-MM-DD"):
 * revoked, or past its validity. */
cm_code cm_key_allows_marking(const cm_key *key, const char *today, cm_error *err);

/* True for 1 to 64 printable ASCII characters without a blank at either end. */
bool cm_key_name_valid(const char *name, size_t n);

/* True for a calendar date written "YYYY-MM-DD", n bytes. */
bool cm_date_valid(const char *date, size_t n);

/* Today's date in UTC. */
void cm_date_today(char *date);

#endif
