/* Where C2PA's versions differ, each by its own policy (spec/manifest.md §7). */
#include <check.h>

#include "../hostile/hostile.h"
#include "sign/cbor_map.h"
#include "sign/cose.h"
#include "sign/labels.h"
#include "sign_support.h"

static const cm_c2pa POLICIES[] = {CM_C2PA_2_2, CM_C2PA_2_4, CM_C2PA_2_5};

static sign_credentials signer;

static void set_up(void) {
    signer = sign_make_credentials(CM_SIG_ES256);
}

static void tear_down(void) {
    sign_free_credentials(&signer);
}

/* The failures of an asset under each policy: all of `codes[i]` and nothing else. */
static void expect(const char *what, const sign_asset *a, const char *const codes[3]) {
    char failures[512];
    for (size_t i = 0; i < 3; i++) {
        cm_verify_options how = {.signers = signer.trust, .now = time(NULL), .policy = POLICIES[i]};
        cm_report *r = sign_verify_so(a, &how);
        sign_failures(r, failures, sizeof failures);
        ck_assert_msg(strcmp(failures, codes[i]) == 0, "%s by %d: \"%s\", not \"%s\"", what,
                      POLICIES[i], failures, codes[i]);
        ck_assert_int_eq(r->state, codes[i][0] == '\0' ? CM_STATE_TRUSTED : CM_STATE_INVALID);
        cm_report_free(r);
    }
}

/* An assertion of this label and content beside what every manifest has. */
static void expect_assertion(const char *label, const char *hex, const char *const codes[3]) {
    cm_buf content = sign_hex(hex);
    cm_extra_spec extra = {.label = label, .content = cm_buf_bytes(&content)};
    cm_manifest_spec spec = {.extras = &extra, .extra_count = 1};
    sign_asset a = sign_make_asset(&spec, signer.signer);
    expect(label, &a, codes);
    sign_free_asset(&a);
    cm_buf_free(&content);
}

static void put_text(cm_cbor_map *map, const char *key, const char *hex) {
    cm_buf value = sign_hex(hex);
    cm_buf_put_bytes(cm_cbor_map_key(map, key), cm_buf_bytes(&value));
    cm_buf_free(&value);
}

/* An action of this name behind c2pa.created, with a field and a parameter. */
static void expect_action(const char *name, const char *field, const char *field_hex,
                          const char *parameter, const char *parameter_hex,
                          const char *const codes[3]) {
    cm_action_spec action = {.name = name};
    if (field != NULL)
        put_text(&action.fields, field, field_hex);
    if (parameter != NULL)
        put_text(&action.parameters, parameter, parameter_hex);
    cm_manifest_spec spec = {.actions = &action, .action_count = 1};
    sign_asset a = sign_make_asset(&spec, signer.signer);
    expect(name, &a, codes);
    sign_free_asset(&a);
    cm_cbor_map_free(&action.fields);
    cm_cbor_map_free(&action.parameters);
}

#define MALFORMED "assertion.action.malformed"
/* 0("2026-01-02T03:04:05Z"), and the same an hour later */
#define EARLY "c0 74 323032362d30312d30325430333a30343a30355a"
#define LATE "c0 74 323032362d30312d30325430343a30343a30355a"
/* a list of one map, "url": "self#jumbf=c2pa.assertions/" and a label */
#define URL_OF "81 a1 63 75726c 78"
#define ASSERTIONS "73656c66236a756d62663d633270612e617373657274696f6e732f"

START_TEST(actions_are_held_to_their_versions_rules) {
    static const char *const never[] = {"", "", ""};
    static const char *const since_2_4[] = {"", MALFORMED, MALFORMED};
    static const char *const mismatch[] = {"", "", "assertion.action.ingredientMismatch"};
    static const char *const soft[] = {"", "assertion.action.softBindingMissing",
                                       "assertion.action.softBindingMissing"};
    /* c2pa.hash.data is an assertion; "nothing" isn't, and actions may not be named */
    expect_action("c2pa.edited", NULL, NULL, "relatedAssertions",
                  URL_OF "29" ASSERTIONS "633270612e686173682e64617461", never);
    expect_action("c2pa.edited", NULL, NULL, "relatedAssertions",
                  URL_OF "22" ASSERTIONS "6e6f7468696e67", since_2_4);
    expect_action("c2pa.edited", NULL, NULL, "relatedAssertions",
                  URL_OF "2a" ASSERTIONS "633270612e616374696f6e732e7632", since_2_4);
    expect_action("c2pa.edited", NULL, NULL, "relatedAssertions", "80", since_2_4);
    expect_action("c2pa.edited", "whenStart", EARLY, NULL, NULL, never);
    expect_action("c2pa.deleted", NULL, NULL, "ingredients",
                  URL_OF "22" ASSERTIONS "6e6f7468696e67", mismatch);
    expect_action("c2pa.watermarked.bound", NULL, NULL, NULL, NULL, soft);
    expect_action("c2pa.watermarked", NULL, NULL, NULL, NULL, soft);
    expect_action("c2pa.watermarked.unbound", NULL, NULL, NULL, NULL, never);
}
END_TEST

