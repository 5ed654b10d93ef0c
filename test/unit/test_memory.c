/* Out of memory: every allocation of an operation fails once, in turn. The operation must then say
 * CM_ERR_MEMORY (or do without), leak nothing and leave no file behind.
 *
 * The C library's allocator is wrapped for the whole test program, third-party libraries included;
 * sanitizers wrap it themselves, so the suite is empty under them and elsewhere than with glibc. */
#include <check.h>
#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "directory.h"
#include "asset/asset.h"
#include "asset/declared.h"
#include "sanitized.h"
#include "token/tokenizer.h"

#if defined(__GLIBC__) && !SANITIZED

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);
void __libc_free(void *p);

static atomic_long fail_in; /* allocations until the one that fails; 0: none will */
static atomic_long live;    /* blocks not freed */

static bool fails_now(void) {
    return atomic_load(&fail_in) > 0 && atomic_fetch_sub(&fail_in, 1) == 1;
}

static void *counted(void *p) {
    if (p != NULL)
        atomic_fetch_add(&live, 1);
    return p;
}

void *malloc(size_t n) {
    return fails_now() ? NULL : counted(__libc_malloc(n));
}

void *calloc(size_t count, size_t n) {
    return fails_now() ? NULL : counted(__libc_calloc(count, n));
}

void *realloc(void *p, size_t n) {
    if (fails_now())
        return NULL;
    void *q = __libc_realloc(p, n);
    return p == NULL ? counted(q) : q;
}

void *aligned_alloc(size_t alignment, size_t n) {
    return fails_now() ? NULL : counted(__libc_memalign(alignment, n));
}

void free(void *p) {
    if (p != NULL)
        atomic_fetch_sub(&live, 1);
    __libc_free(p);
}

/* --- operations --- */

#define SAMPLES "test/data/asset/"

static const char *const FILES[] = {SAMPLES "rich.png",
                                    SAMPLES "rich.jpg",
                                    SAMPLES "rich.webp",
                                    "fuzz/corpus/prose/wrapper.txt",
                                    "fuzz/corpus/prose/page.html",
                                    "fuzz/corpus/prose/last_line.txt"};
enum { N_FILES = sizeof FILES / sizeof FILES[0], STORE_SIZE = 70000 };

static char out_path[64];

typedef cm_code operation(const cm_source *in);

static cm_code declare(const cm_source *in) {
    cm_declarations d;
    cm_code code = cm_declared_read(in, &d, NULL);
    cm_declared_free(&d);
    return code;
}

static cm_code list(const cm_source *in) {
    cm_asset_boxes boxes;
    cm_code code = cm_asset_boxes_read(in, &boxes, NULL);
    cm_asset_boxes_free(&boxes);
    return code == CM_ERR_UNSUPPORTED ? CM_OK : code;
}

static void make_store(uint8_t *store) {
    memset(store, 0x5a, STORE_SIZE);
    memcpy(store, "\x00\x01\x11\x70jumb\0\0\0\x1ejumdc2pa", 20);
}

static cm_code write_store(const cm_source *in, const cm_sink *sink) {
    static uint8_t store[STORE_SIZE];
    cm_asset_plan plan;
    make_store(store);
    cm_code code = cm_asset_plan_make(in, STORE_SIZE, &plan, NULL);
    if (code == CM_OK)
        cm_asset_plan_settle(&plan, (cm_bytes){store, STORE_SIZE});
    if (code == CM_OK)
        code = cm_asset_write(in, &plan, (cm_bytes){store, STORE_SIZE}, sink, NULL);
    cm_asset_plan_free(&plan);
    return code;
}

/* A store is put into memory, read back and stripped again. */
static cm_code there_and_back(const cm_source *in) {
    cm_buf out = {0};
    cm_buf bare = {0};
    cm_sink sink = cm_sink_buf(&out);
    cm_sink bare_sink = cm_sink_buf(&bare);
    cm_source *again = NULL;
    cm_asset_manifest m = {0};
    cm_code code = write_store(in, &sink);
    if (code == CM_OK)
        code = cm_source_memory(cm_buf_bytes(&out), &again, NULL);
    if (code == CM_OK)
        code = cm_asset_read(again, NULL, &m, NULL);
    if (code == CM_OK)
        code = cm_asset_strip(again, &bare_sink, NULL);
    cm_asset_manifest_free(&m);
    cm_source_close(again);
    cm_buf_free(&bare);
    cm_buf_free(&out);
    return code;
}

