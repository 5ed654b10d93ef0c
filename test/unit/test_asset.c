/* Containers: stores found, faults told, round trips, hostile bytes. */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asset/asset.h"

#define SAMPLES "test/data/asset/"
#define VECTORS                                                                                    \
    "../shared/vectors/c2pa/" /* the C2PA golden set; its tests are skipped without it */

static const char *const CARRIERS[] = {"plain.png",       "rich.png", "plain.jpg",
                                       "progressive.jpg", "rich.jpg", "plain.webp",
                                       "lossless.webp",   "rich.webp"};
enum { N_CARRIERS = sizeof CARRIERS / sizeof CARRIERS[0] };

/* --- helpers --- */

static bool load_path(const char *path, cm_buf *out) {
    cm_source *s = NULL;
    *out = (cm_buf){0};
    if (cm_source_open(path, NULL, &s, NULL) != CM_OK)
        return false;
    ck_assert_int_eq(cm_source_load(s, 0, cm_source_size(s), out, NULL), CM_OK);
    cm_source_close(s);
    return true;
}

static cm_buf load(const char *dir, const char *name) {
    char path[256];
    cm_buf out;
    (void)snprintf(path, sizeof path, "%s%s", dir, name);
    ck_assert_msg(load_path(path, &out), "%s is missing", path);
    return out;
}

static cm_source *source_over(cm_bytes bytes) {
    cm_source *s = NULL;
    ck_assert_int_eq(cm_source_memory(bytes, &s, NULL), CM_OK);
    return s;
}

/* Something that starts as a manifest store does and is filled up with noise. */
static cm_buf make_store(size_t size) {
    cm_buf b = {0};
    uint32_t x = 12345;
    cm_buf_be32(&b, (uint32_t)size);
    cm_buf_text(&b, "jumb");
    cm_buf_be32(&b, 30);
    cm_buf_text(&b, "jumdc2pa");
    while (b.size < size) {
        x = x * 1664525u + 1013904223u;
        cm_buf_u8(&b, (uint8_t)(x >> 24));
    }
    b.size = size;
    return b;
}

/* `carrier` with `store` in it; the plan is checked against what was written. */
static cm_buf insert(cm_bytes carrier, cm_bytes store, cm_asset_plan *plan) {
    cm_source *in = source_over(carrier);
    cm_buf out = {0};
    cm_sink sink = cm_sink_buf(&out);
    cm_error err = {0};
    ck_assert_msg(cm_asset_plan_make(in, store.size, plan, &err) == CM_OK, "%s", err.message);
    cm_asset_plan_settle(plan, store);
    ck_assert_msg(cm_asset_write(in, plan, store, &sink, &err) == CM_OK, "%s", err.message);
    ck_assert_uint_eq(out.size, plan->size);
    cm_source_close(in);
    return out;
}

static cm_code read_manifest(cm_bytes file, cm_asset_manifest *m, cm_error *err) {
    cm_source *in = source_over(file);
    cm_code code = cm_asset_read(in, NULL, m, err);
    cm_source_close(in);
    return code;
}

static cm_buf strip(cm_bytes file) {
    cm_source *in = source_over(file);
    cm_buf out = {0};
    cm_sink sink = cm_sink_buf(&out);
    ck_assert_int_eq(cm_asset_strip(in, &sink, NULL), CM_OK);
    cm_source_close(in);
    return out;
}

static void assert_same(cm_bytes a, cm_bytes b) {
    ck_assert_uint_eq(a.size, b.size);
    ck_assert(cm_bytes_equal(a, b));
}

static size_t find(cm_bytes in, const char *what) {
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= in.size; i++)
        if (memcmp(in.data + i, what, n) == 0)
            return i;
    ck_abort_msg("no \"%s\"", what);
    return 0;
}

/* --- round trips --- */

static void check_round_trip(const char *name, size_t store_size) {
    cm_buf carrier = load(SAMPLES, name);
    cm_buf store = make_store(store_size);
    cm_asset_plan plan;
    cm_asset_manifest m;
    cm_error err = {0};
    cm_buf out = insert(cm_buf_bytes(&carrier), cm_buf_bytes(&store), &plan);
    ck_assert_msg(read_manifest(cm_buf_bytes(&out), &m, &err) == CM_OK, "%s", err.message);
    ck_assert(m.found);
    ck_assert_int_eq(m.fault, CM_ASSET_SOUND);
    assert_same(cm_buf_bytes(&m.store), cm_buf_bytes(&store));
    ck_assert(m.where.start == plan.where.start && m.where.length == plan.where.length);
    cm_buf stripped = strip(cm_buf_bytes(&out));
    assert_same(cm_buf_bytes(&stripped), cm_buf_bytes(&carrier));
    cm_asset_manifest_free(&m);
    cm_asset_plan_free(&plan);
    cm_buf_free(&stripped);
    cm_buf_free(&out);
    cm_buf_free(&store);
    cm_buf_free(&carrier);
}

