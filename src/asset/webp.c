/* WebP: the store is a C2PA chunk, the last of the RIFF form (C2PA 2.2, A.3.5). */
#include "asset/webp.h"

#include <string.h>

#include "asset/container.h"

static const char STORE_TYPE[] = "C2PA";

cm_code cm_asset_webp_start(cm_webp_walk *walk, const cm_source *in, cm_error *err) {
    cm_bytes head;
    cm_window_open(&walk->window, in);
    walk->at = CM_WEBP_HEAD;
    walk->count = 0;
    cm_code code = cm_window_get(&walk->window, 0, CM_WEBP_HEAD, &head, err);
    if (code != CM_OK)
        return code;
    cm_reader r = cm_reader_over(head);
    cm_read_skip(&r, 4);
    uint32_t size = cm_read_le32(&r);
    walk->end = (uint64_t)size + CM_RIFF_HEAD;
    walk->done = walk->at >= walk->end;
    if (walk->end > cm_source_size(in) || walk->done)
        return cm_fail(err, CM_ERR_FORMAT, "WebP: a RIFF size of %u in a file of %llu bytes", size,
                       (unsigned long long)cm_source_size(in));
    return CM_OK;
}

cm_code cm_asset_webp_next(cm_webp_walk *walk, cm_riff_chunk *out, cm_error *err) {
    cm_bytes head;
    cm_code code = cm_count_unit(&walk->count, err);
    if (code == CM_OK)
        code = cm_window_get(&walk->window, walk->at, CM_RIFF_HEAD, &head, err);
    if (code != CM_OK)
        return code;
    cm_reader r = cm_reader_over(head);
    memcpy(out->type, cm_read_bytes(&r, 4).data, 4);
    out->type[4] = '\0';
    uint32_t length = cm_read_le32(&r);
    out->whole = (cm_span){.start = walk->at, .length = (uint64_t)length + CM_RIFF_HEAD};
    out->data = (cm_span){.start = walk->at + CM_RIFF_HEAD, .length = length};
    if (!cm_fits(walk->at, out->whole.length, walk->end))
        return cm_fail(err, CM_ERR_FORMAT, "WebP: chunk \"%s\" at offset %llu overruns the file",
                       out->type, (unsigned long long)walk->at);
    walk->at += out->whole.length;
    /* Some writers leave the last padding byte out of the RIFF size, or out of the file. */
    out->padding = (length & 1) != 0 && walk->at < cm_source_size(walk->window.source);
    walk->at += out->padding;
    if (walk->at > walk->end)
        walk->end = walk->at;
    walk->done = walk->at == walk->end;
    return CM_OK;
}

static cm_code read_webp(const cm_source *in, const cm_limits *limits, cm_asset_manifest *out,
                         cm_error *err) {
    cm_webp_walk walk;
    cm_riff_chunk chunk;
    cm_code code = cm_asset_webp_start(&walk, in, err);
    while (code == CM_OK && !walk.done) {
        code = cm_asset_webp_next(&walk, &chunk, err);
        if (code != CM_OK || strcmp(chunk.type, STORE_TYPE) != 0)
            continue;
        if (out->found) {
            cm_manifest_fault(out, CM_ASSET_SEVERAL);
            continue;
        }
        out->found = true;
        out->where = chunk.whole;
        out->padding = chunk.padding;
        if (chunk.data.length == 0)
            cm_manifest_fault(out, CM_ASSET_EMPTY);
        if (!walk.done)
            cm_manifest_fault(out, CM_ASSET_MISPLACED);
        code = cm_manifest_load(out, in, chunk.data, limits, err);
    }
    return code;
}

/* Copies all chunks but stores. */
static cm_code plan_chunks(cm_webp_walk *walk, cm_asset_plan *plan, cm_error *err) {
    cm_code code = CM_OK;
    while (code == CM_OK && !walk->done) {
        cm_riff_chunk chunk;
        code = cm_asset_webp_next(walk, &chunk, err);
        if (code != CM_OK || strcmp(chunk.type, STORE_TYPE) == 0)
            continue;
        cm_span with_padding = chunk.whole;
        with_padding.length += chunk.padding;
        code = cm_plan_copy(plan, with_padding, err);
        if (code == CM_OK && (plan->size & 1) != 0) /* the padding was missing */
            code = cm_plan_literal(plan, "", 1, err);
    }
    return code;
}

