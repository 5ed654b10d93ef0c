/* A whole manifest store, as an asset and as its own sidecar: always a verdict, never "trusted";
 * shown, and taken over into another one. */
#include <stdlib.h>

#include "api/crjson.h"
#include "sign/carried.h"
#include "sign/verify.h"

static void judge(const cm_verify_input *input) {
    cm_verify_options options = {.now = 1700000000};
    cm_report *report = NULL;
    cm_buf results = {0};
    if (cm_verify(input, &options, &report, NULL) != CM_OK)
        abort();
    if (report->state == CM_STATE_TRUSTED)
        abort();
    cm_report_results(report, &results);
    cm_buf_free(&results);
    cm_report_free(report);
}

/* As crJSON and the tree show it, whatever the verdict is. */
static void show(cm_bytes store) {
    cm_findings f = {.manifest = cm_report_new()};
    cm_buf_put_bytes(&f.store, store);
    json_t *document = cm_crjson_document(&f);
    if (f.manifest == NULL || document == NULL)
        abort();
    json_decref(document);
    cm_report_free(f.manifest);
    cm_buf_free(&f.store);
}

/* As the store of an ingredient, twice, and with an assertion of its active manifest redacted. */
static void take_over(cm_bytes store) {
    cm_carried c = {0};
    cm_buf out = {0};
    char uri[300];
    size_t active = 0, again = 0;
    if (cm_carried_add(&c, store, &active, NULL) == CM_OK) {
        const cm_box *box = cm_carried_at(&c, active);
        if (cm_carried_add(&c, store, &again, NULL) == CM_OK && again != active)
            abort();
        (void)snprintf(uri, sizeof uri, "self#jumbf=/c2pa/%.*s/c2pa.assertions/c2pa.ingredient",
                       box->label.size < 200 ? (int)box->label.size : 200,
                       (const char *)box->label.data);
        (void)cm_carried_redact(&c, uri, NULL);
        cm_carried_put(&c, &out);
    }
    cm_buf_free(&out);
    cm_carried_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cm_bytes store = {.data = data, .size = size};
    cm_source *asset = NULL;
    if (cm_source_memory(store, &asset, NULL) != CM_OK)
        return 0;
    show(store);
    take_over(store);
    judge(&(cm_verify_input){.store = store});
    judge(&(cm_verify_input){.store = store, .asset = asset, .where = {0, size}});
    const cm_span where = {size / 2, size - size / 2};
    const cm_verify_box boxes[] = {
        {"SOI", {0, size / 4}}, {"APP1", {size / 4, size / 2 - size / 4}}, {"C2PA", where}};
    judge(&(cm_verify_input){
        .store = store, .asset = asset, .where = where, .boxes = boxes, .box_count = 3});
    cm_source_close(asset);
    return 0;
}
