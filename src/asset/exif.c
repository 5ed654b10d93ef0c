#include "asset/exif.h"

enum { TAG_EXIF_IFD = 0x8769, TAG_USER_COMMENT = 0x9286, TYPE_LONG = 4, TYPE_UNDEFINED = 7 };

typedef struct tiff {
    cm_bytes bytes;
    bool little;
} tiff;

typedef struct field {
    uint16_t type;
    uint32_t count;
    uint32_t value; /* or its offset */
} field;

static uint16_t read16(const tiff *t, cm_reader *r) {
    return t->little ? cm_read_le16(r) : cm_read_be16(r);
}

static uint32_t read32(const tiff *t, cm_reader *r) {
    return t->little ? cm_read_le32(r) : cm_read_be32(r);
}

/* Finds a tag in the directory at `offset`. */
static bool find_tag(const tiff *t, uint32_t offset, uint16_t tag, field *out) {
    cm_reader r = cm_reader_over(t->bytes);
    cm_read_skip(&r, offset);
    uint16_t entries = read16(t, &r);
    for (uint16_t i = 0; i < entries && !r.bad; i++) {
        uint16_t this_tag = read16(t, &r);
        *out = (field){.type = read16(t, &r)};
        out->count = read32(t, &r);
        out->value = read32(t, &r);
        if (this_tag == tag && !r.bad)
            return true;
    }
    return false;
}

/* UNICODE is UTF-16 in the byte order of the file; some writers always use the big-endian one,
 * which a plain first letter gives away. */
static cm_encoding utf16_order(const tiff *t, cm_bytes text) {
    if (text.size >= 2 && (text.data[0] == 0) != (text.data[1] == 0))
        return text.data[0] == 0 ? CM_TEXT_UTF16BE : CM_TEXT_UTF16LE;
    return t->little ? CM_TEXT_UTF16LE : CM_TEXT_UTF16BE;
}

bool cm_exif_user_comment(cm_bytes bytes, cm_bytes *text, cm_encoding *encoding) {
    cm_reader r = cm_reader_over(bytes);
    tiff t = {.bytes = bytes, .little = cm_read_match(&r, "II*\0", 4)};
    field f;
    if (!t.little && !cm_read_match(&r, "MM\0*", 4))
        return false;
    uint32_t first = read32(&t, &r);
    if (!find_tag(&t, first, TAG_EXIF_IFD, &f) || f.type != TYPE_LONG ||
        !find_tag(&t, f.value, TAG_USER_COMMENT, &f) || f.type != TYPE_UNDEFINED || f.count <= 8)
        return false;
    cm_reader comment = cm_reader_over(bytes);
    cm_read_skip(&comment, f.value);
    comment = cm_read_sub(&comment, f.count);
    bool unicode = cm_read_match(&comment, "UNICODE\0", 8);
    if (!unicode)
        cm_read_skip(&comment, 8);
    *text = cm_read_bytes(&comment, cm_reader_left(&comment));
    *encoding = unicode ? utf16_order(&t, *text) : CM_TEXT_LATIN1;
    return text->size > 0;
}
