/* Where a key puts what. Known answers: test/oracle/image_mark.py. */
#include <check.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "mark/layout.h"

static const char TEST_KEY[] = "0ae86b8f0fbc77d23cbd74ce06dedf1861afe4194fb5e18f333d47c629e6ad30";

static cm_layout *layout_of(const uint8_t *key) {
    cm_layout *l = NULL;
    cm_error err = {0};
    ck_assert_msg(cm_layout_new(key, &l, &err) == CM_OK, "%s", err.message);
    return l;
}

/* A key of which only the first byte isn't zero. */
static cm_layout *layout_number(uint8_t n) {
    uint8_t key[CM_KEY_BYTES] = {n};
    return layout_of(key);
}

static cm_layout *test_layout(void) {
    uint8_t key[CM_KEY_BYTES];
    ck_assert(cm_hex_decode(TEST_KEY, sizeof key, key));
    return layout_of(key);
}

__attribute__((format(printf, 2, 3))) static void put(cm_buf *b, const char *format, ...) {
    char line[64];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    cm_buf_text(b, line);
}

/* The same text as the oracle's, so that one digest stands for the whole layout. */
START_TEST(whole_layout_known_answer) {
    char hex[65];
    cm_digest digest;
    cm_buf text = {0};
    cm_layout *l = test_layout();
    for (int i = 0; i < CM_PILOTS; i++)
        put(&text, "%d %d %c%c\n", l->pilot[i].kx, l->pilot[i].ky,
            crealf(l->pilot_phase[i]) > 0 ? '+' : '-', cimagf(l->pilot_phase[i]) > 0 ? '+' : '-');
    for (int i = 0; i < l->messages; i++)
        put(&text, "%d %d\n", l->message[i].kx, l->message[i].ky);
    for (int d = 0; d < 2 * l->messages; d++)
        put(&text, "%d %+d\n", l->code_bit[d], l->sign[d]);
    ck_assert_int_eq(cm_hash_bytes(CM_HASH_SHA256, cm_buf_bytes(&text), &digest, NULL), CM_OK);
    cm_hex_encode(digest.bytes, 32, hex);
    ck_assert_str_eq(hex, "a99cd188c8b7472f56f764eea0085b21756ce01e29e22f4e5e1fdbb1fd8f4b4f");
    cm_buf_free(&text);
    free(l);
}
END_TEST

/* The first of each, readable where the digest isn't. */
START_TEST(first_choices_known_answers) {
    static const int pilots[][2] = {{18, -6}, {7, -19}, {18, 9}, {4, 11}};
    static const int bits[] = {213, 63, 245, 285, 226, 28, 285, 111};
    static const int signs[] = {-1, 1, 1, -1, -1, 1, 1, -1};
    cm_layout *l = test_layout();
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(l->pilot[i].kx, pilots[i][0]);
        ck_assert_int_eq(l->pilot[i].ky, pilots[i][1]);
        cm_complex want = CMPLXF(-sqrtf(0.5f), i < 3 ? sqrtf(0.5f) : -sqrtf(0.5f));
        ck_assert_float_lt(cabsf(l->pilot_phase[i] - want), 1e-6f);
    }
    ck_assert_int_eq(l->messages, 1620);
    ck_assert(l->message[0].kx == 1 && l->message[0].ky == -33);
    ck_assert(l->message[1619].kx == 0 && l->message[1619].ky == 34);
    for (int d = 0; d < 8; d++) {
        ck_assert_int_eq(l->code_bit[d], bits[d]);
        ck_assert_int_eq(l->sign[d], signs[d]);
    }
    free(l);
}
END_TEST

START_TEST(pilots_keep_their_distances) {
    for (uint8_t key = 0; key < 20; key++) {
        cm_layout *l = layout_number(key);
        for (int i = 0; i < CM_PILOTS; i++) {
            int kx = l->pilot[i].kx, ky = l->pilot[i].ky, r2 = kx * kx + ky * ky;
            ck_assert_int_ge(kx, 2);
            ck_assert_int_ge(abs(ky), 2);
            ck_assert(r2 >= CM_PILOT_LOW * CM_PILOT_LOW && r2 <= CM_PILOT_HIGH * CM_PILOT_HIGH);
            ck_assert_float_eq_tol(cabsf(l->pilot_phase[i]), 1, 1e-6f);
            for (int j = 0; j < i; j++) {
                int dx = kx - l->pilot[j].kx, dy = ky - l->pilot[j].ky;
                ck_assert_int_ge(dx * dx + dy * dy, 4);
            }
        }
        free(l);
    }
}
END_TEST

