/* Sources and sinks: files, pipes, standard input, limits. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/stream.h"
#include "each.h"

static char dir[64];
static char path[96];

static void set_up(void) {
    (void)snprintf(dir, sizeof dir, "build/stream.XXXXXX");
    (void)mkdir("build", 0777);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/file", dir);
}

static void tear_down(void) {
    (void)unlink(path);
    ck_assert_int_eq(rmdir(dir), 0);
}

static uint8_t pattern(size_t i) {
    return (uint8_t)(i * 31 + i / 251);
}

static void put_file(size_t n) {
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    for (size_t i = 0; i < n; i++)
        (void)fputc(pattern(i), f);
    ck_assert_int_eq(fclose(f), 0);
}

static void expect_pattern(const cm_buf *b, size_t from, size_t n) {
    ck_assert_uint_eq(b->size, n);
    for (size_t i = 0; i < n; i++)
        each_assert(b->data[i] == pattern(from + i));
}

static cm_source *open_source(const char *name) {
    cm_source *s = NULL;
    cm_error err = {0};
    ck_assert_msg(cm_source_open(name, NULL, &s, &err) == CM_OK, "%s", err.message);
    return s;
}

START_TEST(a_file_is_read_at_any_offset) {
    uint8_t b[4];
    put_file(1000);
    cm_source *s = open_source(path);
    ck_assert_uint_eq(cm_source_size(s), 1000);
    ck_assert_int_eq(cm_source_read(s, 996, b, 4, NULL), CM_OK);
    ck_assert_uint_eq(b[3], pattern(999));
    ck_assert_int_eq(cm_source_read(s, 0, b, 4, NULL), CM_OK);
    ck_assert_uint_eq(b[0], pattern(0));
    ck_assert_int_eq(cm_source_read(s, 997, b, 4, NULL), CM_ERR_FORMAT);
    ck_assert_int_eq(cm_source_read(s, 1000, b, 0, NULL), CM_OK);
    ck_assert_int_eq(cm_source_read(s, UINT64_MAX, b, 4, NULL), CM_ERR_FORMAT);
    cm_source_close(s);
}
END_TEST

START_TEST(memory_reads_like_a_file) {
    static const uint8_t BYTES[] = {1, 2, 3};
    cm_source *s = NULL;
    uint8_t b[3];
    ck_assert_int_eq(cm_source_memory((cm_bytes){BYTES, 3}, &s, NULL), CM_OK);
    ck_assert_int_eq(cm_source_read(s, 1, b, 2, NULL), CM_OK);
    ck_assert_uint_eq(b[1], 3);
    ck_assert_int_eq(cm_source_read(s, 2, b, 2, NULL), CM_ERR_FORMAT);
    ck_assert_int_eq(cm_source_read(s, 4, b, 0, NULL), CM_ERR_FORMAT);
    ck_assert_int_eq(cm_source_read(s, 1, b, SIZE_MAX, NULL), CM_ERR_FORMAT);
    cm_source_close(s);
    cm_source_close(NULL);
}
END_TEST

START_TEST(a_forged_length_costs_no_memory) {
    cm_buf b = {0};
    put_file(10);
    cm_source *s = open_source(path);
    ck_assert_int_eq(cm_source_load(s, 0, (uint64_t)1 << 40, &b, NULL), CM_ERR_FORMAT);
    ck_assert_int_eq(cm_source_load(s, 5, UINT64_MAX, &b, NULL), CM_ERR_FORMAT);
    ck_assert_ptr_null(b.data);
    ck_assert_int_eq(cm_source_load(s, 3, 7, &b, NULL), CM_OK);
    expect_pattern(&b, 3, 7);
    cm_buf_free(&b);
    cm_source_close(s);
}
END_TEST

START_TEST(what_cannot_be_opened_is_named) {
    cm_source *s = NULL;
    cm_error err = {0};
    ck_assert_int_eq(cm_source_open(path, NULL, &s, &err), CM_ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.message, path));
    ck_assert_int_eq(cm_source_open(dir, NULL, &s, &err), CM_ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.message, "directory"));
    ck_assert_ptr_null(s);
}
END_TEST

START_TEST(a_file_over_the_limit_is_refused) {
    cm_limits limits = cm_limits_default();
    cm_source *s = NULL;
    put_file(1000);
    limits.file_bytes = 999;
    ck_assert_int_eq(cm_source_open(path, &limits, &s, NULL), CM_ERR_LIMIT);
    ck_assert_ptr_null(s);
    limits.file_bytes = 1000;
    ck_assert_int_eq(cm_source_open(path, &limits, &s, NULL), CM_OK);
    cm_source_close(s);
}
END_TEST

START_TEST(a_file_that_shrinks_is_noticed) {
    uint8_t b[100];
    put_file(1000);
    cm_source *s = open_source(path);
    ck_assert_int_eq(truncate(path, 950), 0);
    ck_assert_int_eq(cm_source_read(s, 900, b, 100, NULL), CM_ERR_IO);
    cm_source_close(s);
}
END_TEST

/* A child that writes the pattern into `fd`, with the reading end closed, so that it ends when
 * nobody reads any more. The caller waits for it. */
static pid_t writer(int fd, int reading_end, size_t n) {
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child != 0)
        return child;
    close(reading_end);
    for (size_t i = 0; i < n; i++) {
        uint8_t b = pattern(i);
        if (write(fd, &b, 1) != 1)
            _exit(1);
    }
    _exit(0);
}

