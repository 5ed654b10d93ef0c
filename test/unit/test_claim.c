/* Manifests: what is written, that sizes hold, that we trust our own and nothing else. */
#include <check.h>

#include "sign/cose.h"
#include "sign/jumbf.h"
#include "sign_support.h"

enum { DAY = 86400 };

static const uint8_t PAYLOAD[] = {1, 2, 3, 4, 5, 6, 7, 8};
static const cm_soft_binding BINDING = {"countermark.cm-image-1", {PAYLOAD, sizeof PAYLOAD}};

static cm_manifest_spec marked_spec(void) {
    return (cm_manifest_spec){
        .title = "a title",
        .generator = "tester",
        .generator_version = "9",
        .when = 1700000000,
        .soft_bindings = &BINDING,
        .soft_binding_count = 1,
    };
}

static cm_bytes store_of(const sign_asset *a) {
    return (cm_bytes){a->bytes.data + a->where.start, (size_t)a->where.length};
}

/* The CBOR of the box at `path` below the only manifest. */
static cm_cbor parse_box(const cm_jumbf *j, const char *uri) {
    cm_cbor doc = {0};
    const cm_box *box = cm_jumbf_resolve(j, cm_box_first(j->boxes), sign_text(uri));
    ck_assert_msg(box != NULL, "%s", uri);
    ck_assert_int_eq(cm_cbor_parse(cm_box_of_type(box, CM_BOX_CBOR)->content, NULL, &doc, NULL),
                     CM_OK);
    return doc;
}

START_TEST(the_claim_says_what_it_should) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    cm_manifest_spec spec = marked_spec();
    sign_asset a = sign_make_asset(&spec, c.signer);
    cm_jumbf j = {0};
    ck_assert_int_eq(cm_jumbf_parse(store_of(&a), NULL, &j, NULL), CM_OK);
    cm_cbor claim = parse_box(&j, "self#jumbf=c2pa.claim.v2");
    const cm_cbor_item *map = cm_cbor_root(&claim);
    ck_assert(claim.deterministic);
    ck_assert(cm_cbor_is_text(cm_cbor_get(map, "alg"), "sha256"));
    ck_assert(cm_cbor_is_text(cm_cbor_get(map, "dc:title"), "a title"));
    const cm_cbor_item *info = cm_cbor_get(map, "claim_generator_info");
    ck_assert(cm_cbor_is_text(cm_cbor_get(info, "name"), "tester"));
    ck_assert(cm_cbor_is_text(cm_cbor_get(info, "version"), "9"));
    ck_assert_uint_eq(cm_cbor_get(map, "created_assertions")->count, 3);

    cm_cbor actions = parse_box(&j, "self#jumbf=c2pa.assertions/c2pa.actions.v2");
    const cm_cbor_item *list = cm_cbor_get(cm_cbor_root(&actions), "actions");
    ck_assert(actions.deterministic);
    ck_assert_uint_eq(list->count, 2);
    ck_assert(cm_cbor_is_text(cm_cbor_get(cm_cbor_at(list, 0), "action"), "c2pa.created"));
    ck_assert(cm_cbor_is_text(cm_cbor_get(cm_cbor_at(list, 0), "digitalSourceType"),
                              CM_SOURCE_TYPE_GENERATED));
    ck_assert(cm_cbor_is_text(cm_cbor_tagged(cm_cbor_get(cm_cbor_at(list, 0), "when"), 0),
                              "2023-11-14T22:13:20Z"));
    ck_assert(
        cm_cbor_is_text(cm_cbor_get(cm_cbor_at(list, 1), "action"), "c2pa.watermarked.bound"));

    cm_cbor soft = parse_box(&j, "self#jumbf=c2pa.assertions/c2pa.soft-binding");
    const cm_cbor_item *block = cm_cbor_at(cm_cbor_get(cm_cbor_root(&soft), "blocks"), 0);
    ck_assert(soft.deterministic);
    ck_assert(cm_bytes_equal(cm_cbor_string(cm_cbor_get(block, "value")), BINDING.value));

    cm_cbor hash = parse_box(&j, "self#jumbf=c2pa.assertions/c2pa.hash.data");
    const cm_cbor_item *range = cm_cbor_at(cm_cbor_get(cm_cbor_root(&hash), "exclusions"), 0);
    uint64_t start;
    ck_assert(hash.deterministic);
    ck_assert(cm_cbor_uint(cm_cbor_get(range, "start"), &start) && start == a.where.start);
    cm_cbor_free(&claim);
    cm_cbor_free(&actions);
    cm_cbor_free(&soft);
    cm_cbor_free(&hash);
    cm_jumbf_free(&j);
    sign_free_asset(&a);
    sign_free_credentials(&c);
}
END_TEST

