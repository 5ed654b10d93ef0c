/* The message's code: header, payload and CRC in a tail-biting convolutional code of rate 1/4 and
 * constraint length 14 (spec/image-mark.md §2.3). */
#ifndef CM_MARK_CODE_H
#define CM_MARK_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "mark/payload.h"

/* CM_CODE_BITS values of 0 or 1 for a payload. */
void cm_code_encode(cm_payload payload, uint8_t *code);

typedef struct cm_decoded {
    bool valid; /* a word of some payload: of 64 bits, format and CRC are right */
    cm_payload payload;
    uint8_t code[CM_CODE_BITS]; /* the codeword chosen */
    double correlation;         /* of the codeword (as ±1) with the soft values */
} cm_decoded;

typedef struct cm_decoder cm_decoder;

cm_code cm_decoder_new(cm_decoder **out, cm_error *err);
void cm_decoder_free(cm_decoder *d); /* NULL is allowed */

/* Finds the codeword that correlates best with `soft` (CM_CODE_BITS values; positive speaks for 0),
 * by a wrap-around Viterbi search with a list of end states; words of a payload of 64 bits come
 * before all others. One decoder serves one thread at a time. */
void cm_decoder_run(cm_decoder *d, const float *soft, cm_decoded *out);

#endif
