/* Nothing that is shown can be changed without the verdict changing: signed files, byte by byte. */
#include <check.h>
#include <countermark.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../hostile/hostile.h"
#include "asset/asset.h"
#include "sign_support.h"

static char scratch[] = "/tmp/cm-covered-XXXXXX";
static char chain[64], key[64], root[64], before[64], path[64];
static hostile_signer signer;
static cm_inspector *inspector;

static void put_file(const char *at, cm_bytes bytes) {
    FILE *f = fopen(at, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes.data, 1, bytes.size, f), bytes.size);
    ck_assert_int_eq(fclose(f), 0);
}

static cm_buf load(const char *at) {
    cm_buf b = {0};
    cm_source *s = NULL;
    ck_assert_msg(cm_source_open(at, NULL, &s, NULL) == CM_OK, "%s", at);
    ck_assert_int_eq(cm_source_load(s, 0, cm_source_size(s), &b, NULL), CM_OK);
    cm_source_close(s);
    return b;
}

static void set_up(void) {
    static const char *anchors[] = {root};
    ck_assert_ptr_nonnull(mkdtemp(scratch));
    char *const names[] = {chain, key, root, before, path};
    for (size_t i = 0; i < 5; i++)
        (void)snprintf(names[i], sizeof chain, "%s/%zu", scratch, i);
    signer = hostile_signer_new(CM_SIG_ES256);
    put_file(chain, cm_buf_bytes(&signer.pem.chain));
    put_file(key, cm_buf_bytes(&signer.pem.key));
    put_file(root, cm_buf_bytes(&signer.pem.root));
    ck_assert_int_eq(chmod(key, 0600), 0);
    cm_inspect_options options = {.layers = CM_LOOK_MANIFEST, .trust = anchors, .trust_count = 1};
    ck_assert_int_eq(cm_inspector_new(&options, &inspector, NULL), CM_OK);
}

static void tear_down(void) {
    const char *const names[] = {chain, key, root, before, path};
    for (size_t i = 0; i < 5; i++)
        (void)unlink(names[i]);
    (void)rmdir(scratch);
    hostile_signer_free(&signer);
    cm_inspector_free(inspector);
}

static bool is_trusted(cm_bytes bytes) {
    cm_inspection *report = NULL;
    put_file(path, bytes);
    bool trusted = cm_inspect(inspector, path, &report, NULL) == CM_OK &&
                   report->verdict == CM_VERDICT_TRUSTED;
    cm_inspection_free(report);
    return trusted;
}

static cm_buf sign(cm_bytes bytes, bool boxes, const char *comment) {
    cm_protect_options options = {
        .chain = chain, .sign_key = key, .bind_boxes = boxes, .comment = comment};
    cm_protection done;
    cm_error err = {0};
    put_file(before, bytes);
    ck_assert_msg(cm_protect(before, path, &options, &done, &err) == CM_OK, "%s", err.message);
    return load(path);
}

/* Where the manifest is, padding and all. */
static cm_span container_of(const cm_buf *file) {
    cm_asset_manifest m = {0};
    ck_assert_int_eq(sign_read_asset(cm_buf_bytes(file), &m), CM_OK);
    cm_span where = {m.where.start, m.where.length + m.padding};
    ck_assert_uint_gt(where.length, 100);
    cm_asset_manifest_free(&m);
    return where;
}

/* Each byte outside the manifest's own box, or every n-th of many; and bytes put in, left out and
 * behind the end. */
