#include "asset/asset.h"

#include <string.h>

#include "asset/container.h"
#include "asset/prose.h"

static const cm_container *const CONTAINERS[] = {&cm_container_png, &cm_container_jpeg,
                                                 &cm_container_webp, &cm_container_text,
                                                 &cm_container_html};

/* The first bytes, into room for CM_SNIFF_TEXT_BYTES. */
static cm_code read_head(const cm_source *in, uint8_t *into, cm_bytes *head, cm_error *err) {
    uint64_t size = cm_source_size(in);
    size_t n = size < CM_SNIFF_TEXT_BYTES ? (size_t)size : CM_SNIFF_TEXT_BYTES;
    cm_code code = cm_source_read(in, 0, into, n, err);
    *head = (cm_bytes){.data = into, .size = code == CM_OK ? n : 0};
    return code;
}

cm_code cm_asset_format(const cm_source *in, cm_format *format, cm_error *err) {
    uint8_t bytes[CM_SNIFF_TEXT_BYTES];
    cm_bytes head;
    cm_code code = read_head(in, bytes, &head, err);
    *format = cm_sniff_text(head);
    return code;
}

cm_code cm_asset_media_type(const cm_source *in, cm_format *format, const char **type,
                            cm_error *err) {
    uint8_t bytes[CM_SNIFF_TEXT_BYTES];
    cm_bytes head;
    cm_code code = read_head(in, bytes, &head, err);
    *format = cm_sniff_text(head);
    *type = cm_sniff_media_type(head);
    return code;
}

static const cm_container *container_of(cm_format format) {
    for (size_t i = 0; i < sizeof CONTAINERS / sizeof CONTAINERS[0]; i++)
        if (CONTAINERS[i]->format == format)
            return CONTAINERS[i];
    return NULL;
}

const char *cm_asset_fault_text(cm_asset_fault fault) {
    switch (fault) {
    case CM_ASSET_SOUND:
        return "the manifest store's container is sound";
    case CM_ASSET_SEVERAL:
        return "the file holds more than one manifest store";
    case CM_ASSET_EMPTY:
        return "the chunk for the manifest store is empty";
    case CM_ASSET_SPLIT:
        return "the segments of the manifest store are not contiguous";
    case CM_ASSET_SEQUENCE:
        return "the segments of the manifest store are not numbered in order";
    case CM_ASSET_LENGTH:
        return "the segments of the manifest store don't add up to its length";
    case CM_ASSET_SIGNATURE:
        return "a segment of the manifest store is not marked as a JPEG box";
    case CM_ASSET_CHECKSUM:
        return "the chunk of the manifest store has a wrong checksum";
    case CM_ASSET_MISPLACED:
        return "the manifest store stands in the wrong place of the file";
    case CM_ASSET_CORRUPT:
        return "the text's manifest is damaged, cut off, or of an unknown version";
    }
    return "unknown fault";
}

void cm_manifest_fault(cm_asset_manifest *m, cm_asset_fault fault) {
    if (m->fault == CM_ASSET_SOUND)
        m->fault = fault;
}

cm_code cm_manifest_load(cm_asset_manifest *m, const cm_source *in, cm_span from,
                         const cm_limits *limits, cm_error *err) {
    if (from.length > limits->manifest_bytes ||
        m->store.size > limits->manifest_bytes - from.length)
        return cm_fail(err, CM_ERR_LIMIT, "the manifest store is over the limit of %llu bytes",
                       (unsigned long long)limits->manifest_bytes);
    return cm_source_load(in, from.start, from.length, &m->store, err);
}

cm_code cm_count_unit(uint32_t *count, cm_error *err) {
    if (++*count > CM_ASSET_UNITS)
        return cm_fail(err, CM_ERR_LIMIT, "more than %d chunks or segments", CM_ASSET_UNITS);
    return CM_OK;
}

/* A sidecar is nothing but a store. */
static cm_code read_sidecar(const cm_source *in, const cm_limits *limits, cm_asset_manifest *out,
                            cm_error *err) {
    out->found = true;
    out->where = (cm_span){.start = 0, .length = cm_source_size(in)};
    return cm_manifest_load(out, in, out->where, limits, err);
}

cm_code cm_asset_read(const cm_source *in, const cm_limits *limits, cm_asset_manifest *out,
                      cm_error *err) {
    cm_limits standard = cm_limits_default();
    cm_format format = CM_FORMAT_UNKNOWN;
    *out = (cm_asset_manifest){0};
    if (limits == NULL)
        limits = &standard;
    cm_code code = cm_asset_format(in, &format, err);
    if (code != CM_OK)
        return code;
    const cm_container *container = container_of(format);
    out->format = format;
    if (container != NULL)
        code = container->read(in, limits, out, err);
    else if (format == CM_FORMAT_C2PA)
        code = read_sidecar(in, limits, out, err);
    else
        code = cm_fail(err, CM_ERR_UNSUPPORTED,
                       "not a PNG, JPEG or WebP file, a text, or a manifest store");
    if (code != CM_OK)
        cm_asset_manifest_free(out);
    return code;
}

void cm_asset_manifest_free(cm_asset_manifest *m) {
    cm_buf_free(&m->store);
    cm_buf_free(&m->address);
    *m = (cm_asset_manifest){0};
}

cm_code cm_asset_plan_make(const cm_source *in, uint64_t store_size, cm_asset_plan *plan,
                           cm_error *err) {
    return cm_asset_plan_comment(in, store_size, NULL, plan, err);
}

