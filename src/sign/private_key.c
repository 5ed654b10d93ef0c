#include "sign/private_key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

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
cm_code cm_private_key_open(const char *path, EVP_PKEY **out, cm_error *err) {
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

cm_code cm_private_key_from_pem(cm_bytes pem, EVP_PKEY **out, cm_error *err) {
    BIO *bio = pem.size <= INT32_MAX ? BIO_new_mem_buf(pem.data, (int)pem.size) : NULL;
    cm_code code = read_key(bio, out, err);
    BIO_free(bio);
    return code;
}
