#include "token/added.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16 };

void cm_added_free(cm_added *a) {
    cm_buf_free(&a->bytes);
    free(a->tokens);
    *a = (cm_added){0};
}

cm_code cm_added_put(cm_added *a, uint32_t id, cm_bytes token, cm_error *err) {
    if (token.size == 0 || token.size > CM_ADDED_LENGTH_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "added token %u has %zu bytes; 1 to %d are supported", id,
                       token.size, CM_ADDED_LENGTH_MAX);
    if (a->count == CM_ADDED_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "more than %d added tokens", CM_ADDED_MAX);
    if (a->count == a->capacity) {
        size_t capacity = a->capacity != 0 ? 2 * a->capacity : FIRST_CAPACITY;
        cm_added_token *tokens = realloc(a->tokens, capacity * sizeof *tokens);
        if (tokens == NULL)
            return cm_fail_memory(err);
        a->tokens = tokens;
        a->capacity = capacity;
    }
    a->tokens[a->count++] = (cm_added_token){
        .start = (uint32_t)a->bytes.size, .length = (uint32_t)token.size, .id = id};
    a->first[token.data[0]] = true;
    cm_buf_put_bytes(&a->bytes, token);
    return cm_buf_status(&a->bytes, err);
}

static int compare(const uint8_t *all, const cm_added_token *x, const cm_added_token *y) {
    uint32_t n = x->length < y->length ? x->length : y->length;
    int order = memcmp(all + x->start, all + y->start, n);
    return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

/* A heap sort: qsort() can't be told where the bytes are. */
static void sift(cm_added *a, size_t at, size_t count) {
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        cm_added_token *t = a->tokens;
        if (child + 1 < count && compare(a->bytes.data, &t[child], &t[child + 1]) < 0)
            child++;
        if (compare(a->bytes.data, &t[at], &t[child]) >= 0)
            return;
        cm_added_token swap = t[at];
        t[at] = t[child];
        t[child] = swap;
    }
}

void cm_added_seal(cm_added *a) {
    for (size_t i = a->count / 2; i-- > 0;)
        sift(a, i, a->count);
    for (size_t n = a->count; n > 1; n--) {
        cm_added_token swap = a->tokens[0];
        a->tokens[0] = a->tokens[n - 1];
        a->tokens[n - 1] = swap;
        sift(a, 0, n - 1);
    }
}

/* Of tokens [*low, *high), which share their first `depth` bytes, those that have `byte` next. */
static void narrow(const cm_added *a, size_t *low, size_t *high, size_t depth, uint8_t byte) {
    size_t bounds[2];
    for (int side = 0; side < 2; side++) {
        size_t from = *low, to = *high;
        while (from < to) {
            size_t middle = from + (to - from) / 2;
            const cm_added_token *t = &a->tokens[middle];
            int value = t->length > depth ? a->bytes.data[t->start + depth] : -1;
            if (value < byte + side)
                from = middle + 1;
            else
                to = middle;
        }
        bounds[side] = from;
    }
    *low = bounds[0];
    *high = bounds[1];
}

/* The longest token at text[at]: true when there is one, or when the text's end hides whether. */
static bool match(const cm_added *a, cm_bytes text, size_t at, bool closed, cm_added_find *f) {
    size_t low = 0, high = a->count, depth = 0;
    f->found = false;
    for (; low < high; depth++) {
        const cm_added_token *t = &a->tokens[low]; /* the shortest comes first */
        if (t->length == depth && depth > 0) {
            *f = (cm_added_find){.found = true, .start = at, .end = at + depth, .id = t->id};
            low++;
            while (low < high && a->tokens[low].length == depth)
                low++; /* given twice */
            if (low == high)
                break;
        }
        if (at + depth == text.size) {
            if (!closed) {
                *f = (cm_added_find){.start = at};
                return true;
            }
            break;
        }
        narrow(a, &low, &high, depth, text.data[at + depth]);
    }
    return f->found;
}

/* Runs of one byte, such as blanks, come out the same either way. */
static bool is_run(const cm_added *a, const cm_added_token *t, uint8_t byte) {
    for (uint32_t i = 0; i < t->length; i++)
        if (a->bytes.data[t->start + i] != byte)
            return false;
    return true;
}

/* Whether another token, no shorter than `t`, begins with the end of `t` from `cut` on. */
static bool continues(const cm_added *a, const cm_added_token *t, uint32_t cut) {
    size_t low = 0, high = a->count;
    const uint8_t *bytes = a->bytes.data + t->start;
    for (uint32_t i = cut; i < t->length && low < high; i++)
        narrow(a, &low, &high, i - cut, bytes[i]);
    for (; low < high; low++) {
        const cm_added_token *other = &a->tokens[low];
        if (other != t && other->length >= t->length &&
            !(is_run(a, t, bytes[0]) && is_run(a, other, bytes[0])))
            return true;
    }
    return false;
}

bool cm_added_entangled(const cm_added *a) {
    for (size_t i = 0; i < a->count; i++)
        for (uint32_t cut = 1; cut < a->tokens[i].length; cut++)
            if (continues(a, &a->tokens[i], cut))
                return true;
    return false;
}

cm_added_find cm_added_next(const cm_added *a, cm_bytes text, size_t at, bool closed) {
    cm_added_find f = {.start = text.size};
    if (a->count != 0)
        for (size_t i = at; i < text.size; i++) {
            if (!a->first[text.data[i]] || !match(a, text, i, closed, &f))
                continue;
            if (!f.found || f.id != CM_ADDED_TEXT)
                return f;
            i = f.end - 1;
        }
    return (cm_added_find){.start = text.size};
}
