/* Update manifests go where the manifest stands that they update, wherever another program put it:
 * its binding covers every other byte. */
#include <check.h>
#include <countermark/inspect.h>
#include <countermark/protect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "asset/asset.h"
#include "sign_support.h"

enum { FILLER = 200 };

static cm_buf load(const char *path) {
    cm_source *source = NULL;
    cm_buf bytes = {0};
    ck_assert_int_eq(cm_source_open(path, NULL, &source, NULL), CM_OK);
    ck_assert_int_eq(cm_source_load(source, 0, cm_source_size(source), &bytes, NULL), CM_OK);
    cm_source_close(source);
    return bytes;
}

/* The file with a store that is none, which only holds its place, and that container's range. */
static cm_buf with_filler(cm_bytes file, cm_span *where) {
    cm_source *in = sign_source_over(file);
    cm_buf store = sign_filler_store(FILLER), out = {0};
    memcpy(store.data + 8, "\0\0\0\x20jumdc2pa", 12); /* by which JPEG segments are known */
    cm_sink sink = cm_sink_buf(&out);
    cm_asset_plan plan;
    ck_assert_int_eq(cm_asset_plan_make(in, FILLER, &plan, NULL), CM_OK);
    cm_asset_plan_settle(&plan, cm_buf_bytes(&store));
    ck_assert_int_eq(cm_asset_write(in, &plan, cm_buf_bytes(&store), &sink, NULL), CM_OK);
    *where = plan.where;
    cm_asset_plan_free(&plan);
    cm_buf_free(&store);
    cm_source_close(in);
    return out;
}

/* The same with the container moved by so many bytes of what is behind it. */
static cm_buf moved(cm_bytes file, size_t by) {
    cm_span where;
    cm_buf before = with_filler(file, &where), out = {0};
    size_t start = (size_t)where.start, end = start + (size_t)where.length;
    cm_buf_put(&out, before.data, start);
    cm_buf_put(&out, before.data + end, by);
    cm_buf_put(&out, before.data + start, end - start);
    cm_buf_put(&out, before.data + end + by, before.size - end - by);
    cm_buf_free(&before);
    return out;
}

/* Bytes of the chunk of a PNG, or of the segment of a JPEG, at a place. */
static size_t unit_at(cm_bytes file, size_t at) {
    const uint8_t *b = file.data + at;
    return b[0] == 0xff ? 2 + (size_t)(b[2] << 8 | b[3])
                        : 12 + ((size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3]);
}

/* Signs the file anew with the store where the filler is. */
static cm_buf sign_there(cm_bytes file, const cm_manifest_spec *spec, const cm_signer *signer) {
    cm_source *in = sign_source_over(file);
    cm_manifest *m = NULL;
    cm_asset_plan plan;
    cm_digest digest;
    cm_buf rest = {0}, store = {0}, out = {0};
    cm_sink to_rest = cm_sink_buf(&rest), to_out = cm_sink_buf(&out);
    ck_assert_int_eq(cm_manifest_new(spec, signer, &m, NULL), CM_OK);
    ck_assert_int_eq(cm_asset_plan_update(in, cm_manifest_size(m), NULL, &plan, NULL), CM_OK);
    ck_assert_int_eq(cm_asset_copy_rest(in, &plan, &to_rest, NULL), CM_OK);
    ck_assert_int_eq(cm_hash_bytes(CM_HASH_SHA256, cm_buf_bytes(&rest), &digest, NULL), CM_OK);
    if (plan.carrier == CM_CARRIER_WRAPPER)
        ck_assert_int_eq(
            cm_manifest_sign_fitted(m, &digest, plan.where, cm_wrapper_size, &store, NULL), CM_OK);
    else
        ck_assert_int_eq(cm_manifest_sign(m, &digest, plan.where, &store, NULL), CM_OK);
    cm_asset_plan_settle(&plan, cm_buf_bytes(&store));
    ck_assert_int_eq(cm_asset_write(in, &plan, cm_buf_bytes(&store), &to_out, NULL), CM_OK);
    cm_asset_plan_free(&plan);
    cm_manifest_free(m);
    cm_source_close(in);
    cm_buf_free(&rest);
    cm_buf_free(&store);
    return out;
}

/* --- through the API --- */

