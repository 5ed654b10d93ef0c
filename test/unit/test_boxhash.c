/* The box hash, for which there are no files of others: stores are put together here. */
#include <check.h>

#include "api/verify_boxes.h"
#include "base/hash.h"
#include "hash_support.h"
#include "sign/cbor.h"
#include "sign/labels.h"

/* An asset of four boxes, the second of which holds the store's container. */
static const cm_verify_box BOXES[] = {
    {"PNGh", {0, 8}}, {"C2PA", {8, 6}}, {"IHDR", {14, 10}}, {"IDAT", {24, 16}}};
enum { BOX_COUNT = sizeof BOXES / sizeof BOXES[0], ASSET_SIZE = 40 };

static void fill_asset(uint8_t asset[static ASSET_SIZE]) {
    for (int i = 0; i < ASSET_SIZE; i++)
        asset[i] = (uint8_t)(3 * i);
}

/* An entry {names, hash, excluded?} over whole boxes first … last. */
static void put_entry(cm_buf *b, const uint8_t *asset, size_t first, size_t last, bool excluded) {
    uint64_t start = BOXES[first].where.start;
    uint64_t end = BOXES[last].where.start + BOXES[last].where.length;
    cm_digest digest;
    ck_assert_int_eq(cm_hash_bytes(CM_HASH_SHA256, (cm_bytes){asset + start, (size_t)(end - start)},
                                   &digest, NULL),
                     CM_OK);
    cm_cbor_put_map(b, excluded ? 4 : 3);
    cm_cbor_put_text(b, "pad");
    cm_cbor_put_bytes(b, (cm_bytes){0});
    cm_cbor_put_text(b, "hash");
    cm_cbor_put_bytes(b, cm_digest_bytes(&digest));
    cm_cbor_put_text(b, "names");
    cm_cbor_put_array(b, last - first + 1);
    for (size_t i = first; i <= last; i++)
        cm_cbor_put_text(b, BOXES[i].name);
    if (excluded) {
        cm_cbor_put_text(b, "excluded");
        cm_cbor_put_bool(b, true);
    }
}

/* Gives the state, and checks that `id` was noted, if it is a status. */
static cm_state judge(const cm_buf *box_hash, const uint8_t *asset, size_t size,
                      const cm_verify_box *boxes, size_t box_count, cm_status_id id) {
    hash_made hash = hashes_make(CM_LABEL_HASH_BOXES, box_hash);
    cm_state state =
        hashes_judge(&hash, 1, (cm_bytes){asset, size}, boxes, box_count, BOXES[1].where, id);
    cm_buf_free(&hash.box);
    return state;
}

static cm_buf open_hash(size_t entries) {
    cm_buf b = {0};
    cm_cbor_put_map(&b, 2);
    cm_cbor_put_text(&b, "alg");
    cm_cbor_put_text(&b, "sha256");
    cm_cbor_put_text(&b, "boxes");
    cm_cbor_put_array(&b, entries);
    return b;
}

/* Every box alone, or the last two together; with the PNG signature, or without as c2pa-rs does. */
START_TEST(boxes_that_are_right_are_trusted) {
    uint8_t asset[ASSET_SIZE];
    fill_asset(asset);
    for (int form = 0; form < 4; form++) {
        size_t first = form % 2 == 0 ? 0 : 1;
        bool together = form >= 2;
        cm_buf hash = open_hash((first == 0 ? 2 : 1) + (together ? 1u : 2u));
        for (size_t i = first; i < 2; i++)
            put_entry(&hash, asset, i, i, false);
        put_entry(&hash, asset, 2, together ? 3 : 2, false);
        if (!together)
            put_entry(&hash, asset, 3, 3, false);
        ck_assert_int_eq(judge(&hash, asset, ASSET_SIZE, BOXES, BOX_COUNT, CM_ST_BOXES_HASH_MATCH),
                         CM_STATE_TRUSTED);
        ck_assert_int_eq(judge(&hash, asset, ASSET_SIZE, NULL, 0, CM_STATUS_COUNT),
                         CM_STATE_UNSUPPORTED);
        for (size_t at = BOXES[2].where.start; at < ASSET_SIZE; at += 5) {
            asset[at] ^= 1;
            ck_assert_int_eq(
                judge(&hash, asset, ASSET_SIZE, BOXES, BOX_COUNT, CM_ST_BOXES_HASH_MISMATCH),
                CM_STATE_INVALID);
            asset[at] ^= 1;
        }
        asset[BOXES[1].where.start] ^= 1; /* the store's own container */
        ck_assert_int_eq(judge(&hash, asset, ASSET_SIZE, BOXES, BOX_COUNT, CM_ST_BOXES_HASH_MATCH),
                         CM_STATE_TRUSTED);
        asset[BOXES[1].where.start] ^= 1;
        cm_buf_free(&hash);
    }
}
END_TEST

