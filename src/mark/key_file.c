/* The text form of a key: strict, short and checked (spec/keys.md §2). */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/stream.h"
#include "mark/key.h"

#define FIRST_LINE "countermark key 1\n"
#define CHECK_FIELD "check: "

enum { CHECK_BYTES = 8 };

/* The first bytes of SHA-256 over the text before the check line: against typing and transmission
 * errors, not against forgers. */
static cm_code check_of(const char *text, size_t n, char *hex, cm_error *err) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    if (EVP_Digest(text, n, digest, NULL, EVP_sha256(), NULL) != 1)
        return cm_fail(err, CM_ERR_CRYPTO, "SHA-256 failed");
    cm_hex_encode(digest, CHECK_BYTES, hex);
    return CM_OK;
}

/* Prints an optional field; a key file has it or has no line for it. */
static int put_date(char *at, size_t room, const char *field, const char *date) {
    return date[0] != '\0' ? snprintf(at, room, "%s: %s\n", field, date) : 0;
}

/* Writes the file's text to text[CM_KEY_FILE_MAX]; the fields are bounded, so it always fits. */
static cm_code format_key(const cm_key *key, bool secret, char *text, cm_error *err) {
    uint8_t bytes[CM_KEY_BYTES];
    char hex[2 * CM_KEY_BYTES + 1];
    char check[2 * CHECK_BYTES + 1];
    cm_code code = CM_OK;
    if (secret)
        memcpy(bytes, key->bytes, sizeof bytes);
    else
        code = cm_key_layer(key, CM_LAYER_PUBLIC, bytes, err);
    if (code != CM_OK)
        return code;
    cm_hex_encode(bytes, sizeof bytes, hex);
    int n =
        snprintf(text, CM_KEY_FILE_MAX, FIRST_LINE "name: %s\nkind: %s\nepoch: %u\ncreated: %s\n",
                 key->name, secret ? "secret" : "public", key->epoch, key->created);
    n += put_date(text + n, CM_KEY_FILE_MAX - (size_t)n, "valid-until", key->valid_until);
    n += put_date(text + n, CM_KEY_FILE_MAX - (size_t)n, "revoked", key->revoked);
    n += snprintf(text + n, CM_KEY_FILE_MAX - (size_t)n, "key: %s\n", hex);
    code = check_of(text, (size_t)n, check, err);
    snprintf(text + n, CM_KEY_FILE_MAX - (size_t)n, CHECK_FIELD "%s\n", check);
    OPENSSL_cleanse(bytes, sizeof bytes);
    OPENSSL_cleanse(hex, sizeof hex);
    return code;
}

static cm_code write_key(const cm_key *key, bool secret, const char *path, cm_error *err) {
    char text[CM_KEY_FILE_MAX];
    cm_output_options options = {.owner_only = secret, .keep = true};
    cm_code code = format_key(key, secret, text, err);
    if (code == CM_OK)
        code = cm_output_bytes(
            path, &options, (cm_bytes){.data = (const uint8_t *)text, .size = strlen(text)}, err);
    OPENSSL_cleanse(text, sizeof text);
    return code;
}

cm_code cm_key_write_secret(const cm_key *key, const char *path, cm_error *err) {
    if (!key->secret)
        return cm_fail(err, CM_ERR_KEY, "key \"%s\" is public: it holds no secret to write",
                       key->name);
    return write_key(key, true, path, err);
}

cm_code cm_key_write_public(const cm_key *key, const char *path, cm_error *err) {
    return write_key(key, false, path, err);
}

/* A line's value. */
typedef struct value {
    const char *text;
    size_t size;
} value;

/* Takes the line "<field>: <value>\n" from the reader; false, and nothing taken, when the next line
 * is another. */
static bool take(cm_reader *r, const char *field, value *v) {
    cm_reader ahead = *r;
    if (!cm_read_match(&ahead, field, strlen(field)) || !cm_read_match(&ahead, ": ", 2))
        return false;
    const char *text = (const char *)ahead.data + ahead.at;
    const char *end = memchr(text, '\n', cm_reader_left(&ahead));
    if (end == NULL)
        return false;
    *v = (value){.text = text, .size = (size_t)(end - text)};
    cm_read_skip(&ahead, v->size + 1);
    *r = ahead;
    return true;
}

static bool is(value v, const char *text) {
    return v.size == strlen(text) && memcmp(v.text, text, v.size) == 0;
}

static bool take_name(cm_reader *r, cm_key *key) {
    value v;
    if (!take(r, "name", &v) || !cm_key_name_valid(v.text, v.size))
        return false;
    memcpy(key->name, v.text, v.size);
    return true;
}

static bool take_kind(cm_reader *r, cm_key *key) {
    value v;
    if (!take(r, "kind", &v))
        return false;
    key->secret = is(v, "secret");
    return key->secret || is(v, "public");
}

