/* Showing text of others. */
#ifndef COUNTERMARK_PRINTABLE_H
#define COUNTERMARK_PRINTABLE_H

#include <countermark/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A copy of `text` that can't act on whoever reads it on a terminal or in a log: characters that
 * move a cursor, turn the direction of writing or don't show stand as \u{202e}, bytes that are no
 * UTF-8 as \x{ff}. Markup is left as it is. What cm_inspection_text() gives went through it; paths
 * and messages of errors didn't. Free with free(). CM_ERR_MEMORY. */
CM_API cm_code cm_printable(const char *text, char **out, cm_error *err);

#ifdef __cplusplus
}
#endif

#endif
