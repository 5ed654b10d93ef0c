#include "asset/exif_write.h"

#include <string.h>

#include "asset/exif.h"

enum {
    TAG_EXIF_IFD = 0x8769,
    TAG_EXIF_VERSION = 0x9000,
    TAG_USER_COMMENT = 0x9286,
    TYPE_LONG = 4,
    TYPE_UNDEFINED = 7,
    HEAD = 8,
    ENTRY = 12,
    ENTRIES_MAX = 1000
};

/* A directory as it stands in the structure. */
typedef struct ifd {
    uint32_t at;
    uint16_t count;
    cm_bytes entries;
    uint32_t next;
} ifd;

typedef struct editor {
    cm_bytes tiff;
    cm_buf *out;
    size_t start; /* of the structure in `out` */
    bool little;
} editor;

static uint16_t read16(const editor *e, cm_reader *r) {
    return e->little ? cm_read_le16(r) : cm_read_be16(r);
}

static uint32_t read32(const editor *e, cm_reader *r) {
    return e->little ? cm_read_le32(r) : cm_read_be32(r);
}

static void put16(const editor *e, uint16_t v) {
    if (e->little)
        cm_buf_le16(e->out, v);
    else
        cm_buf_be16(e->out, v);
}

static void put32(const editor *e, uint32_t v) {
    if (e->little)
        cm_buf_le32(e->out, v);
    else
        cm_buf_be32(e->out, v);
}

static void patch32(const editor *e, size_t at, uint32_t v) {
    if (e->little)
        cm_buf_patch_le32(e->out, e->start + at, v);
    else
        cm_buf_patch_be32(e->out, e->start + at, v);
}

static void put_entry(const editor *e, uint16_t tag, uint16_t type, uint32_t count,
                      uint32_t value) {
    put16(e, tag);
    put16(e, type);
    put32(e, count);
    put32(e, value);
}

static bool read_ifd(const editor *e, uint32_t at, ifd *out) {
    cm_reader r = cm_reader_over(e->tiff);
    cm_read_skip(&r, at);
    *out = (ifd){.at = at, .count = read16(e, &r)};
    out->entries = cm_read_bytes(&r, (size_t)ENTRY * out->count);
    out->next = read32(e, &r);
    return !r.bad && at >= HEAD && out->count <= ENTRIES_MAX;
}

/* Of a directory's entries, which one has this tag; their count when none has. */
static uint16_t find(const editor *e, const ifd *d, uint16_t tag, uint32_t *value) {
    cm_reader r = cm_reader_over(d->entries);
    for (uint16_t i = 0; i < d->count; i++) {
        uint16_t this_tag = read16(e, &r);
        cm_read_skip(&r, 6);
        *value = read32(e, &r);
        if (this_tag == tag)
            return i;
    }
    return d->count;
}

/* Where entry i has its type. */
static size_t entry_at(const ifd *d, uint16_t i) {
    return d->at + 2 + (size_t)ENTRY * i;
}

/* The end of the structure so far, on an even offset. */
static uint32_t end_of(const editor *e) {
    if (((e->out->size - e->start) & 1) != 0)
        cm_buf_u8(e->out, 0);
    return (uint32_t)(e->out->size - e->start);
}

static uint32_t put_text(const editor *e, const char *comment) {
    uint32_t at = end_of(e);
    cm_buf_put(e->out, "ASCII\0\0\0", 8);
    cm_buf_text(e->out, comment);
    return at;
}

/* A copy of a directory with one entry more, in its place by number; where it stands. */
static uint32_t put_ifd(const editor *e, const ifd *d, uint16_t tag, uint16_t type, uint32_t count,
                        uint32_t value) {
    uint32_t at = end_of(e);
    cm_reader r = cm_reader_over(d->entries);
    bool due = true;
    put16(e, (uint16_t)(d->count + 1));
    for (uint16_t i = 0; i < d->count; i++) {
        cm_bytes entry = cm_read_bytes(&r, ENTRY);
        cm_reader head = cm_reader_over(entry);
        if (due && read16(e, &head) > tag) {
            put_entry(e, tag, type, count, value);
            due = false;
        }
        cm_buf_put_bytes(e->out, entry);
    }
    if (due)
        put_entry(e, tag, type, count, value);
    put32(e, d->next);
    return at;
}

static uint32_t comment_size(const char *comment) {
    return (uint32_t)(8 + strlen(comment));
}

