#include "base/sniff.h"

cm_format cm_sniff(cm_bytes head) {
    cm_reader r = cm_reader_over(head);
    if (cm_read_match(&r, "\x89PNG\r\n\x1a\n", 8))
        return CM_FORMAT_PNG;
    if (cm_read_match(&r, "\xff\xd8\xff", 3))
        return CM_FORMAT_JPEG;
    if (cm_read_match(&r, "RIFF", 4)) {
        cm_read_skip(&r, 4);
        return cm_read_match(&r, "WEBP", 4) ? CM_FORMAT_WEBP : CM_FORMAT_UNKNOWN;
    }
    cm_read_skip(&r, 4); /* a sidecar starts with a JUMBF superbox: LBox, "jumb" */
    return cm_read_match(&r, "jumb", 4) ? CM_FORMAT_C2PA : CM_FORMAT_UNKNOWN;
}

const char *cm_format_media_type(cm_format format) {
    switch (format) {
    case CM_FORMAT_PNG:
        return "image/png";
    case CM_FORMAT_JPEG:
        return "image/jpeg";
    case CM_FORMAT_WEBP:
        return "image/webp";
    case CM_FORMAT_C2PA:
        return "application/c2pa";
    case CM_FORMAT_UNKNOWN:
        break;
    }
    return "application/octet-stream";
}