START_TEST(every_frequency_of_the_band_is_used_once) {
    enum { SIDE = 2 * CM_BAND_HIGH + 1 };
    cm_layout *l = test_layout();
    uint8_t used[SIDE][SIDE] = {0};
    int band = 0;
    for (int i = 0; i < CM_PILOTS + l->messages; i++) {
        const cm_frequency *f = i < CM_PILOTS ? &l->pilot[i] : &l->message[i - CM_PILOTS];
        float base = sqrtf(f->radius / 18) * (i < CM_PILOTS ? CM_PILOT_AMPLITUDE : 1);
        if (f->radius < 18)
            base *= 1 + 1.5f * (18 - f->radius) / 10;
        ck_assert_float_eq_tol(f->radius, hypotf(f->kx, f->ky), 1e-4f);
        ck_assert_float_eq_tol(f->amplitude, base, 1e-4f);
        ck_assert_int_eq(used[f->ky + CM_BAND_HIGH][f->kx + CM_BAND_HIGH]++, 0);
        /* its mirror image is the same real wave */
        ck_assert_int_eq(used[CM_BAND_HIGH - f->ky][CM_BAND_HIGH - f->kx]++, 0);
    }
    for (int ky = -CM_BAND_HIGH; ky <= CM_BAND_HIGH; ky++)
        for (int kx = -CM_BAND_HIGH; kx <= CM_BAND_HIGH; kx++) {
            int r2 = kx * kx + ky * ky;
            band += r2 >= CM_BAND_LOW * CM_BAND_LOW && r2 <= CM_BAND_HIGH * CM_BAND_HIGH;
        }
    ck_assert_int_eq(2 * (CM_PILOTS + l->messages), band);
    free(l);
}
END_TEST

START_TEST(repetition_is_balanced_and_signs_are_even) {
    cm_layout *l = test_layout();
    int count[CM_CODE_BITS] = {0}, sum = 0, dimensions = 2 * l->messages;
    for (int d = 0; d < dimensions; d++) {
        ck_assert_uint_lt(l->code_bit[d], CM_CODE_BITS);
        count[l->code_bit[d]]++;
        ck_assert(l->sign[d] == 1 || l->sign[d] == -1);
        sum += l->sign[d];
    }
    for (int b = 0; b < CM_CODE_BITS; b++) {
        ck_assert_int_ge(count[b], dimensions / CM_CODE_BITS);
        ck_assert_int_le(count[b], dimensions / CM_CODE_BITS + 1);
    }
    ck_assert_int_lt(abs(sum), 5 * 57); /* deviations of 3240 signs */
    free(l);
}
END_TEST

static double tile_variance(const cm_layout *l, double *mean) {
    static uint8_t code[CM_CODE_BITS];
    cm_complex message[CM_MESSAGE_MAX];
    cm_fft *fft = NULL;
    size_t n = CM_TILE * CM_TILE, half_size = CM_TILE * (CM_TILE / 2 + 1);
    cm_complex *half = cm_alloc_aligned(half_size, sizeof *half);
    float *tile = cm_alloc_aligned(n, sizeof *tile);
    double sum = 0, sum2 = 0;
    for (int i = 0; i < CM_CODE_BITS; i++)
        code[i] = i % 3 == 0;
    memset(half, 0, half_size * sizeof *half);
    cm_layout_message(l, code, message);
    for (int i = 0; i < l->messages; i++)
        cm_tile_put(half, &l->message[i], message[i] * l->unit);
    for (int i = 0; i < CM_PILOTS; i++)
        cm_tile_put(half, &l->pilot[i], l->pilot_phase[i] * l->pilot[i].amplitude * l->unit);
    ck_assert_int_eq(cm_fft_new(CM_FFT_INVERSE_REAL, CM_TILE, CM_TILE, &fft, NULL), CM_OK);
    cm_fft_inverse(fft, half, tile);
    for (size_t i = 0; i < n; i++) {
        sum += (double)tile[i];
        sum2 += (double)(tile[i] * tile[i]);
    }
    cm_fft_free(fft);
    free(half);
    free(tile);
    *mean = sum / (double)n;
    return sum2 / (double)n - *mean * *mean;
}