static char scratch[] = "/tmp/cm-update-XXXXXX";
static char chain[64], key[64], root[64], before[64], after[64];
static const char *const anchors[] = {root};
static sign_credentials credentials;
static cm_inspector *inspector;

static void put_file(const char *path, cm_bytes bytes) {
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes.data, 1, bytes.size, f), bytes.size);
    ck_assert_int_eq(fclose(f), 0);
}

static void set_up(void) {
    static const char *const names[] = {"chain", "key", "root", "before", "after"};
    char *const paths[] = {chain, key, root, before, after};
    ck_assert_ptr_nonnull(mkdtemp(scratch));
    for (size_t i = 0; i < 5; i++)
        (void)snprintf(paths[i], sizeof chain, "%s/%s", scratch, names[i]);
    credentials = sign_make_credentials(CM_SIG_ES256);
    put_file(chain, cm_buf_bytes(&credentials.pem.chain));
    put_file(key, cm_buf_bytes(&credentials.pem.key));
    put_file(root, cm_buf_bytes(&credentials.pem.root));
    ck_assert_int_eq(chmod(key, 0600), 0);
    cm_inspect_options options = {.layers = CM_LOOK_MANIFEST, .trust = anchors, .trust_count = 1};
    ck_assert_int_eq(cm_inspector_new(&options, &inspector, NULL), CM_OK);
}

static void tear_down(void) {
    const char *const paths[] = {chain, key, root, before, after};
    for (size_t i = 0; i < 5; i++)
        (void)unlink(paths[i]);
    (void)rmdir(scratch);
    sign_free_credentials(&credentials);
    cm_inspector_free(inspector);
}

static bool is_trusted(const cm_buf *bytes) {
    cm_inspection *report = NULL;
    put_file(after, cm_buf_bytes(bytes));
    bool trusted = cm_inspect(inspector, after, &report, NULL) == CM_OK &&
                   report->verdict == CM_VERDICT_TRUSTED;
    cm_inspection_free(report);
    return trusted;
}

static cm_buf update(const cm_buf *bytes, const char *redact) {
    cm_protect_options options = {.chain = chain,
                                  .sign_key = key,
                                  .update = true,
                                  .redactions = &redact,
                                  .redaction_count = redact != NULL};
    cm_protection done;
    cm_error err = {0};
    put_file(before, cm_buf_bytes(bytes));
    (void)unlink(after);
    ck_assert_msg(cm_protect(before, after, &options, &done, &err) == CM_OK, "%s", err.message);
    return load(after);
}

static cm_span container_of(const cm_buf *file) {
    cm_asset_manifest m = {0};
    ck_assert_int_eq(sign_read_asset(cm_buf_bytes(file), &m), CM_OK);
    cm_span where = m.where;
    cm_asset_manifest_free(&m);
    return where;
}

/* The updated file is the old one but for the store, and every other byte is bound still. */
static void assert_updated(const cm_buf *old, cm_buf *new) {
    cm_span a = container_of(old), b = container_of(new);
    size_t start = (size_t)a.start, end = start + (size_t)a.length;
    size_t new_end = start + (size_t)b.length;
    ck_assert_uint_eq(b.start, a.start);
    ck_assert_uint_eq(new->size - new_end, old->size - end);
    ck_assert_mem_eq(new->data, old->data, start);
    if (old->size > end)
        ck_assert_mem_eq(new->data + new_end, old->data + end, old->size - end);
    ck_assert(is_trusted(new));
    for (int i = 0; i < 2; i++) {
        size_t at = i == 0 ? start - 1 : new->size - 1;
        if (i == 1 && new->size == new_end)
            continue;
        new->data[at] ^= 1;
        ck_assert(!is_trusted(new));
        new->data[at] ^= 1;
    }
}