static void walk(const cm_buf *file, const char *name) {
    enum { MOST = 100, ENDS = 32 };
    cm_span where = container_of(file);
    ck_assert_msg(is_trusted(cm_buf_bytes(file)), "%s", name);
    size_t stride = (file->size - where.length) / MOST + 1, tried = 0;
    for (size_t i = 0; i < file->size; i += i == where.start ? where.length : 1) {
        if (i == where.start || (i % stride != 0 && i + ENDS < file->size && i > ENDS))
            continue;
        file->data[i] ^= (uint8_t)(1u << i % 8);
        bool trusted = is_trusted(cm_buf_bytes(file));
        file->data[i] ^= (uint8_t)(1u << i % 8);
        ck_assert_msg(!trusted, "%s: byte %zu", name, i);
        tried++;
    }
    ck_assert_uint_gt(tried, 20);
    for (size_t i = 0; i <= file->size; i += file->size / 12 + 1) {
        cm_buf longer = {0}, shorter = {0};
        cm_buf_put(&longer, file->data, i);
        cm_buf_u8(&longer, 'x');
        cm_buf_put(&longer, file->data + i, file->size - i);
        cm_buf_put(&shorter, file->data, i);
        if (i < file->size)
            cm_buf_put(&shorter, file->data + i + 1, file->size - i - 1);
        ck_assert_msg(!is_trusted(cm_buf_bytes(&longer)), "%s: a byte more at %zu", name, i);
        ck_assert_msg(i == file->size || !is_trusted(cm_buf_bytes(&shorter)),
                      "%s: byte %zu left out", name, i);
        cm_buf_free(&longer);
        cm_buf_free(&shorter);
    }
    cm_buf_u8((cm_buf *)(uintptr_t)file, 0);
    ck_assert_msg(!is_trusted(cm_buf_bytes(file)), "%s: one behind the end", name);
}

static const struct {
    const char *path;
    bool boxes; /* by a box hash too */
} PICTURES[] = {
    {"fuzz/corpus/asset/rich.png", false},    {"fuzz/corpus/media/rgb.png", true},
    {"fuzz/corpus/asset/rich.jpg", false},    {"fuzz/corpus/media/prog.jpg", true},
    {"fuzz/corpus/asset/rich.webp", false},   {"fuzz/corpus/media/alpha.webp", false},
    {"test/data/media/coffee-256.jpg", true},
};
enum { PICTURE_COUNT = sizeof PICTURES / sizeof PICTURES[0] };

START_TEST(every_byte_of_a_picture_counts) {
    for (int boxes = 0; boxes <= PICTURES[_i].boxes; boxes++) {
        cm_buf plain = load(PICTURES[_i].path);
        cm_buf file = sign(cm_buf_bytes(&plain), boxes != 0, NULL);
        walk(&file, PICTURES[_i].path);
        cm_buf_free(&plain);
        cm_buf_free(&file);
    }
}
END_TEST

static const struct {
    const char *name, *text, *comment;
} TEXTS[] = {
    {"plain", "Hello w\xc3\xb6rld. An emoji \xf0\x9f\x99\x82.\nSecond line, made by a model.\n",
     NULL},
    {"html", "<!DOCTYPE html>\n<html><head><title>t</title></head><body><p>Hi</p></body></html>\n",
     NULL},
    {"front matter", "---\ntitle: x\n---\n# Hi\nand more of it\n", NULL},
    {"script", "#!/bin/sh\necho hi\n# the last line\n", NULL},
    {"xml", "<?xml version=\"1.0\"?>\n<rss><channel/></rss>\n", NULL},
    {"svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><g><rect width=\"4\"/></g></svg>\n", NULL},
    {"ttml", "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><p>Hi</p></body></tt>\n", NULL},
    {"webvtt", "WEBVTT\n\n00:00.000 --> 00:05.000\nHi.\n", NULL},
    {"source", "int main(void) { return 0; }\n", "/*"},
};
enum { TEXT_COUNT = sizeof TEXTS / sizeof TEXTS[0] };

START_TEST(every_byte_of_a_text_counts) {
    cm_buf file = sign(sign_text(TEXTS[_i].text), false, TEXTS[_i].comment);
    walk(&file, TEXTS[_i].name);
    cm_buf_free(&file);
}
END_TEST

