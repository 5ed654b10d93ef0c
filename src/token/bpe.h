/* Byte pair encoding of one piece of text. */
#ifndef CM_TOKEN_BPE_H
#define CM_TOKEN_BPE_H

#include "token/merges.h"

enum { CM_PIECE_MAX = 1 << 22 }; /* longest piece, bytes */

/* What turns a piece into tokens. */
typedef struct cm_bpe {
    cm_vocab vocab;
    cm_merges merges;
    uint32_t byte_ids[256]; /* CM_NO_TOKEN: the vocabulary lacks this byte */
    bool whole_first;       /* a piece that is a token becomes it, merges or not */
    uint32_t unknown;       /* for bytes that the vocabulary lacks; CM_NO_TOKEN: they vanish */
    bool fuse_unknown;      /* a run of them becomes one */
    bool close_gaps;        /* those that vanish do so before merging: peers differ */
} cm_bpe;

/* A token of a piece. */
typedef struct cm_part {
    uint32_t id;
    uint32_t start; /* in the piece */
} cm_part;

/* Room for the work; grows to the longest piece. A zeroed one is empty. */
typedef struct cm_bpe_scratch {
    cm_part *parts; /* the answer, and one more that marks the end */
    uint32_t *links;
    uint64_t *heap;
    size_t room; /* bytes of piece that it is made for */
} cm_bpe_scratch;

void cm_bpe_free(cm_bpe *b);
void cm_bpe_scratch_free(cm_bpe_scratch *s);

/* Fills byte_ids from the vocabulary. */
void cm_bpe_find_bytes(cm_bpe *b);

/* Encodes a piece of 1 to CM_PIECE_MAX bytes; *count tokens stand in s->parts afterwards. Takes
 * time n log n. */
cm_code cm_bpe_encode(const cm_bpe *b, cm_bytes piece, cm_bpe_scratch *s, size_t *count,
                      cm_error *err);

/* The two ways that it goes about it, for short pieces and for long: they agree. s has room. */
size_t cm_bpe_merge_short(const cm_bpe *b, cm_bytes piece, cm_bpe_scratch *s);
size_t cm_bpe_merge_long(const cm_bpe *b, cm_bytes piece, cm_bpe_scratch *s);
cm_code cm_bpe_reserve(cm_bpe_scratch *s, size_t n, cm_error *err);

#endif
