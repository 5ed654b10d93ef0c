/* What judging a store may cost: each kind of work is counted where it is done, and a store that
 * asks for more than there is gets the limit's error. */
#include <check.h>

#include "../hostile/hostile.h"
#include "sign/cbor.h"
#include "sign/labels.h"
#include "sign/verify_internal.h"
#include "sign_support.h"

static hostile_signer signer;

static void set_up(void) {
    signer = hostile_signer_new(CM_SIG_ES256);
}

static void tear_down(void) {
    hostile_signer_free(&signer);
}

static const cm_bytes ZERO = {(const uint8_t *)"\0", 1};

/* {"relationship": "componentOf", "padding": so many bytes} */
static cm_buf ingredient_of(size_t padding) {
    cm_buf b = {0};
    cm_cbor_put_map(&b, 2);
    cm_cbor_put_text(&b, "relationship");
    cm_cbor_put_text(&b, "componentOf");
    cm_cbor_put_text(&b, "padding");
    cm_cbor_put_padding(&b, padding);
    return b;
}

/* {"actions": [{"action": "c2pa.removed", "parameters": {"ingredients": [{"url": …} …]}}]}, which
 * names the ingredient of manifest 1 so many times. */
static cm_buf removed(size_t times) {
    char label[HOSTILE_LABEL], uri[2 * HOSTILE_LABEL];
    cm_buf b = {0};
    hostile_label(1, label);
    (void)snprintf(uri, sizeof uri,
                   CM_URI_SELF "/" CM_LABEL_STORE "/%s/" CM_LABEL_ASSERTIONS
                               "/" CM_LABEL_INGREDIENT_V3,
                   label);
    cm_cbor_put_map(&b, 1);
    cm_cbor_put_text(&b, "actions");
    cm_cbor_put_array(&b, 1);
    cm_cbor_put_map(&b, 2);
    cm_cbor_put_text(&b, "action");
    cm_cbor_put_text(&b, CM_ACTION_REMOVED);
    cm_cbor_put_text(&b, "parameters");
    cm_cbor_put_map(&b, 1);
    cm_cbor_put_text(&b, "ingredients");
    cm_cbor_put_array(&b, times);
    for (size_t i = 0; i < times; i++) {
        cm_cbor_put_map(&b, 1);
        cm_cbor_put_text(&b, "url");
        cm_cbor_put_text(&b, uri);
    }
    return b;
}

/* A manifest with an ingredient, and an active one whose action says so often that it is gone. */
static cm_buf store_of(size_t padding, size_t times) {
    cm_buf store = {0}, ingredient = ingredient_of(padding), actions = removed(times);
    const hostile_assertion first = {CM_LABEL_INGREDIENT_V3, cm_buf_bytes(&ingredient)};
    const hostile_assertion second = {CM_LABEL_ACTIONS_V2 "__1", cm_buf_bytes(&actions)};
    size_t opened = hostile_open(&store);
    hostile_put(&store, &(hostile_manifest){.number = 1,
                                            .assertions = &first,
                                            .count = 1,
                                            .actions = true,
                                            .signer = signer.signer});
    hostile_put(&store, &(hostile_manifest){.number = 2,
                                            .assertions = &second,
                                            .count = 1,
                                            .actions = true,
                                            .signer = signer.signer});
    cm_jumbf_close(&store, opened);
    cm_buf_free(&ingredient);
    cm_buf_free(&actions);
    return store;
}

static cm_report *judge(const cm_buf *store) {
    const cm_verify_input input = {.store = cm_buf_bytes(store)};
    const cm_verify_options options = {.now = time(NULL)};
    cm_report *report = NULL;
    ck_assert_int_eq(cm_verify(&input, &options, &report, NULL), CM_OK);
    return report;
}

/* Removed ingredients of other manifests are read where an action names them, once for each time
 * that it does. */
START_TEST(reading_what_an_action_names_is_counted) {
    enum { PADDING = 64 << 10, FEW = 20, MANY = 400 };
    cm_buf few = store_of(PADDING, FEW), many = store_of(PADDING, MANY), light = store_of(1, MANY);
    cm_report *r = judge(&few);
    ck_assert(!cm_report_has(r, CM_ST_GENERAL_ERROR));
    ck_assert(!cm_report_has(r, CM_ST_ACTION_INGREDIENT_MISMATCH)); /* they are found */
    cm_report_free(r);
    r = judge(&light); /* as many names by themselves are no harm */
    ck_assert(!cm_report_has(r, CM_ST_GENERAL_ERROR));
    ck_assert(!cm_report_has(r, CM_ST_ACTION_INGREDIENT_MISMATCH));
    cm_report_free(r);
    r = judge(&many);
    ck_assert(cm_report_has(r, CM_ST_GENERAL_ERROR));
    ck_assert_int_eq(r->state, CM_STATE_INVALID);
    cm_report_free(r);
    cm_buf_free(&few);
    cm_buf_free(&many);
    cm_buf_free(&light);
}
END_TEST

/* A verifier at work on a store of one manifest with `count` assertions. */
typedef struct search {
    cm_buf store;
    cm_listed listed;
    cm_verify_options options;
    cm_verifier v;
} search;

