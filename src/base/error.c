#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *cm_code_name(cm_code code) {
    switch (code) {
    case CM_OK:
        return "ok";
    case CM_ERR_ARGUMENT:
        return "argument";
    case CM_ERR_MEMORY:
        return "memory";
    case CM_ERR_IO:
        return "io";
    case CM_ERR_FORMAT:
        return "format";
    case CM_ERR_UNSUPPORTED:
        return "unsupported";
    case CM_ERR_LIMIT:
        return "limit";
    case CM_ERR_KEY:
        return "key";
    case CM_ERR_CRYPTO:
        return "crypto";
    case CM_ERR_CAPACITY:
        return "capacity";
    case CM_ERR_EXISTS:
        return "exists";
    }
    return "unknown";
}

/* Untrusted text may carry escape sequences for the reader's terminal. */
static void defuse(char *text) {
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

cm_code cm_fail(cm_error *err, cm_code code, const char *format, ...) {
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        err->code = code;
        if (vsnprintf(err->message, sizeof err->message, format, args) < 0)
            err->message[0] = '\0';
        va_end(args);
        defuse(err->message);
    }
    return code;
}

cm_code cm_fail_errno(cm_error *err, int errnum, const char *what) {
    char text[128] = "";
    if (strerror_r(errnum, text, sizeof text) != 0)
        (void)snprintf(text, sizeof text, "error %d", errnum);
    return cm_fail(err, CM_ERR_IO, "%s: %s", what, text);
}

cm_code cm_fail_memory(cm_error *err) {
    return cm_fail(err, CM_ERR_MEMORY, "out of memory");
}
