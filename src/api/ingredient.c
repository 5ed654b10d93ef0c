#include "api/ingredient.h"

#include <stdlib.h>
#include <string.h>

#include "api/findings.h"
#include "api/verify_boxes.h"
#include "base/mem.h"
#include "sign/carried.h"
#include "sign/labels.h"
#include "sign/verify.h"

void cm_ingredient_free(cm_ingredient *i) {
    free(i->title);
    cm_asset_manifest_free(&i->found);
    cm_buf_free(&i->findings);
    cm_buf_free(&i->thumbnail);
    cm_buf_free(&i->data);
    *i = (cm_ingredient){0};
}

/* What the file's manifest is worth, recorded with it (C2PA 2.2 §10.3.3). */
static cm_code judge(const cm_source *source, const cm_limits *limits, cm_ingredient *i,
                     cm_error *err) {
    cm_report *report = NULL;
    cm_box_list boxes = {0};
    bool alone = i->found.format == CM_FORMAT_C2PA;
    cm_code code = alone ? CM_OK : cm_box_list_read(source, &boxes, err);
    cm_verify_input input = cm_found_input(&i->found, alone ? NULL : source);
    input.boxes = boxes.list;
    input.box_count = boxes.count;
    cm_verify_options options = {.now = time(NULL), .limits = limits};
    if (code == CM_OK)
        code = cm_verify(&input, &options, &report, err);
    if (code == CM_OK && report->exhausted)
        code = cm_fail(err, CM_ERR_LIMIT, "its manifests take more work to judge than allowed");
    if (code == CM_OK) {
        i->invalid = report->state == CM_STATE_INVALID;
        cm_report_results(report, &i->findings);
        code = cm_buf_status(&i->findings, err);
    }
    cm_report_free(report);
    cm_box_list_free(&boxes);
    return code;
}

/* Whatever is wrong with a store is recorded, as long as it is one, and can be judged as a part of
 * another. */
static cm_code look_at_store(const cm_source *source, const cm_limits *limits, cm_ingredient *i,
                             cm_error *err) {
    cm_carried trial = {0};
    size_t active;
    cm_code code = cm_carried_add(&trial, cm_buf_bytes(&i->found.store), &active, err);
    if (code == CM_OK && trial.count >= limits->manifests)
        code = cm_fail(err, CM_ERR_LIMIT, "%zu manifests, and with another one more than are read",
                       trial.count);
    if (code == CM_OK && cm_box_named(cm_carried_at(&trial, active), CM_LABEL_SIGNATURE) == NULL)
        code = cm_fail(err, CM_ERR_FORMAT, "there is no signature in it");
    cm_carried_free(&trial);
    if (code == CM_OK)
        code = judge(source, limits, i, err);
    i->unfit = code == CM_ERR_FORMAT || code == CM_ERR_LIMIT;
    return code;
}

cm_code cm_ingredient_take(const cm_source *source, cm_relation relation, const cm_limits *limits,
                           cm_ingredient *out, cm_error *err) {
    *out = (cm_ingredient){.spec = {.relation = relation}};
    cm_code code = cm_asset_read(source, limits, &out->found, err);
    if (code == CM_ERR_UNSUPPORTED)
        return CM_OK; /* no picture, and no manifest that we could know of */
    if (code != CM_OK)
        return code;
    if (out->found.format != CM_FORMAT_C2PA)
        code = cm_asset_media_type(source, &out->found.format, &out->spec.format, err);
    if (code != CM_OK || !out->found.found || out->found.store.size == 0)
        return code;
    code = look_at_store(source, limits, out, err);
    out->spec.store = cm_buf_bytes(&out->found.store);
    out->spec.findings = cm_buf_bytes(&out->findings);
    return code;
}

cm_code cm_ingredient_read(const char *path, cm_relation relation, const cm_limits *limits,
                           cm_ingredient *out, cm_error *err) {
    cm_source *source = NULL;
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    *out = (cm_ingredient){0};
    cm_code code = cm_source_open(path, limits, &source, err);
    if (code == CM_OK)
        code = cm_ingredient_take(source, relation, limits, out, err);
    cm_source_close(source);
    if (out->unfit && err != NULL) {
        cm_error why = *err;
        (void)cm_fail(err, code, "%s: %s", path, why.message);
    }
    if (code != CM_OK)
        return code;
    if (*name == '\0' || !cm_cbor_is_utf8((cm_bytes){(const uint8_t *)name, strlen(name)}))
        return CM_OK; /* a name that can't be written is left out */
    out->title = cm_strndup(name, strlen(name));
    out->spec.title = out->title;
    return out->title != NULL ? CM_OK : cm_fail_memory(err);
}
