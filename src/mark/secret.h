/* Secrets: where they come from and how they go. */
#ifndef CM_MARK_SECRET_H
#define CM_MARK_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Overwrites memory in a way that the compiler can't leave out. */
void cm_secret_erase(void *at, size_t n);

/* 64 bits from the system's random source. CM_ERR_CRYPTO. */
cm_code cm_secret_draw(uint64_t *value, cm_error *err);

#endif
