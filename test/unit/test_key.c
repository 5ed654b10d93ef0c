/* Key files and derivation. Known answers: RFC 5869 for HKDF, test/oracle/keys.py for ours. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "mark/hkdf.h"
#include "mark/key.h"

/* As printed by test/oracle/keys.py. */
#define SECRET_BODY                                                                                \
    "countermark key 1\nname: Test key\nkind: secret\nepoch: 3\ncreated: 2026-01-31\n"             \
    "valid-until: 2031-12-31\n"                                                                    \
    "key: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
#define SECRET_FILE SECRET_BODY "check: bf2da1c22c4c5ab0\n"
#define PUBLIC_FILE                                                                                \
    "countermark key 1\nname: Test key\nkind: public\nepoch: 3\ncreated: 2026-01-31\n"             \
    "revoked: 2027-02-28\n"                                                                        \
    "key: 0ae86b8f0fbc77d23cbd74ce06dedf1861afe4194fb5e18f333d47c629e6ad30\n"                      \
    "check: 1d7e09b2cf3abbed\n"

static cm_key *parsed(const char *text) {
    cm_key *key = NULL;
    cm_error err = {0};
    ck_assert_msg(cm_key_parse(text, strlen(text), &key, &err) == CM_OK, "%s", err.message);
    return key;
}

static void assert_hex(const uint8_t *bytes, size_t n, const char *want) {
    char hex[2 * 128 + 1];
    cm_hex_encode(bytes, n, hex);
    ck_assert_str_eq(hex, want);
}

START_TEST(hex_round_trip_and_refusal) {
    uint8_t all[256];
    uint8_t back[256];
    char text[513];
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    cm_hex_encode(all, sizeof all, text);
    ck_assert(strncmp(text, "000102", 6) == 0 && strcmp(text + 506, "fdfeff") == 0);
    ck_assert(cm_hex_decode(text, sizeof back, back));
    ck_assert_mem_eq(all, back, sizeof all);
    ck_assert(cm_hex_decode("aBCdef", 3, back));
    assert_hex(back, 3, "abcdef");
    for (int c = 0; c < 256; c++) {
        const char pair[2] = {'0', (char)c};
        bool digit = c != 0 && strchr("0123456789abcdefABCDEF", c) != NULL;
        ck_assert_msg(cm_hex_decode(pair, 1, back) == digit, "character %d", c);
    }
}
END_TEST

/* RFC 5869, test cases 1 to 3. */
START_TEST(hkdf_known_answers) {
    uint8_t ikm[80];
    uint8_t salt[80];
    uint8_t info[80];
    uint8_t out[82];
    memset(ikm, 0x0b, 22);
    for (int i = 0; i < 13; i++)
        salt[i] = (uint8_t)i;
    for (int i = 0; i < 10; i++)
        info[i] = (uint8_t)(0xf0 + i);
    ck_assert_int_eq(
        cm_hkdf((cm_bytes){ikm, 22}, (cm_bytes){salt, 13}, (cm_bytes){info, 10}, out, 42, NULL),
        CM_OK);
    assert_hex(out, 42,
               "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b88718"
               "5865");
    ck_assert_int_eq(cm_hkdf((cm_bytes){ikm, 22}, (cm_bytes){0}, (cm_bytes){0}, out, 42, NULL),
                     CM_OK);
    assert_hex(out, 42,
               "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a"
               "96c8");
    for (int i = 0; i < 80; i++) {
        ikm[i] = (uint8_t)i;
        salt[i] = (uint8_t)(0x60 + i);
        info[i] = (uint8_t)(0xb0 + i);
    }
    ck_assert_int_eq(
        cm_hkdf((cm_bytes){ikm, 80}, (cm_bytes){salt, 80}, (cm_bytes){info, 80}, out, 82, NULL),
        CM_OK);
    assert_hex(out, 82,
               "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac78272"
               "71cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f"
               "1d87");
}
END_TEST

