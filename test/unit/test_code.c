/* The message's code. Known answers: test/oracle/image_mark.py, which computes the CRC by long
 * division and the code by circular convolution. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "mark/code.h"

static const struct {
    uint64_t payload;
    const char *code;
} KNOWN[] = {
    {0x0000000000000000,
     "25ed1ed104047d7bf000000000000000000000000000000000000000000000000000f3c808483fe0"},
    {0x0000000000000001,
     "d16e92c86a308d7bf00000000000000000000000000000000000000000000000000f33b3cbb3f9b7"},
    {0x0123456789abcdef,
     "fa015ff44d80bec7f4fb7ab358002d063b75460997b5a5640c17825fa0ecd5eac3994ddea0d662db"},
    {0xffffffffffffffff,
     "53c91b9f6248461a5555555555555555555555555555555555555555555555555555a66e662eed05"},
};
enum { KNOWN_COUNT = sizeof KNOWN / sizeof KNOWN[0] };

static cm_decoder *new_decoder(void) {
    cm_decoder *d = NULL;
    ck_assert_int_eq(cm_decoder_new(&d, NULL), CM_OK);
    return d;
}

/* A linear congruential generator (Knuth's MMIX), so that every run sees the same noise. */
static double uniform(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0;
}

static float normal(uint64_t *state) {
    double r = sqrt(-2 * log(uniform(state))), a = 6.283185307179586 * uniform(state);
    return (float)(r * cos(a));
}

static void modulate(const uint8_t *code, float *soft) {
    for (int i = 0; i < CM_CODE_BITS; i++)
        soft[i] = code[i] ? -1.0f : 1.0f;
}

/* Noise for an Eb/N0 in dB, Eb being the energy of an information bit (CM_INFO_BITS of them). */
static void add_noise(float *soft, double db, uint64_t *state) {
    float deviation = (float)sqrt(CM_CODE_RATE / (2 * pow(10, db / 10)));
    for (int i = 0; i < CM_CODE_BITS; i++)
        soft[i] += deviation * normal(state);
}

START_TEST(encode_known_answers) {
    for (int k = 0; k < KNOWN_COUNT; k++) {
        uint8_t code[CM_CODE_BITS], packed[CM_CODE_BITS / 8] = {0};
        char hex[2 * sizeof packed + 1];
        cm_code_encode(KNOWN[k].payload, code);
        for (int i = 0; i < CM_CODE_BITS; i++) {
            ck_assert_uint_le(code[i], 1);
            packed[i / 8] = (uint8_t)(packed[i / 8] << 1 | code[i]);
        }
        cm_hex_encode(packed, sizeof packed, hex);
        ck_assert_str_eq(hex, KNOWN[k].code);
    }
}
END_TEST

/* Linear but for the constant header and CRC: any two codewords are at least the code's distance
 * apart, which for payloads that differ in a bit is the free distance of 36 or more. */
START_TEST(neighbours_are_far_apart) {
    uint8_t zero[CM_CODE_BITS], other[CM_CODE_BITS];
    cm_code_encode(0, zero);
    for (int bit = 0; bit < 64; bit++) {
        int distance = 0;
        cm_code_encode((uint64_t)1 << bit, other);
        for (int i = 0; i < CM_CODE_BITS; i++)
            distance += zero[i] != other[i];
        ck_assert_int_ge(distance, 36);
    }
}
END_TEST

START_TEST(decodes_without_noise) {
    cm_decoder *d = new_decoder();
    cm_decoded out;
    float soft[CM_CODE_BITS];
    uint8_t code[CM_CODE_BITS];
    for (int k = 0; k < KNOWN_COUNT; k++) {
        cm_code_encode(KNOWN[k].payload, code);
        modulate(code, soft);
        cm_decoder_run(d, soft, &out);
        ck_assert(out.valid);
        ck_assert_uint_eq(out.payload, KNOWN[k].payload);
        ck_assert_mem_eq(out.code, code, sizeof code);
        ck_assert_double_eq_tol(out.correlation, CM_CODE_BITS, 1e-3);
    }
    cm_decoder_free(d);
    cm_decoder_free(NULL);
}
END_TEST

/* At 2.5 dB about every fifth hard decision is wrong; the code is good for that. */
START_TEST(decodes_in_noise) {
    cm_decoder *d = new_decoder();
    uint64_t state = 1;
    for (int k = 0; k < 40; k++) {
        uint64_t payload = 0x9e3779b97f4a7c15u * (uint64_t)(k + 1);
        uint8_t code[CM_CODE_BITS];
        float soft[CM_CODE_BITS];
        cm_decoded out;
        cm_code_encode(payload, code);
        modulate(code, soft);
        add_noise(soft, 2.5, &state);
        cm_decoder_run(d, soft, &out);
        ck_assert_msg(out.valid && out.payload == payload, "word %d", k);
    }
    cm_decoder_free(d);
}
END_TEST

