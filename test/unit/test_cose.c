/* COSE and the signature algorithms: other people's vectors, round trips, every bit counts. */
#include <check.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pkcs7.h>

#include "sign/cose.h"
#include "sign/timestamp.h"
#include "sign_support.h"

/* A public P-256 key from its coordinates. */
static EVP_PKEY *p256_key(const char *x, const char *y) {
    cm_buf point = sign_hex("04");
    cm_buf xs = sign_hex(x);
    cm_buf ys = sign_hex(y);
    char group[] = "prime256v1";
    EVP_PKEY *key = NULL;
    cm_buf_put_bytes(&point, cm_buf_bytes(&xs));
    cm_buf_put_bytes(&point, cm_buf_bytes(&ys));
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data, point.size),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    ck_assert_int_eq(EVP_PKEY_fromdata_init(context), 1);
    ck_assert_int_eq(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
    EVP_PKEY_CTX_free(context);
    cm_buf_free(&point);
    cm_buf_free(&xs);
    cm_buf_free(&ys);
    return key;
}

/* RFC 9052 appendix C.2.1 ("Single ECDSA signature"). Its payload is not detached, as ours are. */
START_TEST(the_rfc_example_verifies) {
    EVP_PKEY *key = p256_key("bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff",
                             "20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e");
    cm_buf header = sign_hex("a10126");
    cm_buf signature = sign_hex("8eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e"
                                "2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36");
    cm_buf message = {0};
    cm_cose_to_be_signed(&message, "Signature1", cm_buf_bytes(&header),
                         sign_text("This is the content."));
    ck_assert(cm_sig_verify(CM_SIG_ES256, key, cm_buf_bytes(&message), cm_buf_bytes(&signature)));
    for (size_t i = 0; i < signature.size; i++) {
        signature.data[i] ^= 4;
        ck_assert(
            !cm_sig_verify(CM_SIG_ES256, key, cm_buf_bytes(&message), cm_buf_bytes(&signature)));
        signature.data[i] ^= 4;
    }
    ck_assert(!cm_sig_verify(CM_SIG_ES384, key, cm_buf_bytes(&message), cm_buf_bytes(&signature)));
    ck_assert(!cm_sig_verify(CM_SIG_PS256, key, cm_buf_bytes(&message), cm_buf_bytes(&signature)));
    ck_assert(!cm_sig_verify(CM_SIG_ES256, key, cm_buf_bytes(&message),
                             (cm_bytes){signature.data, signature.size - 1}));
    cm_buf_free(&header);
    cm_buf_free(&signature);
    cm_buf_free(&message);
    EVP_PKEY_free(key);
}
END_TEST

/* RFC 8032 §7.1, test 2. */
START_TEST(ed25519_signs_as_the_rfc_says) {
    cm_buf secret = sign_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    cm_buf expected = sign_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                               "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    cm_buf message = sign_hex("72");
    cm_buf made = {0};
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret.data, secret.size);
    ck_assert_int_eq(cm_sig_sign(CM_SIG_ED25519, key, cm_buf_bytes(&message), &made, NULL), CM_OK);
    ck_assert(cm_bytes_equal(cm_buf_bytes(&made), cm_buf_bytes(&expected)));
    ck_assert(cm_sig_verify(CM_SIG_ED25519, key, cm_buf_bytes(&message), cm_buf_bytes(&made)));
    cm_buf_free(&secret);
    cm_buf_free(&expected);
    cm_buf_free(&message);
    cm_buf_free(&made);
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(any_curve_goes_with_any_ecdsa) {
    static const char *const curves[] = {"P-256", "P-384", "P-521"};
    static const size_t sizes[] = {64, 96, 132};
    for (size_t c = 0; c < 3; c++) {
        EVP_PKEY *key = EVP_EC_gen(curves[c]);
        for (cm_sig_alg alg = CM_SIG_ES256; alg <= CM_SIG_ES512; alg++) {
            cm_buf made = {0};
            ck_assert_int_eq(cm_sig_sign(alg, key, sign_text("hello"), &made, NULL), CM_OK);
            ck_assert_uint_eq(made.size, sizes[c]);
            ck_assert_uint_eq(made.size, cm_sig_size(key));
            ck_assert(cm_sig_verify(alg, key, sign_text("hello"), cm_buf_bytes(&made)));
            ck_assert(!cm_sig_verify(alg, key, sign_text("hullo"), cm_buf_bytes(&made)));
            cm_buf_free(&made);
        }
        EVP_PKEY_free(key);
    }
}
END_TEST

