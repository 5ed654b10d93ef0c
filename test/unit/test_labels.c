/* Statements are read strictly, whatever a signer puts there; labels without a manifest; lint. */
#include <check.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <countermark/lint.h>
#include <countermark/protect.h>

#include "api/json_cbor.h"
#include "api/statements.h"
#include "sign/labels.h"
#include "sign_support.h"

#define REPORT "'report': {'alg': 'sha256', 'hash': '"
#define DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const char GOOD[] =
    "{'attestations': [{'kind': 'toxicity', 'evaluation': 'E', 'version': '1', 'subject': 'M', "
    "'result': 0.25, 'unit': 'share', 'scale': {'least': 0, 'most': 1}, 'better': 'lower', 'date': "
    "'2026-10-01', " REPORT DIGEST "', 'url': 'u'}}]}";

/* JSON with ' for ". */
static json_t *json(const char *text) {
    char copy[2048];
    json_error_t fault;
    (void)snprintf(copy, sizeof copy, "%s", text);
    for (char *at = copy; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    json_t *root = json_loads(copy, 0, &fault);
    ck_assert_msg(root != NULL, "%s: %s", copy, fault.text);
    return root;
}

/* What is reported of a manifest with this assertion. */
static cm_report *reported(const sign_credentials *c, const char *label, cm_bytes content) {
    cm_extra_spec extra = {.label = label, .content = content};
    cm_manifest_spec spec = {.extras = &extra, .extra_count = 1};
    sign_asset a = sign_make_asset(&spec, c->signer);
    cm_report *r = sign_verify_asset(&a, c->trust, time(NULL));
    sign_free_asset(&a);
    return r;
}

static bool passed_over(const cm_report *r, const char *why) {
    for (size_t i = 0; i < r->limit_count; i++)
        if (strstr(r->limits[i], "passed over") != NULL && strstr(r->limits[i], why) != NULL)
            return true;
    return false;
}

START_TEST(attestations_are_read_as_they_were_written) {
    sign_credentials c = sign_make_credentials(CM_SIG_ED25519);
    cm_buf content = {0};
    json_t *root = json(GOOD);
    ck_assert_int_eq(cm_attestations_put(root, &content, NULL), CM_OK);
    cm_report *r = reported(&c, CM_LABEL_ATTESTATIONS, cm_buf_bytes(&content));
    ck_assert_int_eq(r->state, CM_STATE_TRUSTED);
    ck_assert_uint_eq(r->attestation_count, 1);
    const cm_attestation *a = &r->attestations[0];
    ck_assert_str_eq(a->kind, "toxicity");
    ck_assert(a->text == NULL && a->number == 0.25 && a->has_scale && a->least == 0 &&
              a->most == 1);
    ck_assert_str_eq(a->digest, DIGEST);
    ck_assert_uint_eq(r->limit_count, 0);
    cm_report_free(r);

    /* any byte changed before signing: what is shown then is whole, or passed over */
    sign_random random = {7};
    for (int n = 0; n < 600; n++) {
        cm_buf copy = {0};
        cm_buf_put_bytes(&copy, cm_buf_bytes(&content));
        for (int k = 0; k <= n % 3; k++)
            copy.data[sign_next(&random) % copy.size] ^= (uint8_t)(1u << (sign_next(&random) % 8));
        r = reported(&c, CM_LABEL_ATTESTATIONS, cm_buf_bytes(&copy));
        for (size_t i = 0; i < r->attestation_count; i++) {
            a = &r->attestations[i];
            ck_assert(a->kind && a->evaluation && a->version && a->date && a->alg && a->digest);
            ck_assert(a->text != NULL || a->better != NULL);
        }
        cm_report_free(r);
        cm_buf_free(&copy);
    }
    cm_buf_free(&content);
    json_decref(root);
    sign_free_credentials(&c);
}
END_TEST

/* Without a byte string for its hash no JSON is an attestation: each lacks something else too. */
START_TEST(wrong_statements_are_passed_over) {
    static const struct {
        const char *label, *content, *why;
    } CASES[] = {
        {CM_LABEL_ATTESTATIONS, "[]", "no list"},
        {CM_LABEL_ATTESTATIONS, "{'attestations': []}", "no list"},
        {CM_LABEL_ATTESTATIONS, "{'attestations': [1]}", "not a map"},
        {CM_LABEL_ATTESTATIONS, "{'attestations': [{}]}", "kind"},
        {CM_LABEL_ATTESTATIONS, "{'attestations': [{'kind': 'beauty'}]}", "kind"},
        {CM_LABEL_ATTESTATIONS, "{'attestations': [{'kind': 'other', 'evaluation': ''}]}",
         "evaluation"},
        {CM_LABEL_ATTESTATIONS,
         "{'attestations': [{'kind': 'other', 'evaluation': 'E', 'version': '1', 'result': "
         "true}]}",
         "result"},
        {CM_LABEL_ATTESTATIONS,
         "{'attestations': [{'kind': 'other', 'evaluation': 'E', 'version': '1', 'result': 'x', "
         "'date': 'd', " REPORT "x'}}]}",
         "report"},
        {CM_LABEL_DISCLOSURE, "{}", "provider"},
        {CM_LABEL_DISCLOSURE,
         "{'provider': 'P', 'system': 'S', 'version': '1', 'id': 'i', 'time': 'now'}", "time"},
        {CM_LABEL_AI_DISCLOSURE, "'x'", "not a map"},
        {CM_LABEL_AI_DISCLOSURE, "{'modelName': 'x'}", "modelType"},
        {CM_LABEL_AI_DISCLOSURE, "{'modelType': 't', 'contentProfile': 1}", "contentProfile"},
        {CM_LABEL_AI_DISCLOSURE, "{'modelType': 't', 'scientificDomain': []}", "scientificDomain"},
        {CM_LABEL_AI_DISCLOSURE, "{'modelType': 't', 'scientificDomain': ['a', 1]}",
         "scientificDomain"},
    };
    sign_credentials c = sign_make_credentials(CM_SIG_ED25519);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        cm_buf content = {0};
        json_error_t fault;
        json_t *root = CASES[i].content[0] == '\'' ? json_loads("\"x\"", JSON_DECODE_ANY, &fault)
                                                   : json(CASES[i].content);
        ck_assert_int_eq(cm_json_to_cbor(root, &content, NULL), CM_OK);
        cm_report *r = reported(&c, CASES[i].label, cm_buf_bytes(&content));
        ck_assert_int_eq(r->state, CM_STATE_TRUSTED); /* C2PA asks nothing of them */
        ck_assert(r->disclosure == NULL && r->attestation_count == 0 && r->ai_count == 0);
        ck_assert_msg(passed_over(r, CASES[i].why), "%s", CASES[i].content);
        cm_report_free(r);
        cm_buf_free(&content);
        json_decref(root);
    }
    sign_free_credentials(&c);
}
END_TEST

