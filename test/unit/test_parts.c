/* Assets of several parts, each with a hash of its own. */
#include <check.h>

#include "base/hash.h"
#include "hash_support.h"
#include "sign/cbor.h"
#include "sign/labels.h"

#define MULTI "c2pa.hash.multi-asset"

/* A first part of four boxes, with the store in it, and a second part behind it. */
static const cm_verify_box BOXES[] = {{"PNGh", {0, 8}},
                                      {"C2PA", {8, 6}},
                                      {"IHDR", {14, 10}},
                                      {"IDAT", {24, 16}},
                                      {"c2pa.after", {40, 20}}};
enum { FIRST = 40, WHOLE = 60, STORE_AT = 8, STORE_SIZE = 6 };
static const cm_span STORE = {STORE_AT, STORE_SIZE};

static void fill_asset(uint8_t asset[static WHOLE]) {
    for (int i = 0; i < WHOLE; i++)
        asset[i] = (uint8_t)(7 * i);
}

static void put_hash(cm_buf *b, const uint8_t *from, size_t n) {
    cm_digest digest;
    ck_assert_int_eq(cm_hash_bytes(CM_HASH_SHA256, (cm_bytes){from, n}, &digest, NULL), CM_OK);
    cm_cbor_put_text(b, "hash");
    cm_cbor_put_bytes(b, cm_digest_bytes(&digest));
}

/* A data hash over `n` bytes, all but the store's when it is among them. */
static hash_made data_hash(const char *label, const uint8_t *part, size_t n, bool store) {
    uint8_t rest[WHOLE];
    size_t size = 0;
    cm_buf b = {0};
    for (size_t i = 0; i < n; i++)
        if (!store || i < STORE_AT || i >= STORE_AT + STORE_SIZE)
            rest[size++] = part[i];
    cm_cbor_put_map(&b, store ? 2 : 1);
    put_hash(&b, rest, size);
    if (store) {
        cm_cbor_put_text(&b, "exclusions");
        cm_cbor_put_array(&b, 1);
        cm_cbor_put_map(&b, 2);
        cm_cbor_put_text(&b, "start");
        cm_cbor_put_uint(&b, STORE_AT);
        cm_cbor_put_text(&b, "length");
        cm_cbor_put_uint(&b, STORE_SIZE);
    }
    hash_made out = hashes_make(label, &b);
    cm_buf_free(&b);
    return out;
}

/* A box hash over the boxes but the last, or all of them. */
static hash_made box_hash(const char *label, const uint8_t *asset, size_t boxes) {
    cm_buf b = {0};
    cm_cbor_put_map(&b, 1);
    cm_cbor_put_text(&b, "boxes");
    cm_cbor_put_array(&b, boxes);
    for (size_t i = 0; i < boxes; i++) {
        cm_cbor_put_map(&b, 2);
        put_hash(&b, asset + BOXES[i].where.start, (size_t)BOXES[i].where.length);
        cm_cbor_put_text(&b, "names");
        cm_cbor_put_array(&b, 1);
        cm_cbor_put_text(&b, BOXES[i].name);
    }
    hash_made out = hashes_make(label, &b);
    cm_buf_free(&b);
    return out;
}

/* Where a part is said to be, and what to leave out or add to make it wrong. */
typedef struct place {
    uint64_t start, length;
    bool optional;
    bool in_a_box; /* of a video's kind, instead */
} place;

static hash_made list_of(const place *places, const hash_made *const *hashes, size_t count) {
    cm_buf b = {0};
    cm_cbor_put_map(&b, 1);
    cm_cbor_put_text(&b, "parts");
    cm_cbor_put_array(&b, count);
    for (size_t i = 0; i < count; i++) {
        cm_cbor_put_map(&b, 3);
        cm_cbor_put_text(&b, "location");
        cm_cbor_put_map(&b, places[i].in_a_box ? 1 : 2);
        cm_cbor_put_text(&b, places[i].in_a_box ? "bmffBox" : "byteOffset");
        if (places[i].in_a_box) {
            cm_cbor_put_text(&b, "/mpvd");
        } else {
            cm_cbor_put_uint(&b, places[i].start);
            cm_cbor_put_text(&b, "length");
            cm_cbor_put_uint(&b, places[i].length);
        }
        cm_cbor_put_text(&b, "optional");
        cm_cbor_put_bool(&b, places[i].optional);
        cm_cbor_put_text(&b, "hashAssertion");
        hashes_put_link(&b, hashes[i]);
    }
    hash_made out = hashes_make(MULTI, &b);
    cm_buf_free(&b);
    return out;
}

/* Whether the first part is bound by its boxes. */
static bool by_boxes;

