/* Certificates: what is made, what the profile refuses, chains of trust, key files. */
#include <check.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sign/cert.h"
#include "sign/cert_cache.h"
#include "sign/chain_cache.h"
#include "sign_support.h"

enum { DAY = 86400 };

static STACK_OF(X509) * chain_of(const sign_credentials *c) {
    STACK_OF(X509) *chain = NULL;
    ck_assert_int_eq(cm_cert_read_pem(cm_buf_bytes(&c->pem.chain), &chain, NULL), CM_OK);
    return chain;
}

START_TEST(made_chains_keep_to_the_profile) {
    for (cm_sig_alg alg = CM_SIG_ES256; alg <= CM_SIG_ED25519; alg++) {
        sign_credentials c = sign_make_credentials(alg);
        sign_credentials other = sign_make_credentials(CM_SIG_ES256);
        STACK_OF(X509) *chain = chain_of(&c);
        char why[CM_CERT_TEXT];
        time_t now = time(NULL);
        ck_assert_int_eq(sk_X509_num(chain), 2);
        X509 *leaf = sk_X509_value(chain, 0);
        ck_assert_msg(cm_cert_profile_ok(leaf, why), "%s: %s", cm_sig_name(alg), why);
        ck_assert_msg(cm_trust_chain(c.trust, chain, CM_CERT_CLAIMS, now, why), "%s", why);
        ck_assert(!cm_trust_chain(other.trust, chain, CM_CERT_CLAIMS, now, why));
        ck_assert(!cm_trust_chain(NULL, chain, CM_CERT_CLAIMS, now, why));
        ck_assert(!cm_trust_chain(c.trust, chain, CM_CERT_CLAIMS, now - 2 * DAY, why));
        ck_assert(!cm_trust_chain(c.trust, chain, CM_CERT_CLAIMS, now + 366 * DAY, why));
        ck_assert(!cm_trust_chain(c.trust, chain, CM_CERT_TIME_STAMPS, now, why));
        ck_assert_int_eq(cm_cert_validity(leaf, now), 0);
        ck_assert_int_eq(cm_cert_validity(leaf, now - 2 * DAY), -1);
        ck_assert_int_eq(cm_cert_validity(leaf, now + 366 * DAY), 1);
        ck_assert(!cm_cert_profile_ok(sk_X509_value(chain, 1), why)); /* an authority */
        ck_assert_int_eq(cm_signer_alg(c.signer), alg);
        sk_X509_pop_free(chain, X509_free);
        sign_free_credentials(&c);
        sign_free_credentials(&other);
    }
}
END_TEST

START_TEST(an_anchor_may_be_an_intermediate) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    STACK_OF(X509) *chain = chain_of(&c);
    cm_trust *trust = NULL;
    char why[CM_CERT_TEXT];
    /* both of the chain as anchors: the issuer is one of them */
    ck_assert_int_eq(cm_trust_new(cm_buf_bytes(&c.pem.chain), &trust, NULL), CM_OK);
    ck_assert(cm_trust_chain(trust, chain, CM_CERT_CLAIMS, time(NULL), why));
    cm_trust_free(trust);
    X509_free(sk_X509_pop(chain)); /* without the intermediate there is no way to the root */
    ck_assert(!cm_trust_chain(c.trust, chain, CM_CERT_CLAIMS, time(NULL), why));
    sk_X509_pop_free(chain, X509_free);
    sign_free_credentials(&c);
}
END_TEST

START_TEST(names_and_days_are_as_asked) {
    cm_certgen made;
    cm_certgen_options options = {
        .common_name = "Ada \xc3\x84", .organisation = "Test & Co", .now = 1700000000, .days = 3};
    STACK_OF(X509) *chain = NULL;
    char text[CM_CERT_TEXT];
    ck_assert_int_eq(cm_certgen_chain(&options, &made, NULL), CM_OK);
    ck_assert_int_eq(cm_cert_read_pem(cm_buf_bytes(&made.chain), &chain, NULL), CM_OK);
    X509 *leaf = sk_X509_value(chain, 0);
    cm_cert_subject(leaf, text);
    ck_assert_str_eq(text, "Ada \xc3\x84");
    cm_cert_issuer(leaf, text);
    ck_assert_str_eq(text, "Countermark test CA");
    ck_assert_int_eq(cm_cert_validity(leaf, options.now + 3 * DAY - 1), 0);
    ck_assert_int_eq(cm_cert_validity(leaf, options.now + 3 * DAY + 1), 1);
    sk_X509_pop_free(chain, X509_free);
    cm_certgen_free(&made);
    options.days = 1000000;
    ck_assert_int_eq(cm_certgen_chain(&options, &made, NULL), CM_ERR_ARGUMENT);
    options.days = 0;
    options.common_name = "more than the sixty-four characters that a common name may be long....";
    ck_assert_int_eq(cm_certgen_request(&options, &made, NULL), CM_ERR_ARGUMENT);
}
END_TEST

