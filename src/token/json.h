/* JSON from outside, a value at a time: no tree is built, so a file costs no more than itself. */
#ifndef CM_TOKEN_JSON_H
#define CM_TOKEN_JSON_H

#include "base/buf.h"

/* A place in a text. What isn't JSON latches r.bad. */
typedef struct cm_json {
    cm_reader r;
    bool first; /* no element of the innermost open array or object was read yet */
} cm_json;

cm_json cm_json_over(cm_bytes text);

/* The first byte of the next value: '{', '[', '"', a digit, …; 0 at the end. */
uint8_t cm_json_peek(cm_json *j);

/* Steps into an array or object. */
bool cm_json_enter(cm_json *j, char open);

/* Goes to the next element of it; false after the last, behind the closing bracket. */
bool cm_json_next(cm_json *j, char close);

/* Goes to the next member of an object and reads its name. */
bool cm_json_member(cm_json *j, cm_buf *name);

/* Reads a string, in UTF-8, in place of what *out holds. False, too, when that fails. */
bool cm_json_string(cm_json *j, cm_buf *out);

/* Reads a number that is an id. */
bool cm_json_id(cm_json *j, uint32_t *out);

/* Steps over a value; its text, borrowed. */
cm_bytes cm_json_value(cm_json *j);

/* Whether all was read, and was JSON. */
bool cm_json_ended(cm_json *j);

/* Whether a value's text is just this, such as "null". */
bool cm_json_is(cm_bytes value, const char *text);

#endif
