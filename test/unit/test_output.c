/* Output files: whole or not at all, whatever goes wrong. */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/stream.h"
#include "directory.h"

static char dir[64];
static char path[96];

static void set_up(void) {
    (void)snprintf(dir, sizeof dir, "build/output.XXXXXX");
    (void)mkdir("build", 0777);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/file", dir);
}

/* Removes the directory and tells how many files were in it. */
static int empty_directory(void) {
    int n = 0;
    DIR *d = opendir(dir);
    ck_assert_ptr_nonnull(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        char name[400];
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(name, sizeof name, "%s/%s", dir, e->d_name);
        (void)unlink(name);
        n++;
    }
    (void)closedir(d);
    ck_assert_int_eq(rmdir(dir), 0);
    return n;
}

/* Each test says how many files it must leave: a temporary file left behind is a failure. */
static void expect_files(int n) {
    ck_assert_int_eq(empty_directory(), n);
    ck_assert_int_eq(mkdir(dir, 0777), 0);
}

static void tear_down(void) {
    (void)empty_directory();
}

static void put_file(const char *text) {
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    (void)fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

static void expect_file(const char *text) {
    char got[64] = "";
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(got, 1, sizeof got - 1, f);
    got[n] = '\0';
    (void)fclose(f);
    ck_assert_str_eq(got, text);
}

static mode_t mode_of(const char *name) {
    struct stat st;
    ck_assert_int_eq(stat(name, &st), 0);
    return st.st_mode & 07777;
}

/* Whether files have a temporary name from the start; else only where the system wants one. */
static bool named;

static cm_code try_output(const cm_output_options *options, cm_output **out, cm_error *err) {
    cm_output_options o = options != NULL ? *options : (cm_output_options){0};
    o.named = named;
    return cm_output_open(path, &o, out, err);
}

static cm_output *open_output(const cm_output_options *options) {
    cm_output *o = NULL;
    cm_error err = {0};
    ck_assert_msg(try_output(options, &o, &err) == CM_OK, "%s", err.message);
    return o;
}

static cm_code put(cm_output *o, const char *text) {
    cm_sink sink = cm_output_sink(o);
    return cm_sink_write(&sink, text, strlen(text), NULL);
}

static void write_whole(const cm_output_options *options, const char *text) {
    cm_output *o = open_output(options);
    ck_assert_int_eq(put(o, text), CM_OK);
    ck_assert_int_eq(cm_output_commit(o, NULL), CM_OK);
}

START_TEST(a_file_appears_when_it_is_whole) {
    cm_output *o = open_output(NULL);
    ck_assert_int_eq(put(o, "new "), CM_OK);
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(put(o, "text"), CM_OK);
    ck_assert_int_eq(cm_output_commit(o, NULL), CM_OK);
    expect_file("new text");
    expect_files(1);
}
END_TEST

START_TEST(the_old_file_stays_until_then) {
    put_file("old");
    cm_output *o = open_output(NULL);
    ck_assert_int_eq(put(o, "new"), CM_OK);
    expect_file("old");
    ck_assert_int_eq(cm_output_commit(o, NULL), CM_OK);
    expect_file("new");
    expect_files(1);
}
END_TEST

START_TEST(an_aborted_file_leaves_nothing) {
    cm_output *o = open_output(NULL);
    ck_assert_int_eq(put(o, "new"), CM_OK);
    cm_output_abort(o);
    expect_files(0);
    put_file("old");
    o = open_output(NULL);
    ck_assert_int_eq(put(o, "new"), CM_OK);
    cm_output_abort(o);
    expect_file("old");
    expect_files(1);
    cm_output_abort(NULL);
}
END_TEST

START_TEST(modes) {
    static const cm_output_options SECRET = {.owner_only = true};
    mode_t old = umask(0027);
    write_whole(NULL, "x");
    ck_assert_uint_eq(mode_of(path), 0640);
    ck_assert_int_eq(chmod(path, 0606), 0);
    write_whole(NULL, "x");
    ck_assert_uint_eq(mode_of(path), 0606); /* a file that is replaced keeps its own */
    umask(0);
    cm_output *o = open_output(&SECRET);
    DIR *d = opendir(dir);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        if (strncmp(e->d_name, "file.", 5) == 0) { /* owner-only from its first moment */
            char name[400];
            (void)snprintf(name, sizeof name, "%s/%s", dir, e->d_name);
            ck_assert_uint_eq(mode_of(name), 0600);
        }
    (void)closedir(d);
    ck_assert_int_eq(cm_output_commit(o, NULL), CM_OK);
    ck_assert_uint_eq(mode_of(path), 0600);
    umask(old);
    expect_files(1);
}
END_TEST

START_TEST(a_file_to_keep_is_kept) {
    static const cm_output_options KEEP = {.keep = true};
    cm_output *o = NULL;
    cm_error err = {0};
    write_whole(&KEEP, "first");
    ck_assert_int_eq(try_output(&KEEP, &o, &err), CM_ERR_EXISTS);
    ck_assert_ptr_null(o);
    ck_assert_ptr_nonnull(strstr(err.message, path));
    expect_file("first");
    expect_files(1);
    o = open_output(&KEEP); /* somebody else is faster */
    ck_assert_int_eq(put(o, "second"), CM_OK);
    put_file("faster");
    ck_assert_int_eq(cm_output_commit(o, NULL), CM_ERR_EXISTS);
    expect_file("faster");
    expect_files(1);
    ck_assert_int_eq(symlink("nowhere", path), 0);
    ck_assert_int_eq(try_output(&KEEP, &o, NULL), CM_ERR_EXISTS);
    expect_files(1);
}
END_TEST

START_TEST(places_that_cannot_be_written) {
    cm_output *o = NULL;
    cm_error err = {0};
    ck_assert_int_eq(cm_output_open(dir, NULL, &o, &err), CM_ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.message, "directory"));
    ck_assert_int_eq(cm_output_open("build/no/such/place", NULL, &o, &err), CM_ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.message, "no/such/place"));
    ck_assert_ptr_null(o);
    expect_files(0);
}
END_TEST

