/* Output files that appear whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/stream.h"

struct cm_output {
    int fd;
    bool keep;
    bool direct;    /* standard output, a device or a pipe: written as it comes */
    cm_code failed; /* of the first write that failed: such a file isn't published */
    char *path;
    char *temporary; /* a name beside it; NULL when direct */
    bool nameless;   /* nothing goes by that name yet */
};

static void destroy(cm_output *o) {
    if (o->fd > STDERR_FILENO)
        close(o->fd);
    free(o->path);
    free(o->temporary);
    free(o);
}

/* Room for "<path>.<process>-<n>.tmp". */
enum { TEMPORARY_SUFFIX = 40, TEMPORARY_TRIES = 1000, FD_NAME = 40 };

/* Another name to try, after a failure that is in errno; false when that was another one than that
 * the name is taken, or enough were tried. */
static bool next_name(cm_output *o, int *tries) {
    if (*tries == TEMPORARY_TRIES || errno != EEXIST)
        return false;
    (void)snprintf(o->temporary, strlen(o->path) + TEMPORARY_SUFFIX, "%s.%ld-%d.tmp", o->path,
                   (long)getpid(), (*tries)++);
    return true;
}

/* The directory that the file will stand in. NULL when memory is short. */
static char *directory_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL   ? cm_strndup(".", 1)
           : slash == path ? cm_strndup("/", 1)
                           : cm_strndup(path, (size_t)(slash - path));
}

/* How Linux calls an open file. */
static void name_of_fd(int fd, char name[static FD_NAME]) {
    (void)snprintf(name, FD_NAME, "/proc/self/fd/%d", fd);
}

/* -1 where there are no such files, where they couldn't be given a name, and where more may write
 * to it than its owner: some kernels don't apply the umask to them. */
static int open_nameless(const char *path, mode_t mode) {
#ifdef O_TMPFILE
    struct stat st;
    char name[FD_NAME];
    char *dir = directory_of(path);
    int fd = dir != NULL ? open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, mode) : -1;
    free(dir);
    if (fd < 0)
        return -1;
    name_of_fd(fd, name);
    if (access(name, F_OK) == 0 && fstat(fd, &st) == 0 && (st.st_mode & 0022) == 0)
        return fd;
    close(fd);
#else
    (void)path;
    (void)mode;
#endif
    return -1;
}

/* Beside the final place, since rename works only within one file system. open(2) applies the
 * umask, which mkstemp(3) would pass over. Gives -1 and errno when there's no place. */
static int open_temporary(cm_output *o, mode_t mode) {
    int fd = -1, tries = 0;
    errno = EEXIST;
    while (fd < 0 && next_name(o, &tries))
        fd = open(o->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    return fd;
}

static cm_code open_beside(cm_output *o, const struct stat *old, const cm_output_options *options,
                           cm_error *err) {
    bool owner_only = options->owner_only;
    mode_t mode = owner_only ? 0600 : 0666;
    o->temporary = cm_calloc(strlen(o->path) + TEMPORARY_SUFFIX, 1);
    if (o->temporary == NULL)
        return cm_fail_memory(err);
    o->fd = options->named ? -1 : open_nameless(o->path, mode);
    o->nameless = o->fd >= 0;
    if (!o->nameless)
        o->fd = open_temporary(o, mode);
    if (o->fd < 0) {
        int saved = errno;
        free(o->temporary); /* it names somebody else's file, or none */
        o->temporary = NULL;
        return cm_fail_errno(err, saved, o->path);
    }
    if (old != NULL && !owner_only && fchmod(o->fd, old->st_mode & 0777) != 0)
        return cm_fail_errno(err, errno, o->path);
    return CM_OK;
}

static cm_code open_path(cm_output *o, const cm_output_options *options, cm_error *err) {
    struct stat st;
    if (o->keep && lstat(o->path, &st) == 0)
        return cm_fail(err, CM_ERR_EXISTS, "%s: exists already and is not overwritten", o->path);
    bool there = stat(o->path, &st) == 0;
    if (there && S_ISDIR(st.st_mode))
        return cm_fail(err, CM_ERR_IO, "%s: is a directory", o->path);
    if (!there || S_ISREG(st.st_mode))
        return open_beside(o, there ? &st : NULL, options, err);
    o->direct = true; /* renaming a file over /dev/null would take it from everybody */
    o->fd = open(o->path, O_WRONLY | O_CLOEXEC);
    return o->fd >= 0 ? CM_OK : cm_fail_errno(err, errno, o->path);
}

cm_code cm_output_open(const char *path, const cm_output_options *options, cm_output **out,
                       cm_error *err) {
    cm_output_options plain = {0};
    if (options == NULL)
        options = &plain;
    *out = NULL;
    cm_output *o = calloc(1, sizeof *o);
    if (o == NULL)
        return cm_fail_memory(err);
    bool standard = strcmp(path, "-") == 0;
    *o =
        (cm_output){.fd = standard ? STDOUT_FILENO : -1, .keep = options->keep, .direct = standard};
    o->path = cm_strndup(standard ? "standard output" : path, standard ? 15 : strlen(path));
    cm_code code = o->path == NULL ? cm_fail_memory(err)
                   : standard      ? CM_OK
                                   : open_path(o, options, err);
    if (code != CM_OK) {
        cm_output_abort(o);
        return code;
    }
    *out = o;
    return CM_OK;
}

static cm_code write_file(void *context, const void *data, size_t n, cm_error *err) {
    cm_output *o = context;
    const uint8_t *at = data;
    while (n > 0) {
        ssize_t put = write(o->fd, at, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            o->failed = CM_ERR_IO;
            return cm_fail_errno(err, errno, o->path);
        }
        at += put;
        n -= (size_t)put;
    }
    return CM_OK;
}

cm_sink cm_output_sink(cm_output *o) {
    return (cm_sink){.context = o, .write = write_file};
}

bool cm_output_seekable(const cm_output *o) {
    return !o->direct;
}

cm_code cm_output_patch(cm_output *o, uint64_t offset, cm_bytes bytes, cm_error *err) {
    for (size_t done = 0; done < bytes.size;) {
        ssize_t put = pwrite(o->fd, bytes.data + done, bytes.size - done, (off_t)(offset + done));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            o->failed = CM_ERR_IO;
            return cm_fail_errno(err, errno, o->path);
        }
        done += (size_t)put;
    }
    return CM_OK;
}

