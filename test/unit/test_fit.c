/* Stores for texts: signed once, for a length at which their wrappers come out whatever the
 * signature and what goes with it are. */
#include <check.h>
#include <string.h>

#include "asset/asset.h"
#include "sign_support.h"

/* The length that the data hash leaves out: behind the last such key, as C2PA's own texts have it.
 */
static uint64_t signed_length(cm_bytes store) {
    static const char key[] = "\x66length";
    const uint8_t *at = NULL;
    for (size_t i = 0; i + sizeof key < store.size; i++)
        if (memcmp(store.data + i, key, sizeof key - 1) == 0)
            at = store.data + i + sizeof key - 1;
    ck_assert_ptr_nonnull(at);
    cm_reader r = cm_reader_over((cm_bytes){at, store.size - (size_t)(at - store.data)});
    uint8_t head = cm_read_u8(&r);
    ck_assert(head == 0x19 || head == 0x1a);
    return head == 0x19 ? cm_read_be16(&r) : cm_read_be32(&r);
}

static cm_code sign_once(cm_manifest *m, cm_buf *store) {
    cm_digest digest = {.size = cm_hash_size(cm_manifest_hash(m))};
    return cm_manifest_sign_fitted(m, &digest, (cm_span){100, 9000}, cm_wrapper_size, store, NULL);
}

static void assert_fits(const cm_buf *store) {
    cm_bytes bytes = cm_buf_bytes(store);
    cm_reader r = cm_reader_over(bytes);
    ck_assert_uint_eq(signed_length(bytes), cm_wrapper_size(bytes));
    ck_assert_uint_eq(cm_read_be32(&r), bytes.size);
}

static const cm_sig_alg ALGORITHMS[] = {CM_SIG_ES256, CM_SIG_ES512, CM_SIG_PS256, CM_SIG_ED25519};
enum { N_ALGORITHMS = sizeof ALGORITHMS / sizeof ALGORITHMS[0] };

START_TEST(every_signature_fits) {
    sign_credentials c = sign_make_credentials(ALGORITHMS[_i]);
    cm_hash_alg hashes[] = {CM_HASH_SHA256, CM_HASH_SHA512};
    for (int i = 0; i < 60; i++) {
        cm_manifest_spec spec = {.hash = hashes[i % 2], .title = i % 3 != 0 ? "A title" : NULL};
        cm_manifest *m = NULL;
        cm_buf store = {0};
        ck_assert_int_eq(cm_manifest_new(&spec, c.signer, &m, NULL), CM_OK);
        ck_assert_int_eq(sign_once(m, &store), CM_OK);
        assert_fits(&store);
        ck_assert(!cm_manifest_grow(m));
        cm_buf_free(&store);
        cm_manifest_free(m);
    }
    sign_free_credentials(&c);
}
END_TEST

static void stamp_and_fit(const cm_signer *signer, size_t reserve, sign_fake f) {
    cm_cose_more more = {.stamp = sign_make_fake, .context = &f};
    cm_manifest_spec spec = {.more = &more, .signature_reserve = reserve};
    cm_manifest *m = NULL;
    cm_buf store = {0};
    ck_assert_int_eq(cm_manifest_new(&spec, signer, &m, NULL), CM_OK);
    cm_code code = sign_once(m, &store);
    if (4 * f.size + 300 <= 3 * reserve) /* what is reserved is reserved as zeros */
        ck_assert_int_eq(code, CM_OK);
    if (code == CM_ERR_LIMIT) {
        ck_assert(cm_manifest_grow(m));
        code = sign_once(m, &store);
        ck_assert_int_eq(f.made, 2);
    }
    ck_assert_int_eq(code, CM_OK);
    assert_fits(&store);
    cm_buf_free(&store);
    cm_manifest_free(m);
}

/* All sizes, so that every length of padding and of boxes' heads is met. */
START_TEST(every_token_fits) {
    sign_credentials c = sign_make_credentials(CM_SIG_ED25519);
    for (size_t size = 0; size < 1300; size++) {
        stamp_and_fit(c.signer, 900, (sign_fake){.size = size, .byte = 0});
        stamp_and_fit(c.signer, 900, (sign_fake){.size = size, .byte = 0xff});
    }
    for (size_t reserve = 65460; reserve < 65540; reserve++) /* two bytes of head, and four */
        stamp_and_fit(c.signer, reserve, (sign_fake){.size = 0});
    stamp_and_fit(c.signer, 100, (sign_fake){.size = 70000, .byte = 0xff});
    sign_free_credentials(&c);
}
END_TEST

START_TEST(the_digest_must_be_of_the_algorithm) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    cm_manifest_spec spec = {.hash = CM_HASH_SHA384};
    cm_digest digest = {.size = 32};
    cm_manifest *m = NULL;
    cm_buf store = {0};
    ck_assert_int_eq(cm_manifest_new(&spec, c.signer, &m, NULL), CM_OK);
    ck_assert_int_eq(
        cm_manifest_sign_fitted(m, &digest, (cm_span){100, 9000}, cm_wrapper_size, &store, NULL),
        CM_ERR_ARGUMENT);
    cm_buf_free(&store);
    cm_manifest_free(m);
    sign_free_credentials(&c);
}
END_TEST

Suite *suite_fit(void);
Suite *suite_fit(void) {
    Suite *s = suite_create("fit");
    TCase *tc = tcase_create("fit");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, every_signature_fits, 0, N_ALGORITHMS);
    tcase_add_test(tc, every_token_fits);
    tcase_add_test(tc, the_digest_must_be_of_the_algorithm);
    suite_add_tcase(s, tc);
    return s;
}
