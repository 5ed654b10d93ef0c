/* Reports: verdicts, JSON by the contract of spec/report.md, text for people; the PNG writer. */
#include <check.h>
#include <countermark.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/findings.h"
#include "api/png_write.h"
#include "media/media.h"

static const cm_status_line STATUS[] = {
    {"claimSignature.validated", "self#jumbf=/c2pa/x", "right", false, NULL},
    {"assertion.dataHash.mismatch", "", "changed", true, "self#jumbf=/c2pa/y"},
};
static const cm_binding_line BINDINGS[] = {{"countermark.cm-image-1", "00000000000000ff"}};
static const cm_mark_region REGIONS[] = {{1, 2, 30, 40, -12.5}};

static const cm_manifest_evidence MANIFEST = {.state = "invalid",
                                              .policy = "2.5",
                                              .active = "urn:c2pa:1",
                                              .signer = "S\"igner",
                                              .alg = "es256",
                                              .bindings = BINDINGS,
                                              .binding_count = 1,
                                              .status = STATUS,
                                              .status_count = 2};
static const cm_watermark_evidence WATERMARK = {.scheme = "cm-image-1",
                                                .key = "K",
                                                .public_layer = true,
                                                .log10_p = -321.5,
                                                .tests = 1234567890123,
                                                .has_payload = true,
                                                .payload = 0xff,
                                                .payload_bits = 64,
                                                .bits_corrected = 3,
                                                .rotation_deg = 5,
                                                .scale_x = 0.5,
                                                .scale_y = 0.25,
                                                .flip = true,
                                                .offset_x = 1,
                                                .offset_y = 2,
                                                .regions = REGIONS,
                                                .region_count = 1};
static const cm_declared_evidence DECLARED[] = {
    {.source = "xmp", .field = "DigitalSourceType", .value = "a\033[2Jb", .meaning = "c\033d"}};
static const char *const LIMITS[] = {"one", "two"};

static cm_inspection full_report(void) {
    return (cm_inspection){.file = "a.png",
                           .media_type = "image/png",
                           .size = 42,
                           .sha256 = "00",
                           .verdict = CM_VERDICT_INVALID,
                           .manifest = &MANIFEST,
                           .watermark = &WATERMARK,
                           .declared = DECLARED,
                           .declared_count = 1,
                           .limits = LIMITS,
                           .limit_count = 2};
}

static json_t *as_json(const cm_inspection *report, bool one_line) {
    char *text = NULL;
    cm_error err = {0};
    ck_assert_int_eq(cm_inspection_json(report, one_line, &text, &err), CM_OK);
    if (one_line)
        ck_assert_ptr_null(strchr(text, '\n'));
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    free(text);
    ck_assert_ptr_nonnull(root);
    return root;
}

static void check_geometry(const json_t *watermark) {
    double rotation, x, y, ox, oy;
    int flip;
    ck_assert_int_eq(json_unpack(json_object_get(watermark, "geometry"),
                                 "{s:F, s:F, s:F, s:b, s:F, s:F !}", "rotation_deg", &rotation,
                                 "scale_x", &x, "scale_y", &y, "flip", &flip, "offset_x", &ox,
                                 "offset_y", &oy),
                     0);
    ck_assert(rotation == 5 && x == 0.5 && y == 0.25 && flip == 1 && ox == 1 && oy == 2);
}

START_TEST(json_keeps_the_contract) {
    cm_inspection report = full_report();
    for (int one_line = 0; one_line < 2; one_line++) {
        json_t *root = as_json(&report, one_line == 1);
        json_t *evidence, *limits;
        const char *name, *version, *file, *type, *sha, *verdict;
        int schema;
        json_int_t size;
        ck_assert_int_eq(
            json_unpack(root, "{s:i, s:{s:s, s:s !}, s:s, s:s, s:I, s:s, s:s, s:o, s:o !}",
                        "schema_version", &schema, "tool", "name", &name, "version", &version,
                        "file", &file, "media_type", &type, "size", &size, "sha256", &sha,
                        "verdict", &verdict, "evidence", &evidence, "limits", &limits),
            0);
        ck_assert_int_eq(schema, 1);
        ck_assert_str_eq(version, cm_version());
        ck_assert_str_eq(verdict, "invalid");
        ck_assert(size == 42 && json_array_size(limits) == 2);
        ck_assert_uint_eq(json_array_size(evidence), 3);
        static const char *const LAYERS[] = {"manifest", "watermark", "declared"};
        for (size_t i = 0; i < 3; i++)
            ck_assert_str_eq(
                json_string_value(json_object_get(json_array_get(evidence, i), "layer")),
                LAYERS[i]);
        json_decref(root);
    }
}
END_TEST

