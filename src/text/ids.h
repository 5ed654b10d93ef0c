/* Token ids from outside. */
#ifndef CM_TEXT_IDS_H
#define CM_TEXT_IDS_H

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* `before`: tokens of the text before these. CM_ERR_ARGUMENT, naming the token, unless all ids are
 * below the vocabulary's size. */
static inline cm_code cm_ids_check(const uint32_t *ids, size_t n, uint64_t before,
                                   uint32_t vocabulary, cm_error *err) {
    for (size_t i = 0; i < n; i++)
        if (ids[i] >= vocabulary)
            return cm_fail(err, CM_ERR_ARGUMENT,
                           "token %" PRIu64 " has id %u; the vocabulary ends at %u", before + i,
                           ids[i], vocabulary - 1);
    return CM_OK;
}

#endif