/* Runs `body` in a child; gives back how it ended. */
static int in_child(void (*body)(void)) {
    int status = 0;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        body();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

static void be_nobody(void) {
    if (getuid() == 0 && setuid(65534) != 0)
        _exit(9);
}

static void try_to_replace(void) {
    cm_output *o = NULL;
    be_nobody();
    _exit(try_output(NULL, &o, NULL) == CM_ERR_IO ? 0 : 1);
}

static void try_to_read(void) {
    cm_source *s = NULL;
    cm_error err = {0};
    be_nobody();
    cm_code code = cm_source_open(path, NULL, &s, &err);
    _exit(code == CM_ERR_IO && strstr(err.message, path) != NULL ? 0 : 1);
}

START_TEST(permissions_are_honoured) {
    put_file("old");
    ck_assert_int_eq(chmod(path, 0), 0);
    ck_assert_int_eq(in_child(try_to_read), 0);
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert_int_eq(chmod(dir, 0555), 0);
    ck_assert_int_eq(in_child(try_to_replace), 0);
    ck_assert_int_eq(chmod(dir, 0755), 0);
    expect_file("old");
    expect_files(1);
}
END_TEST

/* No room: a file size limit stands in for a full disk. */
static void write_too_much(void) {
    struct rlimit limit = {.rlim_cur = 1000, .rlim_max = 1000};
    cm_output *o = NULL;
    static char text[3001];
    (void)signal(SIGXFSZ, SIG_IGN);
    memset(text, 'x', 3000);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || try_output(NULL, &o, NULL) != CM_OK)
        _exit(1);
    if (put(o, text) != CM_ERR_IO)
        _exit(2);
    /* Even a caller who overlooks the failure publishes nothing. */
    _exit(cm_output_commit(o, NULL) == CM_ERR_IO ? 0 : 3);
}

START_TEST(a_full_disk_leaves_the_old_file) {
    ck_assert_int_eq(in_child(write_too_much), 0);
    expect_files(0);
    put_file("old");
    ck_assert_int_eq(in_child(write_too_much), 0);
    expect_file("old");
    expect_files(1);
}
END_TEST

static void die_while_writing(void) {
    cm_output *o = NULL;
    if (try_output(NULL, &o, NULL) != CM_OK || put(o, "half of the new") != CM_OK)
        _exit(1);
    (void)raise(SIGKILL);
}

START_TEST(a_crash_leaves_the_old_file) {
    put_file("old");
    int status = in_child(die_while_writing);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    expect_file("old");
    write_whole(NULL, "next"); /* the remains of the dead don't stand in the way */
    expect_file("next");
}
END_TEST

/* Whether Linux makes files without a name here, and can name them. */
static bool can_be_nameless(void) {
#ifdef __O_TMPFILE
    int fd = open(dir, __O_TMPFILE | O_DIRECTORY | O_WRONLY, 0600);
    if (fd >= 0) {
        (void)close(fd);
        return access("/proc/self/fd", X_OK) == 0;
    }
#endif
    return false;
}

