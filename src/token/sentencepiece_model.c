#include "token/sentencepiece_model.h"

#include <stdlib.h>
#include <string.h>

#include "token/charsmap.h"
#include "token/protobuf.h"
#include "token/vocab.h"

/* Numbers of fields and of kinds, as sentencepiece_model.proto has them. */
enum { MODEL_PIECES = 1, MODEL_TRAINER = 2, MODEL_NORMALIZER = 3, MODEL_DENORMALIZER = 5 };
enum { NEEDED = 1 << MODEL_TRAINER | 1 << MODEL_NORMALIZER };
enum { PIECE_TEXT = 1, PIECE_SCORE = 2, PIECE_TYPE = 3 };
enum { TYPE_NORMAL = 1, TYPE_USER_DEFINED = 4, TYPE_BYTE = 6 };
enum { TRAINER_MODEL = 3, TRAINER_UNKNOWN_SURFACE = 44 };
enum { NORMALIZER_MAP = 2 };
enum { WORD_MODEL = 3, CHARACTER_MODEL = 4 };

typedef struct screening {
    cm_sentencepiece_type type;
    uint32_t pieces;
    uint32_t met;      /* which of the fields that may be there once, by bit */
    cm_bytes *symbols; /* the user-defined ones */
    size_t symbol_count, symbol_capacity;
    cm_buf *model;
    cm_error *err;
} screening;

static cm_code damaged(const screening *s, const char *what) {
    return cm_fail(s->err, CM_ERR_FORMAT, "a SentencePiece model whose %s", what);
}

/* Whether it is written as a field of this number is. What isn't, the library would pass over. */
static bool is_field(const cm_proto_field *f, uint32_t number, cm_proto_wire wire) {
    return f->number == number && f->wire == wire;
}

/* --- pieces -------------------------------------------------------------------------------------
 */

static cm_code keep_symbol(screening *s, cm_bytes text) {
    if (s->symbol_count == s->symbol_capacity) {
        size_t capacity = s->symbol_capacity != 0 ? 2 * s->symbol_capacity : 64;
        cm_bytes *symbols = realloc(s->symbols, capacity * sizeof *symbols);
        if (symbols == NULL)
            return cm_fail_memory(s->err);
        s->symbols = symbols;
        s->symbol_capacity = capacity;
    }
    s->symbols[s->symbol_count++] = text;
    return CM_OK;
}

/* A float with all bits of the exponent set is infinite or none. */
static bool is_finite(uint64_t bits) {
    return (bits & 0x7f800000u) != 0x7f800000u;
}

static cm_code look_at_piece(screening *s, cm_bytes bytes) {
    cm_reader r = cm_reader_over(bytes);
    cm_bytes text = {0};
    uint64_t type = TYPE_NORMAL;
    bool finite = true;
    for (cm_proto_field f; cm_proto_next(&r, &f);)
        if (is_field(&f, PIECE_TEXT, CM_PROTO_BYTES))
            text = f.bytes;
        else if (is_field(&f, PIECE_SCORE, CM_PROTO_FIXED32))
            finite = is_finite(f.value);
        else if (is_field(&f, PIECE_TYPE, CM_PROTO_VARINT))
            type = f.value;
    if (r.bad)
        return damaged(s, "pieces are damaged");
    if (text.size == 0 || memchr(text.data, '\0', text.size) != NULL)
        return damaged(s, "pieces are empty, or hold a NUL");
    if (!finite)
        return damaged(s, "scores aren't numbers");
    if (type < TYPE_NORMAL || type > TYPE_BYTE)
        return damaged(s, "pieces are of a kind that isn't known");
    if (text.size > CM_SENTENCEPIECE_PIECE)
        return cm_fail(s->err, CM_ERR_LIMIT, "a piece of over %d bytes", CM_SENTENCEPIECE_PIECE);
    if (++s->pieces > CM_VOCAB_IDS)
        return cm_fail(s->err, CM_ERR_LIMIT, "more than %d pieces", CM_VOCAB_IDS);
    return type == TYPE_USER_DEFINED ? keep_symbol(s, text) : CM_OK;
}

