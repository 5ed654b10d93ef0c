#include "sign/signer.h"

#include <openssl/err.h>

#include "base/mem.h"
#include "base/process.h"
#include "base/stream.h"
#include "sign/cert.h"
#include "sign/held_key.h"
#include "sign/private_key.h"

struct cm_signer {
    cm_sig_alg alg;
    EVP_PKEY *key;        /* the public one alone, when somebody else holds the private one: */
    char *command;        /* that signs, or NULL */
    cm_held_key *held;    /* or NULL */
    cm_buf *certificates; /* DER */
    size_t count;
};

static cm_code check(const cm_signer *s, X509 *leaf, time_t now, cm_error *err) {
    char why[CM_CERT_TEXT];
    if (s->command == NULL && s->held == NULL && X509_check_private_key(leaf, s->key) != 1) {
        ERR_clear_error();
        return cm_fail(err, CM_ERR_KEY,
                       "the private key is not the one of the chain's first certificate");
    }
    if (!cm_cert_profile_ok(leaf, why))
        return cm_fail(err, CM_ERR_KEY, "the certificate can't sign C2PA claims: %s", why);
    if (cm_cert_self_signed(leaf))
        return cm_fail(err, CM_ERR_KEY,
                       "the certificate is self-signed: C2PA wants one that an authority issued");
    if (!cm_sig_fits(s->alg, s->key))
        return cm_fail(err, CM_ERR_KEY, "the private key can't be used for %s",
                       cm_sig_name(s->alg));
    int validity = cm_cert_validity(leaf, now);
    if (validity != 0)
        return cm_fail(err, CM_ERR_KEY,
                       validity > 0 ? "the certificate has expired; get a new one"
                                    : "the certificate is not valid yet");
    return CM_OK;
}

/* Keeps the chain in DER, without a root at its end: a validator has its own (C2PA 2.2 §14.6). */
static cm_code keep_chain(cm_signer *s, STACK_OF(X509) * chain, cm_error *err) {
    int count = sk_X509_num(chain);
    if (count > 1 && cm_cert_self_signed(sk_X509_value(chain, count - 1)))
        count--;
    s->certificates = cm_calloc((size_t)count, sizeof *s->certificates);
    if (s->certificates == NULL)
        return cm_fail_memory(err);
    for (int i = 0; i < count; i++) {
        uint8_t *der = NULL;
        int size = i2d_X509(sk_X509_value(chain, i), &der);
        if (size <= 0)
            return cm_fail_memory(err);
        cm_buf_put(&s->certificates[s->count], der, (size_t)size);
        OPENSSL_free(der);
        cm_code code = cm_buf_status(&s->certificates[s->count++], err);
        if (code != CM_OK)
            return code;
    }
    return CM_OK;
}

static void let_go(cm_signer *s) {
    EVP_PKEY_free(s->key);
    free(s->command);
    cm_held_key_close(s->held);
}

/* Takes what `start` holds: the key, the command or the held key. */
static cm_code make(cm_bytes chain_pem, cm_signer start, cm_sig_alg alg, time_t now,
                    cm_signer **out, cm_error *err) {
    STACK_OF(X509) *chain = NULL;
    cm_signer *s = cm_calloc(1, sizeof *s);
    if (s == NULL) {
        let_go(&start);
        return cm_fail_memory(err);
    }
    *s = start;
    cm_code code = cm_cert_read_pem(chain_pem, &chain, err);
    if (code == CM_OK && s->key == NULL)
        s->key = X509_get_pubkey(sk_X509_value(chain, 0));
    if (code == CM_OK && s->key == NULL)
        code = cm_fail(err, CM_ERR_KEY, "the certificate's key is of no known kind");
    if (code == CM_OK) {
        s->alg = alg != CM_SIG_NONE ? alg : cm_sig_for_key(s->key);
        code = check(s, sk_X509_value(chain, 0), now, err);
    }
    if (code == CM_OK)
        code = keep_chain(s, chain, err);
    sk_X509_pop_free(chain, X509_free);
    if (code != CM_OK) {
        cm_signer_close(s);
        return code;
    }
    *out = s;
    return CM_OK;
}

