/* SentencePiece's own library as C sees it. Models must have passed cm_sentencepiece_screen(); no
 * exception leaves it. Built with SENTENCEPIECE=1 alone. */
#ifndef CM_TOKEN_SENTENCEPIECE_H
#define CM_TOKEN_SENTENCEPIECE_H

#include <stddef.h>
#include <stdint.h>
#include <countermark/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Threads may share it. */
typedef struct cm_sentencepiece cm_sentencepiece;

/* What went wrong is told in its own words, as it comes. Free with cm_sentencepiece_free(). */
cm_code cm_sentencepiece_load(const void *model, size_t size, cm_sentencepiece **out,
                              cm_error *err);
void cm_sentencepiece_free(cm_sentencepiece *s); /* NULL is allowed */

uint32_t cm_sentencepiece_size(const cm_sentencepiece *s);

/* Takes a token that begins at this byte; what isn't CM_OK ends the encoding and is its answer. */
typedef cm_code cm_sentencepiece_put(void *user, uint32_t id, size_t begin);

/* Encodes UTF-8. */
cm_code cm_sentencepiece_encode(const cm_sentencepiece *s, const void *text, size_t size,
                                cm_sentencepiece_put *put, void *user, cm_error *err);

/* The text that ids below the size stand for together. Free *out with free(). */
cm_code cm_sentencepiece_decode(const cm_sentencepiece *s, const uint32_t *ids, size_t count,
                                char **out, size_t *size, cm_error *err);

#ifdef __cplusplus
}
#endif
#endif