START_TEST(boxes_that_nobody_signed_are_noticed) {
    uint8_t asset[ASSET_SIZE + 1];
    fill_asset(asset);
    asset[ASSET_SIZE] = 0;
    cm_buf hash = open_hash(4);
    for (size_t i = 0; i < BOX_COUNT; i++)
        put_entry(&hash, asset, i, i, false);
    const cm_verify_box swapped[] = {BOXES[0], BOXES[1], {"IDAT", {14, 10}}, {"IHDR", {24, 16}}};
    const cm_verify_box more[] = {BOXES[0], BOXES[1], BOXES[2], BOXES[3], {"tEXt", {40, 1}}};
    const cm_verify_box gap[] = {BOXES[0], BOXES[1], BOXES[2], {"IDAT", {25, 15}}};
    cm_status_id unknown = CM_ST_BOXES_HASH_UNKNOWN_BOX;
    ck_assert_int_eq(judge(&hash, asset, ASSET_SIZE, swapped, 4, unknown), CM_STATE_INVALID);
    ck_assert_int_eq(judge(&hash, asset, ASSET_SIZE + 1, more, 5, unknown), CM_STATE_INVALID);
    ck_assert_int_eq(judge(&hash, asset, ASSET_SIZE, BOXES, 3, unknown), CM_STATE_INVALID);
    ck_assert_int_eq(judge(&hash, asset, ASSET_SIZE + 1, BOXES, 4, unknown), CM_STATE_INVALID);
    ck_assert_int_eq(judge(&hash, asset, ASSET_SIZE, gap, 4, CM_STATUS_COUNT), CM_STATE_INVALID);
    cm_buf_free(&hash);
}
END_TEST

START_TEST(an_excluded_box_is_said_not_to_be_covered) {
    uint8_t asset[ASSET_SIZE];
    fill_asset(asset);
    cm_buf hash = open_hash(4);
    for (size_t i = 0; i < BOX_COUNT; i++)
        put_entry(&hash, asset, i, i, i == 2);
    asset[BOXES[2].where.start] ^= 1;
    ck_assert_int_eq(judge(&hash, asset, ASSET_SIZE, BOXES, BOX_COUNT, CM_ST_BOXES_HASH_MATCH),
                     CM_STATE_TRUSTED);
    cm_buf_free(&hash);
}
END_TEST

START_TEST(malformed_box_hashes_are_named_so) {
    uint8_t asset[ASSET_SIZE];
    fill_asset(asset);
    cm_buf empty = open_hash(0);
    cm_buf nameless = open_hash(1);
    cm_buf shared = open_hash(2);
    cm_cbor_put_map(&nameless, 0);
    put_entry(&shared, asset, 0, 1, false);
    put_entry(&shared, asset, 2, 3, false);
    const cm_buf *wrong[] = {&empty, &nameless, &shared};
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(
            judge(wrong[i], asset, ASSET_SIZE, BOXES, BOX_COUNT, CM_ST_BOXES_HASH_MALFORMED),
            CM_STATE_INVALID);
    cm_buf_free(&empty);
    cm_buf_free(&nameless);
    cm_buf_free(&shared);
}
END_TEST