static void open_search(search *s, size_t count) {
    char labels[16][8];
    hostile_assertion all[16];
    *s = (search){0};
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(labels[i], sizeof labels[i], "x.y%zu", i);
        all[i] = (hostile_assertion){labels[i], ZERO};
    }
    size_t opened = hostile_open(&s->store);
    hostile_put(&s->store,
                &(hostile_manifest){.assertions = all, .count = count, .signer = signer.signer});
    cm_jumbf_close(&s->store, opened);
    s->v = (cm_verifier){.options = &s->options, .report = cm_report_new()};
    ck_assert_int_eq(cm_jumbf_parse(cm_buf_bytes(&s->store), NULL, &s->v.store, NULL), CM_OK);
    s->listed.box = s->listed.placed = cm_box_first(s->v.store.boxes);
    s->v.manifests = &s->listed;
    s->v.manifest_count = 1;
}

static void close_search(search *s) {
    cm_report_free(s->v.report);
    cm_jumbf_free(&s->v.store);
    cm_buf_free(&s->store);
}

START_TEST(looking_for_an_assertion_is_counted) {
    enum { COUNT = 16, PLENTY = 1000 };
    search s;
    open_search(&s, COUNT);
    const cm_box *manifest = s.listed.box;
    const cm_box *store = cm_box_named(manifest, CM_LABEL_ASSERTIONS);
    const cm_box *box = cm_box_named(store, "x.y15");
    /* each box of the manifest may have to be gone past, and each of its assertions' */
    const uint64_t cost = 1 + (uint64_t)manifest->span + store->span;
    ck_assert_ptr_nonnull(box);
    s.v.steps_left = PLENTY;
    ck_assert(cm_verify_within(&s.v, box));
    ck_assert_uint_eq(s.v.steps_left, PLENTY - cost);
    s.v.steps_left = cost;
    ck_assert(cm_verify_within(&s.v, box));
    ck_assert(!s.v.exhausted);
    const uint64_t too_few[] = {cost - 1, store->span};
    for (size_t i = 0; i < 2; i++) {
        s.v.exhausted = false;
        s.v.steps_left = too_few[i];
        ck_assert(!cm_verify_within(&s.v, box));
        ck_assert(s.v.exhausted);
        ck_assert(cm_report_has(s.v.report, CM_ST_GENERAL_ERROR));
    }
    close_search(&s);
}
END_TEST

/* Boxes of 100 bytes with a byte between them, from 50 on; every third holds metadata. */
static cm_verify_box *make_boxes(size_t count) {
    static const char *const NAMES[] = {"IDAT", "tEXt", "?"};
    cm_verify_box *boxes = calloc(count, sizeof *boxes);
    ck_assert_ptr_nonnull(boxes);
    for (size_t i = 0; i < count; i++)
        boxes[i] = (cm_verify_box){.name = NAMES[i % 3], .where = {50 + 101 * (uint64_t)i, 100}};
    return boxes;
}

START_TEST(metadata_is_told_by_its_box) {
    enum { MOST = 8, HEAD = 8, TAIL = 4 };
    cm_verify_box *boxes = make_boxes(MOST);
    for (size_t count = 0; count <= MOST; count++) {
        const cm_verify_input in = {.boxes = boxes, .box_count = count};
        for (uint64_t at = 0; at < 50 + 101 * MOST + 10; at++) {
            uint64_t box = at >= 50 ? (at - 50) / 101 : MOST,
                     offset = at >= 50 ? (at - 50) % 101 : 0;
            bool inside = box < count && box % 3 == 1 && offset >= HEAD && offset <= 100 - TAIL;
            uint64_t left = inside ? 100 - TAIL - offset : 0;
            ck_assert(cm_verify_in_metadata(&in, (cm_span){at, left}) == inside);
            ck_assert(!cm_verify_in_metadata(&in, (cm_span){at, left + 1}));
            ck_assert(!cm_verify_in_metadata(&in, (cm_span){at, UINT64_MAX}));
        }
    }
    free(boxes);
}
END_TEST

/* Gone through one by one these would take 10^10 steps, and the test's time. */
START_TEST(many_ranges_in_many_boxes_cost_little) {
    enum { COUNT = 150000 };
    cm_verify_box *boxes = make_boxes(COUNT);
    const cm_verify_input in = {.boxes = boxes, .box_count = COUNT};
    size_t found = 0;
    for (size_t i = 0; i < COUNT; i++)
        found += cm_verify_in_metadata(&in, (cm_span){boxes[i].where.start + 10, 1});
    ck_assert_uint_eq(found, COUNT / 3);
    free(boxes);
}
END_TEST

Suite *suite_work(void);
Suite *suite_work(void) {
    Suite *s = suite_create("work");
    TCase *t = tcase_create("work");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, reading_what_an_action_names_is_counted);
    tcase_add_test(t, looking_for_an_assertion_is_counted);
    tcase_add_test(t, metadata_is_told_by_its_box);
    tcase_add_test(t, many_ranges_in_many_boxes_cost_little);
    suite_add_tcase(s, t);
    return s;
}
