#include "sign/unpack.h"

#include <brotli/decode.h>

#include "sign/store.h"

enum { STEP = 16384, UNPACKED_OVER = 16, UNPACKED_PLUS = 8 << 20 };

size_t cm_unpacking_budget(size_t store_bytes) {
    return store_bytes * UNPACKED_OVER + UNPACKED_PLUS;
}

static cm_code run(BrotliDecoderState *state, cm_bytes packed, size_t most, cm_buf *out,
                   cm_error *err) {
    const uint8_t *next_in = packed.data;
    size_t left = packed.size;
    for (;;) {
        uint8_t step[STEP], *next_out = step;
        size_t room = sizeof step;
        BrotliDecoderResult result =
            BrotliDecoderDecompressStream(state, &left, &next_in, &room, &next_out, NULL);
        size_t got = sizeof step - room;
        if (got > most - out->size)
            return cm_fail(err, CM_ERR_LIMIT, "the compressed manifest unpacks to over %zu bytes",
                           most);
        cm_buf_put(out, step, got);
        if (cm_buf_status(out, err) != CM_OK)
            return out->failed;
        if (result == BROTLI_DECODER_RESULT_SUCCESS && left == 0)
            return CM_OK;
        if (result != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT)
            return cm_fail(err, CM_ERR_FORMAT, "the compressed manifest is damaged");
    }
}

static cm_code unbrotli(cm_bytes packed, size_t most, cm_buf *out, cm_error *err) {
    BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    if (state == NULL)
        return cm_fail_memory(err);
    cm_code code = run(state, packed, most, out, err);
    BrotliDecoderDestroyInstance(state);
    return code;
}

cm_code cm_manifest_unpack(const cm_box *compressed, size_t most, const cm_limits *limits,
                           cm_unpacked *out, cm_error *err) {
    const cm_box *packed = cm_box_of_type(compressed, CM_BOX_BROB);
    *out = (cm_unpacked){0};
    if (packed == NULL || cm_box_next(compressed, packed) != NULL)
        return cm_fail(err, CM_ERR_FORMAT, "the compressed manifest isn't one box of Brotli");
    cm_code code = unbrotli(packed->content, most, &out->bytes, err);
    if (code == CM_OK)
        code = cm_jumbf_parse(cm_buf_bytes(&out->bytes), limits, &out->tree, err);
    if (code != CM_OK)
        return code;
    const cm_box *root = out->tree.boxes;
    if ((!cm_manifest_is_standard(root) && root->kind != CM_KIND_UPDATE) ||
        !cm_bytes_equal(root->label, compressed->label))
        return cm_fail(err, CM_ERR_FORMAT,
                       "what was compressed isn't a manifest of the same label");
    return CM_OK;
}

void cm_unpacked_free(cm_unpacked *u) {
    cm_jumbf_free(&u->tree);
    cm_buf_free(&u->bytes);
    *u = (cm_unpacked){0};
}
