/* The message under a synchronised lattice: soft bits, decoding, test (spec/image-mark.md §6.5,
 * §7.2). */
#ifndef CM_DETECT_MESSAGE_H
#define CM_DETECT_MESSAGE_H

#include "detect/sync.h"
#include "mark/code.h"

typedef struct cm_reading {
    cm_decoded word;
    double ln_p; /* of the codeword's correlation for this lattice and shift, corrected for all
                    2^64 payloads (all 2^80 words when header or CRC is wrong) */
    int bits_corrected; /* code bits whose soft value has the other sign */
    float *block_z;     /* [block]: correlation with the word in standard deviations; owned */
} cm_reading;

/* Reads the message; release with cm_reading_free(). */
cm_code cm_message_read(const cm_blocks *b, const cm_layout *l, const cm_shift *shift,
                        cm_motion motion, cm_decoder *decoder, cm_reading *out, cm_error *err);
void cm_reading_free(cm_reading *r);

#endif
