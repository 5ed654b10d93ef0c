/* What a mark says, and the information word that the code carries (spec/payload.md). */
#ifndef CM_MARK_PAYLOAD_H
#define CM_MARK_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "mark/scheme.h"

/* `bits` is CM_PAYLOAD_BITS, CM_SHORT_BITS, or 0 for a mark that says no more than that it is
 * there; `value` is below 2^bits. */
typedef struct cm_payload {
    int bits;
    uint64_t value;
} cm_payload;

/* Room for a payload's hexadecimal digits and the NUL. */
#define CM_PAYLOAD_TEXT (CM_PAYLOAD_BITS / 4 + 1)

bool cm_payload_same(cm_payload a, cm_payload b);

/* bits / 4 hexadecimal digits, most significant first; "" of no bits. */
void cm_payload_text(cm_payload p, char text[CM_PAYLOAD_TEXT]);

/* The CM_INFO_BITS bits of the information word, each a byte of 0 or 1. */
void cm_payload_write(cm_payload p, uint8_t *info);

/* Reads an information word of format 1, the one of 64 bits; false: it isn't one. Words of fewer
 * bits are told by how well they correlate, among all that there are, and not by their CRC. */
bool cm_payload_read(const uint8_t *info, cm_payload *out);

#endif