START_TEST(the_size_holds_whatever_is_excluded) {
    sign_credentials c = sign_make_credentials(CM_SIG_ED25519);
    cm_manifest_spec spec = marked_spec();
    cm_manifest *m = NULL;
    static const uint64_t numbers[] = {0,   1,     23,    24,         255,
                                       256, 65535, 65536, UINT32_MAX, 1ull << 40};
    ck_assert_int_eq(cm_manifest_new(&spec, c.signer, &m, NULL), CM_OK);
    cm_digest digest = {.size = cm_hash_size(cm_manifest_hash(m))};
    for (size_t i = 0; i < 10; i++)
        for (size_t k = 0; k < 10; k++) {
            cm_buf store = {0};
            cm_span span = {numbers[i], numbers[k]};
            ck_assert_int_eq(cm_manifest_sign(m, &digest, span, &store, NULL), CM_OK);
            ck_assert_uint_eq(store.size, cm_manifest_size(m));
            cm_buf_free(&store);
        }
    digest.size--;
    cm_buf store = {0};
    ck_assert_int_eq(cm_manifest_sign(m, &digest, (cm_span){0}, &store, NULL), CM_ERR_ARGUMENT);
    cm_manifest_free(m);
    sign_free_credentials(&c);
}
END_TEST

static void check_asset(const sign_asset *a, const sign_credentials *c, cm_state expected) {
    char failures[512];
    cm_report *r = sign_verify_asset(a, c->trust, time(NULL));
    sign_failures(r, failures, sizeof failures);
    ck_assert_msg(r->state == expected, "%s: %s", cm_state_name(r->state), failures);
    cm_report_free(r);
}

START_TEST(we_trust_what_we_sign) {
    static const cm_sig_alg algs[] = {CM_SIG_ES256, CM_SIG_ES384, CM_SIG_ES512, CM_SIG_PS384,
                                      CM_SIG_ED25519};
    for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++) {
        sign_credentials c = sign_make_credentials(algs[i]);
        for (cm_hash_alg hash = CM_HASH_SHA256; hash <= CM_HASH_SHA512; hash++) {
            cm_manifest_spec spec = marked_spec();
            spec.hash = hash;
            spec.signature_reserve = (size_t)hash * 100;
            sign_asset a = sign_make_asset(&spec, c.signer);
            check_asset(&a, &c, CM_STATE_TRUSTED);
            sign_free_asset(&a);
        }
        sign_free_credentials(&c);
    }
}
END_TEST

START_TEST(the_report_says_who_and_what) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES384);
    cm_manifest_spec spec = marked_spec();
    sign_asset a = sign_make_asset(&spec, c.signer);
    cm_report *r = sign_verify_asset(&a, c.trust, time(NULL));
    ck_assert_int_eq(r->state, CM_STATE_TRUSTED);
    ck_assert_int_eq(strncmp(r->active, "urn:c2pa:", 9), 0);
    ck_assert_str_eq(r->title, "a title");
    ck_assert_str_eq(r->claim_generator, "tester/9");
    ck_assert_str_eq(r->signer_name, "Countermark test signer");
    ck_assert_str_eq(r->signer_issuer, "Countermark test CA");
    ck_assert_int_eq(r->signer_alg, CM_SIG_ES384);
    ck_assert(!r->time_known);
    ck_assert_str_eq(r->digital_source_type, CM_SOURCE_TYPE_GENERATED);
    ck_assert_uint_eq(r->binding_count, 1);
    ck_assert_str_eq(r->bindings[0].alg, BINDING.alg);
    ck_assert(cm_bytes_equal(r->bindings[0].value, BINDING.value));
    ck_assert(cm_report_has(r, CM_ST_DATA_HASH_MATCH));
    ck_assert_uint_eq(r->limit_count, 0);
    cm_report_free(r);

    r = sign_verify_asset(&a, NULL, time(NULL)); /* nobody is trusted */
    ck_assert_int_eq(r->state, CM_STATE_VALID);
    cm_report_free(r);
    r = sign_verify_asset(&a, c.trust, time(NULL) + 400 * DAY); /* expired by then */
    ck_assert_int_eq(r->state, CM_STATE_INVALID);
    ck_assert(cm_report_has(r, CM_ST_CLAIM_SIGNATURE_OUTSIDE_VALIDITY));
    cm_report_free(r);
    sign_free_asset(&a);
    sign_free_credentials(&c);
}
END_TEST

/* The asset signed again, with its manifest as the parent of a new one. */
static sign_asset sign_again(const sign_asset *first, const sign_credentials *c) {
    cm_manifest_spec spec = marked_spec();
    cm_buf findings = {0};
    cm_report *r = sign_verify_asset(first, c->trust, time(NULL));
    cm_report_results(r, &findings);
    cm_ingredient_spec parent = {
        .format = "image/png", .store = store_of(first), .findings = cm_buf_bytes(&findings)};
    spec.ingredients = &parent;
    spec.ingredient_count = 1;
    sign_asset second = sign_make_asset(&spec, c->signer);
    cm_report_free(r);
    cm_buf_free(&findings);
    return second;
}

