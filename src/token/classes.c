#include "token/classes.h"

#include <stdlib.h>
#include <string.h>

#include "token/classes_table.h"

enum { RUNS = sizeof CM_CLASS_RUNS / sizeof CM_CLASS_RUNS[0] };

cm_code cm_classes_new(uint8_t **out, cm_error *err) {
    uint8_t *table = malloc(CM_CODE_POINTS);
    *out = table;
    if (table == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < RUNS; i++) {
        uint32_t from = CM_CLASS_RUNS[i] >> 8;
        uint32_t to = i + 1 < RUNS ? CM_CLASS_RUNS[i + 1] >> 8 : CM_CODE_POINTS;
        memset(table + from, (int)(CM_CLASS_RUNS[i] & 0xff), to - from);
    }
    return CM_OK;
}
