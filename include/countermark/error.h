/* Errors: one type, a code for programs and a message for people.
 *
 * A verdict is not an error. "No watermark", "signature invalid" and "signer unknown" are answers,
 * and stand in a report. An error says that the question could not be answered. */
#ifndef COUNTERMARK_ERROR_H
#define COUNTERMARK_ERROR_H

#include <countermark/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What went wrong. The numbers are stable: they are part of the ABI. */
typedef enum cm_code {
    CM_OK = 0,
    CM_ERR_ARGUMENT = 1,    /* the caller broke the function's contract */
    CM_ERR_MEMORY = 2,      /* an allocation failed */
    CM_ERR_IO = 3,          /* the operating system refused a read or a write */
    CM_ERR_FORMAT = 4,      /* the bytes are not what they claim to be */
    CM_ERR_UNSUPPORTED = 5, /* well-formed, but outside what this library does */
    CM_ERR_LIMIT = 6,       /* larger, deeper or slower than the limits in force allow */
    CM_ERR_KEY = 7,         /* a key or certificate can't be used: permissions, dates, type */
    CM_ERR_CRYPTO = 8,      /* the cryptographic library refused */
    CM_ERR_CAPACITY = 9,    /* the host is too small or too flat to carry the mark */
    CM_ERR_EXISTS = 10      /* refused: it is there already (a file, a mark) */
} cm_code;

enum { CM_ERROR_MESSAGE = 320 };

/* Filled in when a function returns a code other than CM_OK; untouched otherwise.
 * The caller owns it (usually on the stack). Every function that takes a `cm_error *` accepts NULL.
 * `message` is one line of UTF-8 without control characters, ends with NUL, and says what to do
 * next where we know. */
typedef struct cm_error {
    cm_code code;
    char message[CM_ERROR_MESSAGE];
} cm_error;

/* The code's stable name for scripts, such as "format" for CM_ERR_FORMAT. Never NULL. */
CM_API const char *cm_code_name(cm_code code);

#ifdef __cplusplus
}
#endif
#endif
