/* SHA-2: the vectors of FIPS 180-4, streams, names. */
#include <check.h>

#include "base/hash.h"
#include "sign_support.h"

static const struct {
    cm_hash_alg alg;
    const char *abc;   /* of "abc" */
    const char *empty; /* of nothing */
} VECTORS[] = {
    {CM_HASH_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {CM_HASH_SHA384,
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
     "8086072ba1e7cc2358baeca134c825a7",
     "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
     "274edebfe76f65fbd51ad2f14898b95b"},
    {CM_HASH_SHA512,
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
     "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"},
};

static void check_digest(const cm_digest *digest, const char *hex) {
    cm_buf expected = sign_hex(hex);
    ck_assert(cm_bytes_equal(cm_digest_bytes(digest), cm_buf_bytes(&expected)));
    cm_buf_free(&expected);
}

START_TEST(vectors_of_the_standard) {
    for (size_t i = 0; i < sizeof VECTORS / sizeof VECTORS[0]; i++) {
        cm_digest digest;
        ck_assert_int_eq(cm_hash_bytes(VECTORS[i].alg, sign_text("abc"), &digest, NULL), CM_OK);
        check_digest(&digest, VECTORS[i].abc);
        ck_assert_uint_eq(digest.size, cm_hash_size(VECTORS[i].alg));
        ck_assert_int_eq(cm_hash_bytes(VECTORS[i].alg, (cm_bytes){0}, &digest, NULL), CM_OK);
        check_digest(&digest, VECTORS[i].empty);
    }
}
END_TEST

START_TEST(a_stream_is_as_good_as_one_piece) {
    cm_hash *hash = NULL;
    cm_digest digest;
    ck_assert_int_eq(cm_hash_new(CM_HASH_SHA256, &hash, NULL), CM_OK);
    cm_sink sink = cm_hash_sink(hash);
    for (int i = 0; i < 100000; i++) /* a million times "a" */
        ck_assert_int_eq(cm_sink_write(&sink, "aaaaaaaaaa", 10, NULL), CM_OK);
    ck_assert_int_eq(cm_hash_finish(hash, &digest, NULL), CM_OK);
    check_digest(&digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    cm_hash_free(hash);
}
END_TEST

START_TEST(names_are_c2pa_s) {
    for (cm_hash_alg a = CM_HASH_SHA256; a <= CM_HASH_SHA512; a++)
        ck_assert_int_eq(cm_hash_from_name(sign_text(cm_hash_name(a))), a);
    static const char *const unknown[] = {"", "sha", "sha2", "SHA256", "sha256 ", "sha1", "md5"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        ck_assert_int_eq(cm_hash_from_name(sign_text(unknown[i])), CM_HASH_NONE);
    cm_hash *hash = NULL;
    ck_assert_int_eq(cm_hash_new(CM_HASH_NONE, &hash, NULL), CM_ERR_ARGUMENT);
}
END_TEST

Suite *suite_hash(void);
Suite *suite_hash(void) {
    Suite *s = suite_create("hash");
    TCase *tc = tcase_create("hash");
    tcase_add_test(tc, vectors_of_the_standard);
    tcase_add_test(tc, a_stream_is_as_good_as_one_piece);
    tcase_add_test(tc, names_are_c2pa_s);
    suite_add_tcase(s, tc);
    return s;
}