START_TEST(a_store_is_read_as_it_was_written) {
    /* Around the capacity of one and of two APP11 segments, odd and even. */
    static const size_t SIZES[] = {32,    33,     100,    4096,   65524,  65525,
                                   65526, 131041, 131042, 131043, 204800, 204801};
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++)
        check_round_trip(CARRIERS[_i], SIZES[i]);
}
END_TEST

START_TEST(many_store_sizes) {
    for (size_t size = 32; size < 1200; size += 7)
        check_round_trip(CARRIERS[_i], size);
    for (size_t size = 1200; size < 200000; size += 9973)
        check_round_trip(CARRIERS[_i], size);
}
END_TEST

/* The store put in afterwards gives the same file, and what is seen on the way is the rest. */
static void check_two_steps(const cm_source *in, const cm_asset_plan *plan, cm_bytes store,
                            const cm_buf *whole, const cm_buf *rest) {
    cm_buf around = {0}, seen = {0}, piece = {0};
    cm_sink out = cm_sink_buf(&around), covered = cm_sink_buf(&seen), into = cm_sink_buf(&piece);
    ck_assert_int_eq(cm_asset_write_around(in, plan, &out, &covered, NULL), CM_OK);
    ck_assert_int_eq(cm_asset_write_store(plan, store, &into, NULL), CM_OK);
    assert_same(cm_buf_bytes(&seen), cm_buf_bytes(rest));
    ck_assert_uint_eq(around.size, plan->size);
    ck_assert_uint_eq(piece.size, plan->where.length);
    memcpy(around.data + plan->where.start, piece.data, piece.size);
    assert_same(cm_buf_bytes(&around), cm_buf_bytes(whole));
    store.size--;
    ck_assert_int_eq(cm_asset_write_store(plan, store, &into, NULL), CM_ERR_ARGUMENT);
    cm_buf_free(&around);
    cm_buf_free(&seen);
    cm_buf_free(&piece);
}

START_TEST(the_rest_is_all_but_the_store) {
    cm_buf carrier = load(SAMPLES, CARRIERS[_i]);
    cm_buf store = make_store(70001);
    cm_asset_plan plan;
    cm_buf out = insert(cm_buf_bytes(&carrier), cm_buf_bytes(&store), &plan);
    cm_buf rest = {0};
    cm_buf want = {0};
    cm_sink sink = cm_sink_buf(&rest);
    cm_source *in = source_over(cm_buf_bytes(&carrier));
    ck_assert_int_eq(cm_asset_copy_rest(in, &plan, &sink, NULL), CM_OK);
    check_two_steps(in, &plan, cm_buf_bytes(&store), &out, &rest);
    size_t end = (size_t)(plan.where.start + plan.where.length);
    cm_buf_put(&want, out.data, (size_t)plan.where.start);
    cm_buf_put(&want, out.data + end, out.size - end);
    assert_same(cm_buf_bytes(&rest), cm_buf_bytes(&want));
    cm_source_close(in);
    cm_asset_plan_free(&plan);
    cm_buf_free(&rest);
    cm_buf_free(&want);
    cm_buf_free(&out);
    cm_buf_free(&store);
    cm_buf_free(&carrier);
}
END_TEST

START_TEST(a_new_store_replaces_the_old_one) {
    cm_buf carrier = load(SAMPLES, CARRIERS[_i]);
    cm_buf first = make_store(150001);
    cm_buf second = make_store(777);
    cm_asset_plan plan;
    cm_asset_plan again;
    cm_buf with_first = insert(cm_buf_bytes(&carrier), cm_buf_bytes(&first), &plan);
    cm_buf replaced = insert(cm_buf_bytes(&with_first), cm_buf_bytes(&second), &again);
    cm_asset_plan_free(&plan);
    cm_buf direct = insert(cm_buf_bytes(&carrier), cm_buf_bytes(&second), &plan);
    assert_same(cm_buf_bytes(&replaced), cm_buf_bytes(&direct));
    cm_asset_plan_free(&plan);
    cm_asset_plan_free(&again);
    cm_buf_free(&direct);
    cm_buf_free(&replaced);
    cm_buf_free(&with_first);
    cm_buf_free(&first);
    cm_buf_free(&second);
    cm_buf_free(&carrier);
}
END_TEST

