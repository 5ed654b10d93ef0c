#include "mark/key.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark/hkdf.h"

enum { EPOCH_MAX = 999999 };

static cm_bytes text_bytes(const char *text) {
    return (cm_bytes){.data = (const uint8_t *)text, .size = strlen(text)};
}

bool cm_key_name_valid(const char *name, size_t n) {
    if (n == 0 || n > CM_KEY_NAME_MAX || name[0] == ' ' || name[n - 1] == ' ')
        return false;
    for (size_t i = 0; i < n; i++)
        if (name[i] < 0x20 || name[i] > 0x7e)
            return false;
    return true;
}

static int days_in(int year, int month) {
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return DAYS[month - 1] + (month == 2 && leap);
}

bool cm_date_valid(const char *date, size_t n) {
    int v[3] = {0};
    if (n != CM_DATE_SIZE - 1)
        return false;
    for (size_t i = 0, field = 0; i < n; i++)
        if (i == 4 || i == 7) {
            if (date[i] != '-')
                return false;
            field++;
        } else {
            if (date[i] < '0' || date[i] > '9')
                return false;
            v[field] = v[field] * 10 + (date[i] - '0');
        }
    return v[0] >= 1970 && v[1] >= 1 && v[1] <= 12 && v[2] >= 1 && v[2] <= days_in(v[0], v[1]);
}

void cm_date_today(char *date) {
    struct tm day = {0};
    time_t now = time(NULL);
    (void)gmtime_r(&now, &day);
    if (strftime(date, CM_DATE_SIZE, "%Y-%m-%d", &day) == 0)
        date[0] = '\0';
}

static cm_code check_options(const cm_key_options *o, cm_error *err) {
    if (o->name == NULL || !cm_key_name_valid(o->name, strlen(o->name)))
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "a key's name is 1 to %d printable ASCII characters, no blank at the ends",
                       CM_KEY_NAME_MAX);
    if (o->epoch > EPOCH_MAX)
        return cm_fail(err, CM_ERR_ARGUMENT, "a key's epoch is 1 to %d", EPOCH_MAX);
    if (o->valid_until != NULL && !cm_date_valid(o->valid_until, strlen(o->valid_until)))
        return cm_fail(err, CM_ERR_ARGUMENT, "\"%s\" is not a date such as 2031-12-31",
                       o->valid_until);
    return CM_OK;
}

cm_code cm_key_generate(const cm_key_options *options, cm_key **out, cm_error *err) {
    *out = NULL;
    cm_code code = check_options(options, err);
    if (code != CM_OK)
        return code;
    cm_key *key = calloc(1, sizeof *key);
    if (key == NULL)
        return cm_fail_memory(err);
    memcpy(key->name, options->name, strlen(options->name));
    if (options->valid_until != NULL)
        memcpy(key->valid_until, options->valid_until, CM_DATE_SIZE - 1);
    cm_date_today(key->created);
    key->epoch = options->epoch != 0 ? options->epoch : 1;
    key->secret = true;
    if (RAND_priv_bytes(key->bytes, sizeof key->bytes) != 1) {
        cm_key_free(key);
        return cm_fail(err, CM_ERR_CRYPTO, "the system's random source failed");
    }
    *out = key;
    return CM_OK;
}

cm_code cm_key_revoke(const cm_key *key, const char *date, cm_key **out, cm_error *err) {
    *out = NULL;
    if (!cm_date_valid(date, strlen(date)))
        return cm_fail(err, CM_ERR_ARGUMENT, "\"%s\" is not a date such as 2031-12-31", date);
    cm_key *copy = calloc(1, sizeof *copy);
    if (copy == NULL)
        return cm_fail_memory(err);
    *copy = *key;
    memcpy(copy->revoked, date, CM_DATE_SIZE - 1);
    *out = copy;
    return CM_OK;
}

void cm_key_free(cm_key *key) {
    if (key == NULL)
        return;
    OPENSSL_cleanse(key, sizeof *key);
    free(key);
}

const char *cm_key_name(const cm_key *key) {
    return key->name;
}

bool cm_key_has_secret(const cm_key *key) {
    return key->secret;
}

unsigned cm_key_epoch(const cm_key *key) {
    return key->epoch;
}

const char *cm_key_created(const cm_key *key) {
    return key->created;
}

const char *cm_key_valid_until(const cm_key *key) {
    return key->valid_until;
}

const char *cm_key_revoked(const cm_key *key) {
    return key->revoked;
}

cm_code cm_key_layer(const cm_key *key, cm_layer layer, uint8_t *out, cm_error *err) {
    static const char SALT[] = "countermark key 1";
    if (!key->secret && layer == CM_LAYER_PUBLIC) {
        memcpy(out, key->bytes, CM_KEY_BYTES);
        return CM_OK;
    }
    if (!key->secret)
        return cm_fail(err, CM_ERR_KEY, "key \"%s\" is public: the private layer needs the secret",
                       key->name);
    const char *info = layer == CM_LAYER_PUBLIC ? "layer public" : "layer private";
    return cm_hkdf((cm_bytes){.data = key->bytes, .size = CM_KEY_BYTES}, text_bytes(SALT),
                   text_bytes(info), out, CM_KEY_BYTES, err);
}

cm_code cm_key_subkey(const uint8_t *layer_key, const char *purpose, uint8_t *out, cm_error *err) {
    return cm_hkdf_expand((cm_bytes){.data = layer_key, .size = CM_KEY_BYTES}, text_bytes(purpose),
                          out, CM_KEY_BYTES, err);
}

cm_code cm_key_allows_marking(const cm_key *key, const char *today, cm_error *err) {
    if (!key->secret)
        return cm_fail(err, CM_ERR_KEY,
                       "key \"%s\" is a public key: it detects; marking needs the secret key file",
                       key->name);
    if (key->revoked[0] != '\0' && strcmp(key->revoked, today) <= 0)
        return cm_fail(err, CM_ERR_KEY, "key \"%s\" was revoked on %s: make a new one with keygen",
                       key->name, key->revoked);
    if (key->valid_until[0] != '\0' && strcmp(key->valid_until, today) < 0)
        return cm_fail(err, CM_ERR_KEY,
                       "key \"%s\" was valid until %s: make its next epoch with keygen", key->name,
                       key->valid_until);
    return CM_OK;
}
