#include "asset/metadata.h"

#include "asset/asset.h"
#include "asset/metadata_internal.h"

cm_code cm_metadata_merge(const cm_source *in, cm_span from, const cm_metadata *m, cm_buf *out,
                          cm_error *err) {
    cm_buf packet = {.limit = CM_XMP_PACKET_MAX};
    cm_code code = CM_OK;
    if (from.length > CM_XMP_PACKET_MAX)
        code = cm_fail(err, CM_ERR_LIMIT, "XMP of over %d bytes", CM_XMP_PACKET_MAX);
    if (code == CM_OK)
        code = cm_metadata_copy(in, from, &packet, err);
    if (code == CM_OK)
        code = cm_xmp_merge(cm_buf_bytes(&packet), m->xmp, m->xmp_count, out, err);
    cm_buf_free(&packet);
    return code;
}

cm_code cm_metadata_write(const cm_source *in, const cm_metadata *m, cm_buf *out, bool *commented,
                          cm_error *err) {
    cm_format format;
    cm_code code = cm_asset_format(in, &format, err);
    *commented = false;
    if (code != CM_OK)
        return code;
    switch (format) {
    case CM_FORMAT_PNG:
        return cm_metadata_png(in, m, out, err);
    case CM_FORMAT_JPEG:
        return cm_metadata_jpeg(in, m, out, commented, err);
    case CM_FORMAT_WEBP:
        return cm_metadata_webp(in, m, out, err);
    case CM_FORMAT_C2PA:
    case CM_FORMAT_TEXT:
    case CM_FORMAT_HTML:
    case CM_FORMAT_UNKNOWN:
        break;
    }
    return cm_fail(err, CM_ERR_UNSUPPORTED,
                   "labels are put into the metadata of PNG, JPEG and WebP files alone");
}
