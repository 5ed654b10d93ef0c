/* The message's code. Known answers: test/oracle/image_mark.py, which computes the CRC by long
 * division and the code by circular convolution. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "hosts.h"
#include "mark/few_words.h"

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

static const struct {
    cm_payload payload;
    const char *code;
} KNOWN_FEW[] = {
    {{16, 0x0000},
     "e6e92c7598c89734d885f000aed951c614e42f5304e4776fbc8949a75438a5c3385b342d32401606"},
    {{16, 0x0001},
     "ec9d4902c20c6734d88a3074a299d3ae9201b4ecde59ae1ded16cc3772a8e8c6298e59ec016873a1"},
    {{16, 0x1234},
     "3ccb2739f2846cc75611ec29bf5db0bca39227536b0232cbdb9f5791da82b065b01554bfa85a122c"},
    {{16, 0xffff},
     "652c34d9270017101ca993845c92324f2a7a6aea6db3d41fcfbe95d6e20bd76541de32665f5758f7"},
    {{0, 0}, "560992984b4791df5356c9a1aaafcb857dbd4fb18653c0ab6083545bd157257ef0e7249b3ea7af1e"},
};

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

static void check_code(cm_payload payload, const char *known) {
    uint8_t code[CM_CODE_BITS], packed[CM_CODE_BITS / 8] = {0};
    char hex[2 * sizeof packed + 1];
    cm_code_encode(payload, code);
    for (int i = 0; i < CM_CODE_BITS; i++) {
        ck_assert_uint_le(code[i], 1);
        packed[i / 8] = (uint8_t)(packed[i / 8] << 1 | code[i]);
    }
    cm_hex_encode(packed, sizeof packed, hex);
    ck_assert_str_eq(hex, known);
}

START_TEST(encode_known_answers) {
    for (int k = 0; k < KNOWN_COUNT; k++)
        check_code(HOST_PAYLOAD(KNOWN[k].payload), KNOWN[k].code);
    for (size_t k = 0; k < sizeof KNOWN_FEW / sizeof KNOWN_FEW[0]; k++)
        check_code(KNOWN_FEW[k].payload, KNOWN_FEW[k].code);
}
END_TEST

/* Linear but for the constant header and CRC: any two codewords are at least the code's distance
 * apart, which for payloads that differ in a bit is the free distance of 36 or more. */