/* Two fields at once. */
static void expect_times(const char *one, const char *one_hex, const char *two, const char *two_hex,
                         const char *const codes[3]) {
    cm_action_spec action = {.name = "c2pa.edited"};
    put_text(&action.fields, one, one_hex);
    put_text(&action.fields, two, two_hex);
    cm_manifest_spec spec = {.actions = &action, .action_count = 1};
    sign_asset a = sign_make_asset(&spec, signer.signer);
    expect(two, &a, codes);
    sign_free_asset(&a);
    cm_cbor_map_free(&action.fields);
}

START_TEST(times_come_in_their_order) {
    static const char *const never[] = {"", "", ""};
    static const char *const since_2_5[] = {"", "", MALFORMED};
    /* 0("2026-01-02T04:04:05+01:00") and 0("2026-01-02T03:04:05.5Z") */
    static const char zoned[] = "c0 78 19 323032362d30312d30325430343a30343a30352b30313a3030";
    static const char half[] = "c0 76 323032362d30312d30325430333a30343a30352e355a";
    expect_times("whenStart", EARLY, "whenEnd", LATE, never);
    expect_times("whenStart", LATE, "whenEnd", EARLY, since_2_5);
    expect_times("when", EARLY, "whenEnd", LATE, since_2_5);
    expect_times("whenStart", EARLY, "whenEnd", zoned, never); /* the same moment */
    expect_times("whenStart", half, "whenEnd", zoned, since_2_5);
    expect_times("whenStart", zoned, "whenEnd", half, never);
    /* {"value": LATE}, and a time that is none */
    expect_times("whenStart", "a1 65 76616c7565 " LATE, "whenEnd", EARLY, since_2_5);
    expect_times("whenStart", "c0 64 6e6f6f6e", "whenEnd", EARLY, never);
}
END_TEST

START_TEST(assertions_are_held_to_their_versions_rules) {
    static const char *const never[] = {"", "", ""};
    static const char *const metadata[] = {"", "", "assertion.metadata.malformed"};
    static const char *const related[] = {"", "", "assertion.ingredient.malformed"};
    /* {"metadata": {"processStart": LATE, "processEnd": EARLY}} */
    static const char reversed[] = "a1 68 6d65746164617461 a2 6c 70726f636573735374617274 " LATE
                                   " 6a 70726f63657373456e64 " EARLY;
    /* {"relationship": "inputTo", "relatedAssertions": []} */
    static const char ingredient[] = "a2 6c 72656c6174696f6e73686970 67 696e707574546f "
                                     "71 72656c61746564417373657274696f6e73 80";
    expect_assertion("c2pa.depthmap.x", reversed, metadata);
    expect_assertion("com.example.note", reversed, never);
    expect_assertion("c2pa.ingredient.v3", ingredient, related);
}
END_TEST

static cm_cose parse_alg(const char *protected_hex, cm_buf *bytes) {
    cm_cose cose;
    *bytes = sign_hex(protected_hex);
    ck_assert_int_eq(cm_cose_parse(cm_buf_bytes(bytes), NULL, &cose, NULL), CM_OK);
    return cose;
}