/* The last entry, over boxes that hold metadata, leaves ranges {start, length, boxIndex} out. */
static cm_state judge_ranges(const uint8_t *asset, const uint64_t (*ranges)[3], size_t count,
                             cm_status_id id) {
    static const cm_verify_box boxes[] = {
        {"PNGh", {0, 8}}, {"C2PA", {8, 6}}, {"tEXt", {14, 10}}, {"iTXt", {24, 16}}};
    uint8_t kept[ASSET_SIZE];
    size_t size = 0;
    cm_digest digest;
    cm_buf hash = open_hash(3);
    for (size_t at = 14; at < ASSET_SIZE; at++) {
        bool out = false;
        for (size_t i = 0; i < count; i++) {
            uint64_t start = ranges[i][0] + (ranges[i][2] == 1 ? 24 : 14);
            out = out || (at >= start && at < start + ranges[i][1]);
        }
        if (!out)
            kept[size++] = asset[at];
    }
    ck_assert_int_eq(cm_hash_bytes(CM_HASH_SHA256, (cm_bytes){kept, size}, &digest, NULL), CM_OK);
    for (size_t i = 0; i < 2; i++)
        put_entry(&hash, asset, i, i, false);
    cm_cbor_put_map(&hash, 3);
    cm_cbor_put_text(&hash, "hash");
    cm_cbor_put_bytes(&hash, cm_digest_bytes(&digest));
    cm_cbor_put_text(&hash, "names");
    cm_cbor_put_array(&hash, 2);
    cm_cbor_put_text(&hash, "tEXt");
    cm_cbor_put_text(&hash, "iTXt");
    cm_cbor_put_text(&hash, "exclusions");
    cm_cbor_put_array(&hash, count);
    for (size_t i = 0; i < count; i++) {
        static const char *const keys[] = {"start", "length", "boxIndex"};
        cm_cbor_put_map(&hash, 3);
        for (size_t k = 0; k < 3; k++) {
            cm_cbor_put_text(&hash, keys[k]);
            cm_cbor_put_uint(&hash, ranges[i][k]);
        }
    }
    cm_state state = judge(&hash, asset, ASSET_SIZE, boxes, BOX_COUNT, id);
    cm_buf_free(&hash);
    return state;
}

START_TEST(ranges_of_metadata_may_be_left_out) {
    uint8_t asset[ASSET_SIZE];
    const cm_status_id said = CM_ST_BOXES_HASH_ADDITIONAL_EXCLUSIONS;
    static const struct {
        uint64_t ranges[2][3];
        size_t count;
        cm_status_id id;
    } wrong[] = {{{{8, 3, 0}}, 1, CM_ST_BOXES_HASH_MISMATCH}, /* longer than its box */
                 {{{7, 1, 0}}, 1, CM_ST_BOXES_HASH_MISMATCH}, /* in the box's head */
                 {{{8, 1, 2}}, 1, CM_ST_BOXES_HASH_MALFORMED},
                 {{{0, 0, 0}}, 0, CM_ST_BOXES_HASH_MALFORMED},
                 {{{8, 3, 1}, {10, 1, 1}}, 2, CM_ST_BOXES_HASH_MALFORMED},
                 {{{8, 1, 1}, {8, 1, 0}}, 2, CM_ST_BOXES_HASH_MALFORMED}};
    static const uint64_t right[][3] = {{8, 2, 0}, {9, 3, 1}};
    fill_asset(asset);
    ck_assert_int_eq(judge_ranges(asset, right, 2, said), CM_STATE_TRUSTED);
    hashes_policy = CM_C2PA_2_2; /* which doesn't know them */
    ck_assert_int_eq(judge_ranges(asset, right, 2, CM_ST_BOXES_HASH_MISMATCH), CM_STATE_INVALID);
    hashes_policy = CM_C2PA_NEWEST;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_int_eq(judge_ranges(asset, wrong[i].ranges, wrong[i].count, wrong[i].id),
                         CM_STATE_INVALID);
}
END_TEST