/* Signs the asset with its parts at these places, changes it, and gives the state. */
static cm_state judge(const place *places, size_t count, size_t size, size_t change,
                      cm_status_id id) {
    uint8_t asset[WHOLE];
    fill_asset(asset);
    hash_made made[4] = {by_boxes ? box_hash(CM_LABEL_HASH_BOXES, asset, 5)
                                  : data_hash(CM_LABEL_HASH_DATA, asset, WHOLE, true),
                         by_boxes ? box_hash("c2pa.hash.boxes.part", asset, 4)
                                  : data_hash("c2pa.hash.data.part", asset, FIRST, true),
                         data_hash("c2pa.hash.data.part__2", asset + FIRST, WHOLE - FIRST, false)};
    const hash_made *const hashes[] = {&made[1], &made[2]};
    made[3] = list_of(places, hashes, count);
    if (change < WHOLE)
        asset[change] ^= 1;
    size_t box_count = size > FIRST ? 5 : 4;
    cm_verify_box boxes[5];
    memcpy(boxes, BOXES, sizeof boxes);
    boxes[4].where.length = size - FIRST;
    cm_state state = hashes_judge(made, 4, (cm_bytes){asset, size}, boxes, box_count, STORE, id);
    for (size_t i = 0; i < 4; i++)
        cm_buf_free(&made[i].box);
    return state;
}

static const place RIGHT[] = {{0, FIRST, false, false}, {FIRST, WHOLE - FIRST, true, false}};

START_TEST(optional_parts_may_go) {
    for (int i = 0; i < 2; i++) {
        by_boxes = i == 1;
        cm_status_id whole = by_boxes ? CM_ST_BOXES_HASH_MATCH : CM_ST_DATA_HASH_MATCH;
        ck_assert_int_eq(judge(RIGHT, 2, WHOLE, WHOLE, whole), CM_STATE_TRUSTED);
        ck_assert_int_eq(judge(RIGHT, 2, FIRST, WHOLE, CM_ST_MULTI_ASSET_HASH_MATCH),
                         CM_STATE_TRUSTED);
        ck_assert_int_eq(judge(RIGHT, 2, FIRST, 30, CM_ST_MULTI_ASSET_HASH_MISMATCH),
                         CM_STATE_INVALID);
        ck_assert_int_eq(judge(RIGHT, 2, FIRST, STORE_AT, CM_ST_MULTI_ASSET_HASH_MATCH),
                         CM_STATE_TRUSTED); /* in the store's own container */
        ck_assert_int_eq(judge(RIGHT, 2, WHOLE, 50, CM_ST_MULTI_ASSET_HASH_MISMATCH),
                         CM_STATE_INVALID);
        ck_assert_int_eq(judge(RIGHT, 2, WHOLE - 1, WHOLE, CM_ST_MULTI_ASSET_HASH_MISMATCH),
                         CM_STATE_INVALID);
    }
}
END_TEST

START_TEST(other_parts_may_not) {
    const place needed[] = {RIGHT[0], {FIRST, WHOLE - FIRST, false, false}};
    by_boxes = false;
    ck_assert_int_eq(judge(needed, 2, FIRST, WHOLE, CM_ST_MULTI_ASSET_HASH_MISSING_PART),
                     CM_STATE_INVALID);
}
END_TEST

START_TEST(parts_must_cover_all) {
    const place gap[] = {RIGHT[0], {FIRST + 1, WHOLE - FIRST - 1, false, false}};
    const place overlap[] = {RIGHT[0], {FIRST - 1, WHOLE - FIRST, false, false}};
    const place box[] = {RIGHT[0], {0, 0, false, true}};
    const cm_status_id malformed = CM_ST_MULTI_ASSET_HASH_MALFORMED;
    by_boxes = false;
    ck_assert_int_eq(judge(gap, 2, WHOLE, 50, malformed), CM_STATE_INVALID);
    ck_assert_int_eq(judge(overlap, 2, WHOLE, 50, malformed), CM_STATE_INVALID);
    ck_assert_int_eq(judge(RIGHT, 1, WHOLE, 50, malformed), CM_STATE_INVALID);
    ck_assert_int_eq(judge(RIGHT, 0, WHOLE, 50, malformed), CM_STATE_INVALID);
    ck_assert_int_eq(judge(box, 2, WHOLE, 50, CM_STATUS_COUNT), CM_STATE_UNSUPPORTED);
}
END_TEST

Suite *suite_parts(void);
Suite *suite_parts(void) {
    Suite *s = suite_create("parts");
    TCase *tc = tcase_create("parts");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, optional_parts_may_go);
    tcase_add_test(tc, other_parts_may_not);
    tcase_add_test(tc, parts_must_cover_all);
    suite_add_tcase(s, tc);
    return s;
}