START_TEST(labels_go_without_a_manifest) {
    char path[] = "/tmp/cm-labels-XXXXXX";
    cm_protect_options options = {
        .labels = {.kinds = CM_LABELS_ALL, .provider = "P", .system = "S/1", .content_id = "i"}};
    cm_protection done;
    cm_inspector *inspector = NULL;
    cm_inspection *report = NULL;
    cm_lint_result *result = NULL;
    cm_error err = {0};
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    (void)close(file);
    ck_assert_msg(cm_protect("test/data/asset/plain.jpg", path, &options, &done, &err) == CM_OK,
                  "%s", err.message);
    ck_assert(done.labels == CM_LABELS_ALL && done.exif_comment && !done.has_manifest);
    ck_assert_str_eq(done.content_id, "i");
    cm_inspect_options how = {0};
    ck_assert_int_eq(cm_inspector_new(&how, &inspector, &err), CM_OK);
    ck_assert_int_eq(cm_inspect(inspector, path, &report, &err), CM_OK);
    ck_assert_int_eq(report->verdict, CM_VERDICT_NONE);
    for (size_t i = 0; i < report->declared_count; i++)
        ck_assert(!report->declared[i].covered);
    ck_assert_int_eq(cm_lint(report, CM_LABELS_CA | CM_LABELS_CN, &result, &err), CM_OK);
    ck_assert_int_eq(result->finding, CM_FINDING_PRESENT);
    ck_assert_int_eq(cm_lint_exit_code(result->finding), 0);
    cm_lint_free(result);
    ck_assert_int_eq(cm_lint(report, CM_LABELS_ALL, &result, &err), CM_OK);
    ck_assert_int_eq(result->finding, CM_FINDING_LACKING);
    cm_lint_free(result);
    ck_assert_int_eq(cm_lint(report, 8, &result, &err), CM_ERR_ARGUMENT);
    ck_assert_ptr_null(result);
    cm_inspection_free(report);
    cm_inspector_free(inspector);
    /* another's label is not replaced */
    options.labels.producer = "Q";
    ck_assert_int_eq(cm_protect(path, path, &options, NULL, &err), CM_ERR_EXISTS);
    (void)unlink(path);
}
END_TEST

Suite *suite_labels(void);
Suite *suite_labels(void) {
    Suite *s = suite_create("labels");
    TCase *tc = tcase_create("labels");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, attestations_are_read_as_they_were_written);
    tcase_add_test(tc, wrong_statements_are_passed_over);
    tcase_add_test(tc, labels_go_without_a_manifest);
    suite_add_tcase(s, tc);
    return s;
}
