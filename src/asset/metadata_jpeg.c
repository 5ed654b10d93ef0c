/* JPEG: XMP and EXIF are APP1 segments (XMP part 3, 1.1.3; EXIF 2.32, 4.7.2). */
#include <string.h>

#include "asset/exif_write.h"
#include "asset/jpeg.h"
#include "asset/metadata_internal.h"

/* Each with the NULs behind it. */
static const char XMP[] = "http://ns.adobe.com/xap/1.0/", EXIF[] = "Exif\0";

enum { PAYLOAD_MAX = 65533 };

/* The first segment of each kind, as far as there is one. */
typedef struct found {
    cm_jpeg_segment xmp, exif;
    bool has_xmp, has_exif;
} found;

static cm_code look_at(cm_jpeg_walk *walk, const cm_jpeg_segment *seg, found *f, cm_error *err) {
    cm_bytes head;
    size_t n = seg->payload.length < sizeof XMP ? (size_t)seg->payload.length : sizeof XMP;
    cm_code code = cm_window_get(&walk->window, seg->payload.start, n, &head, err);
    if (code != CM_OK)
        return code;
    cm_reader r = cm_reader_over(head);
    if (!f->has_xmp && cm_read_match(&r, XMP, sizeof XMP)) {
        f->has_xmp = true;
        f->xmp = *seg;
    } else if (!f->has_exif && cm_read_match(&r, EXIF, sizeof EXIF)) {
        f->has_exif = true;
        f->exif = *seg;
    }
    return CM_OK;
}

static cm_code find_segments(const cm_source *in, found *f, cm_error *err) {
    cm_jpeg_walk walk;
    cm_code code = CM_OK;
    *f = (found){0};
    cm_asset_jpeg_start(&walk, in);
    while (code == CM_OK && !walk.done && !walk.in_scans) {
        cm_jpeg_segment seg;
        code = cm_asset_jpeg_next(&walk, &seg, err);
        if (code == CM_OK && seg.marker == CM_JPEG_APP1)
            code = look_at(&walk, &seg, f, err);
    }
    return code;
}

static void put_segment(cm_buf *out, const void *head, size_t n, const cm_buf *data) {
    cm_buf_u8(out, 0xff);
    cm_buf_u8(out, CM_JPEG_APP1);
    cm_buf_be16(out, (uint16_t)(2 + n + data->size));
    cm_buf_put(out, head, n);
    cm_buf_put_bytes(out, cm_buf_bytes(data));
}

static cm_span behind_head(const cm_jpeg_segment *seg, size_t head) {
    return (cm_span){seg->payload.start + head, seg->payload.length - head};
}

/* What doesn't fit into one segment would have to be split into extended XMP: not done. */
static cm_code put_xmp(const cm_source *in, const found *f, const cm_metadata *m, cm_buf *out,
                       cm_error *err) {
    cm_buf packet = {0};
    cm_span from = f->has_xmp ? behind_head(&f->xmp, sizeof XMP) : (cm_span){0};
    cm_code code = cm_metadata_merge(in, from, m, &packet, err);
    if (code == CM_OK && packet.size > PAYLOAD_MAX - sizeof XMP)
        code = cm_fail(err, CM_ERR_LIMIT, "the JPEG's XMP has no room for what is to be added");
    if (code == CM_OK)
        put_segment(out, XMP, sizeof XMP, &packet);
    cm_buf_free(&packet);
    return code;
}

/* The new EXIF, or none where the comment can't be put in. */
static cm_code make_exif(const cm_source *in, const found *f, const cm_metadata *m, cm_buf *exif,
                         bool *made, cm_error *err) {
    cm_buf old = {0};
    cm_code code = CM_OK;
    *made = false;
    if (m->exif_comment == NULL)
        return CM_OK;
    if (f->has_exif)
        code = cm_metadata_copy(in, behind_head(&f->exif, sizeof EXIF), &old, err);
    if (code == CM_OK)
        code = cm_exif_put_comment(cm_buf_bytes(&old), m->exif_comment, exif, made, err);
    *made = *made && exif->size <= PAYLOAD_MAX - sizeof EXIF;
    cm_buf_free(&old);
    return code;
}

/* EXIF goes behind JFIF, XMP behind both: in place where there was one. */
static cm_code put_segments(const cm_source *in, const found *f, const cm_metadata *m,
                            const cm_buf *exif, bool comment, cm_buf *out, cm_error *err) {
    cm_jpeg_walk walk;
    bool exif_due = comment && !f->has_exif, xmp_due = m->xmp_count > 0 && !f->has_xmp;
    cm_code code = CM_OK;
    cm_asset_jpeg_start(&walk, in);
    while (code == CM_OK && !walk.done) {
        cm_jpeg_segment seg;
        code = cm_asset_jpeg_next(&walk, &seg, err);
        if (code != CM_OK)
            return code;
        bool first = seg.marker == CM_JPEG_SOI || seg.marker == CM_JPEG_APP0;
        if (exif_due && !first) {
            put_segment(out, EXIF, sizeof EXIF, exif);
            exif_due = false;
        }
        if (xmp_due && !first && seg.marker != CM_JPEG_APP1) {
            code = put_xmp(in, f, m, out, err);
            xmp_due = false;
        }
        if (code != CM_OK)
            return code;
        if (f->has_xmp && m->xmp_count > 0 && seg.whole.start == f->xmp.whole.start)
            code = put_xmp(in, f, m, out, err);
        else if (f->has_exif && comment && seg.whole.start == f->exif.whole.start)
            put_segment(out, EXIF, sizeof EXIF, exif);
        else
            code = cm_metadata_copy(in, seg.whole, out, err);
    }
    if (code == CM_OK)
        code = cm_metadata_copy(in, (cm_span){walk.at, cm_source_size(in) - walk.at}, out, err);
    return code;
}

cm_code cm_metadata_jpeg(const cm_source *in, const cm_metadata *m, cm_buf *out, bool *commented,
                         cm_error *err) {
    found f;
    cm_buf exif = {0};
    cm_code code = find_segments(in, &f, err);
    if (code == CM_OK)
        code = make_exif(in, &f, m, &exif, commented, err);
    if (code == CM_OK)
        code = put_segments(in, &f, m, &exif, *commented, out, err);
    cm_buf_free(&exif);
    return code == CM_OK ? cm_buf_status(out, err) : code;
}
