/* PNG as a list of chunks (W3C PNG 3rd edition, section 5). */
#ifndef CM_MEDIA_PNG_CHUNKS_H
#define CM_MEDIA_PNG_CHUNKS_H

#include "base/error.h"
#include "base/reader.h"

#define CM_PNG_TYPE(a, b, c, d)                                                                    \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

enum { CM_PNG_SIGNATURE_BYTES = 8 };

#define CM_PNG_IHDR CM_PNG_TYPE('I', 'H', 'D', 'R')
#define CM_PNG_PLTE CM_PNG_TYPE('P', 'L', 'T', 'E')
#define CM_PNG_IDAT CM_PNG_TYPE('I', 'D', 'A', 'T')
#define CM_PNG_IEND CM_PNG_TYPE('I', 'E', 'N', 'D')
#define CM_PNG_TRNS CM_PNG_TYPE('t', 'R', 'N', 'S')
#define CM_PNG_BKGD CM_PNG_TYPE('b', 'K', 'G', 'D')
#define CM_PNG_HIST CM_PNG_TYPE('h', 'I', 'S', 'T')
#define CM_PNG_SBIT CM_PNG_TYPE('s', 'B', 'I', 'T')
#define CM_PNG_EXIF CM_PNG_TYPE('e', 'X', 'I', 'f')
#define CM_PNG_ACTL CM_PNG_TYPE('a', 'c', 'T', 'L')

typedef struct cm_png_chunk {
    uint32_t type;
    cm_bytes data;
    cm_bytes whole; /* with length, type and CRC */
} cm_png_chunk;

/* The next chunk; false (and r->bad) when the bytes end first. The CRC is not looked at. */
bool cm_png_next(cm_reader *r, cm_png_chunk *chunk);

typedef struct cm_png_facts {
    uint32_t width, height;
    uint8_t depth, colour, interlace; /* as in IHDR */
    uint64_t idat_bytes;              /* compressed, all IDAT together */
    bool transparent;                 /* has tRNS */
    cm_bytes exif;
} cm_png_facts;

/* Walks the file from its signature to IEND. CM_ERR_FORMAT when it is cut short, CM_ERR_UNSUPPORTED
 * for an animation. */
cm_code cm_png_scan(cm_bytes file, cm_png_facts *facts, cm_error *err);

#endif