START_TEST(json_of_each_layer) {
    cm_inspection report = full_report();
    json_t *root = as_json(&report, true);
    const json_t *evidence = json_object_get(root, "evidence");
    const json_t *m = json_array_get(evidence, 0), *w = json_array_get(evidence, 1);
    const json_t *signer = json_object_get(m, "signer");
    ck_assert_str_eq(json_string_value(json_object_get(signer, "common_name")), "S\"igner");
    ck_assert(json_is_null(json_object_get(signer, "issuer")));
    ck_assert(json_is_null(json_object_get(m, "time")));
    ck_assert_uint_eq(json_array_size(json_object_get(m, "status")), 2);
    const json_t *binding = json_array_get(json_object_get(m, "soft_bindings"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(binding, "value")), "00000000000000ff");
    ck_assert_str_eq(json_string_value(json_object_get(w, "payload")), "00000000000000ff");
    ck_assert(json_real_value(json_object_get(w, "log10_p")) == -321.5);
    ck_assert(json_integer_value(json_object_get(w, "tests")) == 1234567890123);
    ck_assert(json_is_true(json_object_get(w, "public")));
    ck_assert_int_eq((int)json_integer_value(json_object_get(w, "bits_corrected")), 3);
    ck_assert_uint_eq(json_array_size(json_object_get(w, "regions")), 1);
    check_geometry(w);
    json_decref(root);
}
END_TEST

START_TEST(statements_are_the_signers) {
    static const cm_disclosure DISCLOSURE = {"P\033", "S", "1", "2026-11-29T00:00:00Z", "id"};
    static const cm_attestation ATTESTATIONS[] = {{.kind = "toxicity",
                                                   .evaluation = "E\n",
                                                   .version = "1",
                                                   .number = 0.5,
                                                   .better = "lower",
                                                   .date = "2026-11-29",
                                                   .alg = "sha256",
                                                   .digest = "00ff"},
                                                  {.kind = "other",
                                                   .evaluation = "E",
                                                   .version = "1",
                                                   .text = "passed",
                                                   .date = "2026-11-29",
                                                   .alg = "sha256",
                                                   .digest = "00ff",
                                                   .url = "https://x"}};
    static const cm_ai_disclosure AI[] = {{.model_type = "c2pa.types.model"}};
    cm_manifest_evidence manifest = MANIFEST;
    cm_inspection report = full_report();
    cm_error err = {0};
    char *text = NULL;
    manifest.statements = (cm_statements){&DISCLOSURE, ATTESTATIONS, 2, AI, 1};
    report.manifest = &manifest;
    ck_assert_int_eq(cm_inspection_text(&report, &text, &err), CM_OK);
    ck_assert_ptr_nonnull(strstr(text, "nobody here has checked it"));
    ck_assert_ptr_nonnull(strstr(text, "toxicity: E\\u{a} 1: 0.5 (lower is better), 2026-11-29"));
    ck_assert_ptr_nonnull(strstr(text, "other: E 1: passed, 2026-11-29"));
    ck_assert_ptr_nonnull(strstr(text, "generated by S 1 of P\\u{1b}"));
    ck_assert_ptr_null(strchr(text, 033));
    free(text);
    json_t *root = as_json(&report, true);
    const json_t *m = json_array_get(json_object_get(root, "evidence"), 0);
    const json_t *list = json_object_get(m, "attestations");
    ck_assert_uint_eq(json_array_size(list), 2);
    ck_assert(json_is_null(json_object_get(json_array_get(list, 0), "unit")));
    ck_assert(json_real_value(json_object_get(json_array_get(list, 0), "result")) == 0.5);
    ck_assert_uint_eq(json_array_size(json_object_get(m, "ai_disclosures")), 1);
    json_decref(root);
}
END_TEST

START_TEST(json_bears_with_odd_values) {
    cm_watermark_evidence odd = WATERMARK;
    cm_inspection report = full_report();
    odd.has_payload = false;
    odd.log10_p = -INFINITY;
    odd.offset_x = NAN;
    report.watermark = &odd;
    report.file = "bad\xff utf-8";
    json_t *root = as_json(&report, true);
    const json_t *w = json_array_get(json_object_get(root, "evidence"), 1);
    ck_assert(json_is_null(json_object_get(root, "file")));
    ck_assert(json_is_null(json_object_get(w, "payload")));
    ck_assert(json_real_value(json_object_get(w, "log10_p")) <= -1e9);
    json_decref(root);
}
END_TEST

START_TEST(errors_as_json) {
    cm_error what = {.code = CM_ERR_FORMAT, .message = "broken"};
    char *text = NULL;
    ck_assert_int_eq(cm_error_json(NULL, &what, true, &text, NULL), CM_OK);
    json_t *root = json_loads(text, 0, NULL);
    const char *code, *message;
    ck_assert_int_eq(json_unpack(json_object_get(root, "error"), "{s:s, s:s !}", "code", &code,
                                 "message", &message),
                     0);
    ck_assert_str_eq(code, "format");
    ck_assert_str_eq(message, "broken");
    ck_assert(json_is_null(json_object_get(root, "file")));
    json_decref(root);
    free(text);
}
END_TEST

