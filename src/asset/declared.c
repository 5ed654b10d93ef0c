#include "asset/declared.h"

#include <stdlib.h>
#include <string.h>

#include "asset/asset.h"
#include "asset/collect.h"
#include "asset/jpeg.h"
#include "asset/png.h"
#include "asset/webp.h"

/* --- PNG (third edition, 11.3.3) --- */

enum { KEYWORD_MAX = 79 };

/* Bytes up to a NUL, which is consumed. */
static cm_bytes read_string(cm_reader *r, size_t most) {
    size_t left = cm_reader_left(r);
    size_t n = left < most + 1 ? left : most + 1;
    const uint8_t *end = n > 0 ? memchr(r->data + r->at, 0, n) : NULL;
    if (end == NULL) {
        r->bad = true;
        return (cm_bytes){0};
    }
    cm_bytes out = cm_read_bytes(r, (size_t)(end - (r->data + r->at)));
    cm_read_skip(r, 1);
    return out;
}

static bool is_xmp_keyword(cm_bytes keyword) {
    static const char NAME[] = "XML:com.adobe.xmp";
    return keyword.size == sizeof NAME - 1 && memcmp(keyword.data, NAME, keyword.size) == 0;
}

static cm_code take_text(cm_collector *c, const char *source, cm_bytes keyword, cm_bytes value,
                         cm_encoding encoding, cm_error *err) {
    if (is_xmp_keyword(keyword))
        return cm_collect_xmp(c, value, err);
    return cm_collect_text(c, source, keyword, value, encoding, err);
}

static cm_code take_packed(cm_collector *c, const char *source, cm_bytes keyword, cm_bytes packed,
                           cm_encoding encoding, cm_error *err) {
    cm_buf value = {0};
    cm_code code = cm_collect_unpack(c, packed, &value, err);
    if (code == CM_OK && value.size > 0)
        code = take_text(c, source, keyword, cm_buf_bytes(&value), encoding, err);
    cm_buf_free(&value);
    return code;
}

/* tEXt: keyword, value. zTXt: keyword, method, packed value. iTXt: keyword, packed?, method,
 * language, translated keyword, value. Method 0 is the only one there is. */
static cm_code read_text(cm_collector *c, char form, cm_bytes data, cm_error *err) {
    cm_reader r = cm_reader_over(data);
    cm_bytes keyword = read_string(&r, KEYWORD_MAX);
    bool packed = form == 'z';
    uint8_t method = 0;
    if (form == 'i')
        packed = cm_read_u8(&r) != 0;
    if (form != 't')
        method = cm_read_u8(&r);
    if (form == 'i') {
        (void)read_string(&r, data.size);
        (void)read_string(&r, data.size);
    }
    cm_bytes value = cm_read_bytes(&r, cm_reader_left(&r));
    if (r.bad || (packed && method != 0)) {
        c->out->incomplete = true;
        return CM_OK;
    }
    const char *source = form == 't' ? "png:tEXt" : form == 'z' ? "png:zTXt" : "png:iTXt";
    cm_encoding encoding = form == 'i' ? CM_TEXT_UTF8 : CM_TEXT_LATIN1;
    return packed ? take_packed(c, source, keyword, value, encoding, err)
                  : take_text(c, source, keyword, value, encoding, err);
}

static cm_code walk_png(cm_collector *c, cm_error *err) {
    cm_png_walk walk;
    cm_code code = CM_OK;
    cm_asset_png_start(&walk, c->source);
    while (code == CM_OK && !walk.done) {
        cm_png_chunk chunk;
        cm_buf data = {0};
        code = cm_asset_png_next(&walk, &chunk, err);
        if (code != CM_OK)
            return code;
        bool text = strcmp(chunk.type, "tEXt") == 0 || strcmp(chunk.type, "zTXt") == 0 ||
                    strcmp(chunk.type, "iTXt") == 0;
        bool exif = strcmp(chunk.type, "eXIf") == 0;
        if (text || exif)
            code = cm_collect_load(c, chunk.data, &data, err);
        if (code == CM_OK && text && data.size > 0)
            code = read_text(c, chunk.type[0], cm_buf_bytes(&data), err);
        if (code == CM_OK && exif)
            code = cm_collect_exif(c, cm_buf_bytes(&data), err);
        cm_buf_free(&data);
    }
    return code;
}

/* --- JPEG (XMP part 3, 1.1.3) --- */