/* A range of a picture's own data may not be left out. */
START_TEST(only_metadata_may_be_left_out) {
    uint8_t asset[ASSET_SIZE];
    fill_asset(asset);
    cm_buf hash = open_hash(4);
    for (size_t i = 0; i < 3; i++)
        put_entry(&hash, asset, i, i, false);
    cm_cbor_put_map(&hash, 2);
    cm_cbor_put_text(&hash, "names");
    cm_cbor_put_array(&hash, 1);
    cm_cbor_put_text(&hash, "IDAT");
    cm_cbor_put_text(&hash, "exclusions");
    cm_cbor_put_array(&hash, 1);
    cm_cbor_put_map(&hash, 2);
    cm_cbor_put_text(&hash, "start");
    cm_cbor_put_uint(&hash, 8);
    cm_cbor_put_text(&hash, "length");
    cm_cbor_put_uint(&hash, 1);
    ck_assert_int_eq(judge(&hash, asset, ASSET_SIZE, BOXES, BOX_COUNT, CM_ST_BOXES_HASH_MISMATCH),
                     CM_STATE_INVALID);
    cm_buf_free(&hash);
}
END_TEST

/* An entry for each box of a file. */
static cm_buf hash_boxes(const cm_box_list *list, const uint8_t *file) {
    cm_buf b = open_hash(list->count);
    for (size_t i = 0; i < list->count; i++) {
        cm_span where = list->list[i].where;
        cm_bytes bytes = {file + where.start, (size_t)where.length};
        cm_digest digest;
        ck_assert_int_eq(cm_hash_bytes(CM_HASH_SHA256, bytes, &digest, NULL), CM_OK);
        cm_cbor_put_map(&b, 2);
        cm_cbor_put_text(&b, "hash");
        cm_cbor_put_bytes(&b, cm_digest_bytes(&digest));
        cm_cbor_put_text(&b, "names");
        cm_cbor_put_array(&b, 1);
        cm_cbor_put_text(&b, list->list[i].name);
    }
    return b;
}

/* As its bytes are listed: what is in the store's chunk may differ, and nothing else. */
START_TEST(webp_is_bound_by_its_chunks) {
    uint8_t file[] = "RIFF\x28\0\0\0WEBPVP8 \x03\0\0\0abc\0LIST\x06\0\0\0INFOxyC2PA\x02\0\0\0stend";
    const size_t size = sizeof file - 1;
    const size_t store = 12 + 12 + 14;
    cm_source *source = NULL;
    cm_box_list list;
    ck_assert_int_eq(cm_source_memory((cm_bytes){file, size}, &source, NULL), CM_OK);
    ck_assert_int_eq(cm_box_list_read(source, &list, NULL), CM_OK);
    ck_assert_uint_eq(list.count, 5); /* with what is behind the form */
    ck_assert(list.list[3].where.start == store && list.list[3].where.length == 10);
    cm_buf content = hash_boxes(&list, file);
    hash_made hash = hashes_make(CM_LABEL_HASH_BOXES, &content);
    for (size_t at = 0; at < size; at++) {
        bool in_store = at >= store && at < store + 10;
        file[at] ^= 0x20;
        cm_state state = hashes_judge(
            &hash, 1, (cm_bytes){file, size}, list.list, list.count, list.list[3].where,
            in_store ? CM_ST_BOXES_HASH_MATCH : CM_ST_BOXES_HASH_MISMATCH);
        ck_assert_int_eq(state, in_store ? CM_STATE_TRUSTED : CM_STATE_INVALID);
        file[at] ^= 0x20;
    }
    (void)hashes_judge(&hash, 1, (cm_bytes){file, size}, list.list, list.count,
                       (cm_span){store + 1, 9}, CM_ST_BOXES_HASH_MISMATCH); /* no store there */
    cm_buf_free(&hash.box);
    cm_buf_free(&content);
    cm_box_list_free(&list);
    cm_source_close(source);
}
END_TEST

Suite *suite_boxhash(void);
Suite *suite_boxhash(void) {
    Suite *s = suite_create("boxhash");
    TCase *tc = tcase_create("boxhash");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, boxes_that_are_right_are_trusted);
    tcase_add_test(tc, boxes_that_nobody_signed_are_noticed);
    tcase_add_test(tc, an_excluded_box_is_said_not_to_be_covered);
    tcase_add_test(tc, malformed_box_hashes_are_named_so);
    tcase_add_test(tc, ranges_of_metadata_may_be_left_out);
    tcase_add_test(tc, only_metadata_may_be_left_out);
    tcase_add_test(tc, webp_is_bound_by_its_chunks);
    suite_add_tcase(s, tc);
    return s;
}
