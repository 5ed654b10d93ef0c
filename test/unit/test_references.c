/* What assertions refer to: in the store, and elsewhere; and assertions that are no JSON. */
#include <check.h>

#include "base/hash.h"
#include "hash_support.h"
#include "sign/assertion.h"
#include "sign/cbor.h"
#include "sign/json_text.h"
#include "sign/jumbf.h"
#include "sign/labels.h"
#include "sign_support.h"

static const hash_made *besides; /* an assertion that goes with the others */

/* The state of a manifest with this assertion besides its binding. Checks that `id` is noted. */
static cm_state judge(hash_made *assertion, cm_status_id id) {
    static const uint8_t asset[] = {1, 2, 3};
    cm_digest digest;
    cm_buf b = {0};
    ck_assert_int_eq(cm_hash_bytes(CM_HASH_SHA256, (cm_bytes){asset, sizeof asset}, &digest, NULL),
                     CM_OK);
    cm_cbor_put_map(&b, 1);
    cm_cbor_put_text(&b, "hash");
    cm_cbor_put_bytes(&b, cm_digest_bytes(&digest));
    hash_made made[3] = {hashes_make(CM_LABEL_HASH_DATA, &b), *assertion};
    if (besides != NULL)
        made[2] = *besides;
    cm_state state = hashes_judge(made, besides != NULL ? 3 : 2, (cm_bytes){asset, sizeof asset},
                                  NULL, 0, (cm_span){0, 0}, id);
    cm_buf_free(&made[0].box);
    cm_buf_free(&made[1].box);
    cm_buf_free(&made[2].box);
    cm_buf_free(&b);
    return state;
}

/* Of CBOR in diagnostic notation, as far as it is needed here: {'key': 'text' | digit | {…} |
 * [{…}]}; a text of one "h" is a string of 32 bytes. */
static const char *put_item(cm_buf *b, const char *at);

static size_t count_items(const char *at) {
    size_t depth = 0, count = *at == '}' || *at == ']' ? 0 : 1;
    for (; depth > 0 || (*at != '}' && *at != ']'); at++) {
        depth += *at == '{' || *at == '[';
        depth -= *at == '}' || *at == ']';
        count += *at == ',' && depth == 0;
    }
    return count;
}

static const char *put_text(cm_buf *b, const char *at) {
    char text[128];
    size_t n = strcspn(++at, "'");
    ck_assert_uint_lt(n, sizeof text);
    memcpy(text, at, n);
    text[n] = '\0';
    if (strcmp(text, "h") == 0)
        cm_cbor_put_bytes(b, (cm_bytes){(const uint8_t *)"0123456789abcdef0123456789abcdef", 32});
    else
        cm_cbor_put_text(b, text);
    return at + n + 1;
}

static const char *put_item(cm_buf *b, const char *at) {
    bool map = *at == '{';
    if (*at == '\'')
        return put_text(b, at);
    if (*at >= '0' && *at <= '9') {
        cm_cbor_put_uint(b, (uint64_t)(*at - '0'));
        return at + 1;
    }
    size_t count = count_items(++at);
    if (map)
        cm_cbor_put_map(b, count);
    else
        cm_cbor_put_array(b, count);
    for (size_t i = 0; i < count; i++) {
        if (map)
            at = put_text(b, at) + 1;
        at = put_item(b, at);
        at += *at == ',';
    }
    return at + 1;
}

static cm_state judge_cbor(const char *label, const char *content, bool gathered, cm_status_id id) {
    cm_buf b = {0};
    (void)put_item(&b, content);
    hash_made made = hashes_make(label, &b);
    made.gathered = gathered;
    cm_state state = judge(&made, id);
    cm_buf_free(&b);
    return state;
}

START_TEST(references_in_the_store_are_followed) {
    static const char there[] = "{'a':[{'icon':{'url':'self#jumbf=c2pa.assertions/c2pa.actions.v2',"
                                "'alg':'sha256','hash':'h'}}]}";
    static const char gone[] = "{'b':{'url':'self#jumbf=c2pa.assertions/c2pa.icon','hash':'h'}}";
    static const char bare[] = "{'b':{'url':'self#jumbf=c2pa.assertions/c2pa.icon'}}";
    static const char out[] = "{'b':{'url':'https://example.com/','hash':'h'}}";
    ck_assert_int_eq(judge_cbor("c2pa.depthmap", there, false, CM_ST_HASHED_URI_MISMATCH),
                     CM_STATE_INVALID);
    ck_assert_int_eq(judge_cbor("c2pa.depthmap", gone, false, CM_ST_HASHED_URI_MISSING),
                     CM_STATE_INVALID);
    ck_assert_int_eq(judge_cbor("c2pa.depthmap", bare, false, CM_STATUS_COUNT), CM_STATE_TRUSTED);
    ck_assert_int_eq(judge_cbor("c2pa.depthmap", out, false, CM_STATUS_COUNT), CM_STATE_TRUSTED);
    ck_assert_int_eq(judge_cbor("com.example", gone, false, CM_STATUS_COUNT), CM_STATE_TRUSTED);
}
END_TEST