START_TEST(neighbours_are_far_apart) {
    uint8_t zero[CM_CODE_BITS], other[CM_CODE_BITS];
    cm_code_encode(HOST_PAYLOAD(0), zero);
    for (int bit = 0; bit < 64; bit++) {
        int distance = 0;
        cm_code_encode(HOST_PAYLOAD((uint64_t)1 << bit), other);
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
        cm_code_encode(HOST_PAYLOAD(KNOWN[k].payload), code);
        modulate(code, soft);
        cm_decoder_run(d, soft, &out);
        ck_assert(out.valid);
        ck_assert_uint_eq(out.payload.value, KNOWN[k].payload);
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
        cm_code_encode(HOST_PAYLOAD(payload), code);
        modulate(code, soft);
        add_noise(soft, 2.5, &state);
        cm_decoder_run(d, soft, &out);
        ck_assert_msg(out.valid && out.payload.value == payload, "word %d", k);
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
    cm_code_encode(HOST_PAYLOAD(KNOWN[2].payload), code);
    modulate(code, soft);
    for (int i = 0; i < CM_CODE_BITS; i += 4)
        soft[i] = 0;
    memset(soft + 200, 0, 8 * sizeof *soft);
    cm_decoder_run(d, soft, &out);
    ck_assert(out.valid && out.payload.value == KNOWN[2].payload);
    cm_decoder_free(d);
}
END_TEST

/* The code is linear, so the sum of two codewords is one, of header 1 + 1 = 0. */
START_TEST(wrong_header_is_not_valid) {
    cm_decoder *d = new_decoder();
    uint8_t a[CM_CODE_BITS], b[CM_CODE_BITS], sum[CM_CODE_BITS];
    float soft[CM_CODE_BITS];
    cm_decoded out;
    cm_code_encode(HOST_PAYLOAD(KNOWN[2].payload), a);
    cm_code_encode(HOST_PAYLOAD(KNOWN[0].payload), b);
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
        cm_code_encode(HOST_PAYLOAD(KNOWN[2].payload), code);
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

static int distance(cm_payload a, cm_payload b) {
    uint8_t x[CM_CODE_BITS], y[CM_CODE_BITS];
    int n = 0;
    cm_code_encode(a, x);
    cm_code_encode(b, y);
    for (int i = 0; i < CM_CODE_BITS; i++)
        n += x[i] != y[i];
    return n;
}

/* All of them, against one: the words of 16 bits are a coset of a linear code. */
START_TEST(short_words_are_far_apart) {
    cm_payload zero = {.bits = CM_SHORT_BITS}, none = {.bits = 0};
    int least = CM_CODE_BITS, least_none = CM_CODE_BITS;
    for (unsigned v = 0; v < 1u << CM_SHORT_BITS; v++) {
        cm_payload word = {.bits = CM_SHORT_BITS, .value = v};
        int d = distance(word, zero), e = distance(word, none);
        least = v != 0 && d < least ? d : least;
        least_none = e < least_none ? e : least_none;
    }
    ck_assert_int_eq(least, 124);
    ck_assert_int_eq(least_none, 120);
}
END_TEST

static cm_few_words *new_few_words(void) {
    cm_few_words *w = NULL;
    ck_assert_int_eq(cm_few_words_new(&w, NULL), CM_OK);
    return w;
}

/* The transform against what it stands for: every word correlated by itself. */
START_TEST(short_words_are_all_weighed) {
    cm_few_words *w = new_few_words();
    uint64_t state = 5;
    for (int round = 0; round < 3; round++) {
        float soft[CM_CODE_BITS] = {0};
        double best = -1e9;
        uint64_t payload = 0;
        cm_decoded out;
        add_noise(soft, 0, &state);
        for (unsigned v = 0; v < 1u << CM_SHORT_BITS; v++) {
            uint8_t code[CM_CODE_BITS];
            double sum = 0;
            cm_code_encode((cm_payload){.bits = CM_SHORT_BITS, .value = v}, code);
            for (int i = 0; i < CM_CODE_BITS; i++)
                sum += (double)(code[i] ? -soft[i] : soft[i]);
            if (sum > best) {
                best = sum;
                payload = v;
            }
        }
        cm_few_words_short(w, soft, &out);
        ck_assert(out.valid && out.payload.bits == CM_SHORT_BITS);
        ck_assert_uint_eq(out.payload.value, payload);
        ck_assert_double_eq_tol(out.correlation, best, 1e-3);
    }
    cm_few_words_free(w);
    cm_few_words_free(NULL);
}
END_TEST

/* Noise in which no payload of 64 bits could be read. */
START_TEST(short_words_are_read_in_more_noise) {
    cm_few_words *w = new_few_words();
    uint64_t state = 9;
    for (unsigned k = 0; k < 40; k++) {
        cm_payload payload = {.bits = CM_SHORT_BITS, .value = 0x9e37u * (k + 1) & 0xffff};
        uint8_t code[CM_CODE_BITS];
        float soft[CM_CODE_BITS];
        cm_decoded out, none;
        cm_code_encode(payload, code);
        modulate(code, soft);
        add_noise(soft, -2.5, &state);
        cm_few_words_short(w, soft, &out);
        cm_few_words_presence(soft, &none);
        ck_assert(cm_payload_same(out.payload, payload));
        ck_assert(none.valid && none.payload.bits == 0 && none.correlation < out.correlation);
    }
    cm_few_words_free(w);
}
END_TEST

/* A payload of 64 bits that was chosen to look like a shorter one is refused. */
START_TEST(payloads_keep_off_shorter_ones) {
    const cm_payload few[] = {{.bits = 0}, {.bits = CM_SHORT_BITS, .value = 0x1234}};
    uint8_t info[CM_INFO_BITS];
    for (size_t i = 0; i < 2; i++) {
        cm_payload near = {.bits = CM_PAYLOAD_BITS};
        cm_payload_write(few[i], info);
        for (int b = 0; b < CM_PAYLOAD_BITS; b++)
            near.value = near.value << 1 | info[CM_HEADER_BITS + b];
        ck_assert_int_le(distance(near, few[i]), 80);
        ck_assert_int_eq(cm_few_words_keep_off(near, NULL), CM_ERR_ARGUMENT);
        ck_assert_int_eq(cm_few_words_keep_off(few[i], NULL), CM_OK);
    }
    for (uint64_t v = 0; v < 50; v++)
        ck_assert_int_eq(cm_few_words_keep_off(HOST_PAYLOAD(v), NULL), CM_OK);
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
    tcase_add_test(t, short_words_are_far_apart);
    tcase_add_test(t, short_words_are_all_weighed);
    tcase_add_test(t, short_words_are_read_in_more_noise);
    tcase_add_test(t, payloads_keep_off_shorter_ones);
    suite_add_tcase(s, t);
    return s;
}
