#include "media/guard.h"

#include <stdarg.h>
#include <stdio.h>

cm_code cm_guard_run(cm_guard *g, void (*body)(void *), void *context, cm_error *err) {
    g->code = CM_OK;
    if (setjmp(g->jump) != 0)
        return cm_fail(err, g->code, "%s", g->message);
    body(context);
    return CM_OK;
}

void cm_guard_fail(cm_guard *g, cm_code code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (vsnprintf(g->message, sizeof g->message, format, args) < 0)
        g->message[0] = '\0';
    va_end(args);
    g->code = code;
    longjmp(g->jump, 1);
}