/* Signed where the filler is, updated, updated once more, and made shorter by what is redacted. */
static void update_there(cm_buf *filled) {
    static uint8_t much[3000] = {0x59, 0x0b, 0xb5}; /* a byte string of CBOR */
    cm_extra_spec extra = {.label = "com.example.much", .content = {much, sizeof much}};
    cm_manifest_spec spec = {.when = 1790000000, .extras = &extra, .extra_count = 1};
    cm_buf file = sign_there(cm_buf_bytes(filled), &spec, credentials.signer);
    ck_assert_uint_eq(container_of(&file).start, container_of(filled).start);
    ck_assert(is_trusted(&file));
    cm_buf once = update(&file, NULL), twice = update(&once, NULL);
    cm_buf shorter = update(&file, extra.label);
    assert_updated(&file, &once);
    assert_updated(&once, &twice);
    assert_updated(&file, &shorter);
    ck_assert_uint_lt(shorter.size, once.size);
    cm_buf_free(&shorter);
    cm_buf_free(&twice);
    cm_buf_free(&once);
    cm_buf_free(&file);
    cm_buf_free(filled);
}

static size_t units(const char *path, int count, cm_buf *file) {
    cm_span where;
    *file = load(path);
    cm_buf filled = with_filler(cm_buf_bytes(file), &where);
    size_t from = (size_t)(where.start + where.length), by = 0;
    for (; count > 0; count--)
        by += unit_at(cm_buf_bytes(&filled), from + by);
    cm_buf_free(&filled);
    return by;
}

START_TEST(in_a_picture) {
    static const char *const hosts[] = {"test/data/asset/rich.png", "test/data/asset/plain.jpg"};
    cm_buf file;
    size_t by = units(hosts[_i % 2], _i / 2, &file);
    cm_buf filled = moved(cm_buf_bytes(&file), by);
    update_there(&filled);
    cm_buf_free(&file);
}
END_TEST

static const char *const TEXTS[][2] = {
    {"Hello w\xc3\xb6rld.", ""},
    {"Hello w\xc3\xb6rld.", " And a line behind it.\n"},
    {"<!DOCTYPE html>\n<html><head><title>t</title></head><body>Hi</body></html>\n", ""},
    {"<!DOCTYPE html>\n<html><head><title>t</title></head><body>Hi</body></html>\n",
     "<meta charset=\"utf-8\">"},
    {"<svg xmlns=\"http://www.w3.org/2000/svg\"><text>Hi</text></svg>\n", ""},
    {"<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><p>Hi</p></body></tt>\n", ""},
};
enum { N_TEXTS = sizeof TEXTS / sizeof TEXTS[0] };

START_TEST(in_a_text) {
    cm_span where;
    cm_buf whole = with_filler(sign_text(TEXTS[_i][0]), &where), filled = {0};
    size_t end = (size_t)(where.start + where.length);
    cm_buf_put(&filled, whole.data, end);
    cm_buf_text(&filled, TEXTS[_i][1]);
    cm_buf_put(&filled, whole.data + end, whole.size - end);
    cm_buf_free(&whole);
    update_there(&filled);
}
END_TEST

static void refused(const cm_buf *file, const char *why) {
    cm_source *in = sign_source_over(cm_buf_bytes(file));
    cm_asset_plan plan;
    cm_error err = {0};
    ck_assert_int_eq(cm_asset_plan_update(in, FILLER, NULL, &plan, &err), CM_ERR_UNSUPPORTED);
    ck_assert_msg(strstr(err.message, why) != NULL, "%s", err.message);
    ck_assert_ptr_null(plan.pieces);
    cm_source_close(in);
}

START_TEST(where_it_cannot_be) {
    cm_span where;
    cm_buf file, filled;
    size_t behind_pixels = units("test/data/asset/rich.png", 5, &file);
    refused(&file, "no manifest");
    filled = moved(cm_buf_bytes(&file), behind_pixels);
    refused(&filled, "wrong place");
    cm_buf_free(&filled);
    cm_buf_free(&file);
    file = load("test/data/asset/plain.webp");
    filled = with_filler(cm_buf_bytes(&file), &where);
    refused(&filled, "WebP");
    cm_buf_free(&filled);
    cm_buf_free(&file);
    filled = with_filler(sign_text("#!/bin/sh\necho hi\n"), &where);
    refused(&filled, "sign the text anew");
    cm_buf_free(&filled);
}
END_TEST

Suite *suite_update(void);
Suite *suite_update(void) {
    Suite *s = suite_create("update");
    TCase *tc = tcase_create("update");
    tcase_add_unchecked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, in_a_picture, 0, 6);
    tcase_add_loop_test(tc, in_a_text, 0, N_TEXTS);
    tcase_add_test(tc, where_it_cannot_be);
    suite_add_tcase(s, tc);
    return s;
}