static void put_new(editor *e, const char *comment) {
    static const uint8_t FIRST[] = "MM\0*\0\0\0\x08";
    enum { EXIF_AT = HEAD + 2 + ENTRY + 4, TEXT_AT = EXIF_AT + 2 + 2 * ENTRY + 4 };
    cm_buf_put(e->out, FIRST, HEAD);
    put16(e, 1);
    put_entry(e, TAG_EXIF_IFD, TYPE_LONG, 1, EXIF_AT);
    put32(e, 0);
    put16(e, 2);
    put_entry(e, TAG_EXIF_VERSION, TYPE_UNDEFINED, 4, 0x30323332); /* "0232" */
    put_entry(e, TAG_USER_COMMENT, TYPE_UNDEFINED, comment_size(comment), TEXT_AT);
    put32(e, 0);
    (void)put_text(e, comment);
}

static bool contains(cm_bytes text, const char *what) {
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= text.size; i++)
        if (memcmp(text.data + i, what, n) == 0)
            return true;
    return false;
}

/* A comment that says nothing, as cameras leave it, or is a label of this kind. */
static bool may_replace(const editor *e) {
    cm_bytes text;
    cm_encoding encoding;
    if (!cm_exif_user_comment(e->tiff, &text, &encoding))
        return true;
    bool blank = true;
    for (size_t i = 0; i < text.size; i++)
        blank = blank && (text.data[i] == 0 || text.data[i] == ' ');
    return blank || (encoding == CM_TEXT_LATIN1 && contains(text, "\"AIGC\""));
}

/* Over an old label that is as long at least, so that labelling again doesn't make the file longer.
 */
static bool put_over(const editor *e, size_t entry, uint32_t at, const char *comment) {
    cm_bytes old;
    cm_encoding encoding;
    size_t n = strlen(comment);
    if (!cm_exif_user_comment(e->tiff, &old, &encoding) || encoding != CM_TEXT_LATIN1 ||
        old.size < n)
        return false;
    patch32(e, entry + 4, comment_size(comment));
    memcpy(e->out->data + e->start + at, "ASCII\0\0\0", 8);
    memcpy(e->out->data + e->start + at + 8, comment, n);
    return true;
}

/* In the directory of EXIF's own fields. */
static void put_into(const editor *e, const ifd *exif, size_t pointer, const char *comment) {
    uint32_t value, n = comment_size(comment);
    uint16_t i = find(e, exif, TAG_USER_COMMENT, &value);
    if (e->out->failed != CM_OK ||
        (i < exif->count && put_over(e, entry_at(exif, i), value, comment)))
        return;
    uint32_t text = put_text(e, comment);
    if (i == exif->count) {
        patch32(e, pointer, put_ifd(e, exif, TAG_USER_COMMENT, TYPE_UNDEFINED, n, text));
        return;
    }
    patch32(e, entry_at(exif, i) + 4, n);
    patch32(e, entry_at(exif, i) + 8, text);
}

static bool put_comment(editor *e, const char *comment) {
    cm_reader r = cm_reader_over(e->tiff);
    ifd first, exif;
    uint32_t pointer;
    e->little = cm_read_match(&r, "II*\0", 4);
    if (!e->little && !cm_read_match(&r, "MM\0*", 4))
        return false;
    if (!read_ifd(e, read32(e, &r), &first) || !may_replace(e))
        return false;
    uint16_t i = find(e, &first, TAG_EXIF_IFD, &pointer);
    if (i < first.count && !read_ifd(e, pointer, &exif))
        return false;
    cm_buf_put_bytes(e->out, e->tiff);
    if (i < first.count) {
        put_into(e, &exif, entry_at(&first, i) + 8, comment);
        return true;
    }
    ifd none = {0};
    uint32_t text = put_text(e, comment);
    uint32_t at = put_ifd(e, &none, TAG_USER_COMMENT, TYPE_UNDEFINED, comment_size(comment), text);
    patch32(e, 4, put_ifd(e, &first, TAG_EXIF_IFD, TYPE_LONG, 1, at));
    return true;
}

cm_code cm_exif_put_comment(cm_bytes tiff, const char *comment, cm_buf *out, bool *made,
                            cm_error *err) {
    editor e = {.tiff = tiff, .out = out, .start = out->size};
    *made = true;
    if (tiff.size == 0)
        put_new(&e, comment);
    else
        *made = put_comment(&e, comment);
    return cm_buf_status(out, err);
}
