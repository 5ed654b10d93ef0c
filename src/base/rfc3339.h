/* Times as text. */
#ifndef CM_BASE_RFC3339_H
#define CM_BASE_RFC3339_H

#include <stdbool.h>
#include <time.h>

enum { CM_RFC3339_SIZE = 21 }; /* 2026-11-29T12:00:00Z */

/* In UTC, to the second (RFC 3339); false, and "", for a year that doesn't have four digits. */
bool cm_rfc3339(time_t when, char text[static CM_RFC3339_SIZE]);

#endif
