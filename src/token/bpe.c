#include "token/bpe.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { SHORT = 48, FIRST_ROOM = 256 };

void cm_bpe_free(cm_bpe *b) {
    cm_vocab_free(&b->vocab);
    cm_merges_free(&b->merges);
}

void cm_bpe_scratch_free(cm_bpe_scratch *s) {
    free(s->parts);
    free(s->links);
    free(s->heap);
    *s = (cm_bpe_scratch){0};
}

void cm_bpe_find_bytes(cm_bpe *b) {
    for (unsigned i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)i;
        b->byte_ids[i] = cm_vocab_find(&b->vocab, (cm_bytes){.data = &byte, .size = 1});
    }
}

cm_code cm_bpe_reserve(cm_bpe_scratch *s, size_t n, cm_error *err) {
    size_t room = s->room != 0 ? s->room : FIRST_ROOM;
    if (n <= s->room)
        return CM_OK;
    while (room < n)
        room *= 2;
    cm_bpe_scratch_free(s);
    s->parts = cm_alloc_aligned(room + 1, sizeof *s->parts);
    s->links = cm_alloc_aligned(room, 3 * sizeof *s->links);
    s->heap = cm_alloc_aligned(room, 3 * sizeof *s->heap); /* n at first, two for each merge */
    if (s->parts == NULL || s->links == NULL || s->heap == NULL) {
        cm_bpe_scratch_free(s);
        return cm_fail_memory(err);
    }
    s->room = room;
    return CM_OK;
}

static uint32_t rank_of(const cm_bpe *b, uint32_t left, uint32_t right) {
    const cm_merge *m = cm_merges_find(&b->merges, left, right);
    return m != NULL ? m->rank : CM_NO_TOKEN;
}

static uint32_t merged(const cm_bpe *b, uint32_t left, uint32_t right) {
    const cm_merge *m = cm_merges_find(&b->merges, left, right);
    return m != NULL ? m->id : CM_NO_TOKEN;
}

/* A part for each byte. */
static size_t begin(const cm_bpe *b, cm_bytes piece, cm_part *parts) {
    size_t n = 0;
    for (size_t i = 0; i < piece.size; i++) {
        uint32_t id = b->byte_ids[piece.data[i]];
        if (id != CM_NO_TOKEN || !b->close_gaps)
            parts[n++] = (cm_part){.id = id, .start = (uint32_t)i};
    }
    return n;
}

/* The lowest rank is looked for afresh before each merge: quadratic, and fastest for words. */
size_t cm_bpe_merge_short(const cm_bpe *b, cm_bytes piece, cm_bpe_scratch *s) {
    cm_part *parts = s->parts;
    uint32_t *ranks = s->links; /* of each part with the next */
    size_t n = begin(b, piece, parts);
    for (size_t i = 0; i + 1 < n; i++)
        ranks[i] = rank_of(b, parts[i].id, parts[i + 1].id);
    for (;;) {
        size_t best = 0;
        uint32_t lowest = CM_NO_TOKEN;
        for (size_t i = 0; i + 1 < n; i++)
            if (ranks[i] < lowest) {
                lowest = ranks[i];
                best = i;
            }
        if (lowest == CM_NO_TOKEN)
            return n;
        parts[best].id = merged(b, parts[best].id, parts[best + 1].id);
        n--;
        memmove(parts + best + 1, parts + best + 2, (n - best - 1) * sizeof *parts);
        if (best + 1 < n) {
            memmove(ranks + best + 1, ranks + best + 2, (n - best - 2) * sizeof *ranks);
            ranks[best] = rank_of(b, parts[best].id, parts[best + 1].id);
        }
        if (best > 0)
            ranks[best - 1] = rank_of(b, parts[best - 1].id, parts[best].id);
    }
}

/* --- long pieces: a heap of (rank, place) over a linked list ------------------------------------
 */

typedef struct queue {
    uint64_t *at;
    size_t count;
} queue;

