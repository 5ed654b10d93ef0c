/* A stretch of text on its way through the encoder, which knows where each byte of it stood in the
 * input. Most of the time text and input run in step; where they don't, a mark says so. */
#ifndef CM_TOKEN_WINDOW_H
#define CM_TOKEN_WINDOW_H

#include "base/buf.h"

/* From text byte `at` on, up to the next mark. */
typedef struct cm_window_mark {
    size_t at;
    uint64_t origin; /* offset in the input */
    bool flat;       /* all of it stands for the input at `origin` (something was replaced) */
} cm_window_mark;

typedef struct cm_window {
    cm_buf text;
    cm_window_mark *marks; /* ascending; those that begin behind the text's start are dropped */
    size_t mark_count;
    size_t mark_capacity;
    size_t cursor; /* the mark that answered last: questions come in ascending order */
} cm_window;

/* A zeroed window is empty. */

void cm_window_free(cm_window *w);
void cm_window_clear(cm_window *w);

/* Appends n bytes that stand for the input from `origin` on. */
cm_code cm_window_put(cm_window *w, const uint8_t *text, size_t n, uint64_t origin, bool flat,
                      cm_error *err);

/* Drops the first n bytes. */
void cm_window_drop(cm_window *w, size_t n);

/* Where text byte `at` stood in the input; `at` never goes down between two drops. */
uint64_t cm_window_origin(cm_window *w, size_t at);

/* The same, for any `at`. */
uint64_t cm_window_origin_anywhere(const cm_window *w, size_t at);

/* Appends bytes [start, end) of one window to another, origins and all. */
cm_code cm_window_move(const cm_window *from, size_t start, size_t end, cm_window *to,
                       cm_error *err);

#endif
