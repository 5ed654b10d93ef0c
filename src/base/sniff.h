/* What a file is, told from its first bytes and never from its name. */
#ifndef CM_BASE_SNIFF_H
#define CM_BASE_SNIFF_H

#include "base/reader.h"

typedef enum cm_format {
    CM_FORMAT_UNKNOWN = 0,
    CM_FORMAT_PNG,
    CM_FORMAT_JPEG,
    CM_FORMAT_WEBP,
    CM_FORMAT_C2PA /* a manifest store on its own: a sidecar */
} cm_format;

enum { CM_SNIFF_BYTES = 16 };

/* `head` is the file's first CM_SNIFF_BYTES bytes, or all of it when shorter. */
cm_format cm_sniff(cm_bytes head);

/* "image/png", …; "application/octet-stream" for CM_FORMAT_UNKNOWN. */
const char *cm_format_media_type(cm_format format);

#endif
