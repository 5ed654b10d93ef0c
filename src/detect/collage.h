/* Pictures that are put together from several: what carries none of the marks found is looked at by
 * itself (spec/image-mark.md §8.1). */
#ifndef CM_DETECT_COLLAGE_H
#define CM_DETECT_COLLAGE_H

#include "detect/image.h"

/* Adds to what was found in the whole picture the marks of its parts, and puts the strongest first.
 * `fast` and `threads` as in cm_detect_options. */
cm_code cm_collage_look(const cm_canvas *canvas, const uint8_t *const *layer_keys, size_t keys,
                        bool fast, int threads, cm_detection *out, cm_error *err);

#endif
