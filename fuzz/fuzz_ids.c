/* Token ids of a file: any bytes are refused, with a reason, or become ids that a detector takes or
 * refuses. 32-bit words are never refused unless some bytes are left over. */
#include <countermark/text.h>
#include <stdlib.h>
#include <string.h>

#include "api/token_source.h"

enum { VOCABULARY = 50000 };

static void check(bool promise) {
    if (!promise)
        abort();
}

typedef struct seen {
    cm_text_detector *detector;
    size_t count;
    bool beyond; /* the vocabulary */
} seen;

static cm_code take(void *user, const uint32_t *ids, const uint64_t *offsets, size_t n,
                    cm_error *err) {
    seen *s = user;
    bool beyond = false;
    check(offsets == NULL);
    for (size_t i = 0; i < n; i++)
        beyond = beyond || ids[i] >= VOCABULARY;
    s->count += n;
    s->beyond = s->beyond || beyond;
    cm_code code = cm_text_detector_feed(s->detector, ids, NULL, n, err);
    check((code == CM_OK) == !beyond);
    return code;
}

static void detect(const uint8_t *data, size_t size, const cm_text_scheme *scheme) {
    const cm_text_inspect_options options = {.tokenizer = NULL};
    seen s = {.count = 0};
    cm_source *source = NULL;
    cm_text_evidence found;
    cm_error err = {0};
    check(cm_text_detector_new(scheme, 0, &s.detector, NULL) == CM_OK);
    check(cm_source_memory((cm_bytes){.data = data, .size = size}, &source, NULL) == CM_OK);
    cm_token_source t = {.source = source, .options = &options, .sink = take, .user = &s};
    cm_code code = cm_token_source_run(&t, &err);
    if (code == CM_OK) {
        check(cm_text_detector_finish(s.detector, &found, NULL) == CM_OK);
        check(found.tokens == s.count && found.scored <= s.count && found.log10_p <= 0);
    } else {
        check(err.message[0] != 0);
        check(cm_ids_are_json(data, size < 256 ? size : 256) || s.beyond || size % 4 != 0);
    }
    cm_source_close(source);
    cm_text_detector_free(s.detector);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const cm_text_scheme_options options = {.name = "hf-kgw", .vocabulary = VOCABULARY};
    cm_text_scheme *scheme = NULL;
    check(cm_text_scheme_new(&options, &scheme, NULL) == CM_OK);
    detect(data, size, scheme);
    cm_text_scheme_free(scheme);
    return 0;
}
