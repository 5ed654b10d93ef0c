/* Raising errors inside the library. */
#ifndef CM_BASE_ERROR_H
#define CM_BASE_ERROR_H

#include <countermark/error.h>

/* Fills *err (when not NULL) and returns `code`, so that `return cm_fail(err, CM_ERR_FORMAT, …)`
 * reads as one step. Control characters in the formatted text, which may quote untrusted bytes,
 * become '?'. */
cm_code cm_fail(cm_error *err, cm_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As cm_fail with CM_ERR_IO: "<what>: <text of errno>". */
cm_code cm_fail_errno(cm_error *err, int errnum, const char *what);

/* As cm_fail with CM_ERR_MEMORY. */
cm_code cm_fail_memory(cm_error *err);

#endif
