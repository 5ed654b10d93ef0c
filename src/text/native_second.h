/* Whether a text's scores speak for a second message beside the one that was found
 * (spec/text-mark.md §6.5). */
#ifndef CM_TEXT_NATIVE_SECOND_H
#define CM_TEXT_NATIVE_SECOND_H

#include "text/native_code.h"

/* ln of at most the probability, over keys, that another message shows so clearly at an arc of
 * stages in a text that carries none but this. `weighted` as in cm_payload_case. */
cm_code cm_code_second(const cm_code_table *t, uint64_t message, bool weighted, double *out,
                       cm_error *err);

#endif