START_TEST(a_named_pipe_is_read_to_its_end) {
    cm_buf b = {0};
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(path, O_WRONLY);
        _exit(waitpid(writer(fd, -1, 70000), NULL, 0) > 0 ? 0 : 1);
    }
    cm_source *s = open_source(path);
    ck_assert_uint_eq(cm_source_size(s), 70000);
    ck_assert_int_eq(cm_source_load(s, 1000, 69000, &b, NULL), CM_OK);
    expect_pattern(&b, 1000, 69000);
    cm_buf_free(&b);
    cm_source_close(s);
    (void)waitpid(child, NULL, 0);
}
END_TEST

/* Puts a pipe with n bytes in it in the place of standard input; gives back the old one. */
static int pipe_to_input(size_t n, pid_t *child) {
    int ends[2];
    int old = dup(STDIN_FILENO);
    ck_assert_int_eq(pipe(ends), 0);
    *child = writer(ends[1], ends[0], n);
    close(ends[1]);
    (void)dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    return old;
}

START_TEST(standard_input_may_be_a_pipe) {
    pid_t child;
    cm_buf b = {0};
    int old = pipe_to_input(66000, &child);
    cm_source *s = open_source("-");
    ck_assert_int_eq(cm_source_load(s, 0, cm_source_size(s), &b, NULL), CM_OK);
    expect_pattern(&b, 0, 66000);
    cm_buf_free(&b);
    cm_source_close(s);
    (void)waitpid(child, NULL, 0);
    (void)dup2(old, STDIN_FILENO);
    close(old);
}
END_TEST

START_TEST(an_endless_pipe_is_refused) {
    pid_t child;
    cm_source *s = NULL;
    cm_limits limits = cm_limits_default();
    int old = pipe_to_input(300000, &child);
    limits.file_bytes = 100000;
    ck_assert_int_eq(cm_source_open("-", &limits, &s, NULL), CM_ERR_LIMIT);
    ck_assert_ptr_null(s);
    (void)dup2(old, STDIN_FILENO); /* closes the reading end: the writer gives up */
    close(old);
    (void)waitpid(child, NULL, 0);
}
END_TEST

START_TEST(standard_input_may_be_a_file) {
    put_file(500);
    int old = dup(STDIN_FILENO);
    int fd = open(path, O_RDONLY);
    (void)dup2(fd, STDIN_FILENO);
    close(fd);
    cm_source *s = open_source("-");
    ck_assert_uint_eq(cm_source_size(s), 500);
    cm_source_close(s);
    (void)dup2(old, STDIN_FILENO);
    close(old);
}
END_TEST

START_TEST(copies_of_every_length) {
    static const size_t LENGTHS[] = {0, 1, 65535, 65536, 65537, 131072, 200000};
    cm_buf b = {0};
    cm_sink sink = cm_sink_buf(&b);
    put_file(200001);
    cm_source *s = open_source(path);
    for (size_t i = 0; i < sizeof LENGTHS / sizeof LENGTHS[0]; i++) {
        b.size = 0;
        ck_assert_int_eq(cm_sink_copy(&sink, s, 1, LENGTHS[i], NULL), CM_OK);
        expect_pattern(&b, 1, LENGTHS[i]);
    }
    ck_assert_int_eq(cm_sink_copy(&sink, s, 1, 200001, NULL), CM_ERR_FORMAT);
    cm_buf_free(&b);
    b.limit = 70000;
    ck_assert_int_eq(cm_sink_copy(&sink, s, 0, 200000, NULL), CM_ERR_LIMIT);
    ck_assert_uint_le(b.size, 70000);
    cm_buf_free(&b);
    cm_source_close(s);
}
END_TEST

START_TEST(sinks_are_joined) {
    cm_buf a = {0}, b = {0};
    cm_sink first = cm_sink_buf(&a), second = cm_sink_buf(&b);
    cm_tee tee = {&first, &second};
    cm_sink both = cm_sink_tee(&tee);
    put_file(70000);
    cm_source *s = open_source(path);
    ck_assert_int_eq(cm_sink_copy(&both, s, 0, 70000, NULL), CM_OK);
    expect_pattern(&a, 0, 70000);
    expect_pattern(&b, 0, 70000);
    ck_assert_int_eq(cm_sink_zeros(&second, 4097, NULL), CM_OK);
    ck_assert_uint_eq(b.size, 74097);
    for (size_t i = 70000; i < b.size; i++)
        ck_assert_uint_eq(b.data[i], 0);
    b.limit = b.size;
    ck_assert_int_eq(cm_sink_write(&both, "x", 1, NULL), CM_ERR_LIMIT);
    ck_assert_uint_eq(a.size, 70001);
    cm_buf_free(&a);
    cm_buf_free(&b);
    cm_source_close(s);
}
END_TEST

Suite *suite_stream(void);
Suite *suite_stream(void) {
    Suite *s = suite_create("stream");
    TCase *tc = tcase_create("streams");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_file_is_read_at_any_offset);
    tcase_add_test(tc, memory_reads_like_a_file);
    tcase_add_test(tc, a_forged_length_costs_no_memory);
    tcase_add_test(tc, what_cannot_be_opened_is_named);
    tcase_add_test(tc, a_file_over_the_limit_is_refused);
    tcase_add_test(tc, a_file_that_shrinks_is_noticed);
    tcase_add_test(tc, a_named_pipe_is_read_to_its_end);
    tcase_add_test(tc, standard_input_may_be_a_pipe);
    tcase_add_test(tc, an_endless_pipe_is_refused);
    tcase_add_test(tc, standard_input_may_be_a_file);
    tcase_add_test(tc, copies_of_every_length);
    tcase_add_test(tc, sinks_are_joined);
    suite_add_tcase(s, tc);
    return s;
}