static void store_le32(uint8_t *at, uint32_t v) {
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(v >> (8 * i));
}

/* The padding of an odd store stands behind plan->where, and is hashed like the rest. */
static cm_code plan_webp(const cm_source *in, cm_asset_plan *plan, cm_error *err) {
    static const uint8_t HEAD[CM_WEBP_HEAD] = "RIFF\0\0\0\0WEBP";
    cm_webp_walk walk;
    cm_code code = cm_asset_webp_start(&walk, in, err);
    if (code == CM_OK)
        code = cm_plan_literal(plan, HEAD, sizeof HEAD, err);
    if (code == CM_OK)
        code = plan_chunks(&walk, plan, err);
    if (code == CM_OK && plan->store_size > UINT32_MAX - CM_RIFF_HEAD)
        code = cm_fail(err, CM_ERR_LIMIT, "a WebP file holds less than 2^32 bytes");
    if (code == CM_OK && plan->store_size != 0)
        code = cm_plan_store(plan, plan->store_size + CM_RIFF_HEAD, err);
    if (code == CM_OK && (plan->size & 1) != 0)
        code = cm_plan_literal(plan, "", 1, err);
    if (code != CM_OK)
        return code;
    if (plan->size - CM_RIFF_HEAD > UINT32_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "a WebP file holds less than 2^32 bytes");
    store_le32(plan->pieces[0].literal + 4, (uint32_t)(plan->size - CM_RIFF_HEAD));
    return cm_plan_copy(plan, (cm_span){walk.at, cm_source_size(in) - walk.at}, err);
}

static cm_code write_webp(const cm_asset_plan *plan, cm_bytes store, const cm_sink *sink,
                          cm_error *err) {
    uint8_t head[CM_RIFF_HEAD];
    (void)plan;
    memcpy(head, STORE_TYPE, 4);
    store_le32(head + 4, (uint32_t)store.size);
    cm_code code = cm_sink_write(sink, head, sizeof head, err);
    return code == CM_OK ? cm_sink_write(sink, store.data, store.size, err) : code;
}

/* A LIST goes by what it is a list of. One of stores would pass for the store itself. */
static cm_code name_chunk(cm_webp_walk *walk, cm_riff_chunk *chunk, cm_error *err) {
    enum { NAME = 4 };
    cm_bytes type;
    if (strcmp(chunk->type, "LIST") != 0 || chunk->data.length < NAME)
        return CM_OK;
    cm_code code = cm_window_get(&walk->window, chunk->data.start, NAME, &type, err);
    if (code == CM_OK && memcmp(type.data, STORE_TYPE, NAME) != 0)
        memcpy(chunk->type, type.data, NAME);
    return code;
}

/* The form's head is a box, and so is each chunk with its padding (C2PA 2.4, 18.7.3.5). */
static cm_code list_webp(const cm_source *in, cm_asset_boxes *out, cm_error *err) {
    cm_webp_walk walk;
    cm_riff_chunk chunk;
    cm_code code = cm_asset_webp_start(&walk, in, err);
    if (code == CM_OK)
        code = cm_boxes_add(out, "WEBP", (cm_span){0, CM_WEBP_HEAD}, err);
    while (code == CM_OK && !walk.done) {
        code = cm_asset_webp_next(&walk, &chunk, err);
        if (code == CM_OK)
            code = name_chunk(&walk, &chunk, err);
        chunk.whole.length += chunk.padding;
        if (code == CM_OK)
            code = cm_boxes_add(out, chunk.type, chunk.whole, err);
    }
    if (code == CM_OK)
        out->trailing = (cm_span){walk.at, cm_source_size(in) - walk.at};
    return code;
}

const cm_container cm_container_webp = {.format = CM_FORMAT_WEBP,
                                        .read = read_webp,
                                        .plan = plan_webp,
                                        .write_store = write_webp,
                                        .boxes = list_webp};
