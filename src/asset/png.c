/* PNG: the store is a caBX chunk (C2PA 2.2, A.3.3.1). */
#include "asset/png.h"

#include <string.h>
#include <zlib.h>

#include "asset/container.h"

static const char STORE_TYPE[] = "caBX";

void cm_asset_png_start(cm_png_walk *walk, const cm_source *in) {
    cm_window_open(&walk->window, in);
    walk->at = CM_PNG_SIGNATURE_BYTES; /* the file was sniffed */
    walk->count = 0;
    walk->done = false;
}

static bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_type(const char *type) {
    return is_letter(type[0]) && is_letter(type[1]) && is_letter(type[2]) && is_letter(type[3]);
}

cm_code cm_asset_png_next(cm_png_walk *walk, cm_png_chunk *out, cm_error *err) {
    cm_bytes head;
    cm_code code = cm_count_unit(&walk->count, err);
    if (code == CM_OK)
        code = cm_window_get(&walk->window, walk->at, 8, &head, err);
    if (code != CM_OK)
        return code;
    cm_reader r = cm_reader_over(head);
    uint32_t length = cm_read_be32(&r);
    memcpy(out->type, cm_read_bytes(&r, 4).data, 4);
    out->type[4] = '\0';
    if (!is_type(out->type))
        return cm_fail(err, CM_ERR_FORMAT, "PNG: no chunk at offset %llu",
                       (unsigned long long)walk->at);
    if (walk->count == 1 && strcmp(out->type, "IHDR") != 0)
        return cm_fail(err, CM_ERR_FORMAT, "PNG: the first chunk is %s, not IHDR", out->type);
    out->whole = (cm_span){.start = walk->at, .length = (uint64_t)length + CM_PNG_OVERHEAD};
    out->data = (cm_span){.start = walk->at + 8, .length = length};
    if (!cm_fits(walk->at, out->whole.length, cm_source_size(walk->window.source)))
        return cm_fail(err, CM_ERR_FORMAT, "PNG: chunk %s at offset %llu overruns the file",
                       out->type, (unsigned long long)walk->at);
    walk->at += out->whole.length;
    walk->done = strcmp(out->type, "IEND") == 0;
    return CM_OK;
}

static uint32_t checksum(uint32_t so_far, cm_bytes bytes) {
    return (uint32_t)crc32_z(so_far, bytes.data, bytes.size);
}

static uint32_t store_checksum(cm_bytes store) {
    uint32_t crc = checksum(0, (cm_bytes){.data = (const uint8_t *)STORE_TYPE, .size = 4});
    return store.size != 0 ? checksum(crc, store) : crc; /* zlib takes NULL for "start anew" */
}

/* Takes the store out of its chunk. */
static cm_code read_store(cm_png_walk *walk, const cm_png_chunk *chunk, const cm_limits *limits,
                          cm_asset_manifest *out, cm_error *err) {
    cm_bytes crc;
    out->found = true;
    out->where = chunk->whole;
    if (chunk->data.length == 0)
        cm_manifest_fault(out, CM_ASSET_EMPTY);
    cm_code code = cm_manifest_load(out, walk->window.source, chunk->data, limits, err);
    if (code == CM_OK)
        code = cm_window_get(&walk->window, chunk->data.start + chunk->data.length, 4, &crc, err);
    if (code != CM_OK)
        return code;
    cm_reader r = cm_reader_over(crc);
    if (cm_read_be32(&r) != store_checksum(cm_buf_bytes(&out->store)))
        cm_manifest_fault(out, CM_ASSET_CHECKSUM);
    return CM_OK;
}

static cm_code read_png(const cm_source *in, const cm_limits *limits, cm_asset_manifest *out,
                        cm_error *err) {
    cm_png_walk walk;
    cm_png_chunk chunk;
    bool in_pixels = false;
    cm_asset_png_start(&walk, in);
    while (!walk.done) {
        cm_code code = cm_asset_png_next(&walk, &chunk, err);
        if (code != CM_OK)
            return code;
        in_pixels = in_pixels || strcmp(chunk.type, "IDAT") == 0;
        if (strcmp(chunk.type, STORE_TYPE) != 0)
            continue;
        if (out->found) {
            cm_manifest_fault(out, CM_ASSET_SEVERAL);
            continue;
        }
        if (in_pixels)
            cm_manifest_fault(out, CM_ASSET_MISPLACED);
        code = read_store(&walk, &chunk, limits, out, err);
        if (code != CM_OK)
            return code;
    }
    return CM_OK;
}

/* The store goes behind IHDR, which is before IDAT in any file. */
static cm_code plan_png(const cm_source *in, cm_asset_plan *plan, cm_error *err) {
    cm_png_walk walk;
    cm_png_chunk chunk;
    if (plan->store_size > INT32_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "a PNG chunk holds 2^31 - 1 bytes at most");
    cm_asset_png_start(&walk, in);
    cm_code code = cm_plan_copy(plan, (cm_span){0, CM_PNG_SIGNATURE_BYTES}, err);
    while (code == CM_OK && !walk.done) {
        code = cm_asset_png_next(&walk, &chunk, err);
        if (code == CM_OK && strcmp(chunk.type, STORE_TYPE) != 0)
            code = cm_plan_copy(plan, chunk.whole, err);
        if (code == CM_OK && walk.count == 1 && plan->store_size != 0)
            code = cm_plan_store(plan, plan->store_size + CM_PNG_OVERHEAD, err);
    }
    if (code == CM_OK)
        code = cm_plan_copy(plan, (cm_span){walk.at, cm_source_size(in) - walk.at}, err);
    return code;
}

static cm_code write_png(const cm_asset_plan *plan, cm_bytes store, const cm_sink *sink,
                         cm_error *err) {
    cm_buf frame = {0};
    (void)plan;
    cm_buf_be32(&frame, (uint32_t)store.size);
    cm_buf_text(&frame, STORE_TYPE);
    cm_buf_be32(&frame, store_checksum(store));
    cm_code code = cm_buf_status(&frame, err);
    if (code == CM_OK)
        code = cm_sink_write(sink, frame.data, 8, err);
    if (code == CM_OK)
        code = cm_sink_write(sink, store.data, store.size, err);
    if (code == CM_OK)
        code = cm_sink_write(sink, frame.data + 8, 4, err);
    cm_buf_free(&frame);
    return code;
}

static cm_code list_png(const cm_source *in, cm_asset_boxes *out, cm_error *err) {
    cm_png_walk walk;
    cm_asset_png_start(&walk, in);
    cm_code code = cm_boxes_add(out, "PNGh", (cm_span){0, CM_PNG_SIGNATURE_BYTES}, err);
    while (code == CM_OK && !walk.done) {
        cm_png_chunk chunk;
        code = cm_asset_png_next(&walk, &chunk, err);
        if (code != CM_OK)
            return code;
        bool store = strcmp(chunk.type, STORE_TYPE) == 0;
        code = cm_boxes_add(out, store ? CM_STORE_BOX : chunk.type, chunk.whole, err);
    }
    out->trailing = (cm_span){walk.at, cm_source_size(in) - walk.at};
    return code;
}

const cm_container cm_container_png = {.format = CM_FORMAT_PNG,
                                       .read = read_png,
                                       .plan = plan_png,
                                       .write_store = write_png,
                                       .boxes = list_png};
