/* A SentencePiece model as a file, looked at before the library sees it: the library follows what
 * stands in one without checking, and prints or aborts where it doesn't like it. */
#ifndef CM_TOKEN_SENTENCEPIECE_MODEL_H
#define CM_TOKEN_SENTENCEPIECE_MODEL_H

#include "base/buf.h"

enum {
    CM_SENTENCEPIECE_FILE = 1 << 26,
    CM_SENTENCEPIECE_PIECE = 512, /* bytes of a piece, or of what stands for an unknown one */
    CM_SENTENCEPIECE_NESTED = 64  /* user-defined symbols that begin with one another */
};

typedef enum cm_sentencepiece_type {
    CM_SENTENCEPIECE_UNIGRAM = 1,
    CM_SENTENCEPIECE_BPE = 2
} cm_sentencepiece_type;

/* Checks a model and appends what the library is to read of it to *model: what was looked at, and
 * neither the samples for testing itself nor fields that aren't known. */
cm_code cm_sentencepiece_screen(cm_bytes file, cm_sentencepiece_type *type, cm_buf *model,
                                cm_error *err);

#endif
