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

/* The box that holds this byte, of boxes that stand in the asset's order; NULL for none. */
static const cm_verify_box *box_at(const cm_verify_input *in, uint64_t byte) {
    size_t first = 0;
    size_t end = in->boxes != NULL ? in->box_count : 0;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        cm_span where = in->boxes[middle].where;
        if (byte < where.start)
            end = middle;
        else if (byte - where.start >= where.length)
            first = middle + 1;
        else
            return &in->boxes[middle];
    }
    return NULL;
}

bool cm_verify_in_metadata(const cm_verify_input *in, cm_span range) {
    const cm_verify_box *box = box_at(in, range.start);
    size_t kind = box != NULL ? kind_of(box) : KINDS;
    if (kind == KINDS)
        return false;
    uint64_t offset = range.start - box->where.start;
    uint64_t behind = METADATA[kind].behind;
    return offset >= METADATA[kind].before && box->where.length >= behind + offset &&
           range.length <= box->where.length - behind - offset;
}
