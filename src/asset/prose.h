/* Where a manifest store stands in a text (C2PA 2.5 annexes A.7 to A.9; spec/containers.md §8). */
#ifndef CM_ASSET_PROSE_H
#define CM_ASSET_PROSE_H

#include "asset/asset.h"

/* A place made for a manifest store. */
typedef struct cm_text_site {
    cm_carrier carrier;
    cm_span where;     /* all of it: what a data hash excludes at most */
    cm_bytes store;    /* as it is spelt there: variation selectors or base64; borrowed */
    bool sound;        /* a store can be read from it */
    bool last;         /* BLOCK: it is the last line, and takes the end of the one before along */
    bool empty;        /* BLOCK: nothing stands between the delimiters */
    const char *open;  /* BLOCK: the comment's introducer, "" for none; … */
    const char *close; /* … its terminator; NULL where delimiters have lines of their own */
} cm_text_site;

enum { CM_TEXT_SITES = 64 };

typedef struct cm_text_sites {
    cm_text_site items[CM_TEXT_SITES];
    size_t count;
    bool elsewhere;   /* the text names a manifest store by its address */
    cm_bytes address; /* that address, the first; borrowed */
    cm_span away;     /* the block that holds it; empty for an element of HTML */
    uint64_t head_at; /* HTML: where an element can be added to the head */
} cm_text_sites;

/* CM_ERR_LIMIT when there are too many. */
cm_code cm_text_sites_add(cm_text_sites *sites, const cm_text_site *site, cm_error *err);

/* Notes that the text names a store by its address, in the block at `where` or in none. */
void cm_text_sites_refer(cm_text_sites *sites, cm_bytes address, cm_span where);

/* All places in a text of this format, in order. */
cm_code cm_prose_find(cm_bytes text, cm_format format, cm_text_sites *sites, cm_error *err);

/* A text in memory, and what was found in it. Free with cm_prose_free(). */
typedef struct cm_prose {
    cm_buf bytes;
    cm_bytes text;
    cm_text_sites sites; /* in order */
} cm_prose;

cm_code cm_prose_look(const cm_source *in, cm_format format, cm_prose *out, cm_error *err);
void cm_prose_free(cm_prose *p);

/* The container's other half (see asset/container.h). */
cm_code cm_prose_plan(const cm_source *in, cm_asset_plan *plan, cm_error *err);
cm_code cm_prose_write(const cm_asset_plan *plan, cm_bytes store, const cm_sink *sink,
                       cm_error *err);

/* Each adds what it finds, in order. The text is UTF-8. */
cm_code cm_find_wrappers(cm_bytes text, cm_text_sites *sites, cm_error *err); /* A.8 */
cm_code cm_find_scripts(cm_bytes text, cm_text_sites *sites, cm_error *err);  /* A.7 */
cm_code cm_find_blocks(cm_bytes text, cm_text_sites *sites, cm_error *err);   /* A.9 */

cm_code cm_find_elements(cm_bytes text, cm_text_sites *sites, cm_error *err); /* A.3.3, A.3.4 */

/* What XML of ours and of others is, as far as it takes to put an element into it. Offsets are
 * those behind start tags, 0 for elements that aren't there, or are empty. */
typedef struct cm_xml {
    enum { CM_XML_OTHER, CM_XML_SVG, CM_XML_TTML } kind;
    bool whole;           /* well-formed to its end */
    bool entities;        /* it has a document type with declarations, and wasn't looked at */
    bool declared, taken; /* the root gives the prefix c2pa its meaning; some element another one */
    cm_bytes prefix;      /* of the root, with its colon */
    size_t root_name_end, root, head, metadata;
} cm_xml;

#define CM_XML_NAMESPACE "http://c2pa.org/manifest"
#define CM_ELEMENT_OPEN "<c2pa:manifest>"
#define CM_ELEMENT_CLOSE "</c2pa:manifest>"

/* Adds the elements found as well. */
cm_code cm_xml_look(cm_bytes text, cm_text_sites *sites, cm_xml *out, cm_error *err);

/* Appends the wrapper of a store. */
void cm_wrapper_encode(cm_bytes store, cm_buf *out);

/* Appends the store of a sound wrapper, whose `store` this is. */
void cm_wrapper_decode(cm_bytes selectors, cm_buf *out);

/* A.7: what stands around the base64. */
#define CM_SCRIPT_OPEN "<script type=\"application/c2pa\">"
#define CM_SCRIPT_CLOSE "</script>"

/* A.9 */
#define CM_BLOCK_BEGIN "-----BEGIN C2PA MANIFEST-----"
#define CM_BLOCK_END "-----END C2PA MANIFEST-----"
#define CM_BLOCK_DATA "data:application/c2pa;base64,"

/* A comment's introducer, as a string that stays, and the terminator that goes with it; NULL when
 * it isn't one that we know. */
const char *cm_comment_find(cm_bytes open, const char **close);

static inline cm_bytes cm_part(cm_bytes text, size_t start, size_t end) {
    return (cm_bytes){.data = text.data + start, .size = end - start};
}

/* Without blanks at either end: space, tab, carriage return, line feed, form feed. */
cm_bytes cm_text_trim(cm_bytes text);

#endif
