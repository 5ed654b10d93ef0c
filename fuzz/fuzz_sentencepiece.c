/* SentencePiece models, looked at before the library sees them: any file is refused, or what is
 * passed on is no more than the file, and passes once more as it is. */
#include <stdlib.h>

#include "token/sentencepiece_model.h"

static void check(bool promise) {
    if (!promise)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cm_buf once = {0}, twice = {0};
    cm_sentencepiece_type type, again;
    cm_bytes file = {.data = data, .size = size};
    if (cm_sentencepiece_screen(file, &type, &once, NULL) == CM_OK) {
        check(once.size <= size);
        check(cm_sentencepiece_screen(cm_buf_bytes(&once), &again, &twice, NULL) == CM_OK);
        check(type == again && cm_bytes_equal(cm_buf_bytes(&once), cm_buf_bytes(&twice)));
    }
    cm_buf_free(&once);
    cm_buf_free(&twice);
    return 0;
}