START_TEST(algorithms_of_2_5_are_known) {
    static const struct {
        const char *hex; /* 18([<< {1: id} >>, {}, null, '']) */
        cm_sig_alg before, now;
        bool exact, other;
    } cases[] = {
        {"d2 84 43 a1 01 26 a0 f6 40", CM_SIG_ES256, CM_SIG_ES256, false, false},
        {"d2 84 43 a1 01 28 a0 f6 40", CM_SIG_NONE, CM_SIG_ES256, true, false},
        {"d2 84 44 a1 01 38 32 a0 f6 40", CM_SIG_NONE, CM_SIG_ES384, true, false},
        {"d2 84 44 a1 01 38 33 a0 f6 40", CM_SIG_NONE, CM_SIG_ES512, true, false},
        {"d2 84 44 a1 01 38 2f a0 f6 40", CM_SIG_NONE, CM_SIG_NONE, false, true},
        {"d2 84 44 a1 01 38 31 a0 f6 40", CM_SIG_NONE, CM_SIG_NONE, false, true},
        {"d2 84 44 a1 01 38 2e a0 f6 40", CM_SIG_NONE, CM_SIG_NONE, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool exact, other;
        cm_buf bytes;
        cm_cose cose = parse_alg(cases[i].hex, &bytes);
        ck_assert_int_eq(cm_cose_alg(&cose), cases[i].before);
        ck_assert_int_eq(cm_cose_alg_2_5(&cose, &exact, &other), cases[i].now);
        ck_assert(exact == cases[i].exact && other == cases[i].other);
        cm_cose_free(&cose);
        cm_buf_free(&bytes);
    }
}
END_TEST

/* A store whose signature says that it is by ML-DSA-65. */
static cm_buf store_by_ml_dsa(void) {
    enum { ML_DSA_65 = -49, SIGNATURE = 3309 };
    const cm_bytes chain[] = {cm_signer_certificate(signer.signer, 0),
                              cm_signer_certificate(signer.signer, 1)};
    const hostile_cose parts = {
        .alg = ML_DSA_65, .certificates = chain, .certificate_count = 2, .signature = SIGNATURE};
    cm_buf store = {0}, cose = {0}, hash = sign_hex("a2 63 616c67 66 736861323536 64 68617368 40");
    const hostile_assertion binding = {CM_LABEL_HASH_DATA, cm_buf_bytes(&hash)};
    hostile_put_cose(&cose, &parts);
    size_t opened = hostile_open(&store);
    hostile_put(&store, &(hostile_manifest){.number = 1,
                                            .assertions = &binding,
                                            .count = 1,
                                            .actions = true,
                                            .cose = cm_buf_bytes(&cose)});
    cm_jumbf_close(&store, opened);
    cm_buf_free(&cose);
    cm_buf_free(&hash);
    return store;
}

/* What is right about the asset's own manifest says nothing of what it was made from. */
START_TEST(an_ingredient_by_ml_dsa_is_unsupported) {
    char failures[512];
    cm_buf store = store_by_ml_dsa();
    cm_report *first = NULL;
    cm_buf findings = {0};
    cm_verify_input alone = {.store = cm_buf_bytes(&store)};
    cm_verify_options how = {.signers = signer.trust, .now = time(NULL)};
    ck_assert_int_eq(cm_verify(&alone, &how, &first, NULL), CM_OK);
    ck_assert_int_eq(first->state, CM_STATE_UNSUPPORTED);
    cm_report_results(first, &findings);
    cm_ingredient_spec parent = {
        .format = "image/png", .store = cm_buf_bytes(&store), .findings = cm_buf_bytes(&findings)};
    cm_manifest_spec spec = {.ingredients = &parent, .ingredient_count = 1};
    sign_asset a = sign_make_asset(&spec, signer.signer);
    cm_report *r = sign_verify_so(&a, &how);
    sign_failures(r, failures, sizeof failures);
    ck_assert_str_eq(failures, "");
    ck_assert(cm_report_has(r, CM_ST_CREDENTIAL_TRUSTED));
    ck_assert_int_eq(r->state, CM_STATE_UNSUPPORTED);
    ck_assert_uint_eq(r->limit_count, 1);
    ck_assert_ptr_nonnull(strstr(r->limits[0], "ML-DSA"));
    cm_report_free(r);
    cm_report_free(first);
    sign_free_asset(&a);
    cm_buf_free(&findings);
    cm_buf_free(&store);
}
END_TEST

Suite *suite_policy(void);
Suite *suite_policy(void) {
    Suite *s = suite_create("policy");
    TCase *tc = tcase_create("policy");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, actions_are_held_to_their_versions_rules);
    tcase_add_test(tc, times_come_in_their_order);
    tcase_add_test(tc, assertions_are_held_to_their_versions_rules);
    tcase_add_test(tc, algorithms_of_2_5_are_known);
    tcase_add_test(tc, an_ingredient_by_ml_dsa_is_unsupported);
    suite_add_tcase(s, tc);
    return s;
}
