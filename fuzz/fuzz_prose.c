/* Texts as containers: what is found lies within them; what a store is put into gives it back, and
 * without it is what it was; composing doesn't hang on how the text comes in parts. */
#include <stdlib.h>
#include <string.h>

#include "asset/prose.h"
#include "base/base64.h"
#include "base/nfc.h"
#include "base/utf8.h"

static void check(bool promise) {
    if (!promise)
        abort();
}

/* Finders are given anything, though they are only called with UTF-8. */
static void find(cm_bytes text, cm_format format) {
    cm_text_sites sites;
    uint64_t end = 0;
    if (cm_prose_find(text, format, &sites, NULL) != CM_OK)
        return;
    check(sites.head_at <= text.size);
    for (size_t i = 0; i < sites.count; i++) {
        const cm_text_site *s = &sites.items[i];
        cm_buf store = {0};
        check(s->where.length != 0 && s->where.length <= text.size - s->where.start);
        check(s->where.start >= end || s->carrier != sites.items[i - 1].carrier);
        end = s->where.start + s->where.length;
        if (s->sound && s->carrier == CM_CARRIER_WRAPPER)
            cm_wrapper_decode(s->store, &store);
        else if (s->sound)
            check(cm_base64_decode(s->store, &store));
        check(!s->sound || store.size >= CM_ASSET_STORE_MIN);
        cm_buf_free(&store);
    }
}

static cm_buf strip(cm_bytes text) {
    cm_source *in = NULL;
    cm_buf out = {0};
    cm_sink sink = cm_sink_buf(&out);
    check(cm_source_memory(text, &in, NULL) == CM_OK);
    check(cm_asset_strip(in, &sink, NULL) == CM_OK);
    cm_source_close(in);
    return out;
}

static void read_again(cm_bytes text, cm_bytes store, cm_span where) {
    cm_source *in = NULL;
    cm_asset_manifest m;
    check(cm_source_memory(text, &in, NULL) == CM_OK);
    check(cm_asset_read(in, NULL, &m, NULL) == CM_OK && m.found && m.fault == CM_ASSET_SOUND);
    check(cm_bytes_equal(cm_buf_bytes(&m.store), store));
    check(m.where.start <= where.start &&
          m.where.start + m.where.length >= where.start + where.length);
    check(m.carrier == CM_CARRIER_ELEMENT || m.where.length == where.length);
    cm_asset_manifest_free(&m);
    cm_source_close(in);
}

/* What is put around a store's piece stays. */
static bool adds_more(const cm_asset_plan *plan) {
    bool more = false;
    for (size_t i = 0; i < plan->count; i++)
        more = more || plan->pieces[i].kind == CM_PIECE_LITERAL;
    return more;
}

static void rewrite(cm_bytes text) {
    static const uint8_t STORE[40] = "\0\0\0\x28jumb\0\0\0\x1ejumdc2pa";
    cm_bytes store = {.data = STORE, .size = sizeof STORE};
    cm_source *in = NULL;
    cm_buf out = {0};
    cm_sink sink = cm_sink_buf(&out);
    cm_asset_plan plan;
    check(cm_source_memory(text, &in, NULL) == CM_OK);
    if (cm_asset_plan_make(in, sizeof STORE, &plan, NULL) == CM_OK &&
        cm_format_is_text(plan.format)) {
        cm_asset_plan_settle(&plan, store);
        check(cm_asset_write(in, &plan, store, &sink, NULL) == CM_OK && out.size == plan.size);
        read_again(cm_buf_bytes(&out), store, plan.where);
        cm_buf bare = strip(text), again = strip(cm_buf_bytes(&out));
        check(adds_more(&plan) || cm_bytes_equal(cm_buf_bytes(&bare), cm_buf_bytes(&again)));
        cm_buf_free(&bare);
        cm_buf_free(&again);
    }
    cm_asset_plan_free(&plan);
    cm_buf_free(&out);
    cm_source_close(in);
}

/* Nothing where too many accents stand on one letter. */
static cm_buf compose(cm_bytes text, size_t part) {
    cm_buf out = {0};
    cm_sink to = cm_sink_buf(&out);
    cm_nfc *nfc = NULL;
    cm_code code = cm_nfc_new(&to, &nfc, NULL);
    cm_sink sink = cm_nfc_sink(nfc);
    for (size_t at = 0, n; code == CM_OK && at < text.size; at += n) {
        n = text.size - at < part ? text.size - at : part;
        code = cm_sink_write(&sink, text.data + at, n, NULL);
    }
    if (code == CM_OK)
        code = cm_nfc_finish(nfc, NULL);
    check(code == CM_OK || code == CM_ERR_LIMIT);
    if (code == CM_ERR_LIMIT)
        out.size = 0;
    cm_nfc_free(nfc);
    return out;
}

/* Bytes that aren't UTF-8 become question marks, so that changed ones still get anywhere. */
static void repair(uint8_t *text, size_t size) {
    for (size_t i = 0; i < size;) {
        size_t n = text[i] < 0x80 ? 1 : text[i] < 0xe0 ? 2 : text[i] < 0xf0 ? 3 : 4;
        bool valid = n <= size - i && cm_utf8_valid((cm_bytes){.data = text + i, .size = n});
        if (!valid)
            text[i] = '?';
        i += valid ? n : 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size != 0 ? size : 1);
    if (copy == NULL || size == 0) {
        free(copy);
        return 0;
    }
    memcpy(copy, data, size);
    find((cm_bytes){.data = data, .size = size}, CM_FORMAT_TEXT);
    find((cm_bytes){.data = data, .size = size}, CM_FORMAT_HTML);
    repair(copy, size);
    cm_bytes text = {.data = copy, .size = size};
    rewrite(text);
    cm_buf whole = compose(text, size), parts = compose(text, 7);
    check(cm_bytes_equal(cm_buf_bytes(&whole), cm_buf_bytes(&parts)));
    cm_buf_free(&whole);
    cm_buf_free(&parts);
    free(copy);
    return 0;
}
