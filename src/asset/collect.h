/* Gathering declarations: what declared.c finds in the containers is weighed here. */
#ifndef CM_ASSET_COLLECT_H
#define CM_ASSET_COLLECT_H

#include "asset/declared.h"
#include "asset/text.h"
#include "base/span.h"

enum {
    CM_METADATA_MAX = 32 << 20, /* bytes of metadata looked at in one file, unpacked */
    CM_XMP_GUID = 32
};

typedef struct cm_collector {
    const cm_source *source;
    cm_declarations *out;
    size_t budget;               /* bytes of metadata that may still be looked at */
    char extension[CM_XMP_GUID]; /* names the extended packet that belongs to the main one */
    bool extended;               /* there is one */
} cm_collector;

/* Each returns CM_OK or CM_ERR_MEMORY; cm_collect_load also CM_ERR_IO. What can't be used makes the
 * answer incomplete. */

/* Loads metadata into an empty buffer, which stays empty when it is over the budget. */
cm_code cm_collect_load(cm_collector *c, cm_span from, cm_buf *out, cm_error *err);

/* Adds a declaration. */
cm_code cm_collect(cm_collector *c, const char *source, const char *field, bool generated,
                   cm_bytes value, cm_encoding encoding, cm_error *err);

/* Takes what an XMP packet declares. */
cm_code cm_collect_xmp(cm_collector *c, cm_bytes packet, cm_error *err);

/* Takes what a TIFF structure of EXIF declares; "Exif\0\0" in front is skipped. */
cm_code cm_collect_exif(cm_collector *c, cm_bytes exif, cm_error *err);

/* Takes a text of a PNG: keyword and value. */
cm_code cm_collect_text(cm_collector *c, const char *source, cm_bytes keyword, cm_bytes value,
                        cm_encoding encoding, cm_error *err);

/* Unpacks a zlib stream within the budget; the buffer stays empty when that fails. */
cm_code cm_collect_unpack(cm_collector *c, cm_bytes packed, cm_buf *out, cm_error *err);

#endif