START_TEST(a_file_without_a_store_is_no_error) {
    cm_buf carrier = load(SAMPLES, CARRIERS[_i]);
    cm_asset_manifest m;
    ck_assert_int_eq(read_manifest(cm_buf_bytes(&carrier), &m, NULL), CM_OK);
    ck_assert(!m.found && m.store.size == 0 && m.where.length == 0);
    ck_assert_int_eq(m.fault, CM_ASSET_SOUND);
    cm_asset_manifest_free(&m);
    cm_buf_free(&carrier);
}
END_TEST

START_TEST(another_box_keeps_its_instance_number) {
    cm_buf carrier = load(SAMPLES, "rich.jpg"); /* holds a box numbered 0x0211 */
    cm_buf store = make_store(100);
    carrier.data[find(cm_buf_bytes(&carrier), "JP\x02\x11")] ^=
        (uint8_t)_i; /* or something like it */
    cm_asset_plan plan;
    cm_buf out = insert(cm_buf_bytes(&carrier), cm_buf_bytes(&store), &plan);
    ck_assert_uint_eq(plan.box_instance, 0x0212);
    cm_asset_plan_free(&plan);
    cm_buf_free(&out);
    cm_buf_free(&store);
    cm_buf_free(&carrier);
}
END_TEST

START_TEST(webp_is_padded_and_its_size_is_right) {
    cm_buf carrier = load(SAMPLES, "plain.webp");
    cm_buf store = make_store(101);
    cm_asset_plan plan;
    cm_asset_manifest m;
    cm_buf out = insert(cm_buf_bytes(&carrier), cm_buf_bytes(&store), &plan);
    cm_reader r = cm_reader_over(cm_buf_bytes(&out));
    cm_read_skip(&r, 4);
    ck_assert_uint_eq(cm_read_le32(&r), out.size - 8);
    ck_assert_uint_eq(out.size % 2, 0);
    ck_assert_uint_eq(out.data[out.size - 1], 0);
    ck_assert_int_eq(read_manifest(cm_buf_bytes(&out), &m, NULL), CM_OK);
    ck_assert_uint_eq(m.padding, 1);
    ck_assert_uint_eq(m.where.start + m.where.length + m.padding, out.size);
    cm_asset_manifest_free(&m);
    cm_asset_plan_free(&plan);
    cm_buf_free(&out);
    cm_buf_free(&store);
    cm_buf_free(&carrier);
}
END_TEST

START_TEST(webp_without_its_last_padding_is_mended) {
    static const uint8_t BARE[] = "RIFF\x0d\0\0\0WEBPVP8 \x01\0\0\0x";
    cm_buf store = make_store(32);
    cm_asset_plan plan;
    cm_asset_manifest m;
    cm_buf out = insert((cm_bytes){BARE, sizeof BARE - 1}, cm_buf_bytes(&store), &plan);
    ck_assert_uint_eq(plan.where.start, 22);
    ck_assert_uint_eq(out.data[21], 0);
    ck_assert_int_eq(read_manifest(cm_buf_bytes(&out), &m, NULL), CM_OK);
    ck_assert_int_eq(m.fault, CM_ASSET_SOUND);
    assert_same(cm_buf_bytes(&m.store), cm_buf_bytes(&store));
    cm_asset_manifest_free(&m);
    cm_asset_plan_free(&plan);
    cm_buf_free(&out);
    cm_buf_free(&store);
}
END_TEST

START_TEST(a_sidecar_is_its_store) {
    cm_buf store = make_store(500);
    cm_asset_manifest m;
    cm_asset_plan plan;
    ck_assert_int_eq(read_manifest(cm_buf_bytes(&store), &m, NULL), CM_OK);
    ck_assert(m.found && m.format == CM_FORMAT_C2PA);
    assert_same(cm_buf_bytes(&m.store), cm_buf_bytes(&store));
    cm_source *in = source_over(cm_buf_bytes(&store));
    ck_assert_int_eq(cm_asset_plan_make(in, 500, &plan, NULL), CM_ERR_UNSUPPORTED);
    cm_source_close(in);
    cm_asset_manifest_free(&m);
    cm_buf_free(&store);
}
END_TEST

