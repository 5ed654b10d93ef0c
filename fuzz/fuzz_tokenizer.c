/* Tokenizers: any file is refused or becomes one whose tokens are in its vocabulary, begin in
 * ascending order, and don't depend on how the text came. The text is the file itself. */
#include <stdlib.h>

#include "token/tokenizer.h"

enum { TEXT_MAX = 600 };

static void check(bool promise) {
    if (!promise)
        abort();
}

static cm_code encode_by_parts(const cm_tokenizer *t, cm_bytes text, cm_tokens *out) {
    cm_encoder *e = NULL;
    cm_code code = cm_encoder_new(t, true, &e, NULL);
    for (size_t at = 0, n; at < text.size && code == CM_OK; at += n) {
        n = 1 + text.data[at] % 16;
        n = n < text.size - at ? n : text.size - at;
        code = cm_encoder_feed(e, text.data + at, n, out, NULL);
    }
    if (code == CM_OK)
        code = cm_encoder_finish(e, out, NULL);
    cm_encoder_free(e);
    return code;
}

static void encode(const cm_tokenizer *t, cm_bytes text) {
    cm_tokens whole = {0}, parts = {0};
    char *back = NULL;
    size_t size;
    cm_code code = cm_tokenizer_encode(t, text.data, text.size, true, &whole, NULL);
    check(encode_by_parts(t, text, &parts) == code);
    if (code == CM_OK) {
        check(whole.count == parts.count && whole.replaced == parts.replaced);
        for (size_t i = 0; i < whole.count; i++) {
            check(whole.ids[i] == parts.ids[i] && whole.offsets[i] == parts.offsets[i]);
            check(whole.ids[i] < cm_tokenizer_size(t) && whole.offsets[i] < text.size);
            check(i == 0 || whole.offsets[i] >= whole.offsets[i - 1]);
        }
        check(cm_tokenizer_decode(t, whole.ids, whole.count, &back, &size, NULL) == CM_OK);
        free(back);
    }
    cm_tokens_free(&whole);
    cm_tokens_free(&parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const cm_token_encoding SMALL = {"small", CM_PATTERN_CL100K, 376, 377};
    cm_bytes bytes = {.data = data, .size = size};
    cm_source *source = NULL;
    cm_tokenizer *t = NULL;
    if (cm_source_memory(bytes, &source, NULL) != CM_OK)
        return 0;
    cm_token_file file = {.source = source, .path = "", .encoding = &SMALL};
    cm_code code = cm_tokenizer_from_source(&file, &t, NULL);
    check((code == CM_OK) == (t != NULL));
    if (t != NULL) { /* the end, where most files say what they like */
        size_t n = size < TEXT_MAX ? size : TEXT_MAX;
        encode(t, (cm_bytes){.data = data + (size - n), .size = n});
    }
    cm_tokenizer_free(t);
    cm_source_close(source);
    return 0;
}
