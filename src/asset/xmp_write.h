/* Putting properties of the picture itself into an XMP packet (ISO 16684-1). */
#ifndef CM_ASSET_XMP_WRITE_H
#define CM_ASSET_XMP_WRITE_H

#include "base/buf.h"

/* A property with a simple value. The texts are UTF-8; the value holds no control characters. */
typedef struct cm_xmp_value {
    const char *name_space;
    const char *prefix; /* what a reader will see before the colon */
    const char *name;
    const char *value;
} cm_xmp_value;

enum { CM_XMP_PACKET_MAX = 16 << 20 };

/* Appends the packet with these properties to `out`: in place of what it says under the same names,
 * in whatever form, and with every other byte of it as it was, but for padding, of which as much
 * goes as is added. An empty packet stands for a new one. CM_ERR_FORMAT, CM_ERR_UNSUPPORTED: the
 * packet can't be read, or isn't UTF-8, so that nothing can be added without losing something;
 * CM_ERR_ARGUMENT: a value that XML can't hold. */
cm_code cm_xmp_merge(cm_bytes packet, const cm_xmp_value *values, size_t count, cm_buf *out,
                     cm_error *err);

#endif
