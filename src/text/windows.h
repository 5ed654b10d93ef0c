/* The windows of a text that count, as the text streams by: each context (or each context with its
 * token) once, since scores are independent only between different ones (spec/statistics.md §8). */
#ifndef CM_TEXT_WINDOWS_H
#define CM_TEXT_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define CM_NO_ID UINT32_MAX

/* What different windows have in common when their scores are the same; two that are alike count
 * once. CM_WINDOW_WORTHLESS for one that must not count at all. `token` is the scored id, with the
 * rest of the window before it. */
typedef uint64_t cm_window_alike(const void *scheme, const uint32_t *token);

enum { CM_WINDOW_WORTHLESS = 0 };

typedef struct cm_window_rule {
    uint32_t vocabulary; /* ids are below it */
    size_t width;        /* ids of a window, at least 1; the last one is scored */
    size_t first;        /* tokens at the start of the text that are never scored; raised to
                            width - 1 */
    bool by_context;     /* the first width - 1 ids are what must not have been before */
    bool padded;         /* width - 1 ids CM_NO_ID stand before the text, so that its first tokens
                            are scored as well */
    bool repeats;        /* the sink is also told of windows that were there before */
    cm_window_alike *alike; /* NULL where all different windows have scores of their own. The sink
                               is told of those that don't, for the sake of peers that count them */
    const void *scheme;
} cm_window_rule;

/* Some windows, in the order of the text. at[i] is where the scored token of the i-th one stands in
 * `ids`, its window before it; that token is number offset + at[i] of the text. */
typedef struct cm_window_block {
    const uint32_t *ids;
    const float *probability; /* of ids[at[i]], or NULL */
    const uint32_t *at;
    size_t count;
    uint64_t offset;
    bool repeated; /* these, or windows that are alike, were there before, and don't count */
} cm_window_block;

enum { CM_WINDOW_BLOCK = 1 << 16 }; /* most windows of a block */

typedef cm_code cm_window_sink(void *user, const cm_window_block *block, cm_error *err);

typedef struct cm_windows cm_windows;

typedef struct cm_window_counts {
    uint64_t tokens;
    uint64_t scored;
    uint64_t duplicates;
} cm_window_counts;

/* Room for so many windows is made as soon as a call brings them. */
enum { CM_WINDOWS_COMING = 1 << 20 };

/* Free with cm_windows_free(). Memory: a block, and at most 32 bytes for each window that counts or
 * that a call brings, up to CM_WINDOWS_COMING of these; twice that with `alike`. */
cm_code cm_windows_new(const cm_window_rule *rule, cm_window_sink *sink, void *user,
                       cm_windows **out, cm_error *err);
void cm_windows_free(cm_windows *w); /* NULL is allowed */

/* The next n ids; `probability` is NULL in all calls or in none. CM_ERR_ARGUMENT for ids beyond the
 * vocabulary. */
cm_code cm_windows_feed(cm_windows *w, const uint32_t *ids, const float *probability, size_t n,
                        cm_error *err);

/* What is left of the text goes to the sink. */
cm_code cm_windows_end(cm_windows *w, cm_window_counts *out, cm_error *err);

#endif
