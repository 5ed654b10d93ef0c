#include "media/webp_chunks.h"

enum { HEADER = 12, CHUNK_HEADER = 8 };

cm_code cm_webp_chunks(cm_bytes file, cm_reader *chunks, cm_error *err) {
    cm_reader r = cm_reader_over(file);
    cm_read_skip(&r, 4);
    uint32_t size = cm_read_le32(&r); /* from "WEBP" on */
    *chunks = cm_read_sub(&r, size);
    cm_read_skip(chunks, 4);
    if (chunks->bad)
        return cm_fail(err, CM_ERR_FORMAT,
                       "WebP: truncated: the header says %u bytes, there are %zu", size, file.size);
    return CM_OK;
}

bool cm_webp_next(cm_reader *r, cm_webp_chunk *chunk) {
    if (cm_reader_left(r) == 0)
        return false;
    chunk->fourcc = cm_read_le32(r);
    uint32_t size = cm_read_le32(r);
    chunk->data = cm_read_bytes(r, size);
    if (size % 2 != 0 && cm_reader_left(r) > 0) /* some writers forget the last one */
        cm_read_skip(r, 1);
    return !r->bad;
}

cm_code cm_webp_scan(cm_bytes file, cm_webp_facts *facts, cm_error *err) {
    cm_reader r;
    cm_webp_chunk chunk;
    *facts = (cm_webp_facts){0};
    cm_code code = cm_webp_chunks(file, &r, err);
    if (code != CM_OK)
        return code;
    while (cm_webp_next(&r, &chunk)) {
        if (chunk.fourcc == CM_WEBP_ANIM || chunk.fourcc == CM_WEBP_ANMF)
            return cm_fail(err, CM_ERR_UNSUPPORTED,
                           "WebP: an animation; only still pictures can be marked or read");
        if (chunk.fourcc == CM_WEBP_VP8X)
            facts->extended = true;
        if (chunk.fourcc == CM_WEBP_VP8)
            facts->lossy = chunk.data;
        if (chunk.fourcc == CM_WEBP_EXIF)
            facts->exif = chunk.data;
    }
    if (r.bad)
        return cm_fail(err, CM_ERR_FORMAT, "WebP: truncated: a chunk is longer than the file");
    return CM_OK;
}

static void put_chunk(cm_buf *out, const cm_webp_chunk *chunk) {
    cm_buf_le32(out, chunk->fourcc);
    cm_buf_le32(out, (uint32_t)chunk->data.size);
    cm_buf_put_bytes(out, chunk->data);
    cm_buf_fill(out, 0, chunk->data.size % 2);
}

static bool is_picture(uint32_t fourcc) {
    return fourcc == CM_WEBP_VP8 || fourcc == CM_WEBP_VP8L || fourcc == CM_WEBP_ALPH;
}

static void put_picture(cm_buf *out, cm_reader coded) {
    cm_webp_chunk chunk;
    while (cm_webp_next(&coded, &chunk))
        if (is_picture(chunk.fourcc))
            put_chunk(out, &chunk);
}

cm_code cm_webp_splice(cm_bytes original, cm_bytes coded, cm_buf *out, cm_error *err) {
    cm_reader from;
    cm_reader picture;
    cm_webp_chunk chunk;
    size_t start = out->size;
    cm_code code = cm_webp_chunks(original, &from, err);
    if (code == CM_OK)
        code = cm_webp_chunks(coded, &picture, err);
    if (code != CM_OK)
        return code;
    cm_buf_put(out, "RIFF\0\0\0\0WEBP", HEADER);
    while (cm_webp_next(&from, &chunk)) {
        if (chunk.fourcc == CM_WEBP_VP8 || chunk.fourcc == CM_WEBP_VP8L)
            put_picture(out, picture); /* brings its own ALPH */
        else if (chunk.fourcc != CM_WEBP_ALPH)
            put_chunk(out, &chunk);
    }
    if (out->size - start - CHUNK_HEADER > UINT32_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "WebP: the file would be larger than 4 GiB");
    cm_buf_patch_le32(out, start + 4, (uint32_t)(out->size - start - CHUNK_HEADER));
    return cm_buf_status(out, err);
}