START_TEST(tile_has_unit_variance) {
    cm_layout *l = test_layout();
    double mean;
    ck_assert_double_eq_tol(tile_variance(l, &mean), 1, 1e-3);
    ck_assert_double_eq_tol(mean, 0, 1e-4);
    free(l);
}
END_TEST

/* What is put is what is got, also in the column of the half spectrum that is stored twice. */
START_TEST(put_and_get_agree) {
    size_t half_size = CM_TILE * (CM_TILE / 2 + 1);
    cm_complex *half = cm_calloc(half_size, sizeof *half);
    const cm_frequency corner = {.kx = 5, .ky = -7}, axis = {.kx = 0, .ky = 9},
                       mirror = {.kx = 0, .ky = -9};
    cm_tile_put(half, &corner, CMPLXF(1, 2));
    cm_tile_put(half, &axis, CMPLXF(3, 4));
    ck_assert(cm_tile_get(half, &corner) == CMPLXF(1, 2));
    ck_assert(cm_tile_get(half, &axis) == CMPLXF(3, 4));
    ck_assert(cm_tile_get(half, &mirror) == CMPLXF(3, -4));
    free(half);
}
END_TEST

/* Message coefficients carry sign * bit at amplitude / √2 in each real dimension. */
START_TEST(message_follows_signs_and_bits) {
    uint8_t code[CM_CODE_BITS];
    cm_complex message[CM_MESSAGE_MAX];
    cm_layout *l = test_layout();
    for (int i = 0; i < CM_CODE_BITS; i++)
        code[i] = i & 1;
    cm_layout_message(l, code, message);
    for (int d = 0; d < 2 * l->messages; d++) {
        float part = d & 1 ? cimagf(message[d / 2]) : crealf(message[d / 2]);
        int want = l->sign[d] * (l->code_bit[d] & 1 ? -1 : 1);
        ck_assert_float_eq_tol(part, (float)want * sqrtf(0.5f) * l->message[d / 2].amplitude,
                               1e-5f);
    }
    free(l);
}
END_TEST

/* Of 96 pilots among 782 candidates, two keys share about twelve. */
START_TEST(two_keys_differ) {
    cm_layout *a = layout_number(1), *b = layout_number(2);
    int shared = 0, same_sign = 0, n = 2 * a->messages;
    for (int i = 0; i < CM_PILOTS; i++)
        for (int j = 0; j < CM_PILOTS; j++)
            shared += a->pilot[i].kx == b->pilot[j].kx && a->pilot[i].ky == b->pilot[j].ky;
    for (int d = 0; d < n; d++)
        same_sign += a->sign[d] == b->sign[d];
    ck_assert_int_lt(shared, 30);
    ck_assert_int_lt(abs(2 * same_sign - n), 5 * 57);
    free(a);
    free(b);
}
END_TEST

Suite *suite_layout(void);
Suite *suite_layout(void) {
    Suite *s = suite_create("layout");
    TCase *t = tcase_create("layout");
    tcase_set_timeout(t, 30);
    tcase_add_test(t, whole_layout_known_answer);
    tcase_add_test(t, first_choices_known_answers);
    tcase_add_test(t, pilots_keep_their_distances);
    tcase_add_test(t, every_frequency_of_the_band_is_used_once);
    tcase_add_test(t, repetition_is_balanced_and_signs_are_even);
    tcase_add_test(t, tile_has_unit_variance);
    tcase_add_test(t, put_and_get_agree);
    tcase_add_test(t, message_follows_signs_and_bits);
    tcase_add_test(t, two_keys_differ);
    suite_add_tcase(s, t);
    return s;
}
