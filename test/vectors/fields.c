#include "fields.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { VOCABULARY_MAX = 1 << 22 };

const json_t *field(const json_t *o, const char *name) {
    const json_t *value = json_object_get(o, name);
    if (value == NULL)
        mismatch("no field %s", name);
    return value;
}

const json_t *list(const json_t *o, const char *name) {
    const json_t *value = field(o, name);
    if (!json_is_array(value))
        mismatch("%s isn't a list", name);
    return value;
}

const char *text(const json_t *o, const char *name) {
    const char *value = json_string_value(field(o, name));
    if (value == NULL)
        mismatch("%s isn't a text", name);
    return value;
}

double number(const json_t *o, const char *name) {
    const json_t *value = field(o, name);
    if (!json_is_number(value))
        mismatch("%s isn't a number", name);
    return json_number_value(value);
}

bool flag(const json_t *o, const char *name) {
    const json_t *value = field(o, name);
    if (!json_is_boolean(value))
        mismatch("%s isn't true or false", name);
    return json_is_true(value);
}

const json_t *element(const json_t *array, size_t at) {
    const json_t *value = json_array_get(array, at);
    if (value == NULL)
        mismatch("a list has no element %zu", at);
    return value;
}

const char *text_element(const json_t *array, size_t at) {
    const char *value = json_string_value(element(array, at));
    if (value == NULL)
        mismatch("element %zu of a list isn't a text", at);
    return value;
}

uint64_t word_of(const json_t *value) {
    const char *digits = json_string_value(value);
    char *end = NULL;
    if (digits == NULL && !json_is_integer(value))
        mismatch("a value isn't an integer");
    if (digits == NULL)
        return (uint64_t)json_integer_value(value);
    errno = 0;
    uint64_t out =
        digits[0] == '-' ? (uint64_t)strtoll(digits, &end, 10) : strtoull(digits, &end, 10);
    if (errno != 0 || end == digits || *end != 0)
        mismatch("%.40s isn't an integer of 64 bits", digits);
    return out;
}

uint64_t word(const json_t *o, const char *name) {
    return word_of(field(o, name));
}

uint32_t count_of(const json_t *o, const char *name, uint32_t most) {
    uint64_t value = word(o, name);
    if (value < 1 || value > most)
        mismatch("%s is %llu, not from 1 to %u", name, (unsigned long long)value, most);
    return (uint32_t)value;
}

uint32_t vocabulary_of(const json_t *o) {
    return count_of(o, "vocab", VOCABULARY_MAX);
}

static uint32_t id_of(const json_t *value) {
    uint64_t id = word_of(value);
    if (id > UINT32_MAX && id < UINT64_MAX - UINT32_MAX) /* -1 is an id to some */
        mismatch("%llu isn't a token id", (unsigned long long)id);
    return (uint32_t)id;
}

uint32_t ids_of(const json_t *array, uint32_t *out) {
    size_t n = json_array_size(array);
    if (!json_is_array(array) || n > WINDOW_MAX)
        mismatch("not a list of at most %d ids", WINDOW_MAX);
    for (size_t i = 0; i < n; i++)
        out[i] = id_of(element(array, i));
    return (uint32_t)n;
}

uint32_t *text_ids(const json_t *array, size_t *n) {
    if (!json_is_array(array))
        mismatch("a text's ids aren't a list");
    *n = json_array_size(array);
    uint32_t *ids = calloc(*n + 1, sizeof *ids);
    for (size_t i = 0; i < *n; i++)
        ids[i] = id_of(element(array, i));
    return ids;
}

uint64_t read_bits(const char *digits, int depth) {
    uint64_t bits = 0;
    if (strlen(digits) != (size_t)depth || strspn(digits, "01") != (size_t)depth || depth > 64)
        mismatch("\"%.80s\" isn't %d zeros and ones", digits, depth);
    for (int l = 0; l < depth; l++)
        bits |= (uint64_t)(digits[l] == '1') << l;
    return bits;
}