/* A link by SHA-512 without saying so, in what says so; the claim's is SHA-256. */
START_TEST(what_encloses_a_reference_names_its_algorithm) {
    cm_buf note = {0};
    cm_cbor_put_map(&note, 0);
    for (int right = 0; right < 2; right++) {
        hash_made other = hashes_make("c2pa.depthmap", &note);
        cm_buf b = {0};
        cm_cbor_put_map(&b, 2);
        cm_cbor_put_text(&b, "alg");
        cm_cbor_put_text(&b, right ? "sha512" : "phash");
        cm_cbor_put_text(&b, "a");
        ck_assert_int_eq(
            cm_put_hashed_uri(&b, "self#jumbf=c2pa.assertions/c2pa.depthmap", CM_HASH_SHA512, false,
                              (cm_bytes){other.box.data + 8, other.box.size - 8}, NULL),
            CM_OK);
        hash_made made = hashes_make("c2pa.example", &b);
        besides = &other;
        ck_assert_int_eq(judge(&made, right ? CM_STATUS_COUNT : CM_ST_HASHED_URI_MISMATCH),
                         right ? CM_STATE_TRUSTED : CM_STATE_INVALID);
        cm_buf_free(&b);
    }
    besides = NULL;
    cm_buf_free(&note);
}
END_TEST

typedef struct row {
    const char *label;
    const char *content;
    bool gathered;
    cm_status_id id; /* CM_STATUS_COUNT: trusted */
    cm_c2pa before;  /* trusted by this policy */
} row;

#define LOCATION "'location':{'url':'https://example.com/','alg':'sha256','hash':'h'}"
#define CLOUD "c2pa.cloud-data"
#define EXTERNAL "c2pa.external-reference"
#define LINKED "c2pa.linked-resource-integrity"

