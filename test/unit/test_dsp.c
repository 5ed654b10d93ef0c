/* Planes, blurs, resampling and transforms, against plain sums in double precision. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dsp/blur.h"
#include "dsp/fft.h"
#include "dsp/resize.h"
#include "hosts.h"

static const double PI = 3.14159265358979323846;

static cm_plane noise(int w, int h) {
    uint64_t state = (uint64_t)(w * 1000 + h);
    cm_plane p = host_constant(w, h, 0);
    for (size_t i = 0; i < cm_plane_size(&p); i++)
        p.data[i] = (float)(255 * host_uniform(&state));
    return p;
}

static int mirrored(int i, int n) {
    while (n > 1 && (i < 0 || i >= n))
        i = i < 0 ? -i : 2 * n - 2 - i;
    return n == 1 ? 0 : i;
}

/* Weighted mean over (2 radius + 1)^2 samples with weight[|dx|] * weight[|dy|]. */
static double weighted(const cm_plane *p, int x, int y, const double *weight, int radius) {
    double sum = 0, weights = 0;
    for (int dy = -radius; dy <= radius; dy++)
        for (int dx = -radius; dx <= radius; dx++) {
            double w = weight[abs(dx)] * weight[abs(dy)];
            sum += w * (double)cm_plane_row(p, mirrored(y + dy, p->h))[mirrored(x + dx, p->w)];
            weights += w;
        }
    return sum / weights;
}

enum { RADIUS_MAX = 64 };

static void gaussian(double sigma, int radius, double *weight) {
    for (int i = 0; i <= radius; i++)
        weight[i] = exp(-0.5 * i * i / (sigma * sigma));
}

/* The greatest difference between `got` and the sums, over samples `margin` or more from a border.
 */
static double worst(const cm_plane *in, const cm_plane *got, const double *weight, int radius,
                    int margin) {
    double most = 0;
    for (int y = margin; y < in->h - margin; y++)
        for (int x = margin; x < in->w - margin; x++)
            most = fmax(most,
                        fabs((double)cm_plane_row(got, y)[x] - weighted(in, x, y, weight, radius)));
    return most;
}

START_TEST(plane_means) {
    cm_plane p = host_constant(7, 5, 3);
    p.data[0] = 38;
    ck_assert_double_eq_tol(cm_plane_mean(&p), 4, 1e-9);
    ck_assert_double_eq_tol(cm_plane_mean_square(&p), (34 * 9 + 38 * 38) / 35.0, 1e-9);
    cm_plane_free(&p);
    ck_assert_ptr_null(p.data);
}
END_TEST

START_TEST(narrow_blur_is_exact) {
    static const struct { int w, h; } sizes[] = {{37, 23}, {1, 1}, {1, 9}, {2, 2}, {40, 3}};
    static const float sigmas[] = {0.8f, 1.5f, 2, 3};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t j = 0; j < sizeof sigmas / sizeof sigmas[0]; j++) {
            double weight[RADIUS_MAX + 1];
            int radius = (int)ceilf(3.5f * sigmas[j]);
            cm_plane in = noise(sizes[i].w, sizes[i].h), out = host_constant(in.w, in.h, -1);
            gaussian((double)sigmas[j], radius, weight);
            ck_assert_int_eq(cm_blur(&in, sigmas[j], &out, NULL), CM_OK);
            ck_assert_double_lt(worst(&in, &out, weight, radius, 0), 1e-3);
            ck_assert_int_eq(cm_blur(&in, sigmas[j], &in, NULL), CM_OK); /* in place */
            ck_assert_mem_eq(in.data, out.data, cm_plane_size(&in) * sizeof(float));
            cm_plane_free(&in);
            cm_plane_free(&out);
        }
}
END_TEST

START_TEST(halved_blur_is_every_second_sample) {
    static const int sizes[][2] = {{40, 31}, {31, 40}, {2, 90}, {1, 1}};
    for (size_t k = 0; k < 4; k++) {
        int w = sizes[k][0], h = sizes[k][1];
        cm_plane in = noise(w, h), whole = host_constant(w, h, 0);
        cm_plane out = host_constant((w + 1) / 2, (h + 1) / 2, 0);
        ck_assert_int_eq(cm_blur(&in, 1.5f, &whole, NULL), CM_OK);
        ck_assert_int_eq(cm_blur_halved(&in, 1.5f, &out, NULL), CM_OK);
        for (int y = 0; y < out.h; y++)
            for (int x = 0; x < out.w; x++)
                ck_assert(cm_plane_row(&out, y)[x] == cm_plane_row(&whole, 2 * y)[2 * x]);
        cm_plane_free(&in);
        cm_plane_free(&whole);
        cm_plane_free(&out);
    }
}
END_TEST