/* --- contracts --- */

START_TEST(what_is_not_the_planned_store_is_refused) {
    cm_buf carrier = load(SAMPLES, "plain.png");
    cm_buf store = make_store(100);
    cm_buf out = {0};
    cm_sink sink = cm_sink_buf(&out);
    cm_source *in = source_over(cm_buf_bytes(&carrier));
    cm_asset_plan plan;
    ck_assert_int_eq(cm_asset_plan_make(in, 31, &plan, NULL), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_asset_plan_make(in, (uint64_t)1 << 40, &plan, NULL), CM_ERR_LIMIT);
    ck_assert_int_eq(cm_asset_plan_make(in, 100, &plan, NULL), CM_OK);
    ck_assert_int_eq(cm_asset_write(in, &plan, (cm_bytes){store.data, 99}, &sink, NULL),
                     CM_ERR_ARGUMENT);
    store.data[3]++; /* LBox */
    ck_assert_int_eq(cm_asset_write(in, &plan, cm_buf_bytes(&store), &sink, NULL), CM_ERR_ARGUMENT);
    ck_assert_uint_eq(out.size, 0);
    cm_asset_plan_free(&plan);
    cm_source_close(in);
    cm_buf_free(&out);
    cm_buf_free(&store);
    cm_buf_free(&carrier);
}
END_TEST

START_TEST(a_store_over_the_limit_is_refused) {
    cm_buf carrier = load(SAMPLES, CARRIERS[_i]);
    cm_buf store = make_store(70000);
    cm_limits limits = cm_limits_default();
    cm_asset_plan plan;
    cm_asset_manifest m;
    cm_buf out = insert(cm_buf_bytes(&carrier), cm_buf_bytes(&store), &plan);
    cm_source *in = source_over(cm_buf_bytes(&out));
    limits.manifest_bytes = 69999;
    ck_assert_int_eq(cm_asset_read(in, &limits, &m, NULL), CM_ERR_LIMIT);
    ck_assert_ptr_null(m.store.data);
    cm_source_close(in);
    cm_asset_plan_free(&plan);
    cm_buf_free(&out);
    cm_buf_free(&store);
    cm_buf_free(&carrier);
}
END_TEST

START_TEST(other_files_are_unsupported) {
    cm_asset_manifest m;
    ck_assert_int_eq(read_manifest((cm_bytes){(const uint8_t *)"GIF89a.........", 15}, &m, NULL),
                     CM_ERR_UNSUPPORTED);
    ck_assert_int_eq(read_manifest((cm_bytes){(const uint8_t *)"", 0}, &m, NULL),
                     CM_ERR_UNSUPPORTED);
}
END_TEST

/* --- faults --- */

static void expect_fault(const cm_buf *file, cm_asset_fault want) {
    cm_asset_manifest m;
    cm_error err = {0};
    ck_assert_msg(read_manifest(cm_buf_bytes(file), &m, &err) == CM_OK, "%s", err.message);
    ck_assert(m.found);
    ck_assert_msg(m.fault == want, "fault is \"%s\"", cm_asset_fault_text(m.fault));
    cm_asset_manifest_free(&m);
}

static cm_buf sample_with_store(const char *name, size_t store_size, cm_span *where) {
    cm_buf carrier = load(SAMPLES, name);
    cm_buf store = make_store(store_size);
    cm_asset_plan plan;
    cm_buf out = insert(cm_buf_bytes(&carrier), cm_buf_bytes(&store), &plan);
    *where = plan.where;
    cm_asset_plan_free(&plan);
    cm_buf_free(&store);
    cm_buf_free(&carrier);
    return out;
}

/* Puts a copy of `from` in front of offset `at`. */
static cm_buf with_copy(const cm_buf *file, cm_span from, size_t at) {
    cm_buf out = {0};
    cm_buf_put(&out, file->data, at);
    cm_buf_put(&out, file->data + from.start, (size_t)from.length);
    cm_buf_put(&out, file->data + at, file->size - at);
    return out;
}