cm_code cm_asset_plan_comment(const cm_source *in, uint64_t store_size, const char *comment,
                              cm_asset_plan *plan, cm_error *err) {
    *plan = (cm_asset_plan){.store_size = store_size, .comment = comment};
    if (store_size != 0 && store_size < CM_ASSET_STORE_MIN)
        return cm_fail(err, CM_ERR_ARGUMENT, "no manifest store has %llu bytes",
                       (unsigned long long)store_size);
    cm_code code = cm_asset_format(in, &plan->format, err);
    if (code != CM_OK)
        return code;
    const cm_container *container = container_of(plan->format);
    if (container == NULL)
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "a manifest store can be put into PNG, JPEG and WebP files and texts only");
    if (comment != NULL && plan->format != CM_FORMAT_TEXT)
        return cm_fail(err, CM_ERR_ARGUMENT, "%s has no comments for a manifest",
                       cm_format_media_type(plan->format));
    code = container->plan(in, plan, err);
    if (code != CM_OK)
        cm_asset_plan_free(plan);
    return code;
}

/* Every container relies on the store's own length: JPEG repeats it in each segment. */
static bool is_store(cm_bytes store) {
    cm_reader r = cm_reader_over(store);
    return cm_read_be32(&r) == store.size && cm_read_match(&r, "jumb", 4);
}

void cm_asset_plan_settle(cm_asset_plan *plan, cm_bytes store) {
    if (plan->carrier != CM_CARRIER_WRAPPER || plan->store_size == 0)
        return;
    uint64_t length = cm_wrapper_size(store);
    plan->size = plan->size - plan->where.length + length;
    plan->where.length = length;
    plan->store_size = store.size;
}

static cm_code write_piece(const cm_source *in, const cm_asset_piece *piece, const cm_sink *sink,
                           cm_error *err) {
    if (piece->kind == CM_PIECE_COPY)
        return cm_sink_copy(sink, in, piece->from.start, piece->from.length, err);
    if (piece->kind == CM_PIECE_LITERAL)
        return cm_sink_write(sink, piece->literal, piece->literal_size, err);
    return CM_OK;
}

/* The container that writes this store, or NULL: not the one that was planned for. */
static const cm_container *container_for(const cm_asset_plan *plan, cm_bytes store, cm_error *err) {
    const cm_container *container = container_of(plan->format);
    if (container != NULL && store.size == plan->store_size && (store.size == 0 || is_store(store)))
        return container;
    (void)cm_fail(err, CM_ERR_ARGUMENT, "not the manifest store that was planned for");
    return NULL;
}

cm_code cm_asset_write(const cm_source *in, const cm_asset_plan *plan, cm_bytes store,
                       const cm_sink *sink, cm_error *err) {
    const cm_container *container = container_for(plan, store, err);
    cm_code code = container != NULL ? CM_OK : CM_ERR_ARGUMENT;
    for (size_t i = 0; i < plan->count && code == CM_OK; i++)
        code = plan->pieces[i].kind == CM_PIECE_STORE
                   ? container->write_store(plan, store, sink, err)
                   : write_piece(in, &plan->pieces[i], sink, err);
    return code;
}

cm_code cm_asset_write_around(const cm_source *in, const cm_asset_plan *plan, const cm_sink *sink,
                              const cm_sink *covered, cm_error *err) {
    cm_tee tee = {.first = sink, .second = covered};
    cm_sink both = cm_sink_tee(&tee);
    cm_code code = CM_OK;
    for (size_t i = 0; i < plan->count && code == CM_OK; i++)
        code = plan->pieces[i].kind == CM_PIECE_STORE
                   ? cm_sink_zeros(sink, plan->where.length, err)
                   : write_piece(in, &plan->pieces[i], &both, err);
    return code;
}

cm_code cm_asset_write_store(const cm_asset_plan *plan, cm_bytes store, const cm_sink *sink,
                             cm_error *err) {
    const cm_container *container = container_for(plan, store, err);
    if (container == NULL)
        return CM_ERR_ARGUMENT;
    return plan->store_size == 0 ? CM_OK : container->write_store(plan, store, sink, err);
}

cm_code cm_asset_copy_rest(const cm_source *in, const cm_asset_plan *plan, const cm_sink *sink,
                           cm_error *err) {
    cm_code code = CM_OK;
    for (size_t i = 0; i < plan->count && code == CM_OK; i++)
        code = write_piece(in, &plan->pieces[i], sink, err);
    return code;
}

cm_code cm_asset_strip(const cm_source *in, const cm_sink *sink, cm_error *err) {
    cm_asset_plan plan;
    cm_code code = cm_asset_plan_make(in, 0, &plan, err);
    if (code == CM_OK)
        code = cm_asset_copy_rest(in, &plan, sink, err);
    cm_asset_plan_free(&plan);
    return code;
}

cm_code cm_asset_boxes_read(const cm_source *in, cm_asset_boxes *out, cm_error *err) {
    cm_format format;
    *out = (cm_asset_boxes){0};
    cm_code code = cm_asset_format(in, &format, err);
    if (code != CM_OK)
        return code;
    const cm_container *container = container_of(format);
    if (container == NULL || container->boxes == NULL)
        return cm_fail(err, CM_ERR_UNSUPPORTED, "no box names are laid down for %s",
                       cm_format_media_type(format));
    code = container->boxes(in, out, err);
    if (code != CM_OK)
        cm_asset_boxes_free(out);
    return code;
}