START_TEST(text_carries_no_control_characters) {
    cm_inspection report = full_report();
    char *text = NULL;
    ck_assert_int_eq(cm_inspection_text(&report, &text, NULL), CM_OK);
    ck_assert_ptr_null(strchr(text, '\033'));
    ck_assert_ptr_nonnull(strstr(text, "a\\u{1b}[2Jb"));
    ck_assert_ptr_nonnull(strstr(text, "assertion.dataHash.mismatch: changed"));
    ck_assert_ptr_null(strstr(text, "claimSignature.validated"));
    free(text);
}
END_TEST

START_TEST(verdicts_and_exit_codes) {
    static const struct {
        cm_verdict verdict;
        const char *name;
        int code;
    } WANT[] = {
        {CM_VERDICT_TRUSTED, "trusted", 0},     {CM_VERDICT_MARKED, "marked", 0},
        {CM_VERDICT_NONE, "none", 1},           {CM_VERDICT_INVALID, "invalid", 3},
        {CM_VERDICT_UNTRUSTED, "untrusted", 4}, {CM_VERDICT_INCONCLUSIVE, "inconclusive", 5}};
    for (size_t i = 0; i < sizeof WANT / sizeof WANT[0]; i++) {
        ck_assert_str_eq(cm_verdict_name(WANT[i].verdict), WANT[i].name);
        ck_assert_int_eq(cm_verdict_exit_code(WANT[i].verdict), WANT[i].code);
    }
}
END_TEST

START_TEST(notes_are_bounded_and_said_once) {
    static cm_findings f;
    f.shown.limits = f.notes;
    for (int i = 0; i < 100; i++) {
        cm_findings_note(&f, "line\n %d", i);
        cm_findings_note(&f, "line\n %d", i);
    }
    ck_assert_uint_eq(f.shown.limit_count, CM_NOTES);
    ck_assert_str_eq(f.shown.limits[1], "line? 1");
}
END_TEST

START_TEST(png_writer_is_read_back) {
    enum { W = 37, H = 11 };
    uint8_t rgb[W * H * 3], back[W * H * 3];
    cm_buf png = {0};
    cm_picture *picture = NULL;
    cm_error err = {0};
    for (size_t i = 0; i < sizeof rgb; i++)
        rgb[i] = (uint8_t)(i * i / 7 + i);
    ck_assert_int_eq(cm_png_write(rgb, W, H, &png, &err), CM_OK);
    ck_assert_msg(cm_picture_open(cm_buf_bytes(&png), NULL, &picture, &err) == CM_OK, "%s",
                  err.message);
    ck_assert_int_eq(cm_picture_rgb(picture, CM_ALPHA_OVER_GREY, back, &err), CM_OK);
    ck_assert_mem_eq(rgb, back, sizeof rgb);
    cm_picture_close(picture);
    cm_buf_free(&png);
}
END_TEST

START_TEST(protect_refuses_contradictions) {
    cm_error err = {0};
    cm_protect_options o = {0};
    ck_assert_int_eq(cm_protect("x", "y", &o, NULL, &err), CM_ERR_ARGUMENT);
    o.chain = "chain.pem";
    ck_assert_int_eq(cm_protect("x", "y", &o, NULL, &err), CM_ERR_ARGUMENT);
    o.sign_key = "key.pem";
    o.sign_alg = "rot13";
    ck_assert_int_eq(cm_protect("x", "y", &o, NULL, &err), CM_ERR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(err.message, "rot13"));
}
END_TEST

START_TEST(every_code_is_explained) {
    const cm_explanation *e;
    size_t n = 0;
    for (; (e = cm_explain_at(n)) != NULL; n++) {
        bool failure = strcmp(e->kind, "failure") == 0;
        ck_assert_ptr_eq(cm_explain(e->code), e);
        ck_assert(e->clause[0] != '\0' && e->meaning[strlen(e->meaning) - 1] == '.');
        ck_assert_msg(!failure || e->advice[0] != '\0', "%s: no advice", e->code);
    }
    ck_assert_uint_gt(n, 140);
    ck_assert_ptr_null(cm_explain("assertion"));
}
END_TEST

Suite *suite_api(void);
Suite *suite_api(void) {
    Suite *s = suite_create("api");
    TCase *tc = tcase_create("reports");
    tcase_add_test(tc, json_keeps_the_contract);
    tcase_add_test(tc, json_of_each_layer);
    tcase_add_test(tc, statements_are_the_signers);
    tcase_add_test(tc, json_bears_with_odd_values);
    tcase_add_test(tc, errors_as_json);
    tcase_add_test(tc, text_carries_no_control_characters);
    tcase_add_test(tc, verdicts_and_exit_codes);
    tcase_add_test(tc, notes_are_bounded_and_said_once);
    tcase_add_test(tc, png_writer_is_read_back);
    tcase_add_test(tc, protect_refuses_contradictions);
    tcase_add_test(tc, every_code_is_explained);
    suite_add_tcase(s, tc);
    return s;
}