START_TEST(assertions_about_elsewhere_are_held_to_the_rules) {
    static const row rows[] = {
        {CLOUD, "{'label':'a.b','size':'1'," LOCATION "}", false, CM_STATUS_COUNT, 0},
        {CLOUD, "{'label':'a.b'," LOCATION "}", false, CM_ST_CLOUD_DATA_MALFORMED, 0},
        {CLOUD, "{'label':'c2pa.hash.data__1','size':'1'," LOCATION "}", false,
         CM_ST_CLOUD_DATA_HARD_BINDING, 0},
        {CLOUD, "{'label':'c2pa.ingredient.v3','size':'1','content_type':'a/b'," LOCATION "}",
         false, CM_ST_CLOUD_DATA_MALFORMED, CM_C2PA_2_2},
        {EXTERNAL, "{" LOCATION "}", true, CM_STATUS_COUNT, 0},
        {EXTERNAL, "{" LOCATION "}", false, CM_ST_EXTERNAL_CREATED, CM_C2PA_2_2},
        {EXTERNAL, "{'location':{}}", true, CM_ST_EXTERNAL_MALFORMED, CM_C2PA_2_2},
        {EXTERNAL, "{'location':{'url':'https://example.com/','alg':'sha256'}}", true,
         CM_ST_EXTERNAL_MALFORMED, CM_C2PA_2_2},
        {EXTERNAL, "{'label':'c2pa.external-reference'," LOCATION "}", true,
         CM_ST_EXTERNAL_MALFORMED, CM_C2PA_2_2},
        {LINKED, "{'resources':{'externalResources':[{'url':'a','alg':'sha256','hash':'h'}]}}",
         true, CM_ST_LINKED_NOT_CREATED, CM_C2PA_2_4},
        {LINKED, "{'resources':{'externalResources':[{'url':'a','hash':'h'}]}}", false,
         CM_ST_LINKED_MALFORMED, CM_C2PA_2_4},
        {LINKED, "{'resources':{'relativeResources':[{'uri':'a','hash':'h'}]}}", false,
         CM_ST_LINKED_MALFORMED, CM_C2PA_2_4},
        {LINKED, "{'resources':{'alg':'md5','relativeResources':[{'uri':'a','hash':'h'}]}}", false,
         CM_ST_ALGORITHM_UNSUPPORTED, CM_C2PA_2_4},
        {LINKED,
         "{'resources':{'alg':'sha256','relativeResources':[{'uri':'a/%2E./b','hash':'h'}]}}",
         false, CM_ST_LINKED_INVALID_URI, CM_C2PA_2_4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const row *r = &rows[i];
        cm_state expected = r->id == CM_STATUS_COUNT ? CM_STATE_TRUSTED : CM_STATE_INVALID;
        ck_assert_int_eq(judge_cbor(r->label, r->content, r->gathered, r->id), expected);
        hashes_policy = r->before;
        if (r->before != CM_C2PA_NEWEST)
            ck_assert_int_eq(judge_cbor(r->label, r->content, r->gathered, CM_STATUS_COUNT),
                             CM_STATE_TRUSTED);
        hashes_policy = CM_C2PA_NEWEST;
    }
}
END_TEST

START_TEST(resources_are_said_not_to_be_fetched) {
    static const char linked[] = "{'resources':{'alg':'sha256','relativeResources':"
                                 "[{'uri':'./a..b/...','hash':'h'},{'uri':'%','hash':'h'}]}}";
    ck_assert_int_eq(judge_cbor(LINKED, linked, false, CM_ST_LINKED_SKIPPED), CM_STATE_TRUSTED);
}
END_TEST

#define ORIGINAL(parameters)                                                                       \
    "{'type':'exif.originalPreservationImage','parameters':{" parameters "}}"
#define EMBEDDED "'embeddedOriginalPreservationImage':"

/* One of an index or a hashed URI; an index of a part that is listed. */
START_TEST(original_images_must_be_there) {
    static const struct {
        const char *content;
        cm_status_id id;
    } rows[] = {
        {ORIGINAL(EMBEDDED "{'url':'self#jumbf=c2pa.assertions/c2pa.actions.v2','hash':'h'}"),
         CM_ST_ALTERNATIVE_HASH_MISMATCH},
        {ORIGINAL(EMBEDDED "{'url':'self#jumbf=c2pa.assertions/c2pa.x','hash':'h'}"),
         CM_ST_ALTERNATIVE_MISSING},
        {ORIGINAL(EMBEDDED "{'url':'self#jumbf=c2pa.assertions/c2pa.actions.v2'}"),
         CM_ST_ALTERNATIVE_MALFORMED},
        {ORIGINAL(EMBEDDED "{},'multiAssetPartIndex':0"), CM_ST_ALTERNATIVE_MALFORMED},
        {ORIGINAL(""), CM_ST_ALTERNATIVE_MALFORMED},
        {ORIGINAL("'multiAssetPartIndex':2"), CM_ST_ALTERNATIVE_MALFORMED},
    };
    cm_buf b = {0};
    (void)put_item(&b, "{'parts':[{},{}]}");
    hash_made parts = hashes_make(CM_LABEL_HASH_MULTI_ASSET, &b);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        hash_made copy = hashes_make(CM_LABEL_HASH_MULTI_ASSET, &b);
        besides = &copy;
        ck_assert_int_eq(judge_cbor(CM_LABEL_REPRESENTATION, rows[i].content, false, rows[i].id),
                         CM_STATE_INVALID);
    }
    besides = &parts;
    ck_assert_int_eq(judge_cbor(CM_LABEL_REPRESENTATION, ORIGINAL("'multiAssetPartIndex':1"), false,
                                CM_ST_ALTERNATIVE_MATCH),
                     CM_STATE_TRUSTED);
    besides = NULL;
    ck_assert_int_eq(judge_cbor(CM_LABEL_REPRESENTATION, ORIGINAL("'multiAssetPartIndex':1"), false,
                                CM_ST_ALTERNATIVE_MALFORMED),
                     CM_STATE_INVALID);
    hashes_policy = CM_C2PA_2_2;
    ck_assert_int_eq(judge_cbor(CM_LABEL_REPRESENTATION, ORIGINAL(""), false, CM_STATUS_COUNT),
                     CM_STATE_TRUSTED);
    hashes_policy = CM_C2PA_NEWEST;
    cm_buf_free(&b);
}
END_TEST

START_TEST(the_actions_of_updates_must_be_there) {
    hashes_kind = CM_KIND_UPDATE;
    (void)judge_cbor(CLOUD, "{'label':'c2pa.actions.v2','size':'1'," LOCATION "}", false,
                     CM_ST_CLOUD_DATA_ACTIONS);
    hashes_kind = CM_KIND_MANIFEST;
}
END_TEST

START_TEST(json_must_be_json) {
    hash_made right = hashes_make_json("c2pa.metadata", "{\"@context\": {}}");
    hash_made wrong = hashes_make_json("c2pa.metadata", "{\"@context\": {}");
    hash_made other = hashes_make_json("com.example", "{\"@context\": {}");
    ck_assert_int_eq(judge(&right, CM_STATUS_COUNT), CM_STATE_TRUSTED);
    ck_assert_int_eq(judge(&wrong, CM_ST_ASSERTION_JSON_INVALID), CM_STATE_INVALID);
    ck_assert_int_eq(judge(&other, CM_STATUS_COUNT), CM_STATE_TRUSTED);
}
END_TEST

