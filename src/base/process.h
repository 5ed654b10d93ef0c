/* Running a command: bytes in, bytes out, within bounds. */
#ifndef CM_BASE_PROCESS_H
#define CM_BASE_PROCESS_H

#include "base/buf.h"

/* Runs `command`, whose words stand between blanks, without a shell: nothing in it is interpreted,
 * and the first word is looked for as execvp() does. `input` is its standard input; its standard
 * output is appended to `output`, up to output->limit; its standard error is ours.
 *
 * CM_ERR_ARGUMENT: no command. CM_ERR_IO: it can't be run, ends otherwise than with 0, takes longer
 * than `seconds` (it is killed), or writes more than the limit. */
cm_code cm_process_run(const char *command, cm_bytes input, unsigned seconds, cm_buf *output,
                       cm_error *err);

#endif