START_TEST(a_manifest_can_be_built_upon) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    cm_manifest_spec spec = marked_spec();
    sign_asset one = sign_make_asset(&spec, c.signer);
    sign_asset two = sign_again(&one, &c);
    sign_asset three = sign_again(&two, &c);
    check_asset(&two, &c, CM_STATE_TRUSTED);
    check_asset(&three, &c, CM_STATE_TRUSTED);
    cm_report *r = sign_verify_asset(&three, c.trust, time(NULL));
    ck_assert(cm_report_has(r, CM_ST_INGREDIENT_MANIFEST_VALIDATED));
    ck_assert_ptr_null(r->digital_source_type); /* it was opened, not created */
    cm_report_free(r);

    /* the innermost claim changed: its manifest's hash and signature are wrong */
    uint8_t *at = three.bytes.data + three.where.start;
    size_t left = (size_t)three.where.length;
    while (left > 0 && memcmp(at, "a title", 7) != 0) {
        at++;
        left--;
    }
    ck_assert_uint_gt(left, 0);
    at[0] = 'A';
    check_asset(&three, &c, CM_STATE_INVALID);
    sign_free_asset(&one);
    sign_free_asset(&two);
    sign_free_asset(&three);
    sign_free_credentials(&c);
}
END_TEST

START_TEST(several_soft_bindings_get_labels_of_their_own) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    cm_soft_binding bindings[3] = {BINDING, {"a.b", {PAYLOAD, 1}}, {"c.d", {PAYLOAD, 0}}};
    cm_manifest_spec spec = marked_spec();
    spec.soft_bindings = bindings;
    spec.soft_binding_count = 3;
    sign_asset a = sign_make_asset(&spec, c.signer);
    cm_report *r = sign_verify_asset(&a, c.trust, time(NULL));
    ck_assert_int_eq(r->state, CM_STATE_TRUSTED);
    ck_assert_uint_eq(r->binding_count, 3);
    ck_assert_str_eq(r->bindings[1].alg, "a.b");
    cm_report_free(r);
    sign_free_asset(&a);
    sign_free_credentials(&c);
}
END_TEST

START_TEST(what_can_not_be_said_is_refused) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    cm_manifest *m = NULL;
    static char too_long[5000];
    memset(too_long, 'x', sizeof too_long - 1);
    cm_soft_binding nameless = {NULL, {PAYLOAD, 1}};
    cm_ingredient_spec unjudged = {.store = {PAYLOAD, 8}};
    cm_ingredient_spec unread = {.store = {PAYLOAD, 8}, .findings = {PAYLOAD, 8}};
    cm_manifest_spec specs[] = {
        {.title = ""},
        {.title = "\xff"},
        {.generator = too_long},
        {.soft_bindings = &nameless, .soft_binding_count = 1},
        {.soft_bindings = &BINDING, .soft_binding_count = 17},
        {.ingredients = &unjudged, .ingredient_count = 1},
    };
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++)
        ck_assert_int_eq(cm_manifest_new(&specs[i], c.signer, &m, NULL), CM_ERR_ARGUMENT);
    cm_manifest_spec broken = {.ingredients = &unread, .ingredient_count = 1};
    ck_assert_int_eq(cm_manifest_new(&broken, c.signer, &m, NULL), CM_ERR_FORMAT);
    sign_free_credentials(&c);
}
END_TEST

/* Every byte counts: those of the store, and those of the asset. */
START_TEST(no_byte_can_be_changed_unnoticed) {
    sign_credentials c = sign_make_credentials(CM_SIG_ED25519);
    cm_manifest_spec spec = marked_spec();
    sign_asset a = sign_make_asset(&spec, c.signer);
    sign_random random = {5};
    for (size_t i = 0; i < a.bytes.size; i++) {
        uint8_t flip = (uint8_t)(1u << sign_next(&random) % 8);
        a.bytes.data[i] ^= flip;
        cm_report *r = sign_verify_asset(&a, c.trust, time(NULL));
        ck_assert_msg(r->state == CM_STATE_INVALID || r->state == CM_STATE_VALID,
                      "byte %zu of %zu, flip %d: %s", i, a.bytes.size, flip,
                      cm_state_name(r->state));
        cm_report_free(r);
        a.bytes.data[i] ^= flip;
    }
    check_asset(&a, &c, CM_STATE_TRUSTED);
    sign_free_asset(&a);
    sign_free_credentials(&c);
}
END_TEST

Suite *suite_claim(void);
Suite *suite_claim(void) {
    Suite *s = suite_create("claim");
    TCase *tc = tcase_create("claim");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, the_claim_says_what_it_should);
    tcase_add_test(tc, the_size_holds_whatever_is_excluded);
    tcase_add_test(tc, we_trust_what_we_sign);
    tcase_add_test(tc, the_report_says_who_and_what);
    tcase_add_test(tc, a_manifest_can_be_built_upon);
    tcase_add_test(tc, several_soft_bindings_get_labels_of_their_own);
    tcase_add_test(tc, what_can_not_be_said_is_refused);
    tcase_add_test(tc, no_byte_can_be_changed_unnoticed);
    suite_add_tcase(s, tc);
    return s;
}