START_TEST(png_faults) {
    cm_span where;
    cm_buf file = sample_with_store("plain.png", 100, &where);
    size_t end = (size_t)(where.start + where.length);
    file.data[end - 1] ^= 1;
    expect_fault(&file, CM_ASSET_CHECKSUM);
    file.data[end - 1] ^= 1;
    cm_buf twice = with_copy(&file, where, end);
    expect_fault(&twice, CM_ASSET_SEVERAL);
    cm_buf_free(&twice);
    cm_buf carrier = load(SAMPLES, "plain.png");
    cm_buf late = {0};
    size_t iend = find(cm_buf_bytes(&carrier), "IEND") - 4;
    cm_buf_put(&late, carrier.data, iend);
    cm_buf_put(&late, file.data + where.start, (size_t)where.length);
    cm_buf_put(&late, carrier.data + iend, carrier.size - iend);
    expect_fault(&late, CM_ASSET_MISPLACED);
    cm_buf_free(&late);
    cm_buf_put(&late, carrier.data, 33);
    cm_buf_put(&late, "\0\0\0\0caBX\x06\xad\x19\xa0", 12);
    cm_buf_put(&late, carrier.data + 33, carrier.size - 33);
    expect_fault(&late, CM_ASSET_EMPTY);
    cm_buf_free(&late);
    cm_buf_free(&carrier);
    cm_buf_free(&file);
}
END_TEST

START_TEST(webp_faults) {
    cm_span where;
    cm_buf file = sample_with_store("plain.webp", 100, &where);
    cm_buf twice = with_copy(&file, where, file.size);
    cm_buf_patch_le32(&twice, 4, (uint32_t)twice.size - 8);
    expect_fault(&twice, CM_ASSET_MISPLACED); /* the first met: it isn't last any more */
    cm_buf_free(&twice);
    cm_buf behind = with_copy(&file, where, file.size); /* behind the RIFF form: not in the file */
    expect_fault(&behind, CM_ASSET_SOUND);
    cm_buf_free(&behind);
    cm_buf_free(&file);
}
END_TEST

/* Offsets in a segment's header. */
enum { CI = 4, EN = 6, Z = 11, LBOX = 15 };

static void expect_after_change(const cm_buf *file, uint64_t at, uint8_t flip,
                                cm_asset_fault want) {
    file->data[at] ^= flip;
    expect_fault(file, want);
    file->data[at] ^= flip;
}

START_TEST(jpeg_header_faults) {
    cm_span where;
    cm_buf file = sample_with_store("rich.jpg", 140000, &where);
    uint64_t second = where.start + 4 + 65533;
    ck_assert_uint_eq(file.data[second], 0xff);
    expect_after_change(&file, second + CI, 1, CM_ASSET_SIGNATURE);
    expect_after_change(&file, second + EN, 1, CM_ASSET_SPLIT); /* its own part is gone */
    expect_after_change(&file, second + Z, 1, CM_ASSET_SEQUENCE);
    expect_after_change(&file, second + LBOX, 1, CM_ASSET_LENGTH);
    expect_after_change(&file, where.start + Z, 1, CM_ASSET_SEQUENCE); /* 0, 2, 3 */
    expect_after_change(&file, where.start + LBOX, 1, CM_ASSET_LENGTH);
    expect_after_change(&file, where.start + CI, 1, CM_ASSET_SIGNATURE);
    cm_buf_free(&file);
    file = sample_with_store("rich.jpg", 1000, &where);
    expect_after_change(&file, where.start + Z, 1, CM_ASSET_SOUND); /* one segment numbered 0 */
    expect_after_change(&file, where.start + Z, 6, CM_ASSET_SEQUENCE);
    cm_buf_free(&file);
}
END_TEST

START_TEST(jpeg_layout_faults) {
    cm_span where;
    cm_buf file = sample_with_store("rich.jpg", 140000, &where);
    size_t second = (size_t)where.start + 65537;
    size_t third = second + 65537;
    cm_buf repeated = with_copy(&file, (cm_span){second, 65537}, third);
    expect_fault(&repeated, CM_ASSET_SEQUENCE);
    cm_buf_free(&repeated);
    cm_buf again = with_copy(&file, where, (size_t)(where.start + where.length));
    expect_fault(&again, CM_ASSET_SEVERAL);
    cm_buf_free(&again);
    cm_buf gap = {0};
    cm_buf_put(&gap, file.data, second);
    cm_buf_put(&gap, "\xff\xfe\0\x03x", 5);
    cm_buf_put(&gap, file.data + second, file.size - second);
    expect_fault(&gap, CM_ASSET_SPLIT);
    cm_asset_manifest m; /* the place is the first run, even if another fault comes first */
    gap.data[where.start + Z] = 9;
    ck_assert_int_eq(read_manifest(cm_buf_bytes(&gap), &m, NULL), CM_OK);
    ck_assert_int_eq(m.fault, CM_ASSET_SEQUENCE);
    ck_assert(m.where.start == where.start && m.where.length == 65537);
    cm_asset_manifest_free(&m);
    cm_buf_free(&gap);
    cm_buf missing = {0};
    cm_buf_put(&missing, file.data, third);
    cm_buf_put(&missing, file.data + where.start + where.length,
               file.size - (size_t)(where.start + where.length));
    expect_fault(&missing, CM_ASSET_LENGTH);
    cm_buf_free(&missing);
    cm_buf_free(&file);
}
END_TEST

