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
    bool standard; /* standard output: nothing to rename */
    char *path;
    char *temporary;
};

static void destroy(cm_output *o) {
    if (o->fd >= 0 && !o->standard)
        close(o->fd);
    free(o->path);
    free(o->temporary);
    free(o);
}

/* "<path>.XXXXXX": beside the final place, since rename works only within one file system. */
static char *temporary_name(const char *path) {
    static const char SUFFIX[] = ".XXXXXX";
    size_t n = strlen(path);
    char *name = cm_calloc(n + sizeof SUFFIX, 1);
    if (name != NULL) {
        memcpy(name, path, n);
        memcpy(name + n, SUFFIX, sizeof SUFFIX);
    }
    return name;
}

/* What open(2) would have given: mkstemp is stricter than a user expects of a picture. The umask
 * can only be read by setting it, which is not safe among threads, so the file system is asked
 * instead. */
static mode_t ordinary_mode(const char *path) {
    struct stat st;
    if (stat(path, &st) == 0)
        return st.st_mode & 0777;
    return 0644;
}

static cm_code open_file(cm_output *o, const char *path, bool owner_only, cm_error *err) {
    struct stat st;
    if (o->keep && lstat(path, &st) == 0)
        return cm_fail(err, CM_ERR_EXISTS, "%s: exists already and is not overwritten", path);
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return cm_fail(err, CM_ERR_IO, "%s: is a directory", path);
    o->path = cm_strndup(path, strlen(path));
    o->temporary = temporary_name(path);
    if (o->path == NULL || o->temporary == NULL)
        return cm_fail_memory(err);
    o->fd = mkstemp(o->temporary);
    if (o->fd < 0) {
        int saved = errno;
        free(o->temporary);
        o->temporary = NULL;
        return cm_fail_errno(err, saved, path);
    }
    if (!owner_only && fchmod(o->fd, ordinary_mode(path)) != 0)
        return cm_fail_errno(err, errno, path);
    return CM_OK;
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
    *o = (cm_output){.fd = -1, .keep = options->keep, .standard = strcmp(path, "-") == 0};
    if (o->standard)
        o->fd = STDOUT_FILENO;
    else {
        cm_code code = open_file(o, path, options->owner_only, err);
        if (code != CM_OK) {
            cm_output_abort(o);
            return code;
        }
    }
    *out = o;
    return CM_OK;
}

static cm_code write_file(void *context, const void *data, size_t n, cm_error *err) {
    const cm_output *o = context;
    const uint8_t *at = data;
    while (n > 0) {
        ssize_t put = write(o->fd, at, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return cm_fail_errno(err, errno, o->standard ? "standard output" : o->path);
        at += put;
        n -= (size_t)put;
    }
    return CM_OK;
}

cm_sink cm_output_sink(cm_output *o) {
    return (cm_sink){.context = o, .write = write_file};
}

/* A new name is on disk only when its directory is. Some file systems can't sync a directory; the
 * file itself is safe by then, so that is no failure. */
static void sync_directory(const char *path) {
    const char *slash = strrchr(path, '/');
    char *dir = slash == NULL   ? cm_strndup(".", 1)
                : slash == path ? cm_strndup("/", 1)
                                : cm_strndup(path, (size_t)(slash - path));
    int fd = dir != NULL ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(dir);
}

/* link(2) fails when the name is taken, rename(2) replaces: the first keeps the promise of `keep`
 * even against another process. */
static int publish(const cm_output *o) {
    if (!o->keep)
        return rename(o->temporary, o->path);
    if (link(o->temporary, o->path) != 0)
        return -1;
    return unlink(o->temporary);
}

cm_code cm_output_commit(cm_output *o, cm_error *err) {
    cm_code code = CM_OK;
    if (!o->standard) {
        if (fsync(o->fd) != 0)
            code = cm_fail_errno(err, errno, o->path);
        else if (publish(o) != 0)
            code = cm_fail_errno(err, errno, o->path);
        if (code != CM_OK) {
            cm_output_abort(o);
            return code;
        }
        sync_directory(o->path);
    }
    destroy(o);
    return code;
}

void cm_output_abort(cm_output *o) {
    if (o == NULL)
        return;
    if (o->temporary != NULL)
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
