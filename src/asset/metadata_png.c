/* PNG (third edition, 11.3.3): XMP is an iTXt chunk of its own keyword, China's label a tEXt chunk.
 */
#include <string.h>
#include <zlib.h>

#include "asset/inflate.h"
#include "asset/metadata_internal.h"
#include "asset/png.h"

/* Keywords with the NUL behind them. */
static const char XMP[] = "XML:com.adobe.xmp", LABEL[] = "AIGC";

static void put_chunk(cm_buf *out, const char *type, cm_bytes head, cm_bytes data) {
    cm_buf_be32(out, (uint32_t)(head.size + data.size));
    size_t at = out->size;
    cm_buf_text(out, type);
    cm_buf_put_bytes(out, head);
    cm_buf_put_bytes(out, data);
    if (out->failed == CM_OK)
        cm_buf_be32(out, (uint32_t)crc32_z(0, out->data + at, out->size - at));
}

static cm_code is_text(cm_png_walk *walk, const cm_png_chunk *chunk, const char *keyword, size_t n,
                       bool *yes, cm_error *err) {
    cm_bytes head;
    bool text = strcmp(chunk->type, "tEXt") == 0 || strcmp(chunk->type, "zTXt") == 0 ||
                strcmp(chunk->type, "iTXt") == 0;
    *yes = false;
    if (!text || chunk->data.length < n)
        return CM_OK;
    cm_code code = cm_window_get(&walk->window, chunk->data.start, n, &head, err);
    *yes = code == CM_OK && memcmp(head.data, keyword, n) == 0;
    return code;
}

static cm_code find_xmp(const cm_source *in, cm_png_chunk *out, bool *found, cm_error *err) {
    cm_png_walk walk;
    cm_code code = CM_OK;
    *found = false;
    cm_asset_png_start(&walk, in);
    while (code == CM_OK && !walk.done && !*found) {
        code = cm_asset_png_next(&walk, out, err);
        if (code == CM_OK && out->type[0] == 'i')
            code = is_text(&walk, out, XMP, sizeof XMP, found, err);
    }
    return code;
}

static void skip_text(cm_reader *r) {
    while (cm_reader_left(r) > 0 && cm_read_u8(r) != 0)
        continue;
}

/* The packet in an iTXt chunk: keyword, packed?, method, language, translated keyword, value. */
static cm_code merge_packed(cm_bytes data, const cm_metadata *m, cm_buf *out, cm_error *err) {
    cm_reader r = cm_reader_over(data);
    cm_buf unpacked = {0};
    cm_read_skip(&r, sizeof XMP);
    bool packed = cm_read_u8(&r) != 0;
    bool known = cm_read_u8(&r) == 0 || !packed;
    skip_text(&r);
    skip_text(&r);
    cm_bytes value = cm_read_bytes(&r, cm_reader_left(&r));
    cm_code code = CM_OK;
    if (r.bad || !known)
        code = cm_fail(err, CM_ERR_FORMAT, "the file's XMP chunk is damaged");
    if (code == CM_OK && packed) {
        code = cm_inflate(value, CM_XMP_PACKET_MAX, &unpacked, err);
        value = cm_buf_bytes(&unpacked);
    }
    if (code == CM_OK)
        code = cm_xmp_merge(value, m->xmp, m->xmp_count, out, err);
    cm_buf_free(&unpacked);
    return code;
}

/* Puts the XMP chunk that takes the place of `old`, or a new one when that is NULL. */
static cm_code put_xmp(const cm_source *in, const cm_png_chunk *old, const cm_metadata *m,
                       cm_buf *out, cm_error *err) {
    static const uint8_t HEAD[sizeof XMP + 4] =
        "XML:com.adobe.xmp"; /* neither packed nor translated */
    cm_buf data = {0}, packet = {0};
    cm_code code = CM_OK;
    if (m->xmp_count == 0)
        return old != NULL ? cm_metadata_copy(in, old->whole, out, err) : CM_OK;
    if (old == NULL)
        code = cm_xmp_merge((cm_bytes){0}, m->xmp, m->xmp_count, &packet, err);
    else if (old->data.length > CM_XMP_PACKET_MAX)
        code = cm_fail(err, CM_ERR_LIMIT, "XMP of over %d bytes", CM_XMP_PACKET_MAX);
    else
        code = cm_metadata_copy(in, old->data, &data, err);
    if (code == CM_OK && old != NULL)
        code = merge_packed(cm_buf_bytes(&data), m, &packet, err);
    if (code == CM_OK)
        put_chunk(out, "iTXt", (cm_bytes){HEAD, sizeof HEAD}, cm_buf_bytes(&packet));
    cm_buf_free(&data);
    cm_buf_free(&packet);
    return code;
}

/* What is new goes behind the header. */
static cm_code put_new(const cm_source *in, const cm_metadata *m, bool has_xmp, cm_buf *out,
                       cm_error *err) {
    if (m->png_label != NULL)
        put_chunk(out, "tEXt", (cm_bytes){(const uint8_t *)LABEL, sizeof LABEL},
                  (cm_bytes){(const uint8_t *)m->png_label, strlen(m->png_label)});
    return has_xmp ? CM_OK : put_xmp(in, NULL, m, out, err);
}

cm_code cm_metadata_png(const cm_source *in, const cm_metadata *m, cm_buf *out, cm_error *err) {
    cm_png_walk walk;
    cm_png_chunk chunk, xmp;
    bool has_xmp, label;
    cm_code code = find_xmp(in, &xmp, &has_xmp, err);
    cm_asset_png_start(&walk, in);
    if (code == CM_OK)
        code = cm_metadata_copy(in, (cm_span){0, CM_PNG_SIGNATURE_BYTES}, out, err);
    while (code == CM_OK && !walk.done) {
        code = cm_asset_png_next(&walk, &chunk, err);
        if (code == CM_OK)
            code = is_text(&walk, &chunk, LABEL, sizeof LABEL, &label, err);
        if (code != CM_OK)
            break;
        if (has_xmp && chunk.whole.start == xmp.whole.start)
            code = put_xmp(in, &xmp, m, out, err);
        else if (!label || m->png_label == NULL)
            code = cm_metadata_copy(in, chunk.whole, out, err);
        if (code == CM_OK && walk.count == 1)
            code = put_new(in, m, has_xmp, out, err);
    }
    if (code == CM_OK)
        code = cm_metadata_copy(in, (cm_span){walk.at, cm_source_size(in) - walk.at}, out, err);
    return code == CM_OK ? cm_buf_status(out, err) : code;
}
