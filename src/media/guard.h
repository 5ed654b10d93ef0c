/* Errors of C libraries that leave by longjmp, turned into ours. The only setjmp of the library
 * stands in guard.c. */
#ifndef CM_MEDIA_GUARD_H
#define CM_MEDIA_GUARD_H

#include <setjmp.h>

#include "base/error.h"

typedef struct cm_guard {
    jmp_buf jump;
    cm_code code;
    char message[CM_ERROR_MESSAGE];
} cm_guard;

/* Runs body(context), which calls the other library; whatever it owns must be reachable from
 * `context`, so that the caller can free it after a failure. CM_OK when body returned, otherwise
 * what cm_guard_fail() was told. */
cm_code cm_guard_run(cm_guard *g, void (*body)(void *), void *context, cm_error *err);

/* For the library's error callback: ends the cm_guard_run() in progress. */
_Noreturn void cm_guard_fail(cm_guard *g, cm_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
