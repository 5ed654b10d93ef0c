/* Containers: where a C2PA manifest store stands in a PNG, JPEG or WebP file or in a text, and how
 * it gets there.
 *
 * Nothing here looks inside the store beyond its outer box header, and nothing judges it. What is
 * wrong with the *container* of a store is a fault, which the verifier turns into a verdict; an
 * error means that the file itself can't be walked. Described in spec/containers.md; sources: C2PA
 * 2.2 annex A, ISO 19566-5 annex D (JPEG), the PNG and WebP container specifications. */
#ifndef CM_ASSET_ASSET_H
#define CM_ASSET_ASSET_H

#include "base/sniff.h"
#include "base/span.h"
#include "base/stream.h"

/* What the file is, by its first bytes; texts too. */
cm_code cm_asset_format(const cm_source *in, cm_format *format, cm_error *err);

/* The same with its media type, a constant. */
cm_code cm_asset_media_type(const cm_source *in, cm_format *format, const char **type,
                            cm_error *err);

/* How a store's container breaks the rules. The first fault met is reported. */
typedef enum cm_asset_fault {
    CM_ASSET_SOUND = 0,
    CM_ASSET_SEVERAL,  /* more than one store; the first was read */
    CM_ASSET_EMPTY,    /* a chunk for a store, with nothing in it */
    CM_ASSET_SPLIT,    /* JPEG: the store's segments are not contiguous */
    CM_ASSET_SEQUENCE, /* JPEG: packet numbers don't count 1, 2, 3, … (one 0 alone is tolerated) */
    CM_ASSET_LENGTH,   /* JPEG: box length and segments disagree, or differ between segments */
    CM_ASSET_SIGNATURE, /* JPEG: the segment's identifier is not "JP" */
    CM_ASSET_CHECKSUM,  /* PNG: wrong CRC */
    CM_ASSET_MISPLACED, /* PNG: after IDAT; WebP: not the last chunk */
    CM_ASSET_CORRUPT    /* text: it is marked as holding a store, but none can be read from it */
} cm_asset_fault;

/* How a text holds its store (C2PA 2.5, A.8, A.7, A.9). */
typedef enum cm_carrier {
    CM_CARRIER_NONE,    /* not a text, or without a store */
    CM_CARRIER_WRAPPER, /* variation selectors; the data hash is of the text in form C of Unicode */
    CM_CARRIER_SCRIPT,  /* an element of HTML's head */
    CM_CARRIER_BLOCK,   /* a comment, or lines of front matter */
    CM_CARRIER_ELEMENT  /* among the metadata of SVG and TTML */
} cm_carrier;

/* One line of English for a person. Never NULL. */
const char *cm_asset_fault_text(cm_asset_fault fault);

typedef struct cm_asset_manifest {
    cm_format format;
    bool found;       /* a container of a store is there, be it empty or faulty */
    cm_buf store;     /* its bytes */
    cm_span where;    /* the whole chunk, or all segments, headers and CRC included: exactly what
                       * a data hash excludes. When SPLIT, the first run of segments; for a
                       * sidecar, the whole file, of which an asset's hash excludes nothing */
    uint32_t padding; /* bytes of padding behind `where` that a data hash may exclude too: WebP
                       * pads odd chunks */
    cm_span spelt;    /* text: the store alone, as it is spelt within `where` */
    cm_asset_fault fault; /* CM_ASSET_SOUND when nothing was found */
    cm_carrier carrier;
    bool elsewhere; /* text: it names a store by its address, which is not followed */
    cm_buf address; /* text: that address, as it is spelt; the first, if there are several */
    cm_span away;   /* text: the block that holds it, which a data hash excludes; or empty */
} cm_asset_manifest;

/* Finds and loads the manifest store. CM_ERR_UNSUPPORTED: not a format that we know. CM_ERR_FORMAT:
 * chunks or segments run past the end of the file. CM_ERR_LIMIT: a store over
 * limits->manifest_bytes, or more than CM_ASSET_UNITS chunks. On failure *out is empty. */
cm_code cm_asset_read(const cm_source *in, const cm_limits *limits, cm_asset_manifest *out,
                      cm_error *err);
void cm_asset_manifest_free(cm_asset_manifest *m);

enum {
    CM_ASSET_UNITS = 1 << 20,     /* most chunks or segments walked in one file */
    CM_ASSET_STORE_MIN = 32,      /* a store is a superbox with at least a description box in it */
    CM_ASSET_TEXT_MAX = 256 << 20 /* bytes of a text, which is looked at as a whole */
};

/* Part of the output of a plan. */
typedef struct cm_asset_piece {
    enum { CM_PIECE_COPY, CM_PIECE_LITERAL, CM_PIECE_STORE } kind;
    cm_span from;        /* COPY: of the input */
    uint8_t literal[12]; /* LITERAL: its first `literal_size` bytes */
    uint32_t literal_size;
} cm_asset_piece;

/* How an output file is put together from the input and a store of known size. A store that is in
 * the input is left out. Free with cm_asset_plan_free(). */