/* Erasures are zeros: one generator in four and a gap do no harm without noise. */
START_TEST(decodes_over_gaps) {
    cm_decoder *d = new_decoder();
    uint8_t code[CM_CODE_BITS];
    float soft[CM_CODE_BITS];
    cm_decoded out;
    cm_code_encode(KNOWN[2].payload, code);
    modulate(code, soft);
    for (int i = 0; i < CM_CODE_BITS; i += 4)
        soft[i] = 0;
    memset(soft + 200, 0, 8 * sizeof *soft);
    cm_decoder_run(d, soft, &out);
    ck_assert(out.valid && out.payload == KNOWN[2].payload);
    cm_decoder_free(d);
}
END_TEST

/* The code is linear, so the sum of two codewords is one, of header 1 + 1 = 0. */
START_TEST(wrong_header_is_not_valid) {
    cm_decoder *d = new_decoder();
    uint8_t a[CM_CODE_BITS], b[CM_CODE_BITS], sum[CM_CODE_BITS];
    float soft[CM_CODE_BITS];
    cm_decoded out;
    cm_code_encode(KNOWN[2].payload, a);
    cm_code_encode(KNOWN[0].payload, b);
    for (int i = 0; i < CM_CODE_BITS; i++)
        sum[i] = a[i] ^ b[i];
    modulate(sum, soft);
    cm_decoder_run(d, soft, &out);
    ck_assert(!out.valid);
    ck_assert_mem_eq(out.code, sum, sizeof sum);
    cm_decoder_free(d);
}
END_TEST

/* The codeword of a single information bit, to be added to others. */
static void impulse(int bit, uint8_t *code) {
    static const uint16_t generators[CM_CODE_RATE] = {021113, 023175, 035527, 035537};
    memset(code, 0, CM_CODE_BITS);
    for (int t = 0; t < 14; t++)
        for (int g = 0; g < CM_CODE_RATE; g++)
            code[(bit + t) % CM_INFO_BITS * CM_CODE_RATE + g] = generators[g] >> (13 - t) & 1;
}

/* A codeword with a wrong bit isn't valid, and is what the decoder gives. But the end states that
 * the list varies hold the CRC, so now and then the list has the right CRC for the wrong bits (16
 * of 4096 at each lap): a valid word then, which correlates less. */
START_TEST(one_wrong_bit_is_not_valid) {
    int valid = 0;
    cm_decoder *d = new_decoder();
    for (int bit = 0; bit < 67; bit += 2) {
        uint8_t code[CM_CODE_BITS], flip[CM_CODE_BITS];
        float soft[CM_CODE_BITS];
        cm_decoded out;
        cm_code_encode(KNOWN[2].payload, code);
        impulse(bit, flip);
        for (int i = 0; i < CM_CODE_BITS; i++)
            code[i] ^= flip[i];
        modulate(code, soft);
        cm_decoder_run(d, soft, &out);
        if (!out.valid) {
            ck_assert_mem_eq(out.code, code, sizeof code);
            continue;
        }
        valid++;
        cm_code_encode(out.payload, code);
        ck_assert_mem_eq(out.code, code, sizeof code);
        ck_assert_double_lt(out.correlation, CM_CODE_BITS - 2 * 20);
    }
    ck_assert_int_le(valid, 3); /* of 34 */
    cm_decoder_free(d);
}
END_TEST

/* 32 end states are followed back, each of a random header and CRC: 2^-16 each. */
START_TEST(garbage_is_not_valid) {
    cm_decoder *d = new_decoder();
    uint64_t state = 7;
    int valid = 0;
    for (int k = 0; k < 100; k++) {
        float soft[CM_CODE_BITS];
        cm_decoded out;
        for (int i = 0; i < CM_CODE_BITS; i++)
            soft[i] = normal(&state);
        cm_decoder_run(d, soft, &out);
        valid += out.valid;
        ck_assert_double_gt(out.correlation, 0);
    }
    ck_assert_int_le(valid, 2);
    cm_decoder_free(d);
}
END_TEST

/* No information at all, and values that say nothing: an answer, and no crash. */
START_TEST(zeros_and_extremes) {
    cm_decoder *d = new_decoder();
    float soft[CM_CODE_BITS] = {0};
    cm_decoded out;
    cm_decoder_run(d, soft, &out);
    ck_assert_double_eq_tol(out.correlation, 0, 1e-9);
    for (int i = 0; i < CM_CODE_BITS; i++)
        soft[i] = i & 1 ? 1e30f : -1e30f;
    cm_decoder_run(d, soft, &out);
    ck_assert(isfinite(out.correlation));
    cm_decoder_free(d);
}
END_TEST

Suite *suite_code(void);
Suite *suite_code(void) {
    Suite *s = suite_create("code");
    TCase *t = tcase_create("code");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, encode_known_answers);
    tcase_add_test(t, neighbours_are_far_apart);
    tcase_add_test(t, decodes_without_noise);
    tcase_add_test(t, decodes_in_noise);
    tcase_add_test(t, decodes_over_gaps);
    tcase_add_test(t, wrong_header_is_not_valid);
    tcase_add_test(t, one_wrong_bit_is_not_valid);
    tcase_add_test(t, garbage_is_not_valid);
    tcase_add_test(t, zeros_and_extremes);
    suite_add_tcase(s, t);
    return s;
}