START_TEST(keys_that_c2pa_forbids_fit_nothing) {
    EVP_PKEY *koblitz = EVP_EC_gen("secp256k1");
    EVP_PKEY *small = EVP_RSA_gen(1024);
    EVP_PKEY *x25519 = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    EVP_PKEY *keys[] = {koblitz, small, x25519};
    for (size_t i = 0; i < 3; i++) {
        cm_buf made = {0};
        ck_assert_int_eq(cm_sig_for_key(keys[i]), CM_SIG_NONE);
        for (cm_sig_alg alg = CM_SIG_NONE; alg <= CM_SIG_ED25519; alg++) {
            ck_assert(!cm_sig_fits(alg, keys[i]));
            ck_assert(!cm_sig_verify(alg, keys[i], sign_text("x"), sign_text("y")));
        }
        ck_assert_int_eq(cm_sig_sign(CM_SIG_ES256, keys[i], sign_text("x"), &made, NULL),
                         CM_ERR_KEY);
        EVP_PKEY_free(keys[i]);
    }
}
END_TEST

START_TEST(names_and_numbers_go_both_ways) {
    for (cm_sig_alg alg = CM_SIG_ES256; alg <= CM_SIG_ED25519; alg++) {
        ck_assert_int_eq(cm_sig_from_name(cm_sig_name(alg)), alg);
        ck_assert_int_eq(cm_sig_from_cose_id(cm_sig_cose_id(alg)), alg);
    }
    ck_assert_int_eq(cm_sig_from_name("es256k"), CM_SIG_NONE);
    ck_assert_int_eq(cm_sig_from_name(""), CM_SIG_NONE);
    ck_assert_int_eq(cm_sig_from_cose_id(-47), CM_SIG_NONE);
    ck_assert_int_eq(cm_sig_from_cose_id(0), CM_SIG_NONE);
}
END_TEST

START_TEST(what_is_signed_is_read_back) {
    static const cm_sig_alg algs[] = {CM_SIG_ES256, CM_SIG_PS256, CM_SIG_ED25519};
    for (size_t i = 0; i < 3; i++) {
        sign_credentials c = sign_make_credentials(algs[i]);
        cm_bytes claim = sign_text("a claim");
        cm_buf out = {0};
        cm_cose cose;
        cm_bytes chain[4];
        size_t size = cm_cose_size(c.signer);
        ck_assert_int_eq(cm_cose_sign(c.signer, claim, size, &out, NULL), CM_OK);
        ck_assert_uint_eq(out.size, size);
        ck_assert_int_eq(cm_cose_parse(cm_buf_bytes(&out), NULL, &cose, NULL), CM_OK);
        ck_assert(cose.document.deterministic && cose.header.deterministic);
        ck_assert_int_eq(cm_cose_alg(&cose), algs[i]);
        ck_assert_uint_eq(cm_cose_chain(&cose, chain, 4), 2);
        ck_assert_uint_eq(cm_cose_chain(&cose, chain, 1), 0);
        ck_assert(cm_cose_critical_ok(&cose));
        ck_assert(cm_bytes_equal(chain[0], cm_signer_certificate(c.signer, 0)));
        cm_cose_free(&cose);
        cm_buf_free(&out);
        sign_free_credentials(&c);
    }
}
END_TEST

START_TEST(padding_reaches_every_size) {
    sign_credentials c = sign_make_credentials(CM_SIG_ED25519);
    size_t bare = cm_cose_size(c.signer);
    for (size_t more = 0; more < 700; more++) {
        cm_buf out = {0};
        cm_cose cose;
        size_t size = cm_cose_reachable(c.signer, bare + more);
        ck_assert_uint_eq(size, more == 0 ? bare : bare + (more < 5 ? 5 : more));
        ck_assert_int_eq(cm_cose_sign(c.signer, sign_text("x"), size, &out, NULL), CM_OK);
        ck_assert_uint_eq(out.size, size);
        ck_assert_int_eq(cm_cose_parse(cm_buf_bytes(&out), NULL, &cose, NULL), CM_OK);
        cm_cose_free(&cose);
        cm_buf_free(&out);
    }
    cm_buf out = {0};
    ck_assert_int_eq(cm_cose_sign(c.signer, sign_text("x"), bare - 1, &out, NULL), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_cose_sign(c.signer, sign_text("x"), bare + 1, &out, NULL), CM_ERR_ARGUMENT);
    sign_free_credentials(&c);
}
END_TEST