/* Another one takes the place of a store, where the format allows it. */
static cm_code update(const cm_source *in) {
    static uint8_t store[STORE_SIZE];
    cm_buf out = {0}, updated = {0};
    cm_sink sink = cm_sink_buf(&out), updated_sink = cm_sink_buf(&updated);
    cm_source *again = NULL;
    cm_asset_plan plan = {0};
    make_store(store);
    cm_bytes bytes = {store, STORE_SIZE};
    cm_code code = write_store(in, &sink);
    if (code == CM_OK)
        code = cm_source_memory(cm_buf_bytes(&out), &again, NULL);
    if (code == CM_OK)
        code = cm_asset_plan_update(again, STORE_SIZE, NULL, &plan, NULL);
    if (code == CM_OK)
        cm_asset_plan_settle(&plan, bytes);
    if (code == CM_OK)
        code = cm_asset_write(again, &plan, bytes, &updated_sink, NULL);
    cm_asset_plan_free(&plan);
    cm_source_close(again);
    cm_buf_free(&updated);
    cm_buf_free(&out);
    return code == CM_ERR_UNSUPPORTED ? CM_OK : code;
}

static cm_code to_file(const cm_source *in) {
    cm_output *o = NULL;
    cm_code code = cm_output_open(out_path, NULL, &o, NULL);
    if (code != CM_OK)
        return code;
    cm_sink sink = cm_output_sink(o);
    code = write_store(in, &sink);
    if (code == CM_OK)
        return cm_output_commit(o, NULL);
    cm_output_abort(o);
    return code;
}

static operation *const OPERATIONS[] = {declare, list, there_and_back, update, to_file};
enum { N_OPERATIONS = sizeof OPERATIONS / sizeof OPERATIONS[0] };

static const char *const VOCABULARIES[] = {
    "test/data/token/small.json", "test/data/token/small.tiktoken", "test/data/token/small.gguf"};
enum { N_VOCABULARIES = sizeof VOCABULARIES / sizeof VOCABULARIES[0] };

static cm_code tokenize(const cm_source *in) {
    static const cm_token_encoding SMALL = {"small", CM_PATTERN_CL100K, 376, 376};
    static const char TEXT[] =
        "A text\xff of 12 e\xcc\x81 <think> words, and a longlonglonglonglonglong one";
    cm_token_file file = {.source = in, .path = "", .encoding = &SMALL};
    cm_tokenizer *t = NULL;
    cm_tokens tokens = {0};
    char *text = NULL;
    size_t size;
    cm_code code = cm_tokenizer_from_source(&file, &t, NULL);
    if (code == CM_OK)
        code = cm_tokenizer_encode(t, TEXT, sizeof TEXT - 1, true, &tokens, NULL);
    if (code == CM_OK)
        code = cm_tokenizer_decode(t, tokens.ids, tokens.count, &text, &size, NULL);
    free(text);
    cm_tokens_free(&tokens);
    cm_tokenizer_free(t);
    return code;
}

static cm_code run(operation *op, const char *path) {
    cm_source *in = NULL;
    cm_code code = cm_source_open(path, NULL, &in, NULL);
    if (code == CM_OK)
        code = op(in);
    cm_source_close(in);
    return code;
}

static void fail_each(operation *op, const char *path) {
    char dir[] = "build/memory.XXXXXX";
    long failures = 0;
    ck_assert_ptr_nonnull(mkdtemp(dir));
    if (op == tokenize) /* PCRE2 keeps a block of its own once it has compiled to machine code */
        ck_assert_int_eq(run(op, path), CM_OK);
    long kept = atomic_load(&live);
    (void)snprintf(out_path, sizeof out_path, "%s/out", dir);
    for (long k = 1;; k++) {
        long before = atomic_load(&live);
        atomic_store(&fail_in, k);
        cm_code code = run(op, path);
        bool failed = atomic_exchange(&fail_in, 0) == 0;
        long now = atomic_load(&live);
        ck_assert_msg(now == before || (op == tokenize && now <= kept), "allocation %ld: a leak",
                      k);
        ck_assert_int_eq(count_files(dir), code == CM_OK && op == to_file);
        (void)unlink(out_path);
        failures += code == CM_ERR_MEMORY;
        if (!failed) {
            ck_assert_int_eq(code, CM_OK);
            break;
        }
        ck_assert_msg(code == CM_ERR_MEMORY || code == CM_OK, "allocation %ld: %s", k,
                      cm_code_name(code));
    }
    ck_assert_int_gt(failures, 0);
    ck_assert_int_eq(rmdir(dir), 0);
}

START_TEST(every_allocation_may_fail) {
    fail_each(OPERATIONS[_i / N_FILES], FILES[_i % N_FILES]);
}
END_TEST

START_TEST(every_allocation_of_a_tokenizer_may_fail) {
    fail_each(tokenize, VOCABULARIES[_i]);
}
END_TEST

static void add_tests(TCase *tc) {
    tcase_add_loop_test(tc, every_allocation_may_fail, 0, N_FILES * N_OPERATIONS);
    tcase_add_loop_test(tc, every_allocation_of_a_tokenizer_may_fail, 0, N_VOCABULARIES);
}

#else

static void add_tests(TCase *tc) {
    (void)tc;
}

#endif

Suite *suite_memory(void);
Suite *suite_memory(void) {
    Suite *s = suite_create("memory");
    TCase *tc = tcase_create("allocation failures");
    tcase_set_timeout(tc, 60);
    add_tests(tc);
    suite_add_tcase(s, tc);
    return s;
}
