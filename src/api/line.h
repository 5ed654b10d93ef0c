/* Lines of a report for people. */
#ifndef CM_API_LINE_H
#define CM_API_LINE_H

#include "base/buf.h"

/* Appends a formatted line, printable (base/printable.h): what is quoted is somebody else's.
 * Failures latch in the buffer. */
void cm_put_line(cm_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends the text and hands it over; free() it. */
cm_code cm_lines_finish(cm_buf *b, char **out, cm_error *err);

#endif
