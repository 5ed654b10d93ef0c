/* What showing a manifest as crJSON may cost, and certificates as they are shown. */
#include <check.h>
#include <countermark.h>
#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <unistd.h>

#include "../hostile/hostile.h"
#include "sign/cbor.h"
#include "sign/outline_signature.h"
#include "sign_support.h"

static hostile_signer signer;

static void set_up(void) {
    signer = hostile_signer_new(CM_SIG_ES256);
}

static void tear_down(void) {
    hostile_signer_free(&signer);
}

/* The file as crJSON. */
static json_t *show(cm_bytes bytes) {
    char path[] = "/tmp/cm-crjson-XXXXXX";
    int file = mkstemp(path);
    cm_inspect_options options = {.layers = CM_LOOK_MANIFEST};
    cm_inspector *inspector = NULL;
    cm_inspection *report = NULL;
    char *text = NULL;
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, bytes.data, bytes.size), (ssize_t)bytes.size);
    ck_assert_int_eq(close(file), 0);
    ck_assert_int_eq(cm_inspector_new(&options, &inspector, NULL), CM_OK);
    ck_assert_int_eq(cm_inspect(inspector, path, &report, NULL), CM_OK);
    ck_assert_int_eq(cm_inspection_crjson(report, true, &text, NULL), CM_OK);
    json_t *document = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(document);
    free(text);
    cm_inspection_free(report);
    cm_inspector_free(inspector);
    (void)unlink(path);
    return document;
}

enum { MAP_KEY_LIST = 3 }; /* items that are there besides what the list holds */

/* {"list": [0, 0, …]} of so many items in all. */
static cm_buf items(size_t count) {
    cm_buf b = {0};
    cm_cbor_put_map(&b, 1);
    cm_cbor_put_text(&b, "list");
    cm_cbor_put_array(&b, count - MAP_KEY_LIST);
    for (size_t i = 0; i < count - MAP_KEY_LIST; i++)
        cm_cbor_put_uint(&b, 0);
    return b;
}

/* Of the manifest with this number, of a store of two. */
static json_t *assertions_of(const json_t *document, size_t number) {
    const json_t *manifests = json_object_get(document, "manifests");
    ck_assert_uint_eq(json_array_size(manifests), 2);
    return json_object_get(json_array_get(manifests, 2 - number), "assertions");
}

/* A store of two manifests, with the assertions "x.0" to "x.3" of so many items in both. */
static json_t *show_two_of(size_t each) {
    static const char *const LABELS[] = {"x.0", "x.1", "x.2", "x.3"};
    cm_buf content = items(each), store = {0};
    hostile_assertion all[4];
    for (size_t i = 0; i < 4; i++)
        all[i] = (hostile_assertion){LABELS[i], cm_buf_bytes(&content)};
    size_t opened = hostile_open(&store);
    for (unsigned number = 1; number <= 2; number++)
        hostile_put(&store,
                    &(hostile_manifest){
                        .number = number, .assertions = all, .count = 4, .signer = signer.signer});
    cm_jumbf_close(&store, opened);
    cm_buf png = hostile_png(cm_buf_bytes(&store));
    json_t *document = show(cm_buf_bytes(&png));
    cm_buf_free(&png);
    cm_buf_free(&store);
    cm_buf_free(&content);
    return document;
}

/* How many of a manifest's assertions are shown with all that is in them; the others are empty. */
static size_t count_shown(const json_t *document, size_t number, size_t each) {
    size_t shown = 0;
    const char *label;
    json_t *value;
    ck_assert_uint_eq(json_object_size(assertions_of(document, number)), 4);
    json_object_foreach(assertions_of(document, number), label, value) {
        const json_t *list = json_object_get(value, "list");
        ck_assert_uint_eq(json_object_size(value), list != NULL);
        ck_assert(list == NULL || json_array_size(list) == each - MAP_KEY_LIST);
        shown += list != NULL;
    }
    return shown;
}

/* A store shows 2^18 items, of its active manifest first. */
START_TEST(items_are_counted_over_the_whole_store) {
    enum { SHARE = 1 << 15 };
    static const struct {
        size_t each, active, other;
    } rows[] = {{SHARE, 4, 4}, {SHARE + 1, 4, 3}, {2 * SHARE, 4, 0}, {2 * SHARE + 1, 3, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *document = show_two_of(rows[i].each);
        ck_assert_uint_eq(count_shown(document, 2, rows[i].each), rows[i].active);
        ck_assert_uint_eq(count_shown(document, 1, rows[i].each), rows[i].other);
        json_decref(document);
    }
}
END_TEST

/* The signer's certificate with a number of so many bytes, in a signature box. */
static cm_buf signature_with_serial(size_t bytes) {
    cm_bytes leaf = cm_signer_certificate(signer.signer, 0);
    const uint8_t *at = leaf.data;
    X509 *x = d2i_X509(NULL, &at, (long)leaf.size);
    BIGNUM *number = BN_new();
    uint8_t *der = NULL;
    cm_buf out = {0};
    ck_assert_int_eq(BN_set_bit(number, (int)(8 * bytes - 2)), 1);
    ck_assert_ptr_nonnull(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)));
    (void)i2d_re_X509_tbs(x, NULL); /* it was read, and is encoded anew */
    int size = i2d_X509(x, &der);
    ck_assert_int_gt(size, (int)(leaf.size + bytes) - 20);
    const cm_bytes chain = {der, (size_t)size};
    hostile_put_cose(&out,
                     &(hostile_cose){.alg = -7, .certificates = &chain, .certificate_count = 1});
    OPENSSL_free(der);
    BN_free(number);
    X509_free(x);
    return out;
}

/* Decimal digits of a long number take quadratic time: those of RFC 5280 have 20 bytes. */
START_TEST(serial_numbers_beyond_use_are_not_shown) {
    static const struct {
        size_t bytes, digits;
    } rows[] = {{20, 48}, {64, 154}, {65, 0}, {1 << 20, 0}};
    const cm_limits limits = cm_limits_default();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cm_buf box = signature_with_serial(rows[i].bytes);
        cm_shown_signature s;
        ck_assert(cm_shown_signature_read(cm_buf_bytes(&box), &limits, &s));
        ck_assert_uint_eq(strlen(s.signer.serial), rows[i].digits);
        ck_assert_uint_eq(strspn(s.signer.serial, "0123456789"), rows[i].digits);
        ck_assert_ptr_nonnull(s.signer.subject[5]); /* CN: the rest is shown */
        cm_shown_signature_free(&s);
        cm_buf_free(&box);
    }
}
END_TEST

Suite *suite_crjson(void);
Suite *suite_crjson(void) {
    Suite *s = suite_create("crjson");
    TCase *t = tcase_create("crjson");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, items_are_counted_over_the_whole_store);
    tcase_add_test(t, serial_numbers_beyond_use_are_not_shown);
    suite_add_tcase(s, t);
    return s;
}