cm_code cm_output_rewind(cm_output *o, cm_error *err) {
    if (lseek(o->fd, 0, SEEK_SET) == 0 && ftruncate(o->fd, 0) == 0)
        return CM_OK;
    o->failed = CM_ERR_IO;
    return cm_fail_errno(err, errno, o->path);
}

/* A new name is on disk only when its directory is. Some file systems can't sync a directory; the
 * file itself is safe by then, so that is no failure. */
static void sync_directory(const char *path) {
    char *dir = directory_of(path);
    int fd = dir != NULL ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(dir);
}

static int give_name(const cm_output *o, const char *name) {
    char now[FD_NAME];
    name_of_fd(o->fd, now);
    return linkat(AT_FDCWD, now, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

static int give_temporary_name(cm_output *o) {
    int given = -1, tries = 0;
    errno = EEXIST;
    while (given != 0 && next_name(o, &tries))
        given = give_name(o, o->temporary);
    o->nameless = given != 0;
    return given;
}

/* link(2) fails when the name is taken, rename(2) replaces: the first keeps the promise of `keep`
 * even against another process. */
static int publish(cm_output *o) {
    if (o->nameless && o->keep)
        return give_name(o, o->path);
    if (o->nameless && give_temporary_name(o) != 0)
        return -1;
    if (!o->keep)
        return rename(o->temporary, o->path);
    if (link(o->temporary, o->path) != 0)
        return -1;
    (void)unlink(o->temporary); /* the file is there, whole; a second name for it does no harm */
    return 0;
}

static cm_code commit_file(cm_output *o, cm_error *err) {
    if (o->failed != CM_OK)
        return cm_fail(err, o->failed, "%s: was not written whole", o->path);
    if (o->direct)
        return CM_OK;
    if (fsync(o->fd) != 0)
        return cm_fail_errno(err, errno, o->path);
    if (publish(o) == 0)
        return CM_OK;
    if (errno == EEXIST && o->keep)
        return cm_fail(err, CM_ERR_EXISTS, "%s: exists already and is not overwritten", o->path);
    return cm_fail_errno(err, errno, o->path);
}

cm_code cm_output_commit(cm_output *o, cm_error *err) {
    cm_code code = commit_file(o, err);
    if (code != CM_OK) {
        cm_output_abort(o);
        return code;
    }
    if (!o->direct)
        sync_directory(o->path);
    destroy(o);
    return CM_OK;
}

void cm_output_abort(cm_output *o) {
    if (o == NULL)
        return;
    if (o->temporary != NULL && !o->nameless)
        (void)unlink(o->temporary);
    destroy(o);
}

cm_code cm_output_bytes(const char *path, const cm_output_options *options, cm_bytes bytes,
                        cm_error *err) {
    cm_output *o = NULL;
    cm_code code = cm_output_open(path, options, &o, err);
    if (code != CM_OK)
        return code;
    code = write_file(o, bytes.data, bytes.size, err);
    if (code == CM_OK)
        return cm_output_commit(o, err);
    cm_output_abort(o);
    return code;
}
