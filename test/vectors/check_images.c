/* Image marks of other people's code: invisible-watermark and blind_watermark, and NumPy's random
 * numbers that the latter is made of. Pictures lie beside the file that names them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mt19937.h"
#include "base/stream.h"
#include "checks.h"
#include "fields.h"
#include "foreign/blind_watermark.h"
#include "foreign/dwtdct.h"
#include "foreign/payloads.h"
#include "foreign/read.h"
#include "media/media.h"

enum { BITS_MAX = 4096, ORDER_MAX = 1 << 20, PATH_SIZE = 4096 };

typedef struct picture {
    cm_foreign_pixels pixels;
    uint8_t *planes;
} picture;

const char *vector_folder = ".";

static picture load(const char *name) {
    char path[PATH_SIZE];
    cm_source *source = NULL;
    cm_picture *p = NULL;
    cm_buf file = {0};
    cm_error err = {0};
    snprintf(path, sizeof path, "%s/%s", vector_folder, name);
    expect_ok(cm_source_open(path, NULL, &source, &err), &err);
    expect_ok(cm_source_load(source, 0, cm_source_size(source), &file, &err), &err);
    cm_source_close(source);
    expect_ok(cm_picture_open(cm_buf_bytes(&file), NULL, &p, &err), &err);
    cm_picture_info info = cm_picture_describe(p);
    size_t n = (size_t)info.width * info.height;
    uint8_t *rgb = calloc(n, 3), *planes = calloc(n, 3);
    expect_ok(cm_picture_rgb(p, CM_ALPHA_IGNORED, rgb, &err), &err);
    cm_picture_close(p);
    cm_buf_free(&file);
    cm_foreign_pixels pixels = cm_pixels_split(rgb, info.width, info.height, planes);
    free(rgb);
    return (picture){pixels, planes};
}

static void digits_of(const uint8_t *bits, size_t n, char *out) {
    for (size_t i = 0; i < n; i++)
        out[i] = bits[i] != 0 ? '1' : '0';
    out[n] = '\0';
}

/* Hexadecimal digits as zeros and ones. */
static void digits_of_hex(const char *hex, char *out) {
    size_t n = strlen(hex);
    for (size_t i = 0; i < n; i++) {
        char digit[2] = {hex[i], '\0'};
        unsigned value = (unsigned)strtoul(digit, NULL, 16);
        for (int k = 0; k < 4; k++)
            *out++ = (value >> (3 - k) & 1) != 0 ? '1' : '0';
    }
    *out = '\0';
}

static void check_means(const char *name, const double *got, size_t n, const json_t *want,
                        double tolerance) {
    expect_word("number of means", json_array_size(want), n);
    for (size_t i = 0; i < n; i++)
        expect_near(name, got[i], json_number_value(element(want, i)), tolerance);
}

static void read_peer(const picture *p, cm_domain domain, cm_peer_method method, double *means,
                      size_t n, char *digits) {
    uint8_t *said, bits[BITS_MAX];
    size_t blocks;
    cm_error err = {0};
    expect_ok(cm_dwtdct_read(p->pixels, domain, method, &said, &blocks, &err), &err);
    cm_read_means(said, blocks, 1, means, n);
    cm_read_fixed(means, n, bits);
    digits_of(bits, n, digits);
    free(said);
}

static void check_invisible(const picture *p, cm_peer_method method, const json_t *c) {
    double means[BITS_MAX];
    char digits[BITS_MAX + 1], want[BITS_MAX + 1];
    size_t n = count_of(c, "nbits", BITS_MAX);
    read_peer(p, CM_DOMAIN_BYTES, method, means, n, digits);
    check_means("scores", means, n, list(c, "scores"), 1e-6);
    if (strlen(text(c, "decoded_hex")) * 4 != n)
        mismatch("decoded_hex isn't as long as nbits");
    digits_of_hex(text(c, "decoded_hex"), want);
    expect_text("decoded_hex", digits, want);
}

static void check_floats_domain(const picture *p, const json_t *c) {
    double means[BITS_MAX];
    char digits[BITS_MAX + 1];
    size_t n = count_of(c, "nbits", BITS_MAX);
    read_peer(p, CM_DOMAIN_BYTES, CM_METHOD_DCT, means, n, digits);
    expect_text("decoded_stock_bits", digits, text(c, "decoded_stock_bits"));
    read_peer(p, CM_DOMAIN_FLOATS, CM_METHOD_DCT, means, n, digits);
    check_means("floatdomain_scores", means, n, list(c, "floatdomain_scores"), 1e-6);
    expect_text("decoded_floatdomain_bits", digits, text(c, "decoded_floatdomain_bits"));
}

static void read_blind(const picture *p, uint64_t password_img, uint64_t password_wm, double *means,
                       size_t n, char *digits) {
    uint8_t bits[BITS_MAX];
    cm_error err = {0};
    expect_ok(cm_blind_watermark_means(p->pixels, (uint32_t)password_img, (uint32_t)password_wm,
                                       means, n, &err),
              &err);
    (void)cm_read_clusters(means, n, bits);
    digits_of(bits, n, digits);
}

