#include "sign/json_text.h"

#include <string.h>

#include "base/utf8.h"

/* Where we stand, and what is open around it: '[' or '{'. */
typedef struct cursor {
    const uint8_t *at, *end;
    char open[CM_JSON_DEPTH];
    size_t depth;
} cursor;

static void skip_blanks(cursor *c) {
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
        c->at++;
}

static bool take(cursor *c, char wanted) {
    if (c->at == c->end || *c->at != (uint8_t)wanted)
        return false;
    c->at++;
    return true;
}

static bool take_word(cursor *c, const char *word) {
    size_t n = strlen(word);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0)
        return false;
    c->at += n;
    return true;
}

static size_t take_digits(cursor *c) {
    const uint8_t *from = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        c->at++;
    return (size_t)(c->at - from);
}

static bool take_number(cursor *c) {
    (void)take(c, '-');
    if (!take(c, '0') && take_digits(c) == 0)
        return false;
    if (take(c, '.') && take_digits(c) == 0)
        return false;
    if (!take(c, 'e') && !take(c, 'E'))
        return true;
    if (!take(c, '+'))
        (void)take(c, '-');
    return take_digits(c) != 0;
}

static bool is_hex(uint8_t c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool take_escape(cursor *c) {
    if (c->at == c->end)
        return false;
    uint8_t kind = *c->at++;
    if (kind != 'u')
        return kind != 0 && strchr("\"\\/bfnrt", kind) != NULL;
    for (int i = 0; i < 4; i++, c->at++)
        if (c->at == c->end || !is_hex(*c->at))
            return false;
    return true;
}

static bool take_string(cursor *c) {
    if (!take(c, '"'))
        return false;
    while (c->at < c->end) {
        uint8_t here = *c->at++;
        if (here == '"')
            return true;
        if (here < 0x20 || (here == '\\' && !take_escape(c)))
            return false;
    }
    return false;
}

static bool take_key(cursor *c) {
    skip_blanks(c);
    if (!take_string(c))
        return false;
    skip_blanks(c);
    return take(c, ':');
}

/* A value that holds no other, or the beginning of one that does: *opened then. */
static bool begin_value(cursor *c, bool *opened) {
    *opened = false;
    if (c->at == c->end)
        return false;
    switch (*c->at) {
    case '"':
        return take_string(c);
    case 't':
        return take_word(c, "true");
    case 'f':
        return take_word(c, "false");
    case 'n':
        return take_word(c, "null");
    case '[':
    case '{':
        if (c->depth == CM_JSON_DEPTH)
            return false;
        *opened = true;
        c->open[c->depth++] = (char)*c->at++;
        return true;
    default:
        return take_number(c);
    }
}

/* Behind a value: closes what ends here; *more when another value must follow. */
static bool end_value(cursor *c, bool *more) {
    *more = false;
    while (c->depth > 0) {
        bool object = c->open[c->depth - 1] == '{';
        skip_blanks(c);
        if (take(c, ',')) {
            *more = true;
            return !object || take_key(c);
        }
        if (!take(c, object ? '}' : ']'))
            return false;
        c->depth--;
    }
    return true;
}

/* What was opened just now: empty, or a first value must follow. */
static bool enter(cursor *c, bool *empty) {
    bool object = c->open[c->depth - 1] == '{';
    skip_blanks(c);
    *empty = c->at < c->end && *c->at == (object ? '}' : ']');
    return *empty || !object || take_key(c);
}

bool cm_is_json(cm_bytes text) {
    cursor c = {.at = text.data, .end = text.data + text.size};
    bool more = text.size != 0 && cm_utf8_valid(text);
    if (!more)
        return false;
    while (more) {
        bool opened, empty = true;
        skip_blanks(&c);
        if (!begin_value(&c, &opened) || (opened && !enter(&c, &empty)))
            return false;
        if (opened && !empty)
            continue;
        if (!end_value(&c, &more))
            return false;
    }
    skip_blanks(&c);
    return c.at == c.end;
}