START_TEST(a_request_carries_its_key_and_purposes) {
    cm_certgen made;
    cm_certgen_options options = {.alg = CM_SIG_ES384, .now = time(NULL)};
    ck_assert_int_eq(cm_certgen_request(&options, &made, NULL), CM_OK);
    BIO *bio = BIO_new_mem_buf(made.chain.data, (int)made.chain.size);
    X509_REQ *request = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    ck_assert_ptr_nonnull(request);
    ck_assert_int_eq(X509_REQ_verify(request, X509_REQ_get0_pubkey(request)), 1);
    STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(request);
    ck_assert_int_eq(sk_X509_EXTENSION_num(extensions), 3);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    ck_assert_uint_eq(made.root.size, 0);
    X509_REQ_free(request);
    BIO_free(bio);
    cm_certgen_free(&made);
}
END_TEST

/* What a signer can't be made of, and what it says then. */
static void refuse(cm_bytes chain, cm_bytes key, cm_sig_alg alg, time_t now, const char *word) {
    cm_signer *signer = NULL;
    cm_error err = {0};
    ck_assert_int_eq(cm_signer_from_pem(chain, key, alg, now, &signer, &err), CM_ERR_KEY);
    ck_assert_msg(strstr(err.message, word) != NULL, "%s", err.message);
    ck_assert_ptr_null(signer);
}

START_TEST(signers_are_not_made_of_what_would_not_verify) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    sign_credentials other = sign_make_credentials(CM_SIG_ES256);
    cm_bytes chain = cm_buf_bytes(&c.pem.chain);
    cm_bytes key = cm_buf_bytes(&c.pem.key);
    time_t now = time(NULL);
    refuse(chain, cm_buf_bytes(&other.pem.key), CM_SIG_NONE, now, "not the one");
    refuse(chain, key, CM_SIG_PS256, now, "ps256");
    refuse(chain, key, CM_SIG_NONE, now + 400 * DAY, "expired");
    refuse(chain, key, CM_SIG_NONE, now - 400 * DAY, "not valid yet");
    refuse(cm_buf_bytes(&c.pem.root), key, CM_SIG_NONE, now, "not the one");
    refuse(key, key, CM_SIG_NONE, now, "no PEM certificate");
    refuse(chain, chain, CM_SIG_NONE, now, "no PEM private key");
    refuse(chain, (cm_bytes){0}, CM_SIG_NONE, now, "no PEM private key");
    refuse((cm_bytes){chain.data, chain.size / 2 + 100}, key, CM_SIG_NONE, now, "broken");
    sign_free_credentials(&c);
    sign_free_credentials(&other);
}
END_TEST

START_TEST(an_encrypted_key_is_named_as_such) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    BIO *in = BIO_new_mem_buf(c.pem.key.data, (int)c.pem.key.size);
    BIO *out = BIO_new(BIO_s_mem());
    char password[] = "secret";
    char *text = NULL;
    EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
    ck_assert_int_eq(
        PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_256_cbc(), NULL, 0, NULL, password), 1);
    long size = BIO_get_mem_data(out, &text);
    refuse(cm_buf_bytes(&c.pem.chain), (cm_bytes){(const uint8_t *)text, (size_t)size}, CM_SIG_NONE,
           time(NULL), "encrypted");
    EVP_PKEY_free(key);
    BIO_free(in);
    BIO_free(out);
    sign_free_credentials(&c);
}
END_TEST

START_TEST(the_root_is_left_out_of_the_chain) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    cm_buf all = {0};
    cm_signer *signer = NULL;
    cm_buf_put_bytes(&all, cm_buf_bytes(&c.pem.chain));
    cm_buf_put_bytes(&all, cm_buf_bytes(&c.pem.root));
    ck_assert_int_eq(cm_signer_from_pem(cm_buf_bytes(&all), cm_buf_bytes(&c.pem.key), CM_SIG_NONE,
                                        time(NULL), &signer, NULL),
                     CM_OK);
    ck_assert_uint_eq(cm_signer_certificates(signer), 2);
    ck_assert_uint_eq(cm_signer_certificate(signer, 2).size, 0);
    cm_signer_close(signer);
    cm_buf_free(&all);
    sign_free_credentials(&c);
}
END_TEST

static void write_file(const char *path, const cm_buf *b, mode_t mode) {
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(b->data, 1, b->size, f), b->size);
    ck_assert_int_eq(fclose(f), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
}

