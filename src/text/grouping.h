/* Windows of a block in groups that share a context: what is costly for a context is done once. */
#ifndef CM_TEXT_GROUPING_H
#define CM_TEXT_GROUPING_H

#include "text/windows.h"

/* The windows' numbers (0 to count - 1) so that those with equal `depends` ids before the scored
 * one stand together, `depends` <= width - 1. CM_ERR_MEMORY; free with free(). */
cm_code cm_group_windows(const cm_window_block *block, size_t depends, uint32_t **out,
                         cm_error *err);

/* Whether two windows have those ids in common. */
bool cm_same_context(const cm_window_block *block, uint32_t a, uint32_t b, size_t depends);

#endif
