/* Streams: bytes read at any offset, bytes written in order. A source or a sink is a file or
 * memory; what uses one can't tell. */
#ifndef CM_BASE_STREAM_H
#define CM_BASE_STREAM_H

#include <countermark/limits.h>

#include "base/buf.h"

/* Bytes that can be read at any offset, without a position of its own, so that one source may be
 * read by several threads. */
typedef struct cm_source cm_source;

/* Opens a regular file for reading; "-" is standard input, which is read to its end into memory
 * (as is anything that can't be sought). Larger than limits->file_bytes: CM_ERR_LIMIT.
 * Close with cm_source_close(). */
cm_code cm_source_open(const char *path, const cm_limits *limits, cm_source **out, cm_error *err);

/* A source over bytes that the caller keeps alive until it is closed. */
cm_code cm_source_memory(cm_bytes bytes, cm_source **out, cm_error *err);

void cm_source_close(cm_source *s); /* NULL is allowed */

uint64_t cm_source_size(const cm_source *s);

/* Fills exactly n bytes from `offset`; CM_ERR_FORMAT when the source ends before that. */
cm_code cm_source_read(const cm_source *s, uint64_t offset, void *into, size_t n, cm_error *err);

/* Appends n bytes from `offset` to `out`; CM_ERR_FORMAT, before any memory is claimed, when the
 * source ends before that: a forged length costs nothing. */
cm_code cm_source_load(const cm_source *s, uint64_t offset, uint64_t n, cm_buf *out, cm_error *err);

/* Where bytes go, in order. */
typedef struct cm_sink {
    void *context;
    cm_code (*write)(void *context, const void *data, size_t n, cm_error *err);
} cm_sink;

/* Appends to a buffer that the caller owns. */
cm_sink cm_sink_buf(cm_buf *b);

cm_code cm_sink_write(const cm_sink *sink, const void *data, size_t n, cm_error *err);

/* Writes n zeros. */
cm_code cm_sink_zeros(const cm_sink *sink, uint64_t n, cm_error *err);

/* What is written goes to `first`, then to `second`; all three outlive the sink. */
typedef struct cm_tee {
    const cm_sink *first, *second;
} cm_tee;

cm_sink cm_sink_tee(cm_tee *tee);

/* Copies n bytes of the source from `offset` to the sink. */
cm_code cm_sink_copy(const cm_sink *sink, const cm_source *from, uint64_t offset, uint64_t n,
                     cm_error *err);

/* A file that appears whole or not at all: written without a name, or under another one beside its
 * final place where the system can't do that, then synced and renamed. Without a name nothing is
 * left of it when the process is killed. */
typedef struct cm_output cm_output;

typedef struct cm_output_options {
    bool owner_only; /* mode 0600 instead of 0666 & ~umask: keys */
    bool keep;       /* refuse (CM_ERR_EXISTS) to replace a file that is there already */
    bool named;      /* under a temporary name, also where it could be without one till its end */
} cm_output_options;

/* "-" is standard output. That, a device and a pipe are written as it comes. A file that is
 * replaced keeps its mode, unless owner_only. */
cm_code cm_output_open(const char *path, const cm_output_options *options, cm_output **out,
                       cm_error *err);
cm_sink cm_output_sink(cm_output *o);

/* True for a file, false for what is written as it comes: whether the two below work. */
bool cm_output_seekable(const cm_output *o);

/* Replaces bytes that were written; the next write still goes to the end. */
cm_code cm_output_patch(cm_output *o, uint64_t offset, cm_bytes bytes, cm_error *err);

/* Starts again with an empty file. */
cm_code cm_output_rewind(cm_output *o, cm_error *err);

/* Makes the file visible under its name; frees `o` in any case. Fails when a write had failed. On
 * failure nothing was replaced. */
cm_code cm_output_commit(cm_output *o, cm_error *err);

/* Writes `bytes` as a whole file: the three steps above in one. */
cm_code cm_output_bytes(const char *path, const cm_output_options *options, cm_bytes bytes,
                        cm_error *err);

/* Throws away what was written; frees `o`. NULL is allowed. */
void cm_output_abort(cm_output *o);

#endif
