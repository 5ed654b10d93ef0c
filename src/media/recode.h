/* What a lossy codec makes of luma, for whoever wants to know before a file is written. */
#ifndef CM_MEDIA_RECODE_H
#define CM_MEDIA_RECODE_H

#include "base/error.h"
#include "dsp/plane.h"

/* Rounds luma to 8 bits, codes it as a grey picture with libjpeg's tables of that quality (1..100)
 * or as lossy WebP (0..100), and puts what comes back in its place. A colour picture's luma is
 * treated alike by JPEG and nearly so by WebP. */
cm_code cm_recode_jpeg(cm_plane *luma, int quality, cm_error *err);
cm_code cm_recode_webp(cm_plane *luma, int quality, cm_error *err);

#endif
