/* The pattern: tiles that carry the message, shaped to the host by informed embedding
 * (spec/image-mark.md §4.2). */
#ifndef CM_EMBED_PATTERN_H
#define CM_EMBED_PATTERN_H

#include "embed/host.h"
#include "embed/mask.h"
#include "mark/layout.h"

/* Writes weight * tile to `out` (size of the host, canonical scale), the tile having about unit
 * variance and more amplitude where the host opposes the message. `gain` is the factor that the
 * result will be multiplied with. */
cm_code cm_pattern_make(const cm_host *host, const cm_mask *mask, const cm_layout *layout,
                        const uint8_t *code, float gain, cm_plane *out, cm_error *err);

#endif
