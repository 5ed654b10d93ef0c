#include "token/window.h"

#include <stdlib.h>
#include <string.h>

/* The splitter and the piece cache load whole words from the text's end on. */
enum { PADDING = 32, FIRST_MARKS = 16 };

void cm_window_free(cm_window *w) {
    cm_buf_free(&w->text);
    free(w->marks);
    *w = (cm_window){0};
}

void cm_window_clear(cm_window *w) {
    w->text.size = 0;
    w->mark_count = 0;
    w->cursor = 0;
}

static cm_code add_mark(cm_window *w, cm_window_mark mark, cm_error *err) {
    if (w->mark_count == w->mark_capacity) {
        size_t capacity = w->mark_capacity != 0 ? 2 * w->mark_capacity : FIRST_MARKS;
        cm_window_mark *marks = realloc(w->marks, capacity * sizeof *marks);
        if (marks == NULL)
            return cm_fail_memory(err);
        w->marks = marks;
        w->mark_capacity = capacity;
    }
    w->marks[w->mark_count++] = mark;
    return CM_OK;
}

/* Whether text appended now is where the last mark expects it. */
static bool in_step(const cm_window *w, uint64_t origin, bool flat) {
    if (w->mark_count == 0)
        return false;
    const cm_window_mark *last = &w->marks[w->mark_count - 1];
    return !flat && !last->flat && last->origin + (w->text.size - last->at) == origin;
}

cm_code cm_window_put(cm_window *w, const uint8_t *text, size_t n, uint64_t origin, bool flat,
                      cm_error *err) {
    if (n == 0)
        return CM_OK;
    if (!in_step(w, origin, flat)) {
        cm_code code =
            add_mark(w, (cm_window_mark){.at = w->text.size, .origin = origin, .flat = flat}, err);
        if (code != CM_OK)
            return code;
    }
    uint8_t *at = cm_buf_extend(&w->text, n + PADDING);
    if (at == NULL)
        return cm_buf_status(&w->text, err);
    memcpy(at, text, n);
    memset(at + n, 0, PADDING);
    w->text.size -= PADDING;
    return CM_OK;
}

static uint64_t origin_by(const cm_window_mark *mark, size_t at) {
    return mark->flat ? mark->origin : mark->origin + (at - mark->at);
}

void cm_window_drop(cm_window *w, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < w->mark_count; i++) {
        cm_window_mark mark = w->marks[i];
        size_t end = i + 1 < w->mark_count ? w->marks[i + 1].at : w->text.size;
        if (end <= n)
            continue;
        if (mark.at < n)
            mark = (cm_window_mark){.at = n, .origin = origin_by(&mark, n), .flat = mark.flat};
        mark.at -= n;
        w->marks[kept++] = mark;
    }
    w->mark_count = kept;
    w->cursor = 0;
    w->text.size -= n;
    if (n != 0)
        memmove(w->text.data, w->text.data + n, w->text.size + PADDING);
}

uint64_t cm_window_origin(cm_window *w, size_t at) {
    while (w->cursor + 1 < w->mark_count && w->marks[w->cursor + 1].at <= at)
        w->cursor++;
    return origin_by(&w->marks[w->cursor], at);
}

/* The mark that text byte `at` falls under. */
static size_t mark_for(const cm_window *w, size_t at) {
    size_t low = 0, high = w->mark_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (w->marks[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

uint64_t cm_window_origin_anywhere(const cm_window *w, size_t at) {
    return origin_by(&w->marks[mark_for(w, at)], at);
}

cm_code cm_window_move(const cm_window *from, size_t start, size_t end, cm_window *to,
                       cm_error *err) {
    cm_code code = CM_OK;
    for (size_t i = mark_for(from, start); start < end && code == CM_OK; i++) {
        size_t high = i + 1 < from->mark_count ? from->marks[i + 1].at : from->text.size;
        high = high < end ? high : end;
        code = cm_window_put(to, from->text.data + start, high - start,
                             origin_by(&from->marks[i], start), from->marks[i].flat, err);
        start = high;
    }
    return code;
}
