/* GPT-2's alphabet, in which tokenizer files write bytes: one printable character for each. */
#ifndef CM_TOKEN_ALPHABET_H
#define CM_TOKEN_ALPHABET_H

#include "base/buf.h"

/* Puts the bytes that a token stands for in place of what *out holds; false when it has characters
 * that aren't of the alphabet, and so stands for itself. */
bool cm_alphabet_bytes(cm_bytes token, cm_buf *out);

#endif
