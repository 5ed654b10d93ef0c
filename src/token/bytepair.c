#include "token/bytepair.h"

#include "token/alphabet.h"
#include "token/json.h"

cm_code cm_bytepair_token(cm_tokenizer *t, uint32_t id, cm_bytes written, cm_buf *room,
                          cm_error *err) {
    bool bytes = cm_alphabet_bytes(written, room);
    if (room->failed != CM_OK)
        return cm_buf_status(room, err);
    return bytes ? cm_vocab_put(&t->bpe.vocab, id, cm_buf_bytes(room), err)
                 : cm_vocab_put_plain(&t->bpe.vocab, id, written, err);
}

cm_code cm_bytepair_vocabulary(cm_tokenizer *t, cm_bytes object, cm_error *err) {
    cm_json j = cm_json_over(object);
    cm_buf name = {0}, room = {0};
    cm_code code = CM_OK;
    (void)cm_json_enter(&j, '{');
    while (code == CM_OK && cm_json_member(&j, &name)) {
        uint32_t id;
        if (cm_json_id(&j, &id))
            code = cm_bytepair_token(t, id, cm_buf_bytes(&name), &room, err);
    }
    if (code == CM_OK)
        code = cm_buf_status(&name, err);
    if (code == CM_OK && !cm_json_ended(&j))
        code = cm_fail(err, CM_ERR_FORMAT, "the vocabulary isn't an object of ids in JSON");
    cm_buf_free(&name);
    cm_buf_free(&room);
    return code;
}

/* The id of written[start, end), or CM_NO_TOKEN. */
static uint32_t id_of(const cm_tokenizer *t, cm_bytes bytes, size_t start, size_t end) {
    return cm_vocab_find(&t->bpe.vocab,
                         (cm_bytes){.data = bytes.data + start, .size = end - start});
}

cm_code cm_bytepair_merge(cm_tokenizer *t, cm_bytes left, cm_bytes right, uint32_t rank, bool keep,
                          cm_buf *room, cm_error *err) {
    cm_buf tail = {0};
    bool good = cm_alphabet_bytes(right, &tail) && cm_alphabet_bytes(left, room);
    size_t cut = room->size;
    cm_buf_put_bytes(room, cm_buf_bytes(&tail));
    cm_code code = cm_buf_status(room, err);
    if (code == CM_OK)
        code = cm_buf_status(&tail, err);
    cm_buf_free(&tail);
    if (code != CM_OK)
        return code;
    cm_bytes both = cm_buf_bytes(room);
    cm_merge merge = {.rank = rank};
    if (good) {
        merge.left = id_of(t, both, 0, cut);
        merge.right = id_of(t, both, cut, both.size);
        merge.id = id_of(t, both, 0, both.size);
    }
    if (!good || merge.left == CM_NO_TOKEN || merge.right == CM_NO_TOKEN || merge.id == CM_NO_TOKEN)
        return cm_fail(err, CM_ERR_FORMAT, "merge %u has or makes what is no token", rank);
    return cm_merges_put(&t->bpe.merges, merge, keep, err);
}

cm_code cm_bytepair_merge_line(cm_tokenizer *t, cm_bytes line, uint32_t rank, bool keep,
                               cm_buf *room, cm_error *err) {
    const uint8_t *space = line.size != 0 ? memchr(line.data, ' ', line.size) : NULL;
    if (space == NULL)
        return cm_fail(err, CM_ERR_FORMAT, "merge %u isn't two tokens", rank);
    size_t cut = (size_t)(space - line.data);
    cm_bytes left = {.data = line.data, .size = cut};
    cm_bytes right = {.data = space + 1, .size = line.size - cut - 1};
    return cm_bytepair_merge(t, left, right, rank, keep, room, err);
}
