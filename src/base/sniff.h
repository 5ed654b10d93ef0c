/* What a file is, told from its first bytes and never from its name. */
#ifndef CM_BASE_SNIFF_H
#define CM_BASE_SNIFF_H

#include "base/reader.h"

typedef enum cm_format {
    CM_FORMAT_UNKNOWN = 0,
    CM_FORMAT_PNG,
    CM_FORMAT_JPEG,
    CM_FORMAT_WEBP,
    CM_FORMAT_C2PA, /* a manifest store on its own: a sidecar */
    CM_FORMAT_TEXT, /* plain or structured; its encoding may yet prove to be another than UTF-8 */
    CM_FORMAT_HTML
} cm_format;

enum { CM_SNIFF_BYTES = 16, CM_SNIFF_TEXT_BYTES = 4096 };

/* `head` is the file's first CM_SNIFF_BYTES bytes, or all of it when shorter. Never says that a
 * file is a text. */
cm_format cm_sniff(cm_bytes head);

/* The same of the first CM_SNIFF_TEXT_BYTES, which tell texts as well: what has no control
 * characters but those of texts, or starts with the mark of UTF-16. Empty bytes are unknown. */
cm_format cm_sniff_text(cm_bytes head);

bool cm_format_is_text(cm_format format);

/* The media type of a file with these first CM_SNIFF_TEXT_BYTES: that of its format, and of texts
 * SVG, TTML and WebVTT as well. */
const char *cm_sniff_media_type(cm_bytes head);

/* "image/png", …; "application/octet-stream" for CM_FORMAT_UNKNOWN. */
const char *cm_format_media_type(cm_format format);

#endif
