/* WebP (RFC 9649, section 2.7): XMP is a chunk that the VP8X header announces; a simple file gets
 * that header first. */
#include <string.h>

#include "asset/metadata_internal.h"
#include "asset/webp.h"

enum { VP8X_BYTES = 10, FLAG_XMP = 0x04, FLAG_ALPHA = 0x10 };

/* What the picture's first chunk says. */
typedef struct canvas {
    uint32_t width, height;
    bool alpha;
} canvas;

/* VP8 (RFC 6386, 9.1): frame tag, start code, two sizes of 14 bits below two bits of scale. VP8L:
 * signature, two sizes less 1 of 14 bits, a bit for alpha. */
static bool read_canvas(cm_bytes head, bool lossless, canvas *out) {
    cm_reader r = cm_reader_over(head);
    if (lossless) {
        bool known = cm_read_u8(&r) == 0x2f;
        uint32_t bits = cm_read_le32(&r);
        *out = (canvas){.width = (bits & 0x3fff) + 1,
                        .height = (bits >> 14 & 0x3fff) + 1,
                        .alpha = (bits >> 28 & 1) != 0};
        return known && !r.bad;
    }
    cm_read_skip(&r, 3);
    bool known = cm_read_match(&r, "\x9d\x01\x2a", 3);
    out->width = cm_read_le16(&r) & 0x3fff;
    out->height = cm_read_le16(&r) & 0x3fff;
    out->alpha = false;
    return known && !r.bad && out->width > 0 && out->height > 0;
}

static void put_le24(cm_buf *out, uint32_t v) {
    cm_buf_le16(out, (uint16_t)v);
    cm_buf_u8(out, (uint8_t)(v >> 16));
}

static void put_header(cm_buf *out, const canvas *c) {
    cm_buf_text(out, "VP8X");
    cm_buf_le32(out, VP8X_BYTES);
    cm_buf_le32(out, FLAG_XMP | (c->alpha ? FLAG_ALPHA : 0));
    put_le24(out, c->width - 1);
    put_le24(out, c->height - 1);
}

/* The header of the file's own, with the flag; or a new one before the first chunk of a simple
 * file. */
static cm_code put_first(cm_webp_walk *walk, const cm_riff_chunk *chunk, cm_buf *out,
                         cm_error *err) {
    bool lossless = strcmp(chunk->type, "VP8L") == 0;
    cm_bytes head;
    canvas c;
    size_t n = chunk->data.length < VP8X_BYTES ? (size_t)chunk->data.length : VP8X_BYTES;
    cm_code code = cm_window_get(&walk->window, chunk->data.start, n, &head, err);
    if (code != CM_OK)
        return code;
    if (strcmp(chunk->type, "VP8X") == 0 && n == VP8X_BYTES) {
        cm_reader r = cm_reader_over(head);
        cm_buf_text(out, "VP8X");
        cm_buf_le32(out, (uint32_t)chunk->data.length);
        cm_buf_u8(out, cm_read_u8(&r) | FLAG_XMP);
        cm_span rest = {chunk->data.start + 1, chunk->data.length - 1 + chunk->padding};
        return cm_metadata_copy(walk->window.source, rest, out, err);
    }
    if ((!lossless && strcmp(chunk->type, "VP8 ") != 0) || !read_canvas(head, lossless, &c))
        return cm_fail(err, CM_ERR_FORMAT, "WebP: no picture at its start");
    put_header(out, &c);
    cm_span whole = {chunk->whole.start, chunk->whole.length + chunk->padding};
    return cm_metadata_copy(walk->window.source, whole, out, err);
}

static void pad(cm_buf *out) {
    if ((out->size & 1) != 0)
        cm_buf_u8(out, 0);
}

static cm_code put_xmp(const cm_source *in, cm_span from, const cm_metadata *m, cm_buf *out,
                       cm_error *err) {
    cm_buf packet = {0};
    cm_code code = cm_metadata_merge(in, from, m, &packet, err);
    if (code == CM_OK) {
        cm_buf_text(out, "XMP ");
        cm_buf_le32(out, (uint32_t)packet.size);
        cm_buf_put_bytes(out, cm_buf_bytes(&packet));
        pad(out);
    }
    cm_buf_free(&packet);
    return code;
}

/* Copies the chunks; the packet in place where there was one, or behind all. */
static cm_code put_chunks(cm_webp_walk *walk, const cm_source *in, const cm_metadata *m,
                          cm_buf *out, cm_error *err) {
    bool due = m->xmp_count > 0;
    cm_code code = CM_OK;
    while (code == CM_OK && !walk->done) {
        cm_riff_chunk chunk;
        code = cm_asset_webp_next(walk, &chunk, err);
        if (code != CM_OK)
            return code;
        cm_span whole = {chunk.whole.start, chunk.whole.length + chunk.padding};
        if (walk->count == 1 && m->xmp_count > 0) {
            code = put_first(walk, &chunk, out, err);
        } else if (due && strcmp(chunk.type, "XMP ") == 0) {
            code = put_xmp(in, chunk.data, m, out, err);
            due = false;
        } else {
            code = cm_metadata_copy(in, whole, out, err);
        }
        pad(out); /* where it was missing */
    }
    return code == CM_OK && due ? put_xmp(in, (cm_span){0}, m, out, err) : code;
}

cm_code cm_metadata_webp(const cm_source *in, const cm_metadata *m, cm_buf *out, cm_error *err) {
    cm_webp_walk walk;
    cm_code code = cm_asset_webp_start(&walk, in, err);
    if (code == CM_OK)
        code = cm_metadata_copy(in, (cm_span){0, CM_WEBP_HEAD}, out, err);
    if (code == CM_OK)
        code = put_chunks(&walk, in, m, out, err);
    if (code == CM_OK && out->size - CM_RIFF_HEAD > UINT32_MAX)
        code = cm_fail(err, CM_ERR_LIMIT, "a WebP file holds less than 2^32 bytes");
    if (code != CM_OK)
        return code;
    cm_buf_patch_le32(out, 4, (uint32_t)(out->size - CM_RIFF_HEAD));
    code = cm_metadata_copy(in, (cm_span){walk.at, cm_source_size(in) - walk.at}, out, err);
    return code == CM_OK ? cm_buf_status(out, err) : code;
}