START_TEST(a_key_that_others_can_read_is_refused) {
    char dir[] = "/tmp/cm-test-cert-XXXXXX";
    char chain[64];
    char key[64];
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    cm_signer *signer = NULL;
    cm_error err = {0};
    time_t now = time(NULL);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(chain, sizeof chain, "%s/chain.pem", dir);
    (void)snprintf(key, sizeof key, "%s/key.pem", dir);
    write_file(chain, &c.pem.chain, 0644);
    write_file(key, &c.pem.key, 0600);
    ck_assert_int_eq(cm_signer_open(chain, key, CM_SIG_NONE, now, &signer, &err), CM_OK);
    cm_signer_close(signer);
    static const mode_t loose[] = {0640, 0604, 0620, 0644, 0610};
    for (size_t i = 0; i < sizeof loose / sizeof loose[0]; i++) {
        ck_assert_int_eq(chmod(key, loose[i]), 0);
        ck_assert_int_eq(cm_signer_open(chain, key, CM_SIG_NONE, now, &signer, &err), CM_ERR_KEY);
        ck_assert_msg(strstr(err.message, "chmod 600") != NULL, "%s", err.message);
    }
    ck_assert_int_eq(cm_signer_open(chain, dir, CM_SIG_NONE, now, &signer, &err), CM_ERR_KEY);
    ck_assert_int_eq(unlink(key), 0);
    ck_assert_int_eq(cm_signer_open(chain, key, CM_SIG_NONE, now, &signer, &err), CM_ERR_IO);
    ck_assert_int_eq(cm_signer_open(key, key, CM_SIG_NONE, now, &signer, &err), CM_ERR_IO);
    ck_assert_int_eq(unlink(chain), 0);
    ck_assert_int_eq(rmdir(dir), 0);
    sign_free_credentials(&c);
}
END_TEST

START_TEST(hostile_certificates_are_survived) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    cm_bytes good = cm_signer_certificate(c.signer, 0);
    cm_buf der = {0};
    sign_random random = {4};
    size_t read = 0;
    cm_buf_put_bytes(&der, good);
    for (int i = 0; i < 5000; i++) {
        char why[CM_CERT_TEXT];
        size_t at = sign_next(&random) % der.size;
        der.data[at] ^= (uint8_t)(1u << sign_next(&random) % 8);
        cm_bytes ders[2] = {cm_buf_bytes(&der), cm_signer_certificate(c.signer, 1)};
        STACK_OF(X509) *chain = cm_cert_from_der(ders, 2);
        if (chain != NULL) {
            read++;
            (void)cm_cert_profile_ok(sk_X509_value(chain, 0), why);
            ck_assert(!cm_trust_chain(c.trust, chain, CM_CERT_CLAIMS, time(NULL), why));
            cm_cert_subject(sk_X509_value(chain, 0), why);
            ck_assert(cm_cert_validity(sk_X509_value(chain, 0), time(NULL)) <= 1);
        }
        sk_X509_pop_free(chain, X509_free);
        der.data[at] = good.data[at];
    }
    ck_assert_uint_gt(read, 100);
    cm_buf_free(&der);
    sign_free_credentials(&c);
}
END_TEST

/* `der` with another serial number, which is all that decoding looks at here. */
static STACK_OF(X509) * numbered(cm_memo *cache, const cm_buf *der, size_t at, uint8_t n) {
    der->data[at] = n;
    cm_bytes one = cm_buf_bytes(der);
    return cm_cert_cached(cache, &one, 1);
}

/* Where the serial number's last byte stands: version, then an integer of a length. */
static size_t serial_at(const cm_buf *der) {
    enum { VERSION_END = 13 }; /* two headers of four bytes, [0] { INTEGER 2 } */
    ck_assert_int_eq(der->data[VERSION_END], 2);
    return VERSION_END + 1 + (size_t)der->data[VERSION_END + 1];
}

