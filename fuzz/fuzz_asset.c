/* Containers: reading, listing, stripping and re-inserting must hold their promises on any bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "asset/asset.h"

static void check(bool promise) {
    if (!promise)
        abort();
}

static const uint8_t STORE[40] = "\0\0\0\x28jumb\0\0\0\x1ejumdc2pa";

/* What an update replaces. */
static cm_span replaced(const cm_asset_manifest *m) {
    bool whole = m->carrier == CM_CARRIER_NONE || m->carrier == CM_CARRIER_WRAPPER;
    return whole ? m->where : m->spelt;
}

/* A store that takes the place of another one leaves every other byte, and is the one then. */
static void update(cm_bytes file, const cm_source *in, cm_span old) {
    cm_buf out = {0};
    cm_sink sink = cm_sink_buf(&out);
    cm_asset_plan plan;
    cm_bytes store = {.data = STORE, .size = sizeof STORE};
    if (cm_asset_plan_update(in, sizeof STORE, NULL, &plan, NULL) != CM_OK)
        return;
    cm_asset_plan_settle(&plan, store);
    check(cm_asset_write(in, &plan, store, &sink, NULL) == CM_OK && out.size == plan.size);
    size_t start = (size_t)old.start, end = start + (size_t)old.length;
    size_t new_end = start + (size_t)plan.where.length;
    cm_source *again = NULL;
    cm_asset_manifest m;
    check(plan.where.start == old.start && out.size - new_end == file.size - end);
    check(memcmp(out.data, file.data, start) == 0);
    check(end == file.size || memcmp(out.data + new_end, file.data + end, file.size - end) == 0);
    check(cm_source_memory(cm_buf_bytes(&out), &again, NULL) == CM_OK);
    check(cm_asset_read(again, NULL, &m, NULL) == CM_OK && m.fault == CM_ASSET_SOUND);
    check(cm_bytes_equal(cm_buf_bytes(&m.store), store));
    check(replaced(&m).start == old.start && replaced(&m).length == plan.where.length);
    cm_asset_manifest_free(&m);
    cm_source_close(again);
    cm_asset_plan_free(&plan);
    cm_buf_free(&out);
}

/* What was stripped holds no store; what a store was put into gives it back. */
static void rewrite(const cm_source *in) {
    cm_buf out = {0};
    cm_sink sink = cm_sink_buf(&out);
    cm_asset_plan plan;
    if (cm_asset_plan_make(in, sizeof STORE, &plan, NULL) != CM_OK)
        return;
    cm_bytes store = {.data = STORE, .size = sizeof STORE};
    cm_asset_plan_settle(&plan, store);
    check(cm_asset_write(in, &plan, store, &sink, NULL) == CM_OK && out.size == plan.size);
    cm_source *again = NULL;
    cm_asset_manifest m;
    check(cm_source_memory(cm_buf_bytes(&out), &again, NULL) == CM_OK);
    check(cm_asset_read(again, NULL, &m, NULL) == CM_OK && m.fault == CM_ASSET_SOUND);
    check(cm_bytes_equal(cm_buf_bytes(&m.store), store));
    check(m.where.start == plan.where.start && m.where.length == plan.where.length);
    cm_asset_manifest_free(&m);
    cm_source_close(again);
    cm_asset_plan_free(&plan);
    cm_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cm_source *in = NULL;
    cm_asset_manifest m;
    cm_asset_boxes boxes;
    if (cm_source_memory((cm_bytes){.data = data, .size = size}, &in, NULL) != CM_OK)
        return 0;
    if (cm_asset_read(in, NULL, &m, NULL) == CM_OK)
        check(m.where.length <= size && m.where.start + m.where.length + m.padding <= size);
    update((cm_bytes){.data = data, .size = size}, in, replaced(&m));
    cm_asset_manifest_free(&m);
    if (cm_asset_boxes_read(in, &boxes, NULL) == CM_OK)
        cm_asset_boxes_free(&boxes);
    rewrite(in);
    cm_source_close(in);
    return 0;
}