/* On a coarse grid: the contract's bounds, on white noise (the roughest of inputs) and on a
 * texture.
 */
START_TEST(wide_blur_is_near) {
    static const float sigmas[] = {4, 6, 8};
    for (int k = 0; k < 6; k++) {
        double weight[RADIUS_MAX + 1], sigma = (double)sigmas[k / 2];
        int radius = (int)ceil(4 * sigma), inside = (int)ceil(2 * sigma);
        cm_plane in = k & 1 ? host_texture(67, 64, 3) : noise(67, 64);
        cm_plane out = host_constant(in.w, in.h, -1);
        gaussian(sigma, radius, weight);
        ck_assert_int_eq(cm_blur(&in, sigmas[k / 2], &out, NULL), CM_OK);
        ck_assert_double_lt(worst(&in, &out, weight, radius, inside), 0.0125 * 255);
        ck_assert_double_lt(worst(&in, &out, weight, radius, 0), 0.08 * 255);
        cm_plane_free(&in);
        cm_plane_free(&out);
    }
}
END_TEST

/* What the coarse path takes off for its own smoothing leaves the variance right. */
START_TEST(wide_blur_has_the_right_width) {
    static const float sigmas[] = {4, 6, 8};
    for (size_t j = 0; j < sizeof sigmas / sizeof sigmas[0]; j++) {
        cm_plane p = host_constant(160, 160, 0);
        double sum = 0, moment = 0;
        cm_plane_row(&p, 80)[80] = 1e4f;
        ck_assert_int_eq(cm_blur(&p, sigmas[j], &p, NULL), CM_OK);
        for (int y = 0; y < p.h; y++)
            for (int x = 0; x < p.w; x++) {
                double v = (double)cm_plane_row(&p, y)[x];
                sum += v;
                moment += v * ((x - 80) * (x - 80) + (y - 80) * (y - 80)) / 2;
            }
        ck_assert_double_eq_tol(sum, 1e4, 1);
        ck_assert_double_eq_tol(sqrt(moment / sum), (double)sigmas[j], 0.03 * (double)sigmas[j]);
        cm_plane_free(&p);
    }
}
END_TEST

START_TEST(constants_stay) {
    cm_plane in = host_constant(130, 70, 77), out = host_constant(130, 70, 0);
    static const float sigmas[] = {1, 3, 4, 8};
    for (size_t j = 0; j < sizeof sigmas / sizeof sigmas[0]; j++) {
        ck_assert_int_eq(cm_blur(&in, sigmas[j], &out, NULL), CM_OK);
        for (size_t i = 0; i < cm_plane_size(&out); i++)
            ck_assert_float_eq_tol(out.data[i], 77, 1e-3f);
    }
    cm_plane_free(&in);
    cm_plane_free(&out);
}
END_TEST

START_TEST(box_is_the_mean_of_a_square) {
    static const int radii[] = {0, 1, 4, 9};
    double ones[RADIUS_MAX + 1];
    for (int i = 0; i <= RADIUS_MAX; i++)
        ones[i] = 1;
    for (size_t j = 0; j < sizeof radii / sizeof radii[0]; j++) {
        cm_plane in = noise(31, 12), out = host_constant(31, 12, 0);
        ck_assert_int_eq(cm_blur_box(&in, radii[j], &out, NULL), CM_OK);
        ck_assert_double_lt(worst(&in, &out, ones, radii[j], 0), 1e-3);
        cm_plane_free(&in);
        cm_plane_free(&out);
    }
}
END_TEST

static void fill(cm_plane *p, const float *values) {
    memcpy(p->data, values, cm_plane_size(p) * sizeof *values);
}