/* --- boxes --- */

static void expect_boxes(cm_bytes file, const char *want, uint64_t trailing) {
    cm_asset_boxes boxes;
    cm_buf names = {0};
    uint64_t at = 0;
    cm_source *in = source_over(file);
    ck_assert_int_eq(cm_asset_boxes_read(in, &boxes, NULL), CM_OK);
    for (size_t i = 0; i < boxes.count; i++) {
        ck_assert(boxes.items[i].where.start == at); /* no gaps, no overlaps */
        at += boxes.items[i].where.length;
        cm_buf_text(&names, boxes.items[i].name);
        cm_buf_u8(&names, ' ');
    }
    cm_buf_u8(&names, 0);
    ck_assert_str_eq((const char *)names.data, want);
    ck_assert(boxes.trailing.start == at && boxes.trailing.length == trailing);
    ck_assert_uint_eq(at + trailing, file.size);
    cm_asset_boxes_free(&boxes);
    cm_source_close(in);
    cm_buf_free(&names);
}

START_TEST(boxes_are_listed) {
    cm_span where;
    cm_buf file = sample_with_store("rich.jpg", 140000, &where);
    expect_boxes(cm_buf_bytes(&file),
                 "SOI APP0 APP1 APP1 C2PA APP11 COM DQT DQT SOF0 DHT DHT DHT DHT SOS EOI ", 10);
    cm_buf_free(&file);
    file = load(SAMPLES, "progressive.jpg");
    expect_boxes(
        cm_buf_bytes(&file),
        "SOI APP0 DQT DQT SOF2 DHT DHT SOS DHT SOS DHT SOS DHT SOS DHT SOS DHT SOS SOS DHT "
        "SOS DHT SOS DHT SOS EOI ",
        0);
    cm_buf_free(&file);
    file = sample_with_store("rich.png", 100, &where);
    expect_boxes(cm_buf_bytes(&file), "PNGh IHDR C2PA tEXt tEXt zTXt iTXt IDAT IDAT IEND ", 11);
    cm_buf_free(&file);
}
END_TEST

START_TEST(the_boxes_of_webp_are_listed) {
    cm_span where;
    cm_buf file = sample_with_store("rich.webp", 101, &where);
    expect_boxes(cm_buf_bytes(&file), "WEBP VP8X ALPH VP8  EXIF XMP  C2PA ", 0);
    cm_buf_free(&file);
}
END_TEST

/* A LIST goes by its type, with all that it holds; one of "C2PA" doesn't pass for the store. */
START_TEST(lists_in_webp_are_one_box) {
    static const char bytes[] = "RIFF\x30\0\0\0WEBPVP8 \x02\0\0\0ab"
                                "LIST\x0d\0\0\0INFOICMT\x01\0\0\0c\0"
                                "LIST\x04\0\0\0C2PAtail";
    expect_boxes((cm_bytes){(const uint8_t *)bytes, sizeof bytes - 1}, "WEBP VP8  INFO LIST ", 4);
}
END_TEST

/* --- hostile bytes --- */

/* Whatever the bytes, reading and stripping end, and with one of the codes that they may give. */
static void survive(cm_bytes bytes) {
    cm_asset_manifest m;
    cm_error err = {0};
    cm_code code = read_manifest(bytes, &m, &err);
    ck_assert(code == CM_OK || code == CM_ERR_FORMAT || code == CM_ERR_UNSUPPORTED ||
              code == CM_ERR_LIMIT);
    if (code == CM_OK)
        ck_assert(m.where.start + m.where.length + m.padding <= bytes.size);
    cm_asset_manifest_free(&m);
    cm_source *in = source_over(bytes);
    cm_buf out = {0};
    cm_sink sink = cm_sink_buf(&out);
    if (cm_asset_strip(in, &sink, NULL) == CM_OK) {
        ck_assert_uint_le(out.size, bytes.size + 1);
        ck_assert_int_eq(read_manifest(cm_buf_bytes(&out), &m, NULL), CM_OK);
        ck_assert(!m.found);
        cm_asset_manifest_free(&m);
    }
    cm_buf_free(&out);
    cm_source_close(in);
}

