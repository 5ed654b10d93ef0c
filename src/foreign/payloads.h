/* Payloads that are the same in all pictures of a generator (spec/image-peers.md §5). */
#ifndef CM_FOREIGN_PAYLOADS_H
#define CM_FOREIGN_PAYLOADS_H

#include "foreign/approx.h"

enum { CM_PAYLOADS = 5, CM_PAYLOAD_BITS_MAX = 224 };

typedef struct cm_peer_payload {
    const char *name;
    cm_domain domain; /* in which its generator computes */
    size_t n;         /* bits, from the first byte's highest on */
    size_t period;    /* of what its bits have in common with other payloads' and with pictures */
    const char *bytes;
} cm_peer_payload;

extern const cm_peer_payload CM_PEER_PAYLOADS[CM_PAYLOADS];

void cm_payload_bits(const cm_peer_payload *p, uint8_t bits[CM_PAYLOAD_BITS_MAX]);

#endif
