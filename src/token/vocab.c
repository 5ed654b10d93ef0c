#include "token/vocab.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_IDS = 1 << 10, FIRST_SLOTS = 1 << 11 };

void cm_vocab_free(cm_vocab *v) {
    cm_buf_free(&v->bytes);
    free(v->entries);
    free(v->slots);
    *v = (cm_vocab){0};
}

/* FNV-1a, folded. */
static uint32_t hash(cm_bytes token) {
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < token.size; i++)
        h = (h ^ token.data[i]) * 0x100000001b3u;
    return (uint32_t)(h ^ h >> 32);
}

static cm_bytes bytes_of(const cm_vocab *v, uint32_t id) {
    const cm_vocab_entry *e = &v->entries[id];
    return (cm_bytes){.data = v->bytes.data + e->start, .size = e->length};
}

cm_bytes cm_vocab_token(const cm_vocab *v, uint32_t id) {
    bool present = id < v->size && v->entries[id].present;
    return present ? bytes_of(v, id) : (cm_bytes){0};
}

/* The slot where the token is or would be; NULL when the table collides too much. */
static uint32_t *slot_for(const cm_vocab *v, cm_bytes token) {
    uint32_t mask = v->slot_count - 1, at = hash(token) & mask;
    for (int probe = 0; probe < CM_TABLE_MAX_PROBES; probe++) {
        uint32_t *slot = &v->slots[at];
        if (*slot == 0 || cm_bytes_equal(bytes_of(v, *slot - 1), token))
            return slot;
        at = (at + 1) & mask;
    }
    return NULL;
}

uint32_t cm_vocab_find(const cm_vocab *v, cm_bytes token) {
    const uint32_t *slot = v->slot_count != 0 ? slot_for(v, token) : NULL;
    if (slot == NULL || *slot == 0 || v->entries[*slot - 1].plain)
        return CM_NO_TOKEN;
    return *slot - 1;
}

static cm_code grow_slots(cm_vocab *v, cm_error *err) {
    uint32_t *old = v->slots, old_count = v->slot_count;
    if (old_count != 0 && v->used < old_count / 2)
        return CM_OK;
    uint32_t count = old_count != 0 ? 2 * old_count : FIRST_SLOTS;
    uint32_t *slots = cm_calloc(count, sizeof *slots);
    if (slots == NULL)
        return cm_fail_memory(err);
    v->slots = slots;
    v->slot_count = count;
    cm_code code = CM_OK;
    for (uint32_t i = 0; i < old_count && code == CM_OK; i++) {
        uint32_t *slot = old[i] != 0 ? slot_for(v, bytes_of(v, old[i] - 1)) : NULL;
        if (slot != NULL)
            *slot = old[i];
        else if (old[i] != 0)
            code = cm_fail(err, CM_ERR_LIMIT, "the vocabulary's tokens collide");
    }
    free(old);
    return code;
}

static cm_code grow_ids(cm_vocab *v, uint32_t id, cm_error *err) {
    if (id >= CM_VOCAB_IDS)
        return cm_fail(err, CM_ERR_LIMIT, "token id %u; the limit is %d", id, CM_VOCAB_IDS - 1);
    uint32_t capacity = v->capacity != 0 ? v->capacity : FIRST_IDS;
    while (capacity <= id)
        capacity *= 2;
    if (capacity != v->capacity) {
        cm_vocab_entry *entries = realloc(v->entries, capacity * sizeof *entries);
        if (entries == NULL)
            return cm_fail_memory(err);
        memset(entries + v->capacity, 0, (capacity - v->capacity) * sizeof *entries);
        v->entries = entries;
        v->capacity = capacity;
    }
    if (v->size <= id)
        v->size = id + 1;
    return CM_OK;
}

static cm_code store(cm_vocab *v, uint32_t id, cm_bytes token, bool plain, cm_error *err) {
    size_t start = v->bytes.size;
    v->bytes.limit = CM_VOCAB_BYTES;
    cm_buf_put_bytes(&v->bytes, token);
    v->entries[id] = (cm_vocab_entry){
        .start = (uint32_t)start, .length = (uint32_t)token.size, .present = true, .plain = plain};
    return cm_buf_status(&v->bytes, err);
}

cm_code cm_vocab_put(cm_vocab *v, uint32_t id, cm_bytes token, cm_error *err) {
    cm_code code = grow_ids(v, id, err);
    if (code == CM_OK)
        code = grow_slots(v, err);
    if (code != CM_OK)
        return code;
    if (v->entries[id].present)
        return cm_fail(err, CM_ERR_FORMAT, "two tokens have id %u", id);
    if (token.size == 0)
        return cm_fail(err, CM_ERR_FORMAT, "token %u is empty", id);
    uint32_t *slot = slot_for(v, token);
    if (slot == NULL)
        return cm_fail(err, CM_ERR_LIMIT, "the vocabulary's tokens collide");
    if (*slot != 0)
        return cm_fail(err, CM_ERR_FORMAT, "tokens %u and %u are the same", *slot - 1, id);
    code = store(v, id, token, false, err);
    if (code == CM_OK) {
        *slot = id + 1;
        v->used++;
    }
    return code;
}

cm_code cm_vocab_put_plain(cm_vocab *v, uint32_t id, cm_bytes token, cm_error *err) {
    cm_code code = grow_ids(v, id, err);
    if (code != CM_OK)
        return code;
    /* A slot that leads here stays, since those behind it are found past it. */
    if (v->entries[id].present && cm_bytes_equal(bytes_of(v, id), token)) {
        v->entries[id].plain = true;
        return CM_OK;
    }
    return store(v, id, token, true, err);
}
