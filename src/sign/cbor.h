/* CBOR (RFC 8949): a bounded reader over borrowed bytes and a deterministic writer.
 *
 * What is read: one data item that fills its bytes. Refused: bytes after it, indefinite-length
 * strings, reserved values, text that is not UTF-8, a key that a map holds twice, nesting or item
 * counts beyond the limits. Tolerated, because other people's signed files hold them:
 * indefinite-length arrays and maps, integers and lengths longer than need be, unsorted keys. What
 * is written is core deterministic (RFC 8949 §4.2.1) when the caller gives map keys in bytewise
 * order; spec/manifest.md §2 has the reasons. */
#ifndef CM_SIGN_CBOR_H
#define CM_SIGN_CBOR_H

#include <countermark/limits.h>

#include "base/buf.h"

typedef enum cm_cbor_type {
    CM_CBOR_UINT = 0,
    CM_CBOR_NEGATIVE = 1, /* the value is -1 - number */
    CM_CBOR_BYTES = 2,
    CM_CBOR_TEXT = 3,
    CM_CBOR_ARRAY = 4,
    CM_CBOR_MAP = 5,
    CM_CBOR_TAG = 6,
    CM_CBOR_SIMPLE = 7 /* false 20, true 21, null 22, undefined 23, others; floats by `width` */
} cm_cbor_type;

/* One item of a parsed document. Items stand in document order, so that the first child follows
 * its parent and the next sibling stands `span` items on. */
typedef struct cm_cbor_item {
    cm_cbor_type type;
    uint8_t width;   /* SIMPLE: bytes of a float (2, 4, 8), or 0 */
    uint32_t count;  /* ARRAY: elements; MAP: pairs; TAG: 1 */
    uint32_t span;   /* items in this one, itself included */
    uint64_t number; /* UINT, NEGATIVE, TAG, SIMPLE: the value; a float's bits */
    cm_bytes bytes;  /* BYTES, TEXT: the content. ARRAY, MAP, TAG: the whole encoding */
} cm_cbor_item;

typedef struct cm_cbor {
    cm_cbor_item *items; /* items[0] is the root */
    size_t count;
    bool deterministic; /* the encoding is RFC 8949 §4.2.1's */
} cm_cbor;

enum { CM_CBOR_ITEMS = 1 << 18 }; /* most items in a document */

/* Parses a document that is exactly `bytes`, which must outlive it. CM_ERR_FORMAT, CM_ERR_LIMIT.
 * Free with cm_cbor_free(). */
cm_code cm_cbor_parse(cm_bytes bytes, const cm_limits *limits, cm_cbor *out, cm_error *err);
void cm_cbor_free(cm_cbor *doc);

/* Whether text is UTF-8 (RFC 3629), as CBOR text must be. */
bool cm_cbor_is_utf8(cm_bytes text);

/* Looking around. All take NULL and items of another type, and answer NULL, false or 0 then, so
 * that a path can be walked without a check at each step. */
const cm_cbor_item *cm_cbor_root(const cm_cbor *doc);
const cm_cbor_item *cm_cbor_get(const cm_cbor_item *map, const char *key);
const cm_cbor_item *cm_cbor_get_int(const cm_cbor_item *map, int64_t key);
const cm_cbor_item *cm_cbor_tagged(const cm_cbor_item *item, uint64_t tag);
bool cm_cbor_is(const cm_cbor_item *item, cm_cbor_type type);
bool cm_cbor_is_text(const cm_cbor_item *item, const char *text);
bool cm_cbor_uint(const cm_cbor_item *item, uint64_t *value);
bool cm_cbor_int(const cm_cbor_item *item, int64_t *value);
bool cm_cbor_bool(const cm_cbor_item *item, bool *value);
bool cm_cbor_number(const cm_cbor_item *item, double *value); /* an integer, or a finite float */
bool cm_cbor_null(const cm_cbor_item *item);
cm_bytes cm_cbor_text(const cm_cbor_item *item);   /* {NULL, 0} when it is no text */
cm_bytes cm_cbor_string(const cm_cbor_item *item); /* the same for bytes */

/* The elements of an array: for (c = cm_cbor_first(a); c != NULL; c = cm_cbor_next(a, c)). A map is
 * no array: it gives NULL, so that `count` always says how many will come. */
const cm_cbor_item *cm_cbor_first(const cm_cbor_item *array);

/* The same for a map, whose keys and values take turns. */
const cm_cbor_item *cm_cbor_first_key(const cm_cbor_item *map);
const cm_cbor_item *cm_cbor_next(const cm_cbor_item *parent, const cm_cbor_item *child);
const cm_cbor_item *cm_cbor_at(const cm_cbor_item *array, size_t index);

/* Writing. Failures latch in the buffer. */
void cm_cbor_put_uint(cm_buf *b, uint64_t v);
void cm_cbor_put_int(cm_buf *b, int64_t v);
void cm_cbor_put_bytes(cm_buf *b, cm_bytes v);
void cm_cbor_put_text(cm_buf *b, const char *v);
void cm_cbor_put_text_bytes(cm_buf *b, cm_bytes v);
void cm_cbor_put_array(cm_buf *b, size_t elements);
void cm_cbor_put_map(cm_buf *b, size_t pairs);
void cm_cbor_put_tag(cm_buf *b, uint64_t tag);
void cm_cbor_put_bool(cm_buf *b, bool v);
void cm_cbor_put_null(cm_buf *b);
void cm_cbor_put_double(cm_buf *b, double v); /* in the shortest form that keeps the value */

/* Encodes a parsed item anew, core deterministically. CM_ERR_UNSUPPORTED is latched for floats. */
void cm_cbor_put_canonical(cm_buf *b, const cm_cbor_item *item);

/* Writes a byte string of zeros whose encoding, head included, is `total` bytes: padding.
 * No byte string is 25, 258, 65,539 or 65,540 bytes long; CM_ERR_ARGUMENT is latched for those and
 * for 0. cm_cbor_can_pad() tells beforehand. */
void cm_cbor_put_padding(cm_buf *b, size_t total);
bool cm_cbor_can_pad(size_t total);

#endif