/* A block whose singular values lie on the edge may fall to the other side here. */
static void check_blind(const picture *p, const json_t *c) {
    double means[BITS_MAX];
    char digits[BITS_MAX + 1];
    size_t n = count_of(c, "nbits", BITS_MAX);
    read_blind(p, word(c, "password_img"), word(c, "password_wm"), means, n, digits);
    check_means("avg_after_unshuffle", means, n, list(c, "avg_after_unshuffle"), 1e-6);
    expect_text("decoded_bits", digits, text(c, "decoded_bits"));
}

void check_image_marks(const json_t *file, const json_t *c) {
    (void)file;
    picture p = load(text(c, "file"));
    const char *method = text(c, "method");
    if (strncmp(text(c, "peer"), "blind-watermark", 15) == 0)
        check_blind(&p, c);
    else if (json_object_get(c, "floatdomain_scores") != NULL)
        check_floats_domain(&p, c);
    else if (strcmp(method, "dwtDct") == 0)
        check_invisible(&p, CM_METHOD_DCT, c);
    else if (strcmp(method, "dwtDctSvd") == 0)
        check_invisible(&p, CM_METHOD_SVD, c);
    else
        mismatch("a method called \"%s\"", method);
    free(p.planes);
}

/* How many bits of Stable Diffusion XL's payload the peer reads of it. */
static void check_matches(const picture *p, const json_t *c) {
    double means[BITS_MAX];
    char digits[BITS_MAX + 1];
    uint8_t payload[CM_PAYLOAD_BITS_MAX];
    uint64_t matched = 0;
    const cm_peer_payload *xl = &CM_PEER_PAYLOADS[3];
    cm_payload_bits(xl, payload);
    read_peer(p, CM_DOMAIN_BYTES, CM_METHOD_DCT, means, xl->n, digits);
    for (size_t i = 0; i < xl->n; i++)
        matched += digits[i] == '0' + payload[i];
    expect_word("SDXL48_match", matched, word(c, "SDXL48_match"));
}

/* What is read of a picture without a mark. */
void check_image_unmarked(const json_t *file, const json_t *c) {
    picture p = load("cover.png");
    double means[BITS_MAX];
    char digits[BITS_MAX + 1];
    (void)file;
    read_peer(&p, CM_DOMAIN_BYTES, CM_METHOD_DCT, means, 32, digits);
    expect_text("dwtDct32", digits, text(c, "dwtDct32"));
    read_peer(&p, CM_DOMAIN_BYTES, CM_METHOD_SVD, means, 32, digits);
    expect_text("dwtDctSvd32", digits, text(c, "dwtDctSvd32"));
    check_matches(&p, c);
    read_blind(&p, 1, 1, means, 64, digits);
    expect_text("bw64_pw1_1", digits, text(c, "bw64_pw1_1"));
    free(p.planes);
}

static uint32_t size_of(const json_t *c, const char *name) {
    return count_of(c, name, ORDER_MAX);
}

void check_numpy_shuffle(const json_t *file, const json_t *c) {
    uint32_t n = size_of(c, "n"), *order = calloc(n, sizeof *order);
    const json_t *want = field(c, "perm");
    cm_mt mt;
    (void)file;
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    cm_mt_seed(&mt, word(c, "seed"));
    cm_mt_shuffle(&mt, order, n);
    for (size_t i = 0; i < json_array_size(want) && i < n; i++)
        expect_word("perm", order[i], word_of(element(want, i)));
    check_digest("sha256_le_u32", order, n * sizeof *order, field(c, "sha256_le_u32"));
    free(order);
}

void check_numpy_orders(const json_t *file, const json_t *c) {
    size_t n = size_of(c, "size");
    uint8_t(*order)[CM_BLOCK_SIZE] = calloc(n, sizeof *order);
    const json_t *first = list(c, "first"), *last = list(c, "last"), *row;
    size_t at;
    cm_mt mt;
    (void)file;
    cm_mt_seed(&mt, word(c, "seed"));
    for (size_t i = 0; i < n; i++)
        cm_blind_watermark_order(&mt, order[i]);
    json_array_foreach(first, at, row) for (size_t i = 0; at < n && i < CM_BLOCK_SIZE; i++)
        expect_word("first", order[at][i], word_of(element(row, i)));
    for (size_t i = 0; i < CM_BLOCK_SIZE; i++)
        expect_word("last", order[n - 1][i], word_of(element(last, i)));
    check_digest("sha256_u8", order, n * sizeof *order, field(c, "sha256_u8"));
    free(order);
}

void check_clusters(const json_t *file, const json_t *c) {
    double means[BITS_MAX];
    uint8_t bits[BITS_MAX];
    char digits[BITS_MAX + 1];
    const json_t *in = list(c, "in");
    size_t n = json_array_size(in);
    (void)file;
    if (n > BITS_MAX)
        mismatch("more than %d numbers", BITS_MAX);
    for (size_t i = 0; i < n; i++)
        means[i] = json_number_value(element(in, i));
    (void)cm_read_clusters(means, n, bits);
    digits_of(bits, n, digits);
    expect_text("out", digits, text(c, "out"));
}

void check_numpy_random(const json_t *file, const json_t *c) {
    const json_t *want = list(c, "first8");
    cm_mt mt;
    (void)file;
    cm_mt_seed(&mt, word(c, "seed"));
    for (size_t i = 0; i < json_array_size(want); i++)
        expect_near("first8", cm_mt_double(&mt), strtod(text_element(want, i), NULL), 0);
}
