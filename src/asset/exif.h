/* The one EXIF field that carries declarations: UserComment. */
#ifndef CM_ASSET_EXIF_H
#define CM_ASSET_EXIF_H

#include "asset/text.h"

/* The text of UserComment (EXIF 2.32, 4.6.5) in a TIFF structure, borrowed, and how it is encoded.
 * False when there is none, or the structure is damaged. */
bool cm_exif_user_comment(cm_bytes tiff, cm_bytes *text, cm_encoding *encoding);

#endif