START_TEST(other_structures_are_refused) {
    static const char *const wrong[] = {
        "00",                             /* a number */
        "84 40 a0 f6 4100",               /* no tag */
        "d1 84 40 a0 f6 4100",            /* another tag */
        "d2 83 40 a0 f6",                 /* three parts */
        "d2 85 40 a0 f6 4100 00",         /* five */
        "d2 84 40 a0 4100 4100",          /* a payload inside */
        "d2 84 40 a0 f6 6100",            /* the signature is text */
        "d2 84 a0 a0 f6 4100",            /* the protected header is no string */
        "d2 84 4100 a0 f6 4100",          /* … or holds no map */
        "d2 84 45 a201260126 a0 f6 4100", /* … or the same key twice */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cm_buf b = sign_hex(wrong[i]);
        cm_cose cose;
        ck_assert_msg(cm_cose_parse(cm_buf_bytes(&b), NULL, &cose, NULL) == CM_ERR_FORMAT, "%s",
                      wrong[i]);
        cm_buf_free(&b);
    }
}
END_TEST

START_TEST(headers_count_only_where_they_belong) {
    static const struct {
        const char *hex;
        cm_sig_alg alg;
        size_t chain;
        bool critical_ok;
    } cases[] = {
        {"d2 84 40 a0 f6 4100", CM_SIG_NONE, 0, true},
        {"d2 84 40 a10126 f6 4100", CM_SIG_NONE, 0, true}, /* alg must be protected */
        {"d2 84 43 a10126 a0 f6 4100", CM_SIG_ES256, 0, true},
        {"d2 84 45 a118214100 a0 f6 4100", CM_SIG_NONE, 1, true}, /* one certificate, bare */
        {"d2 84 48 a11821824100 4100 a0 f6 4100", CM_SIG_NONE, 2, true},
        {"d2 84 40 a1 67783563686169 6e 814100 f6 4100", CM_SIG_NONE, 1, true}, /* "x5chain" */
        {"d2 84 45 a118214100 a118214100 f6 4100", CM_SIG_NONE, 0, true},       /* two chains */
        {"d2 84 44 a1182180 a0 f6 4100", CM_SIG_NONE, 0, true},
        {"d2 84 46 a10281190100 a0 f6 4100", CM_SIG_NONE, 0, false},
        {"d2 84 46 a2012602 8101 a0 f6 4100", CM_SIG_ES256, 0, true}, /* critical, and known */
        {"d2 84 45 a102816178 a0 f6 4100", CM_SIG_NONE, 0, false},
        {"d2 84 43 a10280 a0 f6 4100", CM_SIG_NONE, 0, false},
        {"d2 84 40 a1028101 f6 4100", CM_SIG_NONE, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_buf b = sign_hex(cases[i].hex);
        cm_cose cose;
        cm_bytes chain[4];
        cm_error err = {0};
        ck_assert_msg(cm_cose_parse(cm_buf_bytes(&b), NULL, &cose, &err) == CM_OK, "%s: %s",
                      cases[i].hex, err.message);
        ck_assert_msg(cm_cose_alg(&cose) == cases[i].alg, "%s", cases[i].hex);
        ck_assert_msg(cm_cose_chain(&cose, chain, 4) == cases[i].chain, "%s", cases[i].hex);
        ck_assert_msg(cm_cose_critical_ok(&cose) == cases[i].critical_ok, "%s", cases[i].hex);
        cm_cose_free(&cose);
        cm_buf_free(&b);
    }
}
END_TEST

/* A real token: DigiCert's, in a file of c2pa-rs. */
START_TEST(a_real_time_stamp_is_judged) {
    cm_buf bytes = sign_load("stamped.cose");
    cm_buf claim = sign_load("stamped.claim");
    cm_buf anchor = sign_load("stamp-anchor.pem");
    cm_trust *trust = NULL;
    cm_cose cose;
    cm_stamp stamp;
    ck_assert_int_eq(cm_trust_new(cm_buf_bytes(&anchor), &trust, NULL), CM_OK);
    ck_assert_int_eq(cm_cose_parse(cm_buf_bytes(&bytes), NULL, &cose, NULL), CM_OK);
    cm_stamp_check(&cose, cm_buf_bytes(&claim), trust, &stamp);
    ck_assert_msg(stamp.result == CM_STAMP_TRUSTED, "%d %s", stamp.result, stamp.why);
    ck_assert_str_eq(stamp.authority, "DigiCert SHA256 RSA4096 Timestamp Responder 2025 1");
    time_t then = stamp.time;
    ck_assert(then > 1735689600 && then < 1798761600); /* in 2025 or 2026 */
    cm_stamp_check(&cose, cm_buf_bytes(&claim), NULL, &stamp);
    ck_assert_int_eq(stamp.result, CM_STAMP_UNTRUSTED);
    ck_assert(stamp.time == then);

    cm_buf other = {0}; /* sigTst2 stamps the signature */
    cm_buf_put_bytes(&other, cose.signature);
    other.data[0] ^= 1;
    cose.signature = cm_buf_bytes(&other);
    cm_stamp_check(&cose, cm_buf_bytes(&claim), trust, &stamp);
    ck_assert_int_eq(stamp.result, CM_STAMP_MISMATCH);
    cm_buf_free(&other);
    cm_cose_free(&cose);
    cm_trust_free(trust);
    cm_buf_free(&bytes);
    cm_buf_free(&claim);
    cm_buf_free(&anchor);
}
END_TEST

/* The same token without its certificates: nothing shows that anybody signed it. */
START_TEST(a_time_stamp_by_nobody_is_worth_nothing) {
    cm_buf bytes = sign_load("stamped.cose");
    cm_buf message = {0};
    cm_cose cose;
    cm_stamp stamp;
    ck_assert_int_eq(cm_cose_parse(cm_buf_bytes(&bytes), NULL, &cose, NULL), CM_OK);
    cm_cose_to_be_stamped(&message, cose.protected_bytes, cose.signature);
    const cm_cbor_item *tokens = cm_cbor_get(cm_cbor_get(cose.loose, "sigTst2"), "tstTokens");
    cm_bytes der = cm_cbor_string(cm_cbor_get(cm_cbor_at(tokens, 0), "val"));
    const uint8_t *at = der.data;
    PKCS7 *token = d2i_PKCS7(NULL, &at, (long)der.size);
    ck_assert_ptr_nonnull(token);
    for (int bare = 0; bare < 2; bare++) {
        uint8_t *made = NULL;
        if (bare != 0) {
            sk_X509_pop_free(token->d.sign->cert, X509_free);
            token->d.sign->cert = NULL;
        }
        int size = i2d_PKCS7(token, &made);
        ck_assert_int_gt(size, 0);
        cm_stamp_judge((cm_bytes){made, (size_t)size}, cm_buf_bytes(&message), NULL, &stamp);
        ck_assert_int_eq(stamp.result, bare != 0 ? CM_STAMP_MISMATCH : CM_STAMP_UNTRUSTED);
        OPENSSL_free(made);
    }
    PKCS7_free(token);
    cm_buf_free(&message);
    cm_cose_free(&cose);
    cm_buf_free(&bytes);
}
END_TEST

/* Bytes of the token changed: it must never be trusted for another time. */
START_TEST(a_changed_time_stamp_is_not_trusted) {
    cm_buf bytes = sign_load("stamped.cose");
    cm_buf claim = sign_load("stamped.claim");
    cm_buf anchor = sign_load("stamp-anchor.pem");
    cm_trust *trust = NULL;
    sign_random random = {3};
    time_t then = 0;
    ck_assert_int_eq(cm_trust_new(cm_buf_bytes(&anchor), &trust, NULL), CM_OK);
    for (int i = 0; i < 1500; i++) {
        cm_cose cose;
        cm_stamp stamp;
        size_t at = sign_next(&random) % bytes.size;
        uint8_t flip = (uint8_t)(i == 0 ? 0u : 1u << sign_next(&random) % 8);
        bytes.data[at] ^= flip;
        if (cm_cose_parse(cm_buf_bytes(&bytes), NULL, &cose, NULL) == CM_OK) {
            cm_stamp_check(&cose, cm_buf_bytes(&claim), trust, &stamp);
            if (i == 0)
                then = stamp.time;
            ck_assert(stamp.result != CM_STAMP_TRUSTED || stamp.time == then);
            cm_cose_free(&cose);
        }
        bytes.data[at] ^= flip;
    }
    cm_trust_free(trust);
    cm_buf_free(&bytes);
    cm_buf_free(&claim);
    cm_buf_free(&anchor);
}
END_TEST

Suite *suite_cose(void);
Suite *suite_cose(void) {
    Suite *s = suite_create("cose");
    TCase *tc = tcase_create("cose");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, the_rfc_example_verifies);
    tcase_add_test(tc, ed25519_signs_as_the_rfc_says);
    tcase_add_test(tc, any_curve_goes_with_any_ecdsa);
    tcase_add_test(tc, keys_that_c2pa_forbids_fit_nothing);
    tcase_add_test(tc, names_and_numbers_go_both_ways);
    tcase_add_test(tc, what_is_signed_is_read_back);
    tcase_add_test(tc, padding_reaches_every_size);
    tcase_add_test(tc, other_structures_are_refused);
    tcase_add_test(tc, headers_count_only_where_they_belong);
    tcase_add_test(tc, a_real_time_stamp_is_judged);
    tcase_add_test(tc, a_time_stamp_by_nobody_is_worth_nothing);
    tcase_add_test(tc, a_changed_time_stamp_is_not_trusted);
    suite_add_tcase(s, tc);
    return s;
}