START_TEST(hkdf_expand_alone) {
    uint8_t prk[32]; /* RFC 5869, test case 1 */
    uint8_t info[10];
    uint8_t out[42];
    ck_assert(cm_hex_decode("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
                            sizeof prk, prk));
    for (int i = 0; i < 10; i++)
        info[i] = (uint8_t)(0xf0 + i);
    ck_assert_int_eq(cm_hkdf_expand((cm_bytes){prk, 32}, (cm_bytes){info, 10}, out, 42, NULL),
                     CM_OK);
    assert_hex(out, 42,
               "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b88718"
               "5865");
    cm_error err = {0};
    uint8_t *big = malloc(255 * 32 + 1);
    ck_assert_ptr_nonnull(big);
    ck_assert_int_eq(
        cm_hkdf_expand((cm_bytes){prk, 32}, (cm_bytes){info, 10}, big, 255 * 32 + 1, &err),
        CM_ERR_CRYPTO);
    free(big);
}
END_TEST

START_TEST(derivation_matches_the_oracle) {
    uint8_t layer[CM_KEY_BYTES];
    uint8_t sub[CM_KEY_BYTES];
    cm_key *key = parsed(SECRET_FILE);
    ck_assert_int_eq(cm_key_layer(key, CM_LAYER_PUBLIC, layer, NULL), CM_OK);
    assert_hex(layer, 32, "0ae86b8f0fbc77d23cbd74ce06dedf1861afe4194fb5e18f333d47c629e6ad30");
    ck_assert_int_eq(cm_key_subkey(layer, "example", sub, NULL), CM_OK);
    assert_hex(sub, 32, "8808454f19cfec53a7fcb56f2b71ed5681a00755e32d46e4b99a9f46418a67d0");
    ck_assert_int_eq(cm_key_layer(key, CM_LAYER_PRIVATE, layer, NULL), CM_OK);
    assert_hex(layer, 32, "8f389a65923d186ed067b21105f1124b96449d9c1c8497045af2da569088307f");
    ck_assert_int_eq(cm_key_subkey(layer, "example", sub, NULL), CM_OK);
    assert_hex(sub, 32, "1373a7654790e015c02c19d0a5e2369e0f493e9b753517f9556038ae75c3a85e");
    cm_key_free(key);
}
END_TEST

START_TEST(public_file_opens_only_the_public_layer) {
    uint8_t layer[CM_KEY_BYTES];
    cm_error err = {0};
    cm_key *key = parsed(PUBLIC_FILE);
    ck_assert(!cm_key_has_secret(key));
    ck_assert_str_eq(cm_key_name(key), "Test key");
    ck_assert_uint_eq(cm_key_epoch(key), 3);
    ck_assert_str_eq(cm_key_created(key), "2026-01-31");
    ck_assert_str_eq(cm_key_valid_until(key), "");
    ck_assert_str_eq(cm_key_revoked(key), "2027-02-28");
    ck_assert_int_eq(cm_key_layer(key, CM_LAYER_PUBLIC, layer, NULL), CM_OK);
    assert_hex(layer, 32, "0ae86b8f0fbc77d23cbd74ce06dedf1861afe4194fb5e18f333d47c629e6ad30");
    ck_assert_int_eq(cm_key_layer(key, CM_LAYER_PRIVATE, layer, &err), CM_ERR_KEY);
    ck_assert_int_eq(cm_key_write_secret(key, "build/never.key", &err), CM_ERR_KEY);
    cm_key_free(key);
}
END_TEST

START_TEST(marking_stops_at_the_end_of_validity_and_at_revocation) {
    cm_error err = {0};
    cm_key *key = parsed(SECRET_FILE);
    cm_key *revoked = NULL;
    ck_assert_int_eq(cm_key_allows_marking(key, "2031-12-31", &err), CM_OK);
    ck_assert_int_eq(cm_key_allows_marking(key, "2032-01-01", &err), CM_ERR_KEY);
    ck_assert_int_eq(cm_key_revoke(key, "2027-13-01", &revoked, &err), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_key_revoke(key, "2027-12-01", &revoked, &err), CM_OK);
    ck_assert_int_eq(cm_key_allows_marking(revoked, "2027-11-30", &err), CM_OK);
    ck_assert_int_eq(cm_key_allows_marking(revoked, "2027-12-01", &err), CM_ERR_KEY);
    cm_key_free(revoked);
    cm_key_free(key);
    key = parsed(PUBLIC_FILE);
    ck_assert_int_eq(cm_key_allows_marking(key, "2026-02-01", &err), CM_ERR_KEY);
    cm_key_free(key);
}
END_TEST

