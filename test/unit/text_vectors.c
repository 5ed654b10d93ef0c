#include "text_vectors.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hex.h"

/* The cases of a file; the caller decrefs *file. */
const json_t *cases_of(const char *name, json_t **file) {
    char path[128];
    json_error_t error;
    snprintf(path, sizeof path, "test/data/text/%s.json", name);
    *file = json_load_file(path, 0, &error);
    ck_assert_msg(*file != NULL, "%s: %s", path, error.text);
    const json_t *cases = json_object_get(*file, "cases");
    ck_assert(json_array_size(cases) > 3);
    return cases;
}

const json_t *field(const json_t *o, const char *name) {
    const json_t *value = json_object_get(o, name);
    ck_assert_msg(value != NULL, "no field %s", name);
    return value;
}

/* Integers of up to 64 bits, of either sign, as numbers or (what JSON can't hold) as text. */
uint64_t word_of(const json_t *value) {
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        return text[0] == '-' ? (uint64_t)strtoll(text, NULL, 10) : strtoull(text, NULL, 10);
    }
    ck_assert(json_is_number(value));
    return (uint64_t)json_integer_value(value);
}

uint64_t word(const json_t *o, const char *name) {
    return word_of(field(o, name));
}

uint32_t ids_of(const json_t *array, uint32_t *out) {
    uint32_t n = (uint32_t)json_array_size(array);
    ck_assert(n <= WINDOW_MAX);
    for (uint32_t i = 0; i < n; i++)
        out[i] = (uint32_t)word_of(json_array_get(array, i));
    return n;
}

void check_digest(const void *bytes, size_t n, const json_t *want) {
    cm_digest digest;
    char hex[2 * CM_HASH_MAX + 1];
    ck_assert_int_eq(
        cm_hash_bytes(CM_HASH_SHA256, (cm_bytes){.data = bytes, .size = n}, &digest, NULL), CM_OK);
    cm_hex_encode(digest.bytes, digest.size, hex);
    ck_assert_str_eq(hex, json_string_value(want));
}

/* One of a list of floats, written as the hexadecimal digits of their little-endian bytes. */
static uint32_t float_bits(const char *hex, size_t i) {
    uint32_t bits = 0;
    for (size_t b = 0; b < 4; b++) {
        unsigned byte;
        ck_assert_int_eq(sscanf(hex + 8 * i + 2 * b, "%2x", &byte), 1);
        bits |= (uint32_t)byte << 8 * b;
    }
    return bits;
}

static const char *float_list(const json_t *want, size_t n) {
    const char *hex = json_string_value(want);
    ck_assert_uint_eq(strlen(hex), 8 * n);
    return hex;
}

void read_floats(const json_t *list, size_t n, float *out) {
    const char *hex = float_list(list, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = float_bits(hex, i);
        memcpy(&out[i], &bits, sizeof out[i]);
    }
}

void check_floats(const float *got, size_t n, const json_t *want) {
    const char *hex = float_list(want, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t have, bits = float_bits(hex, i);
        memcpy(&have, &got[i], sizeof have);
        ck_assert_msg(have == bits, "number %zu: %08x, not %08x", i, have, bits);
    }
}

void check_log_probabilities(const float *got, size_t n, const json_t *want, double tolerance) {
    const char *hex = float_list(want, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = float_bits(hex, i);
        float value;
        memcpy(&value, &bits, sizeof value);
        double p = exp((double)got[i]), q = exp((double)value);
        ck_assert_msg(fabs(p - q) <= tolerance, "number %zu: %g, not %g", i, (double)got[i],
                      (double)value);
    }
}

/* Digest of the ids of marked tokens, in ascending order, as 32-bit words. */
void check_set(const uint8_t *member, uint32_t n, const json_t *want) {
    uint32_t *ids = calloc(n, sizeof *ids), count = 0;
    for (uint32_t i = 0; i < n; i++)
        if (member[i] != 0)
            ids[count++] = i;
    check_digest(ids, count * sizeof *ids, want);
    free(ids);
}
