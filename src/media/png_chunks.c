#include "media/png_chunks.h"

bool cm_png_next(cm_reader *r, cm_png_chunk *chunk) {
    size_t start = r->at;
    uint32_t length = cm_read_be32(r);
    chunk->type = cm_read_be32(r);
    chunk->data = cm_read_bytes(r, length);
    cm_read_skip(r, 4);
    if (r->bad)
        return false;
    chunk->whole = (cm_bytes){.data = r->data + start, .size = r->at - start};
    return true;
}

static void read_header(cm_bytes data, cm_png_facts *facts) {
    cm_reader r = cm_reader_over(data);
    facts->width = cm_read_be32(&r);
    facts->height = cm_read_be32(&r);
    facts->depth = cm_read_u8(&r);
    facts->colour = cm_read_u8(&r);
    cm_read_skip(&r, 2); /* compression and filter method: libpng judges them */
    facts->interlace = cm_read_u8(&r);
}

cm_code cm_png_scan(cm_bytes file, cm_png_facts *facts, cm_error *err) {
    cm_reader r = cm_reader_over(file);
    cm_png_chunk chunk = {0};
    *facts = (cm_png_facts){0};
    cm_read_skip(&r, CM_PNG_SIGNATURE_BYTES);
    if (!cm_png_next(&r, &chunk) || chunk.type != CM_PNG_IHDR || chunk.data.size != 13)
        return cm_fail(err, CM_ERR_FORMAT, "PNG: the file does not start with a header chunk");
    read_header(chunk.data, facts);
    while (chunk.type != CM_PNG_IEND) {
        if (!cm_png_next(&r, &chunk))
            return cm_fail(err, CM_ERR_FORMAT,
                           "PNG: truncated: the file ends before its IEND chunk");
        if (chunk.type == CM_PNG_ACTL)
            return cm_fail(err, CM_ERR_UNSUPPORTED,
                           "PNG: an animation (APNG); only still pictures can be marked or read");
        if (chunk.type == CM_PNG_IDAT)
            facts->idat_bytes += chunk.data.size;
        if (chunk.type == CM_PNG_TRNS)
            facts->transparent = true;
        if (chunk.type == CM_PNG_EXIF)
            facts->exif = chunk.data;
    }
    return CM_OK;
}
