/* Where a store goes in a text. */
#ifndef CM_ASSET_PROSE_SPOT_H
#define CM_ASSET_PROSE_SPOT_H

#include "asset/prose.h"

/* Where the store's piece goes, and what else is added for it, which isn't part of it. */
typedef struct cm_prose_spot {
    uint64_t at;           /* in the bare text */
    size_t replaces;       /* bytes behind that which the piece takes the place of */
    cm_buf before, behind; /* around the piece */
    uint64_t declare_at;   /* in front of it, where `declare` goes, if there is any */
    const char *declare;
} cm_prose_spot;

/* Chooses, for `plan`, the way and the spot in `text`, which is the text of `p` without any store.
 * The spot's buffers are to be freed in any case. CM_ERR_UNSUPPORTED where there is none. */
cm_code cm_prose_spot_choose(const cm_prose *p, cm_bytes text, cm_asset_plan *plan,
                             cm_prose_spot *s, cm_error *err);

/* Of a line's end at the end of these bytes, how many there are. */
size_t cm_line_end_size(cm_bytes text);

/* What the start of a text says that it is. */
cm_format cm_format_of_text(cm_bytes text);

#endif
