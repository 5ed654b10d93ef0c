/* Bounds on what untrusted input may cost. Passing NULL where a `const cm_limits *` is asked for
 * means cm_limits_default(). Exceeding one is CM_ERR_LIMIT, never a crash and never a swap storm.
 */
#ifndef COUNTERMARK_LIMITS_H
#define COUNTERMARK_LIMITS_H

#include <stddef.h>
#include <stdint.h>
#include <countermark/export.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cm_limits {
    uint64_t file_bytes;     /* largest file read */
    uint64_t pixels;         /* largest picture, width times height */
    uint32_t side;           /* longest side of a picture, pixels */
    uint32_t jpeg_scans;     /* scans of a progressive JPEG (each costs a pass over the picture) */
    uint64_t manifest_bytes; /* largest manifest store */
    uint32_t manifests;      /* manifests in a store */
    uint32_t boxes;          /* JUMBF boxes in a store */
    uint32_t depth;          /* nesting of JUMBF boxes, of CBOR items */
    uint32_t certificates;   /* certificates in one chain */
    uint64_t text_bytes;     /* longest text for a tokenizer that takes it whole (SentencePiece) */
} cm_limits;

/* For options that ask for a number of threads: as many as there are processors. */
enum { CM_THREADS_ALL = -1 };

/* 2 GiB files, 400 megapixels, sides of 65,535, 200 scans, 64 MiB stores, 4 MiB of text. */
CM_API cm_limits cm_limits_default(void);

#ifdef __cplusplus
}
#endif
#endif
