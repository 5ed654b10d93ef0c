/* Putting a comment into EXIF. */
#ifndef CM_ASSET_EXIF_WRITE_H
#define CM_ASSET_EXIF_WRITE_H

#include "base/buf.h"

/* Appends the TIFF structure with the comment (ASCII) as its UserComment; an empty one stands for a
 * new one. What is there stays where it is, since makers' notes hold offsets of their own: what is
 * new goes to the end. *made is false where that can't be done: the structure is damaged, or has a
 * comment of somebody else's. */
cm_code cm_exif_put_comment(cm_bytes tiff, const char *comment, cm_buf *out, bool *made,
                            cm_error *err);

#endif
