/* Which network addresses anybody may be sent to by a file that we read. */
#ifndef CM_BASE_ADDRESS_H
#define CM_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether an IPv4 address (4 bytes) or an IPv6 address (16 bytes) is a host's on the public
 * internet by IANA's registries of special-purpose addresses: not loopback, link-local, private,
 * shared (CGNAT), documentation's, multicast, unspecified or reserved, nor one that stands for an
 * IPv4 address (mapped, NAT64, 6to4, Teredo). False for any other size. */
bool cm_address_public(const uint8_t *address, size_t size);

#endif
