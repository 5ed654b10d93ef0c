/* How strong a mark is: what it may cost the picture, what it is asked to survive, and whether it
 * did when that was rehearsed. */
#ifndef COUNTERMARK_SURVIVE_H
#define COUNTERMARK_SURVIVE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Named strengths: how visible a mark may become. NORMAL is the default. */
#define CM_STRENGTH_FAINT 0.65f
#define CM_STRENGTH_NORMAL 1.0f
#define CM_STRENGTH_STRONG 1.53f

enum { CM_SURVIVE_MAX = 16, CM_CHANGE_SIZE = 48 };

/* Changes are listed with commas between them; each is one step or several, with a plus sign
 * between them, in the order in which they happen:
 *
 *   jpegN   JPEG of quality N, 1 to 100
 *   webpN   lossy WebP of quality N, 0 to 100
 *   cropN   all but the middle N per cent of the area is cut away, 1 to 100
 *   scaleX  resized by the factor X, 0.05 to 1
 *   gblurX  Gaussian blur of standard deviation X, 0.1 to 20
 *   gnoiseX Gaussian noise of standard deviation X in each 8-bit channel, 0.1 to 100
 *
 * for example "jpeg30,webp50,crop50+scale0.7+jpeg70". Lengths are in the picture's pixels, or in
 * those of its canonical size where that is smaller. */
#define CM_SURVIVE_DEFAULT "jpeg30,webp50,crop25+jpeg75,scale0.5+jpeg75"

/* How a change ended. */
typedef struct cm_survival {
    char change[CM_CHANGE_SIZE]; /* as it was written */
    bool read;                   /* the payload was read, with something to spare */
    double log10_p;              /* of the detector afterwards */
} cm_survival;

#ifdef __cplusplus
}
#endif
#endif