START_TEST(every_single_byte_change_is_refused) {
    char text[] = SECRET_FILE;
    for (size_t at = 0; at < sizeof text - 1; at++)
        for (int bit = 0; bit < 8; bit++) {
            cm_key *key = NULL;
            text[at] ^= (char)(1 << bit);
            ck_assert_msg(cm_key_parse(text, sizeof text - 1, &key, NULL) != CM_OK,
                          "byte %zu, bit %d", at, bit);
            ck_assert_ptr_null(key);
            text[at] ^= (char)(1 << bit);
        }
}
END_TEST

START_TEST(truncated_and_extended_files_are_refused) {
    static const char TEXT[] = SECRET_FILE "\n";
    cm_key *key = NULL;
    for (size_t n = 0; n < sizeof TEXT - 2; n++)
        ck_assert_int_ne(cm_key_parse(TEXT, n, &key, NULL), CM_OK);
    ck_assert_int_ne(cm_key_parse(TEXT, sizeof TEXT - 1, &key, NULL), CM_OK);
    char *big = calloc(1, 5000);
    ck_assert_ptr_nonnull(big);
    ck_assert_int_eq(cm_key_parse(big, 5000, &key, NULL), CM_ERR_FORMAT);
    free(big);
}
END_TEST

START_TEST(names_and_dates) {
    ck_assert(cm_key_name_valid("a", 1) && cm_key_name_valid("Example AI 2026", 15));
    ck_assert(!cm_key_name_valid("", 0) && !cm_key_name_valid(" a", 2));
    ck_assert(!cm_key_name_valid("a ", 2) && !cm_key_name_valid("a\nb", 3));
    ck_assert(!cm_key_name_valid("\xc3\xa9", 2));
    char longest[66];
    memset(longest, 'n', sizeof longest);
    ck_assert(cm_key_name_valid(longest, 64) && !cm_key_name_valid(longest, 65));
    ck_assert(cm_date_valid("2024-02-29", 10) && !cm_date_valid("2023-02-29", 10));
    ck_assert(!cm_date_valid("2100-02-29", 10) && cm_date_valid("2000-02-29", 10));
    ck_assert(!cm_date_valid("2024-00-10", 10) && !cm_date_valid("2024-04-31", 10));
    ck_assert(!cm_date_valid("2024-4-010", 10) && !cm_date_valid("2024-04-3", 9));
}
END_TEST

/* A directory of this test's own, since tests may run side by side. */
typedef struct scratch {
    char directory[32];
    char secret[64];
    char public[64];
} scratch;

