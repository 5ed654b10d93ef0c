/* Unsigned labels in a picture's metadata: XMP in PNG, JPEG and WebP, a text in PNG, a comment in
 * EXIF. Pixels, and all metadata that isn't replaced, stay bit for bit as they were. */
#ifndef CM_ASSET_METADATA_H
#define CM_ASSET_METADATA_H

#include "asset/xmp_write.h"
#include "base/stream.h"

typedef struct cm_metadata {
    const cm_xmp_value *xmp;
    size_t xmp_count;
    const char *png_label;    /* PNG: the value of the text "AIGC"; ASCII; NULL: none */
    const char *exif_comment; /* JPEG: UserComment; ASCII; NULL: none */
} cm_metadata;

/* Writes the file with this metadata to `out`, which is empty. *commented: the comment was wanted,
 * and is there. It isn't where there is another comment already, or EXIF that can't be read or has
 * no room. CM_ERR_UNSUPPORTED for other formats; CM_ERR_LIMIT where a JPEG's XMP gets too long for
 * a segment; the errors of cm_xmp_merge(). */
cm_code cm_metadata_write(const cm_source *in, const cm_metadata *m, cm_buf *out, bool *commented,
                          cm_error *err);

#endif