/* Claims whose every hash is right, and that leave out more than the manifest. */
START_TEST(exclusions_beyond_the_manifest_are_refused) {
    enum { TEXT = HOSTILE_CHUNK + HOSTILE_COMMENT };
    static const struct {
        hostile_excess excess;
        bool trusted;
    } CASES[] = {
        {{0}, true},
        {{.before = 1}, false},
        {{.behind = 1}, false},
        {{.before = 33}, false},
        {{.behind = TEXT}, false},
        {{.head_start = 0, .head_length = 8}, false},
        {{.head_start = 16, .head_length = 8}, false}, /* width and height */
        {{.tail_start = 8, .tail_length = HOSTILE_COMMENT}, true},
        {{.tail_start = 12, .tail_length = 1}, true},
        {{.tail_start = 0, .tail_length = 8}, false},
        {{.tail_start = 7, .tail_length = 3}, false},
        {{.tail_start = 8, .tail_length = HOSTILE_COMMENT + 1}, false}, /* its checksum */
        {{.tail_start = 0, .tail_length = TEXT}, false},
        {{.tail_start = TEXT + 8, .tail_length = 4}, false}, /* pixels */
        {{.tail_start = TEXT, .tail_length = 8}, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        hostile_assertion a[1];
        hostile_manifest m = {
            .assertions = a, .count = 1, .actions = true, .signer = signer.signer};
        cm_buf png = hostile_bound_png(&m, &CASES[i].excess);
        ck_assert_msg(is_trusted(cm_buf_bytes(&png)) == CASES[i].trusted, "case %zu", i);
        cm_buf_free(&png);
    }
}
END_TEST

/* Bytes that this process has read so far, by Linux's count; 0 elsewhere. */
static uint64_t bytes_read(void) {
    char line[64] = "";
    FILE *f = fopen("/proc/self/io", "r");
    uint64_t n = 0;
    if (f == NULL)
        return 0;
    if (fgets(line, sizeof line, f) != NULL && strncmp(line, "rchar: ", 7) == 0)
        n = strtoull(line + 7, NULL, 10);
    (void)fclose(f);
    return n;
}

/* A file is hashed while it is copied, by bytes and by boxes. */
START_TEST(signing_reads_a_file_once) {
    cm_buf picture = load("test/data/photos/coffee.jpg");
    static const uint8_t SEGMENT[65537] = {0xff, 0xfe, 0xff, 0xff};
    cm_buf large = {0};
    cm_buf_put(&large, picture.data, 2);
    for (int i = 0; i < 64; i++)
        cm_buf_put(&large, SEGMENT, sizeof SEGMENT);
    cm_buf_put(&large, picture.data + 2, picture.size - 2);
    put_file(before, cm_buf_bytes(&large));
    for (int boxes = 0; boxes < 2; boxes++) {
        cm_protect_options options = {.chain = chain, .sign_key = key, .bind_boxes = boxes != 0};
        uint64_t start = bytes_read();
        ck_assert_int_eq(cm_protect(before, path, &options, NULL, NULL), CM_OK);
        uint64_t end = bytes_read();
        if (end == 0) /* not counted here */
            break;
        ck_assert_uint_ge(end - start, large.size);
        ck_assert_uint_lt(end - start, large.size + large.size / 4);
    }
    cm_buf_free(&large);
    cm_buf_free(&picture);
}
END_TEST

Suite *suite_covered(void);
Suite *suite_covered(void) {
    Suite *s = suite_create("covered");
    TCase *t = tcase_create("covered");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, every_byte_of_a_picture_counts, 0, PICTURE_COUNT);
    tcase_add_loop_test(t, every_byte_of_a_text_counts, 0, TEXT_COUNT);
    tcase_add_test(t, exclusions_beyond_the_manifest_are_refused);
    tcase_add_test(t, signing_reads_a_file_once);
    suite_add_tcase(s, t);
    return s;
}