cm_code cm_signer_from_pem(cm_bytes chain, cm_bytes key, cm_sig_alg alg, time_t now,
                           cm_signer **out, cm_error *err) {
    EVP_PKEY *pkey = NULL;
    cm_code code = cm_private_key_from_pem(key, &pkey, err);
    return code == CM_OK ? make(chain, (cm_signer){.key = pkey}, alg, now, out, err) : code;
}

static cm_code load_chain(const char *path, cm_buf *out, cm_error *err) {
    enum { LARGEST_CHAIN = 1 << 20 };
    cm_limits limits = cm_limits_default();
    limits.file_bytes = LARGEST_CHAIN;
    cm_source *source = NULL;
    cm_code code = cm_source_open(path, &limits, &source, err);
    if (code == CM_OK)
        code = cm_source_load(source, 0, cm_source_size(source), out, err);
    cm_source_close(source);
    return code;
}

cm_code cm_signer_open(const char *chain_path, const char *key_path, cm_sig_alg alg, time_t now,
                       cm_signer **out, cm_error *err) {
    cm_buf chain = {0};
    cm_signer start = {0};
    cm_code code = load_chain(chain_path, &chain, err);
    if (code == CM_OK)
        code = cm_held_key_uri(key_path) ? cm_held_key_open(key_path, &start.held, err)
                                         : cm_private_key_open(key_path, &start.key, err);
    if (code == CM_OK)
        code = make(cm_buf_bytes(&chain), start, alg, now, out, err);
    cm_buf_free(&chain);
    return code;
}

cm_code cm_signer_command(const char *chain_path, const char *command, cm_sig_alg alg, time_t now,
                          cm_signer **out, cm_error *err) {
    cm_buf chain = {0};
    cm_code code = load_chain(chain_path, &chain, err);
    char *copy = code == CM_OK ? cm_strndup(command, strlen(command)) : NULL;
    if (code == CM_OK && copy == NULL)
        code = cm_fail_memory(err);
    if (code == CM_OK)
        code = make(cm_buf_bytes(&chain), (cm_signer){.command = copy}, alg, now, out, err);
    cm_buf_free(&chain);
    return code;
}

void cm_signer_close(cm_signer *s) {
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        cm_buf_free(&s->certificates[i]);
    free(s->certificates);
    let_go(s);
    free(s);
}

cm_sig_alg cm_signer_alg(const cm_signer *s) {
    return s->alg;
}

size_t cm_signer_certificates(const cm_signer *s) {
    return s->count;
}

cm_bytes cm_signer_certificate(const cm_signer *s, size_t index) {
    return index < s->count ? cm_buf_bytes(&s->certificates[index]) : (cm_bytes){0};
}

size_t cm_signer_signature_size(const cm_signer *s) {
    return cm_sig_size(s->key);
}

/* What somebody else made is looked at before it is used. */
static cm_code have_signed(const cm_signer *s, cm_bytes message, cm_buf *out, cm_error *err) {
    enum { SECONDS = 60, LARGEST_SIGNATURE = 4096 };
    cm_buf made = {.limit = LARGEST_SIGNATURE};
    cm_code code = s->held != NULL ? cm_held_key_sign(s->held, s->alg, message, &made, err)
                                   : cm_process_run(s->command, message, SECONDS, &made, err);
    if (code == CM_OK)
        code = cm_sig_take(s->alg, s->key, message, cm_buf_bytes(&made), out, err);
    cm_buf_free(&made);
    ERR_clear_error();
    return code;
}

cm_code cm_signer_sign(const cm_signer *s, cm_bytes message, cm_buf *out, cm_error *err) {
    return s->command != NULL || s->held != NULL ? have_signed(s, message, out, err)
                                                 : cm_sig_sign(s->alg, s->key, message, out, err);
}
