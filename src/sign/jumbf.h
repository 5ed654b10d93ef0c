/* JUMBF (ISO 19566-5): the box tree that a manifest store is, read into a flat list, and written.
 *
 * A superbox ("jumb") starts with a description box ("jumd": content type, toggles, label, salt)
 * and goes on with content boxes, which may be superboxes. Labels make paths, and paths make the
 * URIs by which C2PA refers to boxes. spec/manifest.md §3 says what is refused. */
#ifndef CM_SIGN_JUMBF_H
#define CM_SIGN_JUMBF_H

#include <countermark/limits.h>

#include "base/buf.h"

/* Box types. */
#define CM_BOX_JUMB 0x6a756d62u
#define CM_BOX_JUMD 0x6a756d64u
#define CM_BOX_CBOR 0x63626f72u
#define CM_BOX_JSON 0x6a736f6eu
#define CM_BOX_UUID 0x75756964u
#define CM_BOX_BROB 0x62726f62u /* Brotli, C2PA 2.2 §11.1.3.2 */
#define CM_BOX_BFDB 0x62666462u /* what an embedded file is, ISO 19566-5 §B.6 */
#define CM_BOX_BIDB 0x62696462u /* its bytes */
#define CM_BOX_C2SH 0x63327368u /* a salt, C2PA 2.2 §8.4.2.3.1 */

/* Content types of superboxes are UUIDs; those we meet differ in their first four bytes alone. */
#define CM_KIND_STORE 0x63327061u        /* c2pa */
#define CM_KIND_MANIFEST 0x63326d61u     /* c2ma: standard manifest */
#define CM_KIND_MANIFEST_OLD 0x63326d64u /* c2md: the same, deprecated */
#define CM_KIND_UPDATE 0x6332756du       /* c2um: update manifest */
#define CM_KIND_COMPRESSED 0x6332636du   /* c2cm: compressed manifest */
#define CM_KIND_ASSERTIONS 0x63326173u   /* c2as: assertion store */
#define CM_KIND_CLAIM 0x6332636cu        /* c2cl */
#define CM_KIND_SIGNATURE 0x63326373u    /* c2cs */
#define CM_KIND_CBOR 0x63626f72u         /* cbor */
#define CM_KIND_JSON 0x6a736f6eu         /* json */

/* The twelve bytes after them (ISO 19566-5 §B.1). */
enum { CM_JUMBF_KIND_TAIL_BYTES = 12 };
extern const uint8_t CM_JUMBF_KIND_TAIL[CM_JUMBF_KIND_TAIL_BYTES];

enum {
    CM_JUMBF_REQUESTABLE = 1, /* may be the target of a URI */
    CM_JUMBF_LABEL = 2,
    CM_JUMBF_ID = 4,
    CM_JUMBF_SIGNATURE = 8,
    CM_JUMBF_PRIVATE = 16, /* a private box follows: the salt */
    CM_JUMBF_TOGGLES = 31  /* the bits that have a meaning */
};

/* One box. Boxes stand in document order: a superbox's first content box follows it, and the next
 * sibling stands `span` boxes on. */
typedef struct cm_box {
    uint32_t type;
    uint32_t span;    /* boxes in this one, itself included; the description box isn't counted */
    cm_bytes whole;   /* with its header */
    cm_bytes content; /* without. For a superbox this is what a hashed URI covers */
    uint32_t kind;    /* superbox: the UUID's first four bytes, 0 when it isn't of C2PA's form */
    uint8_t toggles;  /* superbox */
    cm_bytes label;   /* superbox: without its NUL, UTF-8 without control characters or '/' */
} cm_box;

typedef struct cm_jumbf {
    cm_box *boxes; /* boxes[0] is the root, a superbox */
    size_t count;
} cm_jumbf;

/* Parses one superbox that fills `bytes`, which must outlive the result. CM_ERR_FORMAT;
 * CM_ERR_LIMIT beyond limits->boxes and limits->depth. Free with cm_jumbf_free(). */
cm_code cm_jumbf_parse(cm_bytes bytes, const cm_limits *limits, cm_jumbf *out, cm_error *err);
void cm_jumbf_free(cm_jumbf *j);

/* Walking. NULL is taken for a box and gives NULL. */
const cm_box *cm_box_first(const cm_box *parent);
const cm_box *cm_box_next(const cm_box *parent, const cm_box *child);

/* The first superbox in `parent` with this label; NULL when there is none. */
const cm_box *cm_box_child(const cm_box *parent, cm_bytes label);
const cm_box *cm_box_named(const cm_box *parent, const char *label);

/* The same, but NULL when that superbox is not of this kind or may not be referred to. */
const cm_box *cm_box_of_kind(const cm_box *parent, const char *label, uint32_t kind);

/* The first content box of this type. */
const cm_box *cm_box_of_type(const cm_box *parent, uint32_t type);

/* The superbox that a path of labels, with slashes between them, leads to from `at`. */
const cm_box *cm_box_below(const cm_box *at, cm_bytes path);

/* What a JUMBF URI points at (ISO 19566-5 §C, C2PA 2.2 §8.4.1): "self#jumbf=/c2pa/…" starts at the
 * root, "self#jumbf=c2pa.assertions/…" in `manifest`. NULL: no such URI, or nothing there. */
const cm_box *cm_jumbf_resolve(const cm_jumbf *j, const cm_box *manifest, cm_bytes uri);

/* Writing: opens a superbox with its description, closes it by patching its length. A salt of
 * 16 bytes is written when `salt` is not NULL. */
size_t cm_jumbf_open(cm_buf *b, uint32_t kind, const char *label, const uint8_t *salt);
void cm_jumbf_close(cm_buf *b, size_t opened);

/* The same for an embedded file (ISO 19566-5 §B.6), whose content type isn't of C2PA's form. */
size_t cm_jumbf_open_file(cm_buf *b, const char *label, const uint8_t *salt);

/* Opens a content box; closed by cm_jumbf_close() too. */
size_t cm_jumbf_open_box(cm_buf *b, uint32_t type);

enum { CM_SALT_BYTES = 16 };

#endif
