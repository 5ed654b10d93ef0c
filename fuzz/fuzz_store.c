/* A whole manifest store, as an asset and as its own sidecar: always a verdict, never "trusted". */
#include <stdlib.h>

#include "api/crjson.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cm_bytes store = {.data = data, .size = size};
    cm_source *asset = NULL;
    if (cm_source_memory(store, &asset, NULL) != CM_OK)
        return 0;
    show(store);
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