START_TEST(a_crash_leaves_nothing_where_files_need_no_name) {
    mode_t old = umask(0022);
    cm_output *o = open_output(NULL);
    bool nameless = count_files(dir) == 0;
    ck_assert_int_eq(put(o, "x"), CM_OK);
    ck_assert_int_eq(cm_output_commit(o, NULL), CM_OK);
    ck_assert_uint_eq(mode_of(path), 0644);
    ck_assert(nameless == (!named && can_be_nameless()));
    ck_assert(WIFSIGNALED(in_child(die_while_writing)));
    expect_files(nameless ? 1 : 2);
    umask(0002); /* a kernel that applies no umask looks like this one */
    o = open_output(NULL);
    ck_assert_int_eq(count_files(dir), 1);
    ck_assert_int_eq(cm_output_commit(o, NULL), CM_OK);
    ck_assert_uint_eq(mode_of(path), 0664);
    umask(old);
}
END_TEST

START_TEST(a_device_is_written_and_stays_one) {
    struct stat st;
    cm_output *o = NULL;
    if (stat("/dev/full", &st) != 0 || !S_ISCHR(st.st_mode))
        return;
    /* Through a link of our own, so that a mistake would cost only that. */
    ck_assert_int_eq(symlink("/dev/full", path), 0);
    ck_assert_int_eq(try_output(NULL, &o, NULL), CM_OK);
    ck_assert_int_eq(put(o, "x"), CM_ERR_IO);
    ck_assert_int_eq(cm_output_commit(o, NULL), CM_ERR_IO);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink("/dev/null", path), 0);
    write_whole(NULL, "x");
    ck_assert(stat(path, &st) == 0 && S_ISCHR(st.st_mode));
    expect_files(1);
}
END_TEST

START_TEST(what_was_written_can_be_replaced) {
    static const uint8_t NEW[] = {'N', 'E', 'W'};
    cm_output *o = open_output(NULL);
    ck_assert(cm_output_seekable(o));
    ck_assert_int_eq(put(o, "too long a text"), CM_OK);
    ck_assert_int_eq(cm_output_rewind(o, NULL), CM_OK);
    ck_assert_int_eq(put(o, "the old "), CM_OK);
    ck_assert_int_eq(cm_output_patch(o, 4, (cm_bytes){NEW, sizeof NEW}, NULL), CM_OK);
    ck_assert_int_eq(put(o, "text"), CM_OK);
    ck_assert_int_eq(cm_output_commit(o, NULL), CM_OK);
    expect_file("the NEW text");
    (void)unlink(path);
    ck_assert_int_eq(cm_output_open("-", NULL, &o, NULL), CM_OK);
    ck_assert(!cm_output_seekable(o));
    cm_output_abort(o);
    expect_files(0);
}
END_TEST

static void print(void) {
    cm_output *o = NULL;
    if (cm_output_open("-", NULL, &o, NULL) != CM_OK || put(o, "to the pipe") != CM_OK)
        _exit(1);
    _exit(cm_output_commit(o, NULL) == CM_OK ? 0 : 1);
}

START_TEST(standard_output_is_a_stream) {
    char got[32] = "";
    int ends[2];
    int old = dup(STDOUT_FILENO);
    ck_assert_int_eq(pipe(ends), 0);
    (void)dup2(ends[1], STDOUT_FILENO);
    int status = in_child(print);
    (void)dup2(old, STDOUT_FILENO);
    close(ends[1]);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(read(ends[0], got, sizeof got - 1), 11);
    ck_assert_str_eq(got, "to the pipe");
    close(ends[0]);
    close(old);
    expect_files(0);
}
END_TEST

static void set_up_named(void) {
    named = true;
    set_up();
}

static TCase *tests(const char *name, void (*before)(void)) {
    TCase *tc = tcase_create(name);
    tcase_add_checked_fixture(tc, before, tear_down);
    tcase_add_test(tc, a_file_appears_when_it_is_whole);
    tcase_add_test(tc, the_old_file_stays_until_then);
    tcase_add_test(tc, an_aborted_file_leaves_nothing);
    tcase_add_test(tc, modes);
    tcase_add_test(tc, a_file_to_keep_is_kept);
    tcase_add_test(tc, places_that_cannot_be_written);
    tcase_add_test(tc, permissions_are_honoured);
    tcase_add_test(tc, a_full_disk_leaves_the_old_file);
    tcase_add_test(tc, a_crash_leaves_the_old_file);
    tcase_add_test(tc, a_crash_leaves_nothing_where_files_need_no_name);
    tcase_add_test(tc, a_device_is_written_and_stays_one);
    tcase_add_test(tc, what_was_written_can_be_replaced);
    tcase_add_test(tc, standard_output_is_a_stream);
    return tc;
}

Suite *suite_output(void);
Suite *suite_output(void) {
    Suite *s = suite_create("output");
    suite_add_tcase(s, tests("nameless where it can be", set_up));
    suite_add_tcase(s, tests("named", set_up_named));
    return s;
}
