#include "api/line.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/printable.h"

void cm_put_line(cm_buf *b, const char *format, ...) {
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *text = n >= 0 ? cm_calloc((size_t)n + 1, 1) : NULL;
    if (text != NULL && vsnprintf(text, (size_t)n + 1, format, again) == n)
        cm_put_printable(b, text);
    else if (b->failed == CM_OK)
        b->failed = CM_ERR_MEMORY;
    va_end(again);
    va_end(args);
    free(text);
    cm_buf_u8(b, '\n');
}

cm_code cm_lines_finish(cm_buf *b, char **out, cm_error *err) {
    cm_buf_u8(b, 0);
    cm_code code = cm_buf_status(b, err);
    *out = NULL;
    if (code == CM_OK)
        *out = (char *)b->data;
    else
        cm_buf_free(b);
    return code;
}
