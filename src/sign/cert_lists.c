/* Lists that go with anchors: certificates that are trusted by themselves (C2PA 2.2 §14.4.3), and
 * the purposes for which a signer's certificate may be made (§14.4.1). */
#include "sign/cert_internal.h"

#include <openssl/objects.h>

#include "base/base64.h"
#include "base/mem.h"

enum { MOST_ALLOWED = 1 << 16, MOST_PURPOSES = 256, LONGEST_OID = 128 };

/* The next line, without blanks around it; false at the end. */
static bool next_line(cm_reader *r, cm_bytes *line) {
    size_t n = 0;
    if (cm_reader_left(r) == 0)
        return false;
    const uint8_t *at = r->data + r->at;
    while (n < cm_reader_left(r) && at[n] != '\n')
        n++;
    *line = cm_read_bytes(r, n);
    cm_read_skip(r, cm_reader_left(r) > 0 ? 1 : 0);
    while (line->size > 0 && line->data[0] <= ' ') {
        line->data++;
        line->size--;
    }
    while (line->size > 0 && line->data[line->size - 1] <= ' ')
        line->size--;
    return true;
}

/* Room for one more in a list that grows by doubling. */
static void *grow(void *list, size_t count, size_t size) {
    return count == 0                   ? malloc(size)
           : (count & (count - 1)) == 0 ? realloc(list, 2 * count * size)
                                        : list;
}

static cm_code allow(cm_trust *t, const cm_digest *digest, cm_error *err) {
    if (t->allowed_count == MOST_ALLOWED)
        return cm_fail(err, CM_ERR_LIMIT, "more than %d allowed certificates", MOST_ALLOWED);
    cm_digest *list = grow(t->allowed, t->allowed_count, sizeof *list);
    if (list == NULL)
        return cm_fail_memory(err);
    t->allowed = list;
    list[t->allowed_count++] = *digest;
    return CM_OK;
}

static cm_code digest_of(const X509 *certificate, cm_digest *out, cm_error *err) {
    unsigned size = 0;
    *out = (cm_digest){0};
    if (X509_digest(certificate, EVP_sha256(), out->bytes, &size) != 1)
        return cm_fail(err, CM_ERR_CRYPTO, "a certificate can't be hashed");
    out->size = size;
    return CM_OK;
}

/* A SHA-256 in base64, on a line of its own. */
static bool is_hash(cm_bytes line, cm_digest *out) {
    enum { LENGTH = 44, BYTES = 32 };
    cm_buf decoded = {0};
    bool ok = line.size == LENGTH && cm_base64_decode(line, &decoded) && decoded.size == BYTES;
    *out = (cm_digest){.size = BYTES};
    if (ok)
        memcpy(out->bytes, decoded.data, BYTES);
    cm_buf_free(&decoded);
    return ok;
}

static bool starts(cm_bytes line, const char *with) {
    return line.size >= strlen(with) && memcmp(line.data, with, strlen(with)) == 0;
}

static cm_code allow_hashes(cm_trust *t, cm_bytes list, bool *pem, cm_error *err) {
    cm_reader r = cm_reader_over(list);
    cm_code code = CM_OK;
    cm_digest digest;
    bool inside = false;
    for (cm_bytes line; code == CM_OK && next_line(&r, &line);) {
        if (starts(line, "-----BEGIN"))
            *pem = inside = true;
        else if (starts(line, "-----END"))
            inside = false;
        else if (!inside && is_hash(line, &digest))
            code = allow(t, &digest, err);
    }
    return code;
}

cm_code cm_trust_allow(cm_trust *t, cm_bytes list, cm_error *err) {
    STACK_OF(X509) *certificates = NULL;
    size_t before = t->allowed_count;
    bool pem = false;
    cm_code code = allow_hashes(t, list, &pem, err);
    if (code == CM_OK && pem)
        code = cm_cert_read_pem(list, &certificates, err);
    for (int i = 0; code == CM_OK && i < sk_X509_num(certificates); i++) {
        cm_digest digest;
        code = digest_of(sk_X509_value(certificates, i), &digest, err);
        if (code == CM_OK)
            code = allow(t, &digest, err);
    }
    sk_X509_pop_free(certificates, X509_free);
    if (code == CM_OK && t->allowed_count == before)
        return cm_fail(err, CM_ERR_KEY, "neither a PEM certificate nor a SHA-256 of one in it");
    return code;
}

bool cm_trust_allows(const cm_trust *t, const X509 *leaf) {
    cm_digest digest;
    if (t == NULL || t->allowed_count == 0 || digest_of(leaf, &digest, NULL) != CM_OK)
        return false;
    for (size_t i = 0; i < t->allowed_count; i++)
        if (cm_bytes_equal(cm_digest_bytes(&t->allowed[i]), cm_digest_bytes(&digest)))
            return true;
    return false;
}

static cm_code add_purpose(cm_trust *t, cm_bytes line, cm_error *err) {
    char text[LONGEST_OID];
    (void)snprintf(text, sizeof text, "%.*s", line.size < sizeof text ? (int)line.size : 0,
                   (const char *)line.data);
    ASN1_OBJECT *object = OBJ_txt2obj(text, 1);
    ASN1_OBJECT_free(object);
    if (object == NULL || t->purpose_count == MOST_PURPOSES)
        return cm_fail(err, CM_ERR_KEY, "not an object identifier, or too many: \"%s\"", text);
    char **list = grow(t->purposes, t->purpose_count, sizeof *list);
    if (list == NULL)
        return cm_fail_memory(err);
    t->purposes = list;
    list[t->purpose_count] = cm_strndup(text, strlen(text));
    return list[t->purpose_count++] != NULL ? CM_OK : cm_fail_memory(err);
}

cm_code cm_trust_purposes(cm_trust *t, cm_bytes list, cm_error *err) {
    cm_reader r = cm_reader_over(list);
    cm_code code = CM_OK;
    for (cm_bytes line; code == CM_OK && next_line(&r, &line);)
        if (line.size > 0 && line.data[0] != '#' && !starts(line, "//"))
            code = add_purpose(t, line, err);
    return code;
}
