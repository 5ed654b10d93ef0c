/* What marking says of a mark that was there before. */
#ifndef COUNTERMARK_EARLIER_H
#define COUNTERMARK_EARLIER_H

#include <stdbool.h>
#include <stdint.h>
#include <countermark/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The strongest mark of another key that was found in a picture before it was marked. */
typedef struct cm_earlier_mark {
    char key[CM_KEY_NAME_MAX + 1]; /* the key's name; "" when nothing was found */
    bool public_layer;
    bool has_payload;
    uint64_t payload;
    int payload_bits; /* 64 or 16; 0 of a mark that says no more than that it is there; -1: unread
                       */
    double log10_p;   /* corrected for the keys looked for */
} cm_earlier_mark;

#ifdef __cplusplus
}
#endif
#endif
