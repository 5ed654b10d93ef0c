/* WebP as a list of RIFF chunks (RFC 9649, section 2). */
#ifndef CM_MEDIA_WEBP_CHUNKS_H
#define CM_MEDIA_WEBP_CHUNKS_H

#include "base/buf.h"

#define CM_WEBP_FOURCC(a, b, c, d)                                                                 \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

#define CM_WEBP_VP8 CM_WEBP_FOURCC('V', 'P', '8', ' ')
#define CM_WEBP_VP8L CM_WEBP_FOURCC('V', 'P', '8', 'L')
#define CM_WEBP_VP8X CM_WEBP_FOURCC('V', 'P', '8', 'X')
#define CM_WEBP_ALPH CM_WEBP_FOURCC('A', 'L', 'P', 'H')
#define CM_WEBP_ANIM CM_WEBP_FOURCC('A', 'N', 'I', 'M')
#define CM_WEBP_ANMF CM_WEBP_FOURCC('A', 'N', 'M', 'F')
#define CM_WEBP_EXIF CM_WEBP_FOURCC('E', 'X', 'I', 'F')

typedef struct cm_webp_chunk {
    uint32_t fourcc;
    cm_bytes data; /* without the padding byte */
} cm_webp_chunk;

/* A reader over the chunks of a file; CM_ERR_FORMAT when the RIFF header's size is more than there
 * is. What lies behind the RIFF form isn't part of the picture. */
cm_code cm_webp_chunks(cm_bytes file, cm_reader *chunks, cm_error *err);

/* The next chunk; false at the end, or (and r->bad) when the bytes end inside it. */
bool cm_webp_next(cm_reader *r, cm_webp_chunk *chunk);

typedef struct cm_webp_facts {
    bool extended;  /* has VP8X */
    cm_bytes lossy; /* the VP8 chunk; empty for lossless pictures */
    cm_bytes exif;
} cm_webp_facts;

/* CM_ERR_FORMAT for damage, CM_ERR_UNSUPPORTED for an animation. */
cm_code cm_webp_scan(cm_bytes file, cm_webp_facts *facts, cm_error *err);

/* Appends the picture that libwebp made (`coded`, a file of its own) in the frame of the original:
 * all of the original's chunks in their order, with the picture's own replaced. */
cm_code cm_webp_splice(cm_bytes original, cm_bytes coded, cm_buf *out, cm_error *err);

/* libwebp's quality setting (0..100) that a VP8 key frame was most likely made with, from its
 * quantiser indices (RFC 6386, section 9.6; spec/media.md). 100 when the header is damaged. */
float cm_webp_quality(cm_bytes vp8);

#endif