/* Extended XMP: GUID, length of the whole, offset of this part. Parts are taken in order only. */
static cm_code take_extension(cm_collector *c, cm_reader *r, cm_buf *extended, cm_error *err) {
    cm_bytes guid = cm_read_bytes(r, CM_XMP_GUID);
    uint32_t length = cm_read_be32(r);
    uint32_t offset = cm_read_be32(r);
    cm_bytes part = cm_read_bytes(r, cm_reader_left(r));
    if (r->bad || !c->extended || memcmp(guid.data, c->extension, CM_XMP_GUID) != 0 ||
        offset != extended->size || extended->size + part.size > length) {
        c->out->incomplete = true;
        return CM_OK;
    }
    cm_buf_put_bytes(extended, part);
    if (cm_buf_status(extended, err) != CM_OK)
        return extended->failed;
    if (extended->size < length)
        return CM_OK;
    c->extended = false;
    return cm_collect_xmp(c, cm_buf_bytes(extended), err);
}

static cm_code read_app1(cm_collector *c, cm_bytes data, cm_buf *extended, cm_error *err) {
    static const char XMP[] = "http://ns.adobe.com/xap/1.0/";
    static const char EXTENSION[] = "http://ns.adobe.com/xmp/extension/";
    cm_reader r = cm_reader_over(data);
    if (cm_read_match(&r, XMP, sizeof XMP))
        return cm_collect_xmp(c, cm_read_bytes(&r, cm_reader_left(&r)), err);
    if (cm_read_match(&r, EXTENSION, sizeof EXTENSION))
        return take_extension(c, &r, extended, err);
    return cm_collect_exif(c, data, err);
}

static cm_code walk_jpeg(cm_collector *c, cm_error *err) {
    cm_jpeg_walk walk;
    cm_buf extended = {0};
    cm_code code = CM_OK;
    cm_asset_jpeg_start(&walk, c->source);
    while (code == CM_OK && !walk.done && !walk.in_scans) {
        cm_jpeg_segment seg;
        cm_buf data = {0};
        code = cm_asset_jpeg_next(&walk, &seg, err);
        if (code != CM_OK || seg.marker != CM_JPEG_APP1)
            continue;
        code = cm_collect_load(c, seg.payload, &data, err);
        if (code == CM_OK)
            code = read_app1(c, cm_buf_bytes(&data), &extended, err);
        cm_buf_free(&data);
    }
    if (c->extended) /* announced, but not to be had whole */
        c->out->incomplete = true;
    cm_buf_free(&extended);
    return code;
}

/* --- WebP --- */

static cm_code walk_webp(cm_collector *c, cm_error *err) {
    cm_webp_walk walk;
    cm_code code = cm_asset_webp_start(&walk, c->source, err);
    while (code == CM_OK && !walk.done) {
        cm_riff_chunk chunk;
        cm_buf data = {0};
        code = cm_asset_webp_next(&walk, &chunk, err);
        if (code != CM_OK)
            return code;
        bool xmp = strcmp(chunk.type, "XMP ") == 0;
        bool exif = strcmp(chunk.type, "EXIF") == 0;
        bool label = strcmp(chunk.type, "AIGC") == 0; /* GB 45438-2025 */
        if (xmp || exif || label)
            code = cm_collect_load(c, chunk.data, &data, err);
        if (code == CM_OK && xmp && data.size > 0)
            code = cm_collect_xmp(c, cm_buf_bytes(&data), err);
        if (code == CM_OK && exif)
            code = cm_collect_exif(c, cm_buf_bytes(&data), err);
        if (code == CM_OK && label)
            code =
                cm_collect(c, "webp:AIGC", "AIGC", true, cm_buf_bytes(&data), CM_TEXT_LATIN1, err);
        cm_buf_free(&data);
    }
    return code;
}

/* --- all --- */

static cm_code collect(cm_collector *c, cm_error *err) {
    cm_format format;
    cm_code code = cm_asset_format(c->source, &format, err);
    if (code != CM_OK)
        return code;
    switch (format) {
    case CM_FORMAT_PNG:
        return walk_png(c, err);
    case CM_FORMAT_JPEG:
        return walk_jpeg(c, err);
    case CM_FORMAT_WEBP:
        return walk_webp(c, err);
    case CM_FORMAT_C2PA:
    case CM_FORMAT_TEXT:
    case CM_FORMAT_HTML:
    case CM_FORMAT_UNKNOWN:
        break;
    }
    return CM_OK;
}

cm_code cm_declared_read(const cm_source *in, cm_declarations *out, cm_error *err) {
    cm_collector c = {.source = in, .out = out, .budget = CM_METADATA_MAX};
    *out = (cm_declarations){0};
    cm_code code = collect(&c, err);
    if (code != CM_OK)
        cm_declared_free(out);
    return code;
}

void cm_declared_free(cm_declarations *d) {
    for (size_t i = 0; i < d->count; i++)
        free(d->items[i].value);
    free(d->provenance);
    *d = (cm_declarations){0};
}
