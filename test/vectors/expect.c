/* What we have against what the vectors say. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hex.h"
#include "fields.h"

void expect_ok(cm_code code, const cm_error *err) {
    if (code != CM_OK)
        mismatch("error %d: %s", (int)code, err->message);
}

void expect_word(const char *name, uint64_t got, uint64_t want) {
    if (got != want)
        mismatch("%s: got %llu, want %llu", name, (unsigned long long)got,
                 (unsigned long long)want);
}

void expect_text(const char *name, const char *got, const char *want) {
    if (strcmp(got, want) != 0)
        mismatch("%s: got %s, want %s", name, got, want);
}

void expect_near(const char *name, double got, double want, double tolerance) {
    if (!(fabs(got - want) <= tolerance) && got != want)
        mismatch("%s: got %.17g, want %.17g", name, got, want);
}

void check_digest(const char *name, const void *bytes, size_t n, const json_t *want) {
    cm_digest digest;
    cm_error err = {0};
    char hex[2 * CM_HASH_MAX + 1];
    const char *digits = json_string_value(want);
    expect_ok(cm_hash_bytes(CM_HASH_SHA256, (cm_bytes){.data = bytes, .size = n}, &digest, &err),
              &err);
    cm_hex_encode(digest.bytes, digest.size, hex);
    expect_text(name, hex, digits != NULL ? digits : "(no text)");
}

/* One of a list of floats, written as the hexadecimal digits of their little-endian bytes. */
static uint32_t float_bits(const char *hex, size_t i) {
    uint32_t bits = 0;
    for (size_t b = 0; b < 4; b++) {
        unsigned byte;
        if (sscanf(hex + 8 * i + 2 * b, "%2x", &byte) != 1)
            mismatch("float %zu isn't in hexadecimal", i);
        bits |= (uint32_t)byte << 8 * b;
    }
    return bits;
}

static const char *float_list(const json_t *want, size_t n) {
    const char *hex = json_string_value(want);
    if (hex == NULL || strlen(hex) != 8 * n)
        mismatch("not %zu floats in hexadecimal", n);
    return hex;
}

void read_floats(const json_t *list_of, size_t n, float *out) {
    const char *hex = float_list(list_of, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = float_bits(hex, i);
        memcpy(&out[i], &bits, sizeof out[i]);
    }
}

void check_floats(const char *name, const float *got, size_t n, const json_t *want) {
    const char *hex = float_list(want, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t have, bits = float_bits(hex, i);
        memcpy(&have, &got[i], sizeof have);
        if (have != bits)
            mismatch("%s[%zu]: got %08x, want %08x", name, i, have, bits);
    }
}

void check_log_probabilities(const char *name, const float *got, size_t n, const json_t *want,
                             double tolerance) {
    const char *hex = float_list(want, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = float_bits(hex, i);
        float value;
        memcpy(&value, &bits, sizeof value);
        double p = exp((double)got[i]), q = exp((double)value);
        if (!(fabs(p - q) <= tolerance))
            mismatch("%s[%zu]: got %g, want %g", name, i, (double)got[i], (double)value);
    }
}

void check_set(const char *name, const uint8_t *member, uint32_t n, const json_t *want) {
    uint32_t *ids = calloc(n, sizeof *ids), count = 0;
    for (uint32_t i = 0; i < n; i++)
        if (member[i] != 0)
            ids[count++] = i;
    check_digest(name, ids, count * sizeof *ids, want);
    free(ids);
}
