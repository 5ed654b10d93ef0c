/* GGUF's metadata: values stand within the file and behind one another, and can be gone back to. */
#include <stdlib.h>

#include "token/gguf.h"

static void check(bool promise) {
    if (!promise)
        abort();
}

/* Reads the value again, as a tokenizer's reader does. */
static void visit(const cm_gguf *table, const cm_gguf_value *value, cm_buf *room) {
    cm_gguf *g = malloc(sizeof *g);
    uint32_t number;
    if (g == NULL)
        return;
    *g = *table;
    cm_gguf_seek(g, value->at);
    for (uint64_t i = 0; i < value->count && i < 1000; i++) {
        if (value->item == CM_GGUF_STRING) {
            if (!cm_gguf_string(g, room)) /* longer than what is read whole */
                break;
        } else if (value->item == CM_GGUF_INT32)
            check(cm_gguf_u32(g, &number));
    }
    check(g->failed == CM_OK || g->failed == CM_ERR_LIMIT);
    free(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cm_source *source = NULL;
    cm_gguf *g = calloc(1, sizeof *g);
    cm_buf key = {0}, room = {0};
    cm_gguf_value value;
    uint64_t last = 0;
    if (g != NULL &&
        cm_source_memory((cm_bytes){.data = data, .size = size}, &source, NULL) == CM_OK) {
        cm_gguf_open(g, source, NULL);
        while (cm_gguf_next(g, &key, &value)) {
            check(value.at > last && value.at <= size && g->at >= value.at && g->at <= size);
            last = value.at;
            visit(g, &value, &room);
        }
    }
    cm_buf_free(&key);
    cm_buf_free(&room);
    cm_source_close(source);
    free(g);
    return 0;
}