START_TEST(area_known_values) {
    cm_plane in = host_constant(3, 1, 0), out = host_constant(2, 1, 0);
    fill(&in, (const float[]){1, 2, 6});
    ck_assert_int_eq(cm_resize_area(&in, &out, NULL), CM_OK);
    ck_assert_float_eq_tol(out.data[0], 2.0f / 1.5f, 1e-5f);
    ck_assert_float_eq_tol(out.data[1], 7.0f / 1.5f, 1e-5f);
    cm_plane_free(&in);
    cm_plane_free(&out);
    in = host_constant(4, 2, 0);
    out = host_constant(2, 1, 0);
    fill(&in, (const float[]){1, 2, 3, 4, 5, 6, 7, 8});
    ck_assert_int_eq(cm_resize_area(&in, &out, NULL), CM_OK);
    ck_assert_float_eq_tol(out.data[0], 3.5f, 1e-5f);
    ck_assert_float_eq_tol(out.data[1], 5.5f, 1e-5f);
    cm_plane_free(&in);
    cm_plane_free(&out);
}
END_TEST

START_TEST(area_keeps_the_mean) {
    static const struct {
        int w, h;
    } sizes[] = {{100, 61}, {99, 60}, {57, 33}, {50, 7}, {3, 2}, {1, 1}};
    cm_plane in = noise(100, 61);
    double mean = cm_plane_mean(&in);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        cm_plane out = host_constant(sizes[i].w, sizes[i].h, 0);
        ck_assert_int_eq(cm_resize_area(&in, &out, NULL), CM_OK);
        ck_assert_double_eq_tol(cm_plane_mean(&out), mean, 2e-3);
        cm_plane_free(&out);
    }
    cm_plane_free(&in);
}
END_TEST

typedef cm_code resizer(const cm_plane *in, const cm_plane *out, cm_error *err);

/* An impulse at twice the size shows the kernel at ±1/4, ±3/4, ±5/4 and ±7/4. */
START_TEST(interpolation_known_values) {
    static const float cubic[] = {-0.03515625f, -0.10546875f, 0.26171875f, 0.87890625f};
    static const float linear[] = {0, 0, 0.25f, 0.75f};
    cm_plane in = host_constant(9, 1, 0), out = host_constant(18, 1, 0);
    in.data[4] = 1;
    for (int k = 0; k < 2; k++) {
        const float *want = k == 0 ? cubic : linear;
        ck_assert_int_eq((k == 0 ? cm_resize_cubic : cm_resize_linear)(&in, &out, NULL), CM_OK);
        for (int i = 0; i < 4; i++) {
            ck_assert_float_eq_tol(out.data[5 + i], want[i], 1e-6f);
            ck_assert_float_eq_tol(out.data[12 - i], want[i], 1e-6f);
        }
        ck_assert_float_eq_tol(out.data[3], 0, 1e-6f);
    }
    cm_plane_free(&in);
    cm_plane_free(&out);
}
END_TEST

START_TEST(interpolation_keeps_constants_and_same_size) {
    static resizer *const resizers[] = {cm_resize_cubic, cm_resize_linear};
    static const int sizes[][4] = {{1, 1, 5, 3}, {2, 3, 9, 10}, {3, 1, 4, 8}, {20, 16, 33, 50}};
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            cm_plane in = host_constant(sizes[i][0], sizes[i][1], 9);
            cm_plane out = host_constant(sizes[i][2], sizes[i][3], 0);
            ck_assert_int_eq(resizers[k](&in, &out, NULL), CM_OK);
            for (size_t j = 0; j < cm_plane_size(&out); j++)
                ck_assert_float_eq_tol(out.data[j], 9, 1e-4f);
            cm_plane_free(&in);
            cm_plane_free(&out);
        }
        cm_plane in = noise(21, 13), out = host_constant(21, 13, 0);
        ck_assert_int_eq(resizers[k](&in, &out, NULL), CM_OK);
        for (size_t j = 0; j < cm_plane_size(&out); j++)
            ck_assert_float_eq_tol(out.data[j], in.data[j], 1e-4f);
        cm_plane_free(&in);
        cm_plane_free(&out);
    }
}
END_TEST

static bool is_good(int n) {
    static const int primes[] = {2, 3, 5};
    bool even = n % 2 == 0;
    for (int i = 0; i < 3; i++)
        while (n % primes[i] == 0)
            n /= primes[i];
    return even && n == 1;
}

START_TEST(good_lengths) {
    for (int n = 1; n <= 1100; n++) {
        int good = cm_fft_good_length(n);
        ck_assert(good >= n && is_good(good));
        for (int less = n; less < good; less++)
            ck_assert(!is_good(less));
    }
}
END_TEST

