#include "sign/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/stream.h"
#include "sign/cert.h"

struct cm_signer {
    cm_sig_alg alg;
    EVP_PKEY *key;
    cm_buf *certificates; /* DER */
    size_t count;
};

/* OpenSSL would ask on the terminal for an encrypted key's passphrase. */
static int no_passphrase(char *into, int size, int writing, void *context) {
    (void)into;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

static cm_code read_key(BIO *bio, EVP_PKEY **out, cm_error *err) {
    *out = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    unsigned long error = ERR_peek_error();
    bool encrypted = ERR_GET_REASON(error) == PEM_R_BAD_PASSWORD_READ ||
                     ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_BAD_PASSWORD_READ;
    ERR_clear_error();
    if (*out != NULL)
        return CM_OK;
    if (encrypted)
        return cm_fail(err, CM_ERR_KEY,
                       "the private key is encrypted; decrypt it with \"openssl pkey\" into a file "
                       "that only its owner can read");
    return cm_fail(err, CM_ERR_KEY, "no PEM private key in it");
}

/* The same open file is checked and read, so that it can't be exchanged between. */
static cm_code read_key_file(const char *path, EVP_PKEY **out, cm_error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        int number = errno;
        if (fd >= 0)
            (void)close(fd);
        return cm_fail_errno(err, number, path);
    }
    cm_code code = CM_OK;
    if (!S_ISREG(st.st_mode))
        code = cm_fail(err, CM_ERR_KEY, "%s: a private key must be a regular file", path);
    else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        code = cm_fail(err, CM_ERR_KEY,
                       "%s: others than its owner can get at this private key (mode %03o); "
                       "run chmod 600 on it",
                       path, (unsigned)(st.st_mode & 0777));
    if (code == CM_OK) {
        BIO *bio = BIO_new_fd(fd, BIO_NOCLOSE);
        code = read_key(bio, out, err);
        BIO_free(bio);
    }
    (void)close(fd);
    return code;
}

static cm_code check(const cm_signer *s, X509 *leaf, time_t now, cm_error *err) {
    char why[CM_CERT_TEXT];
    if (X509_check_private_key(leaf, s->key) != 1) {
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

/* Takes the key. */
static cm_code make(cm_bytes chain_pem, EVP_PKEY *key, cm_sig_alg alg, time_t now, cm_signer **out,
                    cm_error *err) {
    STACK_OF(X509) *chain = NULL;
    cm_signer *s = cm_calloc(1, sizeof *s);
    if (s == NULL) {
        EVP_PKEY_free(key);
        return cm_fail_memory(err);
    }
    s->key = key;
    s->alg = alg != CM_SIG_NONE ? alg : cm_sig_for_key(key);
    cm_code code = cm_cert_read_pem(chain_pem, &chain, err);
    if (code == CM_OK)
        code = check(s, sk_X509_value(chain, 0), now, err);
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
    BIO *bio = key.size <= INT32_MAX ? BIO_new_mem_buf(key.data, (int)key.size) : NULL;
    cm_code code = read_key(bio, &pkey, err);
    BIO_free(bio);
    return code == CM_OK ? make(chain, pkey, alg, now, out, err) : code;
}

cm_code cm_signer_open(const char *chain_path, const char *key_path, cm_sig_alg alg, time_t now,
                       cm_signer **out, cm_error *err) {
    enum { LARGEST_CHAIN = 1 << 20 };
    cm_limits limits = cm_limits_default();
    limits.file_bytes = LARGEST_CHAIN;
    cm_source *source = NULL;
    cm_buf chain = {0};
    EVP_PKEY *key = NULL;
    cm_code code = cm_source_open(chain_path, &limits, &source, err);
    if (code == CM_OK)
        code = cm_source_load(source, 0, cm_source_size(source), &chain, err);
    if (code == CM_OK)
        code = read_key_file(key_path, &key, err);
    if (code == CM_OK)
        code = make(cm_buf_bytes(&chain), key, alg, now, out, err);
    cm_buf_free(&chain);
    cm_source_close(source);
    return code;
}

void cm_signer_close(cm_signer *s) {
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        cm_buf_free(&s->certificates[i]);
    free(s->certificates);
    EVP_PKEY_free(s->key);
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

cm_code cm_signer_sign(const cm_signer *s, cm_bytes message, cm_buf *out, cm_error *err) {
    return cm_sig_sign(s->alg, s->key, message, out, err);
}