/* 1 to 999999 without leading zeros: one way to write each. */
static bool take_epoch(cm_reader *r, cm_key *key) {
    value v;
    if (!take(r, "epoch", &v) || v.size == 0 || v.size > 6 || v.text[0] == '0')
        return false;
    for (size_t i = 0; i < v.size; i++) {
        if (v.text[i] < '0' || v.text[i] > '9')
            return false;
        key->epoch = key->epoch * 10 + (unsigned)(v.text[i] - '0');
    }
    return true;
}

static bool take_date(cm_reader *r, const char *field, bool needed, char *date) {
    value v;
    if (!take(r, field, &v))
        return !needed;
    if (!cm_date_valid(v.text, v.size))
        return false;
    memcpy(date, v.text, v.size);
    return true;
}

static bool take_bytes(cm_reader *r, cm_key *key) {
    value v;
    return take(r, "key", &v) && v.size == 2 * sizeof key->bytes &&
           cm_hex_decode(v.text, sizeof key->bytes, key->bytes);
}

/* The check stands last and alone, so that it covers every byte before it. */
static cm_code take_check(cm_reader *r, cm_error *err) {
    char want[2 * CHECK_BYTES + 1];
    value v;
    size_t covered = r->at;
    if (!take(r, "check", &v) || cm_reader_left(r) != 0)
        return cm_fail(err, CM_ERR_FORMAT, "not a key file: the check line must stand at its end");
    cm_code code = check_of((const char *)r->data, covered, want, err);
    if (code == CM_OK && !is(v, want))
        return cm_fail(err, CM_ERR_FORMAT,
                       "the key file was damaged or edited: its check line doesn't fit");
    return code;
}

static cm_code parse(cm_reader *r, cm_key *key, cm_error *err) {
    const char *bad = NULL;
    if (!cm_read_match(r, FIRST_LINE, strlen(FIRST_LINE)))
        return cm_fail(err, CM_ERR_FORMAT,
                       "not a countermark key file (version 1): make one with keygen");
    if (!take_name(r, key))
        bad = "name";
    else if (!take_kind(r, key))
        bad = "kind";
    else if (!take_epoch(r, key))
        bad = "epoch";
    else if (!take_date(r, "created", true, key->created))
        bad = "created";
    else if (!take_date(r, "valid-until", false, key->valid_until))
        bad = "valid-until";
    else if (!take_date(r, "revoked", false, key->revoked))
        bad = "revoked";
    else if (!take_bytes(r, key))
        bad = "key";
    if (bad != NULL)
        return cm_fail(err, CM_ERR_FORMAT, "key file: the line \"%s\" is missing or malformed",
                       bad);
    return take_check(r, err);
}

cm_code cm_key_parse(const char *text, size_t size, cm_key **out, cm_error *err) {
    *out = NULL;
    if (size > CM_KEY_FILE_MAX)
        return cm_fail(err, CM_ERR_FORMAT, "not a key file: larger than %d bytes", CM_KEY_FILE_MAX);
    cm_reader r = cm_reader_over((cm_bytes){.data = (const uint8_t *)text, .size = size});
    cm_key *key = calloc(1, sizeof *key);
    if (key == NULL)
        return cm_fail_memory(err);
    cm_code code = parse(&r, key, err);
    if (code != CM_OK) {
        cm_key_free(key);
        return code;
    }
    *out = key;
    return CM_OK;
}

/* Reads all of a small file, and whether others than its owner could have read it too. */
static cm_code load(const char *path, char *text, size_t room, size_t *size, bool *exposed,
                    cm_error *err) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        int saved = errno;
        if (fd >= 0)
            close(fd);
        return cm_fail_errno(err, saved, path);
    }
    *exposed = S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    *size = 0;
    ssize_t got;
    while ((got = read(fd, text + *size, room - *size)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            break;
        *size += (size_t)got;
    }
    int saved = errno;
    close(fd);
    return got == 0 ? CM_OK : cm_fail_errno(err, saved, path);
}

cm_code cm_key_read(const char *path, cm_key **out, cm_error *err) {
    char text[CM_KEY_FILE_MAX + 1]; /* one more than allowed tells a larger file */
    size_t size = 0;
    bool exposed = false;
    cm_error inner = {0};
    *out = NULL;
    cm_code code = load(path, text, sizeof text, &size, &exposed, err);
    if (code != CM_OK)
        return code;
    code = cm_key_parse(text, size, out, &inner);
    OPENSSL_cleanse(text, sizeof text);
    if (code != CM_OK)
        return cm_fail(err, code, "%s: %s", path, inner.message);
    if (exposed && (*out)->secret) {
        cm_key_free(*out);
        *out = NULL;
        return cm_fail(err, CM_ERR_KEY,
                       "%s: others can read this secret key; if it has not leaked: chmod 600 %s",
                       path, path);
    }
    return CM_OK;
}