static cm_fft *plan(cm_fft_kind kind, int h, int w) {
    cm_fft *f = NULL;
    cm_error err = {0};
    ck_assert_msg(cm_fft_new(kind, h, w, &f, &err) == CM_OK, "%s", err.message);
    return f;
}

static cm_complex *spectrum_of(const cm_plane *p) {
    cm_complex *out = cm_alloc_aligned((size_t)p->h * (size_t)(p->w / 2 + 1), sizeof *out);
    cm_plane copy = host_copy(p);
    cm_fft *f = plan(CM_FFT_FORWARD_REAL, p->h, p->w);
    ck_assert_ptr_nonnull(out);
    cm_fft_forward(f, copy.data, out);
    cm_fft_free(f);
    cm_plane_free(&copy);
    return out;
}

static cm_complex plain_sum(const cm_plane *p, int u, int v) {
    double re = 0, im = 0;
    for (int y = 0; y < p->h; y++)
        for (int x = 0; x < p->w; x++) {
            double a = -2 * PI * ((double)u * x / p->w + (double)v * y / p->h);
            re += (double)cm_plane_row(p, y)[x] * cos(a);
            im += (double)cm_plane_row(p, y)[x] * sin(a);
        }
    return CMPLXF(re, im);
}

START_TEST(transform_is_the_plain_sum) {
    cm_plane p = noise(10, 6);
    cm_complex *got = spectrum_of(&p);
    for (int v = 0; v < p.h; v++)
        for (int u = 0; u <= p.w / 2; u++)
            ck_assert_float_le(cabsf(got[v * (p.w / 2 + 1) + u] - plain_sum(&p, u, v)), 0.01f);
    free(got);
    cm_plane_free(&p);
}
END_TEST

/* Which goes by groups of columns, and here some are left over. */
START_TEST(large_transform_is_the_plain_sum) {
    static const int places[][2] = {{0, 0}, {1, 0},    {0, 511}, {7, 300},
                                    {8, 1}, {263, 77}, {270, 9}};
    cm_plane p = noise(540, 512);
    cm_complex *got = spectrum_of(&p);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        int u = places[i][0], v = places[i][1];
        cm_complex want = plain_sum(&p, u, v);
        ck_assert_float_le(cabsf(got[v * (p.w / 2 + 1) + u] - want), 0.3f + 1e-5f * cabsf(want));
    }
    free(got);
    cm_plane_free(&p);
}
END_TEST

START_TEST(transform_and_back) {
    static const int sizes[][2] = {{128, 128}, {2, 1}, {90, 75}, {6, 64}, {540, 512}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        cm_plane p = noise(sizes[i][0], sizes[i][1]), back = host_constant(p.w, p.h, 0);
        cm_complex *spectrum = spectrum_of(&p);
        cm_fft *f = plan(CM_FFT_INVERSE_REAL, p.h, p.w);
        cm_fft_inverse(f, spectrum, back.data);
        for (size_t j = 0; j < cm_plane_size(&p); j++)
            ck_assert_float_eq_tol(back.data[j] / (float)cm_plane_size(&p), p.data[j], 1e-2f);
        cm_fft_free(f);
        cm_fft_free(NULL);
        free(spectrum);
        cm_plane_free(&p);
        cm_plane_free(&back);
    }
}
END_TEST

Suite *suite_dsp(void);
Suite *suite_dsp(void) {
    Suite *s = suite_create("dsp");
    TCase *t = tcase_create("dsp");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, plane_means);
    tcase_add_test(t, narrow_blur_is_exact);
    tcase_add_test(t, halved_blur_is_every_second_sample);
    tcase_add_test(t, wide_blur_is_near);
    tcase_add_test(t, wide_blur_has_the_right_width);
    tcase_add_test(t, constants_stay);
    tcase_add_test(t, box_is_the_mean_of_a_square);
    tcase_add_test(t, area_known_values);
    tcase_add_test(t, area_keeps_the_mean);
    tcase_add_test(t, interpolation_known_values);
    tcase_add_test(t, interpolation_keeps_constants_and_same_size);
    tcase_add_test(t, good_lengths);
    tcase_add_test(t, transform_is_the_plain_sum);
    tcase_add_test(t, large_transform_is_the_plain_sum);
    tcase_add_test(t, transform_and_back);
    suite_add_tcase(s, t);
    return s;
}