static bool is_json(const char *text) {
    return cm_is_json((cm_bytes){(const uint8_t *)text, strlen(text)});
}

START_TEST(the_grammar_of_json) {
    static const char *const right[] = {"0",
                                        "-0",
                                        "1.5e+10",
                                        "[]",
                                        "{}",
                                        " [ 1 , 2 ] \n",
                                        "\"\\u00e9\\n\"",
                                        "null",
                                        "true",
                                        "false",
                                        "{\"a\":[{}]}",
                                        "[[],{}]",
                                        "{\"a\":1,\"a\":2}",
                                        "1E5",
                                        "\"\xc3\xa9\"",
                                        "{ \"a\" : { \"b\" : [ ] } , \"c\" : \"\" }"};
    static const char *const wrong[] = {
        "",           " ",         "01",    "1.",    ".5",          "+1",      "[1,]",
        "{\"a\":1,}", "{a:1}",     "[1 2]", "[",     "]",           "{",       "\"",
        "\"\\x\"",    "\"\n\"",    "nul",   "nulll", "1 2",         "{\"a\"}", "{\"a\":}",
        "[1}",        "{\"a\":1]", "'a'",   "NaN",   "\"\\u00g0\"", "\"\\",    "\xef\xbb\xbf{}",
        "\"\xff\"",   "-",         "1e",    "[,1]",  "{,}"};
    char deep[2 * CM_JSON_DEPTH + 3];
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
        ck_assert_msg(is_json(right[i]), "%s", right[i]);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!is_json(wrong[i]), "%s", wrong[i]);
    for (size_t n = CM_JSON_DEPTH; n <= CM_JSON_DEPTH + 1; n++) {
        memset(deep, '[', n);
        memset(deep + n, ']', n);
        deep[2 * n] = '\0';
        ck_assert_int_eq(is_json(deep), n == CM_JSON_DEPTH);
    }
}
END_TEST

/* The failures of a manifest whose generator has this icon, or one of its own. */
static void judge_icon(const sign_credentials *c, const char *icon, char *codes, size_t size) {
    static const uint8_t drawn[] = "<svg/>";
    cm_cbor_map more = {0};
    cm_manifest_spec spec = {.generator_icon = {"image/svg+xml", {drawn, sizeof drawn - 1}},
                             .generator_more = &more};
    if (icon != NULL) {
        spec.generator_icon.media_type = NULL;
        (void)put_item(cm_cbor_map_key(&more, "icon"), icon);
    }
    sign_asset a = sign_make_asset(&spec, c->signer);
    cm_report *report = sign_verify_asset(&a, c->trust, time(NULL));
    sign_failures(report, codes, size);
    ck_assert_int_eq(report->state, icon != NULL ? CM_STATE_INVALID : CM_STATE_TRUSTED);
    cm_report_free(report);
    sign_free_asset(&a);
    cm_cbor_map_free(&more);
}

START_TEST(a_generators_icon_is_followed) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    char codes[256];
    judge_icon(&c, NULL, codes, sizeof codes);
    ck_assert_str_eq(codes, "");
    judge_icon(&c, "{'url':'self#jumbf=c2pa.assertions/c2pa.actions.v2','hash':'h'}", codes,
               sizeof codes);
    ck_assert_str_eq(codes, "hashedURI.mismatch");
    judge_icon(&c, "{'url':'self#jumbf=c2pa.assertions/c2pa.icon','hash':'h'}", codes,
               sizeof codes);
    ck_assert_str_eq(codes, "hashedURI.missing");
    sign_free_credentials(&c);
}
END_TEST

Suite *suite_references(void);
Suite *suite_references(void) {
    Suite *s = suite_create("references");
    TCase *tc = tcase_create("references");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, references_in_the_store_are_followed);
    tcase_add_test(tc, what_encloses_a_reference_names_its_algorithm);
    tcase_add_test(tc, assertions_about_elsewhere_are_held_to_the_rules);
    tcase_add_test(tc, resources_are_said_not_to_be_fetched);
    tcase_add_test(tc, original_images_must_be_there);
    tcase_add_test(tc, the_actions_of_updates_must_be_there);
    tcase_add_test(tc, a_generators_icon_is_followed);
    tcase_add_test(tc, json_must_be_json);
    tcase_add_test(tc, the_grammar_of_json);
    suite_add_tcase(s, tc);
    return s;
}