static scratch scratch_new(void) {
    scratch s = {.directory = "/tmp/cm-key-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(s.directory));
    snprintf(s.secret, sizeof s.secret, "%s/a.key", s.directory);
    snprintf(s.public, sizeof s.public, "%s/a.pub", s.directory);
    return s;
}

static void scratch_remove(const scratch *s) {
    unlink(s->secret);
    unlink(s->public);
    rmdir(s->directory);
}

START_TEST(files_round_trip) {
    scratch s = scratch_new();
    cm_key *key = NULL;
    cm_key *back = NULL;
    cm_error err = {0};
    uint8_t a[CM_KEY_BYTES];
    uint8_t b[CM_KEY_BYTES];
    cm_key_options options = {.name = "Example AI", .epoch = 7, .valid_until = "2040-01-01"};
    ck_assert_int_eq(cm_key_generate(&options, &key, &err), CM_OK);
    ck_assert_int_eq(cm_key_write_secret(key, s.secret, &err), CM_OK);
    ck_assert_int_eq(cm_key_write_public(key, s.public, &err), CM_OK);
    ck_assert_int_eq(cm_key_read(s.secret, &back, &err), CM_OK);
    ck_assert(cm_key_has_secret(back));
    ck_assert_uint_eq(cm_key_epoch(back), 7);
    ck_assert_int_eq(cm_key_layer(key, CM_LAYER_PRIVATE, a, NULL), CM_OK);
    ck_assert_int_eq(cm_key_layer(back, CM_LAYER_PRIVATE, b, NULL), CM_OK);
    ck_assert_mem_eq(a, b, sizeof a);
    cm_key_free(back);
    ck_assert_int_eq(cm_key_read(s.public, &back, &err), CM_OK);
    ck_assert(!cm_key_has_secret(back));
    ck_assert_int_eq(cm_key_layer(key, CM_LAYER_PUBLIC, a, NULL), CM_OK);
    ck_assert_int_eq(cm_key_layer(back, CM_LAYER_PUBLIC, b, NULL), CM_OK);
    ck_assert_mem_eq(a, b, sizeof a);
    cm_key_free(back);
    cm_key_free(key);
    scratch_remove(&s);
}
END_TEST

START_TEST(secret_files_are_private_and_never_replaced) {
    scratch s = scratch_new();
    struct stat st;
    cm_key *key = parsed(SECRET_FILE);
    cm_key *back = NULL;
    cm_error err = {0};
    ck_assert_int_eq(cm_key_write_secret(key, s.secret, &err), CM_OK);
    ck_assert_int_eq(stat(s.secret, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert_int_eq(cm_key_write_secret(key, s.secret, &err), CM_ERR_EXISTS);
    ck_assert_int_eq(chmod(s.secret, 0640), 0);
    ck_assert_int_eq(cm_key_read(s.secret, &back, &err), CM_ERR_KEY);
    ck_assert_ptr_nonnull(strstr(err.message, "chmod 600 "));
    ck_assert_ptr_null(back);
    ck_assert_int_eq(cm_key_write_public(key, s.public, &err), CM_OK);
    ck_assert_int_eq(chmod(s.public, 0644), 0);
    ck_assert_int_eq(cm_key_read(s.public, &back, &err), CM_OK);
    cm_key_free(back);
    cm_key_free(key);
    scratch_remove(&s);
}
END_TEST

START_TEST(two_keys_differ) {
    cm_key *a = NULL;
    cm_key *b = NULL;
    cm_key_options options = {.name = "n"};
    ck_assert_int_eq(cm_key_generate(&options, &a, NULL), CM_OK);
    ck_assert_int_eq(cm_key_generate(&options, &b, NULL), CM_OK);
    ck_assert(memcmp(a->bytes, b->bytes, sizeof a->bytes) != 0);
    ck_assert_uint_eq(cm_key_epoch(a), 1);
    ck_assert(cm_date_valid(cm_key_created(a), strlen(cm_key_created(a))));
    cm_key_free(a);
    cm_key_free(b);
    options.name = "";
    ck_assert_int_eq(cm_key_generate(&options, &a, NULL), CM_ERR_ARGUMENT);
}
END_TEST

Suite *suite_key(void);
Suite *suite_key(void) {
    Suite *s = suite_create("key");
    TCase *tc = tcase_create("derivation");
    tcase_add_test(tc, hex_round_trip_and_refusal);
    tcase_add_test(tc, hkdf_known_answers);
    tcase_add_test(tc, hkdf_expand_alone);
    tcase_add_test(tc, derivation_matches_the_oracle);
    tcase_add_test(tc, two_keys_differ);
    suite_add_tcase(s, tc);
    tc = tcase_create("files");
    tcase_add_test(tc, public_file_opens_only_the_public_layer);
    tcase_add_test(tc, marking_stops_at_the_end_of_validity_and_at_revocation);
    tcase_add_test(tc, every_single_byte_change_is_refused);
    tcase_add_test(tc, truncated_and_extended_files_are_refused);
    tcase_add_test(tc, names_and_dates);
    tcase_add_test(tc, files_round_trip);
    tcase_add_test(tc, secret_files_are_private_and_never_replaced);
    suite_add_tcase(s, tc);
    return s;
}
