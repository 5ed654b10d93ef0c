/* The box hash, for which there are no files of others: stores are put together here. */
#include <check.h>

#include "sign/assertion.h"
#include "sign/cose.h"
#include "sign/labels.h"
#include "sign_support.h"

#define MANIFEST "urn:c2pa:01234567-89ab-cdef-0123-456789abcdef"

/* An asset of four boxes, the second of which holds the store's container. */
static const cm_verify_box BOXES[] = {
    {"PNGh", {0, 8}}, {"C2PA", {8, 6}}, {"tEXt", {14, 10}}, {"IDAT", {24, 16}}};
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

static void put_superbox(cm_buf *out, uint32_t kind, const char *label, const cm_buf *content) {
    size_t superbox = cm_jumbf_open(out, kind, label, NULL);
    size_t box = cm_jumbf_open_box(out, CM_BOX_CBOR);
    cm_buf_put_bytes(out, cm_buf_bytes(content));
    cm_jumbf_close(out, box);
    cm_jumbf_close(out, superbox);
}

/* A claim over the actions and the box hash. */
static void put_claim(cm_buf *out, const cm_assertion *actions, const cm_buf *hash_box) {
    cm_bytes covered = {hash_box->data + 8, hash_box->size - 8};
    cm_cbor_put_map(out, 5);
    cm_cbor_put_text(out, "alg");
    cm_cbor_put_text(out, "sha256");
    cm_cbor_put_text(out, "signature");
    cm_cbor_put_text(out, "self#jumbf=c2pa.signature");
    cm_cbor_put_text(out, "instanceID");
    cm_cbor_put_text(out, "xmp:iid:1");
    cm_cbor_put_text(out, "created_assertions");
    cm_cbor_put_array(out, 2);
    ck_assert_int_eq(cm_put_assertion_uri(out, actions, CM_HASH_SHA256, NULL), CM_OK);
    ck_assert_int_eq(cm_put_hashed_uri(out, "self#jumbf=c2pa.assertions/c2pa.hash.boxes",
                                       CM_HASH_SHA256, false, covered, NULL),
                     CM_OK);
    cm_cbor_put_text(out, "claim_generator_info");
    cm_cbor_put_map(out, 1);
    cm_cbor_put_text(out, "name");
    cm_cbor_put_text(out, "test");
}

/* The store with this CBOR as its box hash. */
static cm_buf make_store(const cm_buf *box_hash, const cm_signer *signer) {
    cm_manifest_spec spec = {.software_agent = "test",
                             .digital_source_type = CM_SOURCE_TYPE_GENERATED,
                             .hash = CM_HASH_SHA256};
    cm_assertion actions;
    cm_buf hash_box = {0};
    cm_buf claim = {0};
    cm_buf signature = {0};
    cm_buf store = {0};
    ck_assert_int_eq(cm_assertion_init(&actions, CM_LABEL_ACTIONS_V2, NULL), CM_OK);
    ck_assert_int_eq(cm_assertion_actions(&actions, &spec, NULL, NULL, NULL), CM_OK);
    put_superbox(&hash_box, CM_KIND_CBOR, CM_LABEL_HASH_BOXES, box_hash);
    put_claim(&claim, &actions, &hash_box);
    ck_assert_int_eq(
        cm_cose_sign(signer, cm_buf_bytes(&claim), cm_cose_size(signer), &signature, NULL), CM_OK);
    size_t root = cm_jumbf_open(&store, CM_KIND_STORE, CM_LABEL_STORE, NULL);
    size_t manifest = cm_jumbf_open(&store, CM_KIND_MANIFEST, MANIFEST, NULL);
    size_t assertions = cm_jumbf_open(&store, CM_KIND_ASSERTIONS, CM_LABEL_ASSERTIONS, NULL);
    cm_buf_put_bytes(&store, cm_buf_bytes(&actions.box));
    cm_buf_put_bytes(&store, cm_buf_bytes(&hash_box));
    cm_jumbf_close(&store, assertions);
    put_superbox(&store, CM_KIND_CLAIM, CM_LABEL_CLAIM_V2, &claim);
    put_superbox(&store, CM_KIND_SIGNATURE, CM_LABEL_SIGNATURE, &signature);
    cm_jumbf_close(&store, manifest);
    cm_jumbf_close(&store, root);
    cm_assertion_free(&actions);
    cm_buf_free(&hash_box);
    cm_buf_free(&claim);
    cm_buf_free(&signature);
    return store;
}

/* Verifies the asset under a box hash; gives the state, and checks that `id` was noted. */
static cm_state judge(const cm_buf *box_hash, const uint8_t *asset, size_t size,
                      const cm_verify_box *boxes, size_t box_count, cm_status_id id) {
    sign_credentials c = sign_make_credentials(CM_SIG_ED25519);
    cm_buf store = make_store(box_hash, c.signer);
    cm_source *source = NULL;
    cm_report *r = NULL;
    char failures[512];
    ck_assert_int_eq(cm_source_memory((cm_bytes){asset, size}, &source, NULL), CM_OK);
    cm_verify_input input = {.store = cm_buf_bytes(&store),
                             .asset = source,
                             .where = BOXES[1].where,
                             .boxes = boxes,
                             .box_count = box_count};
    cm_verify_options options = {.signers = c.trust, .now = time(NULL)};
    ck_assert_int_eq(cm_verify(&input, &options, &r, NULL), CM_OK);
    sign_failures(r, failures, sizeof failures);
    ck_assert_msg(id == CM_STATUS_COUNT || cm_report_has(r, id), "%s: %s", cm_status_code(id),
                  failures);
    cm_state state = r->state;
    cm_report_free(r);
    cm_source_close(source);
    cm_buf_free(&store);
    sign_free_credentials(&c);
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

/* Metadata may be left out, which is said, and nothing that is shown. */
START_TEST(an_excluded_box_is_said_not_to_be_covered) {
    static const cm_status_id found[] = {[0] = CM_ST_BOXES_HASH_MISMATCH,
                                         [2] = CM_ST_BOXES_HASH_MATCH,
                                         [3] = CM_ST_BOXES_HASH_MISMATCH};
    for (size_t left_out = 0; left_out < BOX_COUNT; left_out++) {
        uint8_t asset[ASSET_SIZE];
        fill_asset(asset);
        cm_buf hash = open_hash(4);
        for (size_t i = 0; i < BOX_COUNT; i++)
            put_entry(&hash, asset, i, i, i == left_out);
        if (left_out == 2)
            asset[BOXES[2].where.start] ^= 1;
        if (left_out != 1)
            ck_assert_int_eq(judge(&hash, asset, ASSET_SIZE, BOXES, BOX_COUNT, found[left_out]),
                             left_out == 2 ? CM_STATE_TRUSTED : CM_STATE_INVALID);
        cm_buf_free(&hash);
    }
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

Suite *suite_boxhash(void);
Suite *suite_boxhash(void) {
    Suite *s = suite_create("boxhash");
    TCase *tc = tcase_create("boxhash");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, boxes_that_are_right_are_trusted);
    tcase_add_test(tc, boxes_that_nobody_signed_are_noticed);
    tcase_add_test(tc, an_excluded_box_is_said_not_to_be_covered);
    tcase_add_test(tc, malformed_box_hashes_are_named_so);
    suite_add_tcase(s, tc);
    return s;
}