static int by_bytes(const void *left, const void *right) {
    const cm_bytes *a = left, *b = right;
    int order = memcmp(a->data, b->data, a->size < b->size ? a->size : b->size);
    return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

/* The library has room for so many symbols that all begin at one place of a text. In order, those
 * that begin a symbol are before it. */
static cm_code look_at_nesting(screening *s) {
    cm_bytes open[CM_SENTENCEPIECE_NESTED];
    size_t depth = 0;
    if (s->symbol_count != 0)
        qsort(s->symbols, s->symbol_count, sizeof *s->symbols, by_bytes);
    for (size_t i = 0; i < s->symbol_count; i++) {
        cm_bytes symbol = s->symbols[i];
        while (depth > 0 && (open[depth - 1].size > symbol.size ||
                             memcmp(open[depth - 1].data, symbol.data, open[depth - 1].size) != 0))
            depth--;
        if (depth == CM_SENTENCEPIECE_NESTED)
            return cm_fail(s->err, CM_ERR_LIMIT, "over %d symbols that begin with one another",
                           CM_SENTENCEPIECE_NESTED);
        open[depth++] = symbol;
    }
    return CM_OK;
}

/* --- how it was made, and how text is normalised ------------------------------------------------
 */

static cm_code look_at_type(screening *s, uint64_t type) {
    if (type == WORD_MODEL || type == CHARACTER_MODEL)
        return cm_fail(s->err, CM_ERR_UNSUPPORTED,
                       "a SentencePiece model of %s; unigram and bpe are supported",
                       type == WORD_MODEL ? "words" : "characters");
    if (type != CM_SENTENCEPIECE_UNIGRAM && type != CM_SENTENCEPIECE_BPE)
        return damaged(s, "kind isn't known");
    s->type = (cm_sentencepiece_type)type;
    return CM_OK;
}

static cm_code look_at_trainer(screening *s, cm_bytes bytes) {
    cm_reader r = cm_reader_over(bytes);
    cm_code code = CM_OK;
    for (cm_proto_field f; code == CM_OK && cm_proto_next(&r, &f);)
        if (is_field(&f, TRAINER_MODEL, CM_PROTO_VARINT))
            code = look_at_type(s, f.value);
        else if (is_field(&f, TRAINER_UNKNOWN_SURFACE, CM_PROTO_BYTES) &&
                 f.bytes.size > CM_SENTENCEPIECE_PIECE)
            code = cm_fail(s->err, CM_ERR_LIMIT, "over %d bytes for unknown pieces",
                           CM_SENTENCEPIECE_PIECE);
    return code == CM_OK && r.bad ? damaged(s, "trainer's part is damaged") : code;
}

static cm_code look_at_normalizer(screening *s, cm_bytes bytes) {
    cm_reader r = cm_reader_over(bytes);
    cm_code code = CM_OK;
    for (cm_proto_field f; code == CM_OK && cm_proto_next(&r, &f);)
        if (is_field(&f, NORMALIZER_MAP, CM_PROTO_BYTES) && f.bytes.size != 0)
            code = cm_charsmap_check(f.bytes, s->err);
    return code == CM_OK && r.bad ? damaged(s, "normaliser is damaged") : code;
}

/* --- the whole ----------------------------------------------------------------------------------
 */

/* The library would put two of one field together. */
static cm_code meet_once(screening *s, uint32_t number) {
    uint32_t bit = (uint32_t)1 << number;
    bool before = (s->met & bit) != 0;
    s->met |= bit;
    return before ? damaged(s, "parts are there twice") : CM_OK;
}

typedef cm_code looker(screening *s, cm_bytes bytes);

static looker *looker_for(uint32_t number) {
    switch (number) {
    case MODEL_PIECES:
        return look_at_piece;
    case MODEL_TRAINER:
        return look_at_trainer;
    case MODEL_NORMALIZER:
    case MODEL_DENORMALIZER:
        return look_at_normalizer;
    default:
        return NULL;
    }
}

/* Looks at a field, whose bytes with their head are `written`. */
static cm_code look_at(screening *s, const cm_proto_field *f, cm_bytes written) {
    looker *look = looker_for(f->number);
    if (look == NULL || f->wire != CM_PROTO_BYTES)
        return CM_OK;
    cm_code code = look != look_at_piece ? meet_once(s, f->number) : CM_OK;
    cm_buf_put_bytes(s->model, written);
    return code == CM_OK ? look(s, f->bytes) : code;
}

static cm_code look_at_all(screening *s, cm_bytes file) {
    cm_reader r = cm_reader_over(file);
    cm_code code = CM_OK;
    cm_proto_field f;
    for (size_t start = 0; code == CM_OK && cm_proto_next(&r, &f); start = r.at)
        code = look_at(s, &f, (cm_bytes){.data = file.data + start, .size = r.at - start});
    if (code == CM_OK && r.bad)
        return damaged(s, "fields are cut off or damaged");
    /* One that was cut off between two pieces still reads well, as a model of the usual kind. */
    if (code == CM_OK && (s->met & NEEDED) != NEEDED)
        return damaged(s, "parts are missing: it was cut off");
    return code == CM_OK ? look_at_nesting(s) : code;
}

cm_code cm_sentencepiece_screen(cm_bytes file, cm_sentencepiece_type *type, cm_buf *model,
                                cm_error *err) {
    screening s = {.type = CM_SENTENCEPIECE_UNIGRAM, .model = model, .err = err};
    cm_code code = look_at_all(&s, file);
    free(s.symbols);
    *type = s.type;
    return code == CM_OK ? cm_buf_status(model, err) : code;
}
