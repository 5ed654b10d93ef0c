/* Compressed manifests: one that c2pa-rs made, and ones that nobody could have meant. */
#include <check.h>

#include "asset/asset.h"
#include "sign/unpack.h"
#include "sign_support.h"

/* 64 MiB of zeros. */
static const char BOMB[] =
    "cbffff3ff82700e2b14020f7fe8fffff7ff04f00c4611180eefd1fffffffe09f0088c30200ddfb3ffeffff"
    "c13f0110870500baf77ffcffff837f02200e0b0074effff8ffff07ff04401c1600e8defff1ffff0ffe0980"
    "382c00d0bdffe3ffff1ffc1300715800a07bff37";

static cm_asset_manifest read_golden(void) {
    cm_asset_manifest found = {0};
    cm_source *s = NULL;
    ck_assert_int_eq(cm_source_open(SIGN_DATA "ok_compressed.png", NULL, &s, NULL), CM_OK);
    ck_assert_int_eq(cm_asset_read(s, NULL, &found, NULL), CM_OK);
    cm_source_close(s);
    return found;
}

/* A superbox for a compressed manifest around this content, parsed. */
static cm_jumbf wrap(const char *label, uint32_t type, cm_bytes content, cm_buf *bytes) {
    cm_limits limits = cm_limits_default();
    cm_jumbf tree;
    size_t superbox = cm_jumbf_open(bytes, CM_KIND_COMPRESSED, label, NULL);
    size_t box = cm_jumbf_open_box(bytes, type);
    cm_buf_put_bytes(bytes, content);
    cm_jumbf_close(bytes, box);
    cm_jumbf_close(bytes, superbox);
    ck_assert_int_eq(cm_jumbf_parse(cm_buf_bytes(bytes), &limits, &tree, NULL), CM_OK);
    return tree;
}

static cm_code unpack(const char *label, uint32_t type, cm_bytes content, size_t most) {
    cm_limits limits = cm_limits_default();
    cm_unpacked u;
    cm_buf bytes = {0};
    cm_jumbf tree = wrap(label, type, content, &bytes);
    cm_code code = cm_manifest_unpack(tree.boxes, most, &limits, &u, NULL);
    ck_assert_uint_le(u.bytes.size, most);
    ck_assert(code != CM_OK || u.tree.boxes->kind == CM_KIND_MANIFEST);
    cm_unpacked_free(&u);
    cm_jumbf_free(&tree);
    cm_buf_free(&bytes);
    return code;
}

/* What is packed in the golden file, and the label that it goes by. */
static cm_bytes packed_in(const cm_jumbf *store, char *label, size_t size) {
    const cm_box *manifest = cm_box_first(store->boxes);
    ck_assert_uint_eq(manifest->kind, CM_KIND_COMPRESSED);
    (void)snprintf(label, size, "%.*s", (int)manifest->label.size,
                   (const char *)manifest->label.data);
    return cm_box_of_type(manifest, CM_BOX_BROB)->content;
}

START_TEST(only_manifests_of_that_label_are_taken) {
    enum { ROOM = 1 << 20 };
    char label[128];
    cm_limits limits = cm_limits_default();
    cm_asset_manifest found = read_golden();
    cm_jumbf store;
    ck_assert_int_eq(cm_jumbf_parse(cm_buf_bytes(&found.store), &limits, &store, NULL), CM_OK);
    cm_bytes packed = packed_in(&store, label, sizeof label);
    ck_assert_int_eq(unpack(label, CM_BOX_BROB, packed, ROOM), CM_OK);
    ck_assert_int_eq(unpack("urn:c2pa:another", CM_BOX_BROB, packed, ROOM), CM_ERR_FORMAT);
    ck_assert_int_eq(unpack(label, CM_BOX_CBOR, packed, ROOM), CM_ERR_FORMAT);
    ck_assert_int_eq(unpack(label, CM_BOX_BROB, packed, 100), CM_ERR_LIMIT);
    ck_assert_int_eq(unpack(label, CM_BOX_BROB, (cm_bytes){0}, ROOM), CM_ERR_FORMAT);
    for (size_t n = 0; n < packed.size; n++)
        ck_assert_int_ne(unpack(label, CM_BOX_BROB, (cm_bytes){packed.data, n}, ROOM), CM_OK);
    cm_jumbf_free(&store);
    cm_asset_manifest_free(&found);
}
END_TEST

START_TEST(bombs_are_cut_off) {
    cm_buf bomb = sign_hex(BOMB);
    ck_assert_int_eq(unpack("urn:c2pa:bomb", CM_BOX_BROB, cm_buf_bytes(&bomb), 8 << 20),
                     CM_ERR_LIMIT);
    cm_buf_free(&bomb);
}
END_TEST

/* Every byte of the golden file's store, changed: never trusted, and where the packed bytes break,
 * it says so. */
START_TEST(a_changed_byte_is_never_trusted) {
    cm_asset_manifest found = read_golden();
    cm_buf pem = sign_load("anchors.pem");
    cm_trust *trust = NULL;
    cm_source *source = NULL;
    int invalid = 0;
    ck_assert_int_eq(cm_trust_new(cm_buf_bytes(&pem), &trust, NULL), CM_OK);
    ck_assert_int_eq(cm_source_open(SIGN_DATA "ok_compressed.png", NULL, &source, NULL), CM_OK);
    cm_verify_options options = {.signers = trust, .now = time(NULL)};
    cm_verify_box boxes[64];
    cm_verify_input input = {.asset = source,
                             .where = found.where,
                             .boxes = boxes,
                             .box_count = sign_boxes(source, boxes, 64)};
    cm_report *whole = NULL;
    input.store = cm_buf_bytes(&found.store);
    ck_assert_int_eq(cm_verify(&input, &options, &whole, NULL), CM_OK);
    ck_assert_int_eq(whole->state, CM_STATE_TRUSTED);
    cm_report_free(whole);
    for (size_t i = 0; i < found.store.size; i++) {
        cm_report *r = NULL;
        found.store.data[i] ^= 0x20;
        input.store = cm_buf_bytes(&found.store);
        ck_assert_int_eq(cm_verify(&input, &options, &r, NULL), CM_OK);
        ck_assert_msg(r->state == CM_STATE_INVALID, "byte %zu: %s", i, cm_state_name(r->state));
        invalid += cm_report_has(r, CM_ST_MANIFEST_COMPRESSED_INVALID);
        cm_report_free(r);
        found.store.data[i] ^= 0x20;
    }
    ck_assert_int_gt(invalid, 100);
    cm_source_close(source);
    cm_trust_free(trust);
    cm_buf_free(&pem);
    cm_asset_manifest_free(&found);
}
END_TEST

Suite *suite_unpack(void);
Suite *suite_unpack(void) {
    Suite *s = suite_create("unpack");
    TCase *t = tcase_create("unpack");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, only_manifests_of_that_label_are_taken);
    tcase_add_test(t, bombs_are_cut_off);
    tcase_add_test(t, a_changed_byte_is_never_trusted);
    suite_add_tcase(s, t);
    return s;
}