START_TEST(certificates_are_decoded_once) {
    enum { DIFFERENT = 40 };
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    STACK_OF(X509) *chain = chain_of(&c);
    uint8_t *bytes = NULL;
    int size = i2d_X509(sk_X509_value(chain, 0), &bytes);
    cm_buf der = {0};
    cm_buf_put(&der, bytes, (size_t)size);
    size_t at = serial_at(&der);
    cm_memo *cache = cm_cert_cache_new();
    X509 *first = NULL;
    for (uint8_t n = 0; n < DIFFERENT; n++) { /* more than are kept */
        STACK_OF(X509) *once = numbered(cache, &der, at, n);
        STACK_OF(X509) *twice = numbered(cache, &der, at, n);
        X509 *one = sk_X509_value(once, 0);
        ck_assert_ptr_nonnull(one);
        ck_assert_ptr_eq(one, sk_X509_value(twice, 0));
        const ASN1_INTEGER *serial = X509_get0_serialNumber(one);
        ck_assert_uint_eq(ASN1_STRING_get0_data(serial)[ASN1_STRING_length(serial) - 1], n);
        if (n == 0 && X509_up_ref(one) == 1)
            first = one;
        sk_X509_pop_free(once, X509_free);
        sk_X509_pop_free(twice, X509_free);
    }
    STACK_OF(X509) *again = numbered(cache, &der, at, 0);
    ck_assert_ptr_ne(first, sk_X509_value(again, 0)); /* it had made room for others */
    ck_assert_int_eq(X509_cmp(first, sk_X509_value(again, 0)), 0);
    sk_X509_pop_free(again, X509_free);
    der.data[0] = 0x31;
    ck_assert_ptr_null(numbered(cache, &der, at, 1));
    X509_free(first);
    cm_memo_free(cache);
    OPENSSL_free(bytes);
    cm_buf_free(&der);
    sk_X509_pop_free(chain, X509_free);
    sign_free_credentials(&c);
}
END_TEST

/* A chain that was found good is known by all of its certificates and its use, and as long as each
 * of the way is valid. */
START_TEST(chains_are_found_once) {
    enum { MORE = 40 };
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    STACK_OF(X509) *chain = chain_of(&c);
    STACK_OF(X509) *turned = sk_X509_new_null();
    STACK_OF(X509) *way = X509_chain_up_ref(chain);
    cm_memo *cache = cm_chain_cache_new();
    time_t now = time(NULL);
    char why[CM_CERT_TEXT];
    ck_assert(!cm_chain_known(cache, chain, CM_CERT_CLAIMS, now));
    cm_chain_keep(cache, chain, CM_CERT_CLAIMS, way);
    ck_assert(cm_chain_known(cache, chain, CM_CERT_CLAIMS, now));
    ck_assert(!cm_chain_known(cache, chain, CM_CERT_TIME_STAMPS, now));
    ck_assert(!cm_chain_known(cache, chain, CM_CERT_CLAIMS, now - 2 * DAY));
    ck_assert(!cm_chain_known(cache, chain, CM_CERT_CLAIMS, now + 366 * DAY)); /* the leaf's end */
    ck_assert(!cm_chain_known(NULL, chain, CM_CERT_CLAIMS, now));
    (void)sk_X509_push(turned, sk_X509_value(chain, 1));
    ck_assert(!cm_chain_known(cache, turned, CM_CERT_CLAIMS, now));
    (void)sk_X509_push(turned, sk_X509_value(chain, 0));
    ck_assert(!cm_chain_known(cache, turned, CM_CERT_CLAIMS, now));
    for (int i = 0; i < MORE; i++) /* it makes room for others */
        cm_chain_keep(cache, turned, CM_CERT_CLAIMS, way);
    ck_assert(!cm_chain_known(cache, chain, CM_CERT_CLAIMS, now));
    ck_assert(cm_trust_chain(c.trust, chain, CM_CERT_CLAIMS, now, why));
    ck_assert(cm_trust_chain(c.trust, chain, CM_CERT_CLAIMS, now, why));
    X509_free(sk_X509_pop(chain)); /* what is known is the whole chain, not its leaf */
    ck_assert(!cm_trust_chain(c.trust, chain, CM_CERT_CLAIMS, now, why));
    cm_memo_free(cache);
    cm_memo_free(NULL);
    sk_X509_free(turned);
    sk_X509_pop_free(way, X509_free);
    sk_X509_pop_free(chain, X509_free);
    sign_free_credentials(&c);
}
END_TEST

Suite *suite_cert(void);
Suite *suite_cert(void) {
    Suite *s = suite_create("cert");
    TCase *tc = tcase_create("cert");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, made_chains_keep_to_the_profile);
    tcase_add_test(tc, an_anchor_may_be_an_intermediate);
    tcase_add_test(tc, names_and_days_are_as_asked);
    tcase_add_test(tc, a_request_carries_its_key_and_purposes);
    tcase_add_test(tc, signers_are_not_made_of_what_would_not_verify);
    tcase_add_test(tc, an_encrypted_key_is_named_as_such);
    tcase_add_test(tc, the_root_is_left_out_of_the_chain);
    tcase_add_test(tc, a_key_that_others_can_read_is_refused);
    tcase_add_test(tc, hostile_certificates_are_survived);
    tcase_add_test(tc, certificates_are_decoded_once);
    tcase_add_test(tc, chains_are_found_once);
    suite_add_tcase(s, tc);
    return s;
}
