/* What besides the store a signer may leave out of the hash: an asset's metadata, and none of what
 * is shown (C2PA 2.2 §15.12.1, §18.5, §9.2.5). */
#include "sign/verify_internal.h"

/* Boxes of PNG and JPEG that hold metadata, and the bytes around their content, which are no
 * metadata: lengths, names, checksums. */
static const struct {
    const char *name;
    uint8_t before, behind;
} METADATA[] = {
    {"eXIf", 8, 4}, {"tEXt", 8, 4}, {"zTXt", 8, 4},  {"iTXt", 8, 4},
    {"tIME", 8, 4}, {"APP1", 4, 0}, {"APP13", 4, 0}, {"COM", 4, 0},
};
enum { KINDS = sizeof METADATA / sizeof METADATA[0] };

static size_t kind_of(const cm_verify_box *box) {
    size_t i = 0;
    while (i < KINDS && strcmp(METADATA[i].name, box->name) != 0)
        i++;
    return i;
}

bool cm_verify_is_metadata(const cm_verify_box *box) {
    return kind_of(box) < KINDS;
}

bool cm_verify_in_metadata(const cm_verify_input *in, cm_span range) {
    for (size_t i = 0; in->boxes != NULL && i < in->box_count; i++) {
        cm_span where = in->boxes[i].where;
        size_t kind = kind_of(&in->boxes[i]);
        if (range.start < where.start || range.start - where.start >= where.length)
            continue;
        return kind < KINDS && range.start - where.start >= METADATA[kind].before &&
               where.length >= METADATA[kind].behind &&
               range.length <= where.length - METADATA[kind].behind - (range.start - where.start);
    }
    return false;
}