START_TEST(truncated_files_are_survived) {
    cm_span where;
    cm_buf file = sample_with_store(CARRIERS[_i], 90, &where);
    for (size_t n = 0; n < file.size; n++) {
        uint8_t *exact = malloc(n + 1); /* so that a sanitizer sees a read past the end */
        memcpy(exact, file.data, n);
        survive((cm_bytes){exact, n});
        free(exact);
    }
    cm_buf_free(&file);
}
END_TEST

START_TEST(mutated_files_are_survived) {
    cm_span where;
    cm_buf file = sample_with_store(CARRIERS[_i], _i % 2 == 0 ? 90 : 66000, &where);
    uint32_t x = 2463534242u + (uint32_t)_i;
    for (int round = 0; round < 3000; round++) {
        uint8_t old[3];
        size_t at[3];
        for (int k = 0; k < 3; k++) {
            static const uint8_t NASTY[] = {0, 1, 0x7f, 0x80, 0xff, 0xd9, 0xda, 0xeb};
            x ^= x << 13, x ^= x >> 17, x ^= x << 5;
            /* mostly near headers, which are near the front and around the store */
            size_t near = x % 3 == 0 ? (size_t)where.start : x % 3 == 1 ? 0 : file.size - 200;
            at[k] = (near + (x >> 8) % 300) % file.size;
            old[k] = file.data[at[k]];
            file.data[at[k]] = x % 5 == 0 ? (uint8_t)(x >> 24) : NASTY[(x >> 20) % 8];
        }
        survive(cm_buf_bytes(&file));
        for (int k = 2; k >= 0; k--)
            file.data[at[k]] = old[k];
    }
    cm_buf_free(&file);
}
END_TEST

/* --- other people's files --- */

/* Everything in a directory: reads, and where there's a sound store, planning for its size and
 * writing it gives a file whose store and rest are the same. */
static int check_directory(const char *dir) {
    int stores = 0;
    DIR *d = opendir(dir);
    if (d == NULL)
        return -1;
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        char path[512];
        cm_buf file;
        cm_asset_manifest m;
        (void)snprintf(path, sizeof path, "%s%s", dir, e->d_name);
        if (e->d_name[0] == '.' || !load_path(path, &file))
            continue;
        if (read_manifest(cm_buf_bytes(&file), &m, NULL) == CM_OK && m.found &&
            m.fault == CM_ASSET_SOUND && m.format != CM_FORMAT_C2PA) {
            cm_asset_plan plan;
            cm_reader r = cm_reader_over(cm_buf_bytes(&m.store));
            stores++;
            if (cm_read_be32(&r) == m.store.size) {
                cm_buf bare = strip(cm_buf_bytes(&file));
                cm_buf again = insert(cm_buf_bytes(&bare), cm_buf_bytes(&m.store), &plan);
                cm_buf bare_again = strip(cm_buf_bytes(&again));
                assert_same(cm_buf_bytes(&bare), cm_buf_bytes(&bare_again));
                cm_asset_plan_free(&plan);
                cm_buf_free(&bare_again);
                cm_buf_free(&again);
                cm_buf_free(&bare);
            }
        }
        cm_asset_manifest_free(&m);
        cm_buf_free(&file);
    }
    closedir(d);
    return stores;
}

START_TEST(other_peoples_stores_are_found) {
    int files = check_directory(VECTORS "files/");
    int made = check_directory(VECTORS "gen/");
    if (files >= 0)
        ck_assert_int_ge(files, 50);
    if (made >= 0)
        ck_assert_int_ge(made, 80);
}
END_TEST