typedef struct cm_asset_plan {
    cm_format format;
    uint64_t store_size;   /* 0: no store in the output */
    cm_span where;         /* of the store's container in the output: what the data hash excludes */
    uint64_t size;         /* of the output */
    uint16_t box_instance; /* JPEG: the number (En) that tells the store's segments from others */
    const char *comment;   /* text: the comment that was asked for, or NULL */
    cm_carrier carrier;    /* text: with the four below */
    const char *open, *close; /* BLOCK: of the comment; `close` NULL for lines of front matter.
                               * ELEMENT: the tags, as far as they are part of the store's piece */
    const char *line_end;
    bool line_before, line_after; /* BLOCK: the store's piece has a line's end before, behind it */
    cm_asset_piece *pieces;
    size_t count;
    size_t capacity;
} cm_asset_plan;

/* Plans an output with a store of `store_size` bytes (CM_ASSET_STORE_MIN at least, or 0 for none).
 * Besides the errors of cm_asset_read(): CM_ERR_LIMIT when the store is larger than the format can
 * carry; CM_ERR_UNSUPPORTED for a sidecar, which has nothing to be inserted into. */
cm_code cm_asset_plan_make(const cm_source *in, uint64_t store_size, cm_asset_plan *plan,
                           cm_error *err);

/* The same for a text in a language with comments, which the store goes into: `comment` is what
 * introduces them, "#" or "<!--". CM_ERR_ARGUMENT for one that isn't known, or a file that can't
 * have comments. NULL: as above. */
cm_code cm_asset_plan_comment(const cm_source *in, uint64_t store_size, const char *comment,
                              cm_asset_plan *plan, cm_error *err);

/* The same for a store that takes the place of the one in the input and leaves every other byte as
 * it is, as an update manifest must (C2PA 2.2 §11.2.3); in HTML, SVG and TTML it is the base64
 * alone that `where` is then. CM_ERR_UNSUPPORTED where that can't be. */
cm_code cm_asset_plan_update(const cm_source *in, uint64_t store_size, const cm_limits *limits,
                             cm_asset_plan *plan, cm_error *err);
void cm_asset_plan_free(cm_asset_plan *plan);

/* How long a text's wrapper is hangs on the bytes in it, so that of such a plan `store_size`,
 * `where.length` and `size` are a guess. This makes them right for this store. Nothing is done for
 * other carriers, or without a store. The pieces, and where.start, stay as they are. */
void cm_asset_plan_settle(cm_asset_plan *plan, cm_bytes store);

/* Bytes of a wrapper with this store. */
uint64_t cm_wrapper_size(cm_bytes store);

/* Writes the planned output. `store` is a JUMBF superbox of exactly the planned size, whose LBox
 * says so, and settled; CM_ERR_ARGUMENT otherwise. */
cm_code cm_asset_write(const cm_source *in, const cm_asset_plan *plan, cm_bytes store,
                       const cm_sink *sink, cm_error *err);

/* The same in two steps, for a store that is signed after the rest was seen. First all but the
 * store, for which zeros keep its plan->where free; what is not the store's goes to `covered` too.
 */
cm_code cm_asset_write_around(const cm_source *in, const cm_asset_plan *plan, const cm_sink *sink,
                              const cm_sink *covered, cm_error *err);

/* Then the plan->where.length bytes that belong in that place. */
cm_code cm_asset_write_store(const cm_asset_plan *plan, cm_bytes store, const cm_sink *sink,
                             cm_error *err);

/* Writes everything but plan->where, in order: the bytes that the data hash covers. */
cm_code cm_asset_copy_rest(const cm_source *in, const cm_asset_plan *plan, const cm_sink *sink,
                           cm_error *err);

/* Copies the file without any manifest store. */
cm_code cm_asset_strip(const cm_source *in, const cm_sink *sink, cm_error *err);

/* --- boxes, for c2pa.hash.boxes (C2PA 2.2, 18.7) --- */

typedef struct cm_asset_box {
    char name[11]; /* "SOI", "APP0", …; "PNGh", "IHDR", …; "WEBP", "VP8X", …; "C2PA": the store's */
    cm_span where;
} cm_asset_box;

/* The whole file as a list of boxes, without gaps, in order. */
typedef struct cm_asset_boxes {
    cm_asset_box *items;
    size_t count;
    size_t capacity;
    cm_span trailing; /* behind EOI, IEND or the form: in no box, so that no box hash covers it */
} cm_asset_boxes;

/* Lists the boxes of a PNG, JPEG or WebP file; CM_ERR_UNSUPPORTED for others, for which no names
 * are laid down. A JPEG's SOS holds the coded data behind it with its restart markers; contiguous
 * segments of the store are one box. On failure *out is empty. Free with cm_asset_boxes_free(). */
cm_code cm_asset_boxes_read(const cm_source *in, cm_asset_boxes *out, cm_error *err);
void cm_asset_boxes_free(cm_asset_boxes *boxes);

#endif
