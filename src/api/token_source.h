/* The token ids of a file, as they come: of a text through its tokenizer, or as they stand there.
 */
#ifndef CM_API_TOKEN_SOURCE_H
#define CM_API_TOKEN_SOURCE_H

#include <countermark/inspect_text.h>

#include "base/stream.h"

/* `offsets`, of the text that is left without its manifest and after stripping, is NULL for ids. */
typedef cm_code cm_token_sink(void *user, const uint32_t *ids, const uint64_t *offsets, size_t n,
                              cm_error *err);

typedef struct cm_token_source {
    const cm_source *source;
    const cm_text_inspect_options *options;
    cm_token_sink *sink;
    void *user;
    uint64_t replaced;  /* stretches that weren't UTF-8 */
    uint64_t invisible; /* characters that don't show */
    uint64_t bytes;     /* of the text, after stripping */
} cm_token_source;

/* Feeds all of the file. */
cm_code cm_token_source_run(cm_token_source *t, cm_error *err);

/* Whether a file of ids is JSON; otherwise it is 32-bit words. */
bool cm_ids_are_json(const uint8_t *head, size_t n);

/* The ids of a JSON text: an array, or an object with one under "ids". Free *out with free(). */
cm_code cm_ids_parse(cm_bytes json, uint32_t **out, size_t *count, cm_error *err);

#endif
