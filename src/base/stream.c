#include "base/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 16 };

struct cm_source {
    int fd; /* -1: memory */
    uint64_t size;
    cm_bytes bytes; /* of a memory source */
    cm_buf owned;   /* what was read from a pipe */
};

/* Reads a pipe to its end. */
static cm_code slurp(int fd, const cm_limits *limits, cm_buf *out, cm_error *err) {
    for (;;) {
        uint8_t *at = cm_buf_extend(out, CHUNK);
        if (at == NULL)
            return cm_buf_status(out, err);
        ssize_t got = read(fd, at, CHUNK);
        if (got < 0 && errno == EINTR)
            got = 0;
        else if (got <= 0) {
            out->size -= CHUNK;
            return got == 0 ? CM_OK : cm_fail_errno(err, errno, "read");
        }
        out->size -= CHUNK - (size_t)got;
        if (out->size > limits->file_bytes)
            return cm_fail(err, CM_ERR_LIMIT, "input is larger than the limit of %llu bytes",
                           (unsigned long long)limits->file_bytes);
    }
}

/* Tells a file that can be read at offsets from a pipe, and takes in the pipe. */
static cm_code adopt(cm_source *s, const cm_limits *limits, const char *path, cm_error *err) {
    struct stat st;
    if (fstat(s->fd, &st) != 0)
        return cm_fail_errno(err, errno, path);
    if (S_ISDIR(st.st_mode))
        return cm_fail(err, CM_ERR_IO, "%s: is a directory", path);
    if (!S_ISREG(st.st_mode)) {
        cm_code code = slurp(s->fd, limits, &s->owned, err);
        s->bytes = cm_buf_bytes(&s->owned);
        s->size = s->bytes.size;
        if (s->fd > STDERR_FILENO)
            close(s->fd);
        s->fd = -1;
        return code;
    }
    s->size = (uint64_t)st.st_size;
    if (s->size > limits->file_bytes)
        return cm_fail(err, CM_ERR_LIMIT, "%s: %llu bytes, over the limit of %llu", path,
                       (unsigned long long)s->size, (unsigned long long)limits->file_bytes);
    return CM_OK;
}

cm_code cm_source_open(const char *path, const cm_limits *limits, cm_source **out, cm_error *err) {
    cm_limits standard = cm_limits_default();
    cm_source *s = calloc(1, sizeof *s);
    *out = NULL;
    if (s == NULL)
        return cm_fail_memory(err);
    s->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0) {
        int saved = errno;
        free(s);
        return cm_fail_errno(err, saved, path);
    }
    cm_code code = adopt(s, limits != NULL ? limits : &standard, path, err);
    if (code != CM_OK) {
        cm_source_close(s);
        return code;
    }
    *out = s;
    return CM_OK;
}

cm_code cm_source_memory(cm_bytes bytes, cm_source **out, cm_error *err) {
    cm_source *s = calloc(1, sizeof *s);
    *out = s;
    if (s == NULL)
        return cm_fail_memory(err);
    *s = (cm_source){.fd = -1, .size = bytes.size, .bytes = bytes};
    return CM_OK;
}

void cm_source_close(cm_source *s) {
    if (s == NULL)
        return;
    if (s->fd >= 0)
        close(s->fd);
    cm_buf_free(&s->owned);
    free(s);
}

uint64_t cm_source_size(const cm_source *s) {
    return s->size;
}

static cm_code read_file(int fd, uint64_t offset, uint8_t *into, size_t n, cm_error *err) {
    while (n > 0) {
        ssize_t got = pread(fd, into, n, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cm_fail_errno(err, errno, "read");
        if (got == 0)
            return cm_fail(err, CM_ERR_IO, "the file became shorter while it was read");
        into += got;
        offset += (uint64_t)got;
        n -= (size_t)got;
    }
    return CM_OK;
}

cm_code cm_source_read(const cm_source *s, uint64_t offset, void *into, size_t n, cm_error *err) {
    if (offset > s->size || n > s->size - offset)
        return cm_fail(err, CM_ERR_FORMAT,
                       "truncated: %zu bytes wanted at %llu, the file ends at %llu", n,
                       (unsigned long long)offset, (unsigned long long)s->size);
    if (s->fd >= 0)
        return read_file(s->fd, offset, into, n, err);
    if (n != 0)
        memcpy(into, s->bytes.data + offset, n);
    return CM_OK;
}

cm_code cm_source_load(const cm_source *s, uint64_t offset, uint64_t n, cm_buf *out,
                       cm_error *err) {
    if (offset > s->size || n > s->size - offset)
        return cm_fail(
            err, CM_ERR_FORMAT, "truncated: %llu bytes wanted at %llu, the file ends at %llu",
            (unsigned long long)n, (unsigned long long)offset, (unsigned long long)s->size);
    uint8_t *at = cm_buf_extend(out, (size_t)n);
    if (at == NULL)
        return cm_buf_status(out, err);
    return cm_source_read(s, offset, at, (size_t)n, err);
}

static cm_code write_buf(void *context, const void *data, size_t n, cm_error *err) {
    cm_buf_put(context, data, n);
    return cm_buf_status(context, err);
}

cm_sink cm_sink_buf(cm_buf *b) {
    return (cm_sink){.context = b, .write = write_buf};
}

cm_code cm_sink_write(const cm_sink *sink, const void *data, size_t n, cm_error *err) {
    return sink->write(sink->context, data, n, err);
}

cm_code cm_sink_zeros(const cm_sink *sink, uint64_t n, cm_error *err) {
    static const uint8_t zeros[4096];
    cm_code code = CM_OK;
    for (; n > 0 && code == CM_OK; n -= n < sizeof zeros ? n : sizeof zeros)
        code = cm_sink_write(sink, zeros, n < sizeof zeros ? (size_t)n : sizeof zeros, err);
    return code;
}

static cm_code write_tee(void *context, const void *data, size_t n, cm_error *err) {
    const cm_tee *tee = context;
    cm_code code = cm_sink_write(tee->first, data, n, err);
    return code == CM_OK ? cm_sink_write(tee->second, data, n, err) : code;
}

cm_sink cm_sink_tee(cm_tee *tee) {
    return (cm_sink){.context = tee, .write = write_tee};
}

cm_code cm_sink_copy(const cm_sink *sink, const cm_source *from, uint64_t offset, uint64_t n,
                     cm_error *err) {
    uint8_t chunk[CHUNK];
    while (n > 0) {
        size_t step = n < sizeof chunk ? (size_t)n : sizeof chunk;
        cm_code code = cm_source_read(from, offset, chunk, step, err);
        if (code == CM_OK)
            code = cm_sink_write(sink, chunk, step, err);
        if (code != CM_OK)
            return code;
        offset += step;
        n -= step;
    }
    return CM_OK;
}
