/* The message under a synchronised lattice: soft bits, decoding, test (spec/image-mark.md §6.5,
 * §7.2). */
#ifndef CM_DETECT_MESSAGE_H
#define CM_DETECT_MESSAGE_H

#include "detect/sync.h"
#include "mark/code.h"
#include "mark/few_words.h"

/* Left, right, upper and lower half, and the quarters: sets of quarters, 1 the upper left one, 2
 * the upper right, 4 the lower left, 8 the lower right. */
enum { CM_PARTS = 8 };
extern const unsigned cm_part_quarters[CM_PARTS];

/* What reads codewords of all lengths. One serves one thread at a time. */
typedef struct cm_word_reader {
    cm_decoder *decoder;
    cm_few_words *few;
} cm_word_reader;

/* Release with cm_word_reader_free(), also after a failure. */
cm_code cm_word_reader_new(cm_word_reader *out, cm_error *err);
void cm_word_reader_free(cm_word_reader *r);

typedef struct cm_reading {
    cm_decoded word;
    double ln_p; /* of the codeword's correlation for this lattice and shift, corrected for all
                    words that could have been read (spec/image-mark.md §7.2) */
    int bits_corrected;       /* code bits whose soft value has the other sign */
    float said[CM_CODE_BITS]; /* sums of soft values by code bit, positive for 0 */
    double energy;            /* of all soft values: the sum of their squares */
    float dissent[CM_PARTS];  /* how much of what each part says speaks against the word, 0 … 1 */
    float *block_z;           /* [block]: correlation with the word in standard deviations; owned */
} cm_reading;

/* Reads the message; release with cm_reading_free(). */
cm_code cm_message_read(const cm_blocks *b, const cm_layout *l, const cm_shift *shift,
                        cm_motion motion, const cm_word_reader *reader, cm_reading *out,
                        cm_error *err);
void cm_reading_free(cm_reading *r);

#endif