/* Files that c2pa-rs wrote: taken apart and put together again, they're the same to the byte. */
START_TEST(we_write_what_c2pa_rs_writes) {
    static const char *const NAMES[] = {"ok_v2_es256.png",  "ok_v2_es256.jpg",   "ok_v2_es256.webp",
                                        "ok_v2_ps512.png",  "ok_v2_ps512.jpg",   "ok_v2_ps512.webp",
                                        "ok_v2_es512.webp", "ok_v2_ed25519.webp"};
    char path[256];
    cm_buf file;
    cm_asset_manifest m;
    cm_asset_plan plan;
    (void)snprintf(path, sizeof path, VECTORS "gen/%s", NAMES[_i]);
    if (!load_path(path, &file))
        return;
    ck_assert_int_eq(read_manifest(cm_buf_bytes(&file), &m, NULL), CM_OK);
    cm_buf bare = strip(cm_buf_bytes(&file));
    cm_buf again = insert(cm_buf_bytes(&bare), cm_buf_bytes(&m.store), &plan);
    assert_same(cm_buf_bytes(&again), cm_buf_bytes(&file));
    cm_asset_plan_free(&plan);
    cm_asset_manifest_free(&m);
    cm_buf_free(&again);
    cm_buf_free(&bare);
    cm_buf_free(&file);
}
END_TEST

START_TEST(the_golden_sets_faults_are_told) {
    static const struct {
        const char *name;
        cm_asset_fault fault;
    } CASES[] = {
        {"ok_multisegment_app11.jpg", CM_ASSET_SOUND}, {"t_app11_Z0.jpg", CM_ASSET_SOUND},
        {"t_app11_Z7.jpg", CM_ASSET_SEQUENCE},         {"t_app11_dup2.jpg", CM_ASSET_SEQUENCE},
        {"t_app11_gap.jpg", CM_ASSET_SPLIT},           {"t_app11_missing2.jpg", CM_ASSET_SEQUENCE},
        {"t_app11_En_differs.jpg", CM_ASSET_LENGTH},   {"t_cabx_crc_wrong.png", CM_ASSET_CHECKSUM},
        {"t_cabx_after_idat.png", CM_ASSET_MISPLACED}, {"t_two_cabx_same.png", CM_ASSET_SEVERAL},
        {"t_empty_cabx.png", CM_ASSET_EMPTY},          {"t_append.webp", CM_ASSET_SOUND},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char path[256];
        cm_buf file;
        (void)snprintf(path, sizeof path, VECTORS "gen/%s", CASES[i].name);
        if (!load_path(path, &file))
            continue;
        expect_fault(&file, CASES[i].fault);
        cm_buf_free(&file);
    }
}
END_TEST

Suite *suite_asset(void);
Suite *suite_asset(void) {
    Suite *s = suite_create("asset");
    TCase *tc = tcase_create("containers");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_store_is_read_as_it_was_written, 0, N_CARRIERS);
    tcase_add_loop_test(tc, many_store_sizes, 0, N_CARRIERS);
    tcase_add_loop_test(tc, the_rest_is_all_but_the_store, 0, N_CARRIERS);
    tcase_add_loop_test(tc, a_new_store_replaces_the_old_one, 0, N_CARRIERS);
    tcase_add_loop_test(tc, a_file_without_a_store_is_no_error, 0, N_CARRIERS);
    tcase_add_loop_test(tc, another_box_keeps_its_instance_number, 0, 2);
    tcase_add_test(tc, webp_is_padded_and_its_size_is_right);
    tcase_add_test(tc, webp_without_its_last_padding_is_mended);
    tcase_add_test(tc, a_sidecar_is_its_store);
    tcase_add_test(tc, what_is_not_the_planned_store_is_refused);
    tcase_add_loop_test(tc, a_store_over_the_limit_is_refused, 0, N_CARRIERS);
    tcase_add_test(tc, other_files_are_unsupported);
    tcase_add_test(tc, png_faults);
    tcase_add_test(tc, webp_faults);
    tcase_add_test(tc, jpeg_header_faults);
    tcase_add_test(tc, jpeg_layout_faults);
    tcase_add_test(tc, boxes_are_listed);
    tcase_add_test(tc, the_boxes_of_webp_are_listed);
    tcase_add_test(tc, lists_in_webp_are_one_box);
    tcase_add_loop_test(tc, truncated_files_are_survived, 0, N_CARRIERS);
    tcase_add_loop_test(tc, mutated_files_are_survived, 0, N_CARRIERS);
    tcase_add_test(tc, other_peoples_stores_are_found);
    tcase_add_loop_test(tc, we_write_what_c2pa_rs_writes, 0, 8);
    tcase_add_test(tc, the_golden_sets_faults_are_told);
    suite_add_tcase(s, tc);
    return s;
}