static void push(queue *q, uint64_t key) {
    size_t i = q->count++;
    while (i > 0 && q->at[(i - 1) / 2] > key) {
        q->at[i] = q->at[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    q->at[i] = key;
}

static uint64_t pop(queue *q) {
    uint64_t top = q->at[0], last = q->at[--q->count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= q->count)
            break;
        if (child + 1 < q->count && q->at[child + 1] < q->at[child])
            child++;
        if (q->at[child] >= last)
            break;
        q->at[i] = q->at[child];
        i = child;
    }
    q->at[i] = last;
    return top;
}

typedef struct chain {
    const cm_bpe *bpe;
    cm_part *parts;
    uint32_t *next, *previous, *ranks; /* by place; CM_NO_TOKEN ends the chain */
    queue queue;
} chain;

/* Ranks the pair that starts at `i` anew. An entry of the heap counts while it tells this rank. */
static void rank_pair(chain *c, uint32_t i) {
    uint32_t next = c->next[i];
    uint32_t rank =
        next != CM_NO_TOKEN ? rank_of(c->bpe, c->parts[i].id, c->parts[next].id) : CM_NO_TOKEN;
    c->ranks[i] = rank;
    if (rank != CM_NO_TOKEN)
        push(&c->queue, (uint64_t)rank << 32 | i);
}

static void merge_at(chain *c, uint32_t i) {
    uint32_t gone = c->next[i], after = c->next[gone];
    c->parts[i].id = merged(c->bpe, c->parts[i].id, c->parts[gone].id);
    c->ranks[gone] = CM_NO_TOKEN;
    c->next[i] = after;
    if (after != CM_NO_TOKEN)
        c->previous[after] = i;
    rank_pair(c, i);
    if (c->previous[i] != CM_NO_TOKEN)
        rank_pair(c, c->previous[i]);
}

size_t cm_bpe_merge_long(const cm_bpe *b, cm_bytes piece, cm_bpe_scratch *s) {
    uint32_t n = (uint32_t)begin(b, piece, s->parts);
    chain c = {.bpe = b,
               .parts = s->parts,
               .next = s->links,
               .previous = s->links + n,
               .ranks = s->links + 2 * (size_t)n,
               .queue = {.at = s->heap}};
    for (uint32_t i = 0; i < n; i++) {
        c.next[i] = i + 1 < n ? i + 1 : CM_NO_TOKEN;
        c.previous[i] = i > 0 ? i - 1 : CM_NO_TOKEN;
    }
    for (uint32_t i = 0; i < n; i++)
        rank_pair(&c, i);
    while (c.queue.count != 0) {
        uint64_t top = pop(&c.queue);
        uint32_t place = (uint32_t)top;
        if (c.ranks[place] == top >> 32)
            merge_at(&c, place);
    }
    size_t count = 0;
    for (uint32_t i = n != 0 ? 0 : CM_NO_TOKEN; i != CM_NO_TOKEN; i = c.next[i])
        c.parts[count++] = c.parts[i];
    return count;
}

/* Bytes that no token stands for vanish, or become the unknown token. */
static size_t settle_unknown(const cm_bpe *b, cm_part *parts, size_t n) {
    size_t kept = 0;
    bool before = false;
    for (size_t i = 0; i < n; i++) {
        bool unknown = parts[i].id == CM_NO_TOKEN;
        if (!unknown || (b->unknown != CM_NO_TOKEN && !(before && b->fuse_unknown)))
            parts[kept++] =
                (cm_part){.id = unknown ? b->unknown : parts[i].id, .start = parts[i].start};
        before = unknown;
    }
    return kept;
}

cm_code cm_bpe_encode(const cm_bpe *b, cm_bytes piece, cm_bpe_scratch *s, size_t *count,
                      cm_error *err) {
    *count = 0;
    if (piece.size > CM_PIECE_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "a piece of text without a break of over %d bytes",
                       CM_PIECE_MAX);
    cm_code code = cm_bpe_reserve(s, piece.size, err);
    if (code != CM_OK)
        return code;
    uint32_t whole = b->whole_first ? cm_vocab_find(&b->vocab, piece) : CM_NO_TOKEN;
    if (whole != CM_NO_TOKEN) {
        s->parts[0] = (cm_part){.id = whole, .start = 0};
        *count = 1;
        return CM_OK;
    }
    size_t n =
        piece.size <= SHORT ? cm_bpe_merge_short(b, piece, s) : cm_bpe_merge_long(b, piece, s);
    *count = settle_unknown(b, s->parts, n);
    return CM_OK;
}
