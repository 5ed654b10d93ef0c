/* A manifest store as a tree for people: each manifest with what is wrong about it first, then who
 * signed it, what it says was done, and the ingredients that it was made from. It is drawn from the
 * crJSON document, so that both show the same. */
#include <countermark/inspect.h>
#include <stdlib.h>
#include <string.h>

#include "api/crjson.h"
#include "api/line.h"
#include "base/mem.h"
#include "sign/labels.h"

/* Deeper than that nobody reads; a limit also on how much a knot of ingredients can print. */
enum { DEEPEST = 16, INDENT = 2, SHOWN_MOST = 4096 };

typedef struct tree {
    cm_buf *out;
    json_t *manifests;
    bool *shown; /* by index: each manifest is shown in full once */
    size_t lines;
} tree;

static const char *text_of(json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void put(tree *t, int depth, const char *what, const char *text) {
    if (t->lines++ < SHOWN_MOST)
        cm_put_line(t->out, "%*s%-12s%s", INDENT * (depth + 1), "", what, text);
}

/* The same with a text put together from several, of which empty ones are left out: "A", " (B)". */
static void put2(tree *t, int depth, const char *what, const char *a, const char *between,
                 const char *b, const char *after) {
    cm_buf text = {0};
    cm_buf_text(&text, a);
    if (b[0] != '\0') {
        cm_buf_text(&text, between);
        cm_buf_text(&text, b);
        cm_buf_text(&text, after);
    }
    cm_buf_u8(&text, 0);
    if (text.failed == CM_OK)
        put(t, depth, what, (const char *)text.data);
    cm_buf_free(&text);
}

/* The last part of an address: what a source type is called. */
static const char *last_part(const char *uri) {
    const char *slash = strrchr(uri, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : uri;
}

static void put_failures(tree *t, int depth, json_t *manifest) {
    json_t *failures = json_object_get(json_object_get(manifest, "validationResults"), "failure");
    for (size_t i = 0; i < json_array_size(failures); i++) {
        json_t *one = json_array_get(failures, i);
        bool unknown = strcmp(text_of(one, "code"), "signingCredential.untrusted") == 0;
        put2(t, depth, unknown ? "UNVOUCHED" : "WRONG", text_of(one, "code"), ": ",
             text_of(one, "explanation"), "");
    }
}

static void put_signer(tree *t, int depth, json_t *manifest) {
    json_t *signature = json_object_get(manifest, "signature");
    json_t *certificate = json_object_get(signature, "certificateInfo");
    json_t *stamp = json_object_get(signature, "timeStampInfo");
    if (certificate == NULL) {
        put(t, depth, "signature", "can't be read");
        return;
    }
    put2(t, depth, "certificate", text_of(json_object_get(certificate, "subject"), "CN"),
         " (issuer ", text_of(json_object_get(certificate, "issuer"), "CN"), ")");
    if (stamp != NULL)
        put2(t, depth, "time-stamp", text_of(stamp, "timestamp"), " by ",
             text_of(json_object_get(json_object_get(stamp, "certificateInfo"), "subject"), "CN"),
             "");
}

static void put_generator(tree *t, int depth, json_t *claim) {
    json_t *info = json_object_get(claim, "claim_generator_info");
    if (json_is_array(info))
        info = json_array_get(info, 0);
    if (text_of(info, "name")[0] != '\0')
        put2(t, depth, "made with", text_of(info, "name"), "/", text_of(info, "version"), "");
    else if (text_of(claim, "claim_generator")[0] != '\0')
        put(t, depth, "made with", text_of(claim, "claim_generator"));
    if (text_of(claim, "dc:title")[0] != '\0')
        put(t, depth, "title", text_of(claim, "dc:title"));
}

static void put_actions(tree *t, int depth, json_t *assertion) {
    json_t *actions = json_object_get(assertion, "actions");
    for (size_t i = 0; i < json_array_size(actions); i++) {
        json_t *action = json_array_get(actions, i);
        const char *source = last_part(text_of(action, "digitalSourceType"));
        const char *more = source[0] != '\0' ? source : text_of(action, "description");
        put2(t, depth, "action", text_of(action, "action"), " (", more, ")");
    }
}

static bool is_ingredient(const char *label) {
    return strncmp(label, CM_LABEL_INGREDIENT, strlen(CM_LABEL_INGREDIENT)) == 0;
}

static bool is_actions(const char *label) {
    return strncmp(label, CM_LABEL_ACTIONS, strlen(CM_LABEL_ACTIONS)) == 0;
}

/* Index of the manifest that an ingredient's hashed URI points at; SIZE_MAX for none. */
static size_t find_manifest(const tree *t, const char *uri) {
    const char *label = strstr(uri, "/" CM_LABEL_STORE "/");
    if (label == NULL)
        return SIZE_MAX;
    label += strlen("/" CM_LABEL_STORE "/");
    size_t n = strcspn(label, "/");
    for (size_t i = 0; i < json_array_size(t->manifests); i++) {
        const char *known = text_of(json_array_get(t->manifests, i), "label");
        if (strlen(known) == n && strncmp(known, label, n) == 0)
            return i;
    }
    return SIZE_MAX;
}

static void put_manifest(tree *t, int depth, size_t index);

static void put_ingredient(tree *t, int depth, json_t *assertion) {
    json_t *to = json_object_get(assertion, "activeManifest");
    if (to == NULL)
        to = json_object_get(assertion, "c2pa_manifest");
    put2(t, depth, "ingredient", text_of(assertion, "relationship"), ": ",
         text_of(assertion, "dc:title"), to == NULL ? ", without a manifest" : "");
    if (to == NULL)
        return;
    size_t index = find_manifest(t, text_of(to, "url"));
    if (index == SIZE_MAX)
        put(t, depth + 1, "manifest", "isn't in the store");
    else
        put_manifest(t, depth + 1, index);
}

/* Assertions that aren't shown by themselves are named. */
static void put_assertions(tree *t, int depth, json_t *assertions) {
    const char *label;
    json_t *assertion;
    json_object_foreach(assertions, label, assertion) {
        if (is_actions(label))
            put_actions(t, depth, assertion);
        else if (!is_ingredient(label))
            put(t, depth, "assertion", label);
    }
    json_object_foreach(assertions, label, assertion) {
        if (is_ingredient(label))
            put_ingredient(t, depth, assertion);
    }
}

static void put_manifest(tree *t, int depth, size_t index) {
    json_t *manifest = json_array_get(t->manifests, index);
    json_t *claim = json_object_get(manifest, "claim.v2");
    if (claim == NULL)
        claim = json_object_get(manifest, "claim");
    put2(t, depth, "manifest", text_of(manifest, "label"), ", ",
         t->shown[index] ? "shown above" : (index == 0 ? "active" : ""), "");
    if (t->shown[index] || depth > DEEPEST)
        return;
    t->shown[index] = true;
    put_failures(t, depth + 1, manifest);
    put_signer(t, depth + 1, manifest);
    put_generator(t, depth + 1, claim);
    put_assertions(t, depth + 1, json_object_get(manifest, "assertions"));
}

cm_code cm_inspection_tree(const cm_inspection *report, char **out, cm_error *err) {
    cm_buf b = {0};
    *out = NULL;
    if (report->manifest == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT, "there is no manifest to show");
    json_t *document = cm_crjson_document((const cm_findings *)report);
    json_t *manifests = json_object_get(document, "manifests");
    tree t = {.out = &b, .manifests = manifests};
    t.shown = cm_calloc(json_array_size(manifests) + 1, sizeof *t.shown);
    if (document == NULL || t.shown == NULL) {
        json_decref(document);
        free(t.shown);
        return cm_fail_memory(err);
    }
    if (json_array_size(manifests) == 0)
        put(&t, 0, "store", "it can't be read");
    for (size_t i = 0; i < json_array_size(manifests); i++)
        if (!t.shown[i])
            put_manifest(&t, 0, i);
    if (t.lines > SHOWN_MOST)
        cm_put_line(&b, "  and more, which --crjson has");
    free(t.shown);
    json_decref(document);
    return cm_lines_finish(&b, out, err);
}
