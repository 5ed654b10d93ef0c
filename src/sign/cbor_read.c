/* The reading half of CBOR: one pass over the bytes into a flat list of items, with an explicit
 * stack instead of recursion, so that neither depth nor size is the attacker's to choose. */
#include "sign/cbor.h"

#include "base/mem.h"
#include "base/utf8.h"

enum { INDEFINITE = 31, BREAK = 0xff, STACK = 64 };

/* An array, map or tag that is still open. */
typedef struct frame {
    size_t item;     /* its index */
    size_t start;    /* offset of its first byte */
    uint64_t left;   /* children still to come; counted down, or up from 0 when indefinite */
    bool indefinite; /* ends with a break */
    cm_bytes key;    /* MAP: the last key, encoded: tells whether keys are sorted */
} frame;

typedef struct parser {
    cm_reader in;
    cm_cbor *doc;
    size_t capacity;
    uint32_t depth_limit;
    frame stack[STACK];
    size_t depth;
    cm_error *err;
} parser;

static cm_code bad(parser *p, const char *what) {
    return cm_fail(p->err, CM_ERR_FORMAT, "CBOR: %s at byte %zu", what, p->in.at);
}

static cm_cbor_item *add_item(parser *p, cm_code *code) {
    cm_cbor *doc = p->doc;
    if (doc->count == CM_CBOR_ITEMS) {
        *code = cm_fail(p->err, CM_ERR_LIMIT, "CBOR: more than %d items", CM_CBOR_ITEMS);
        return NULL;
    }
    if (doc->count == p->capacity) {
        size_t capacity = p->capacity != 0 ? p->capacity * 2 : 32;
        cm_cbor_item *items = realloc(doc->items, capacity * sizeof *items);
        if (items == NULL) {
            *code = cm_fail_memory(p->err);
            return NULL;
        }
        doc->items = items;
        p->capacity = capacity;
    }
    cm_cbor_item *item = &doc->items[doc->count++];
    *item = (cm_cbor_item){.span = 1};
    *code = CM_OK;
    return item;
}

bool cm_cbor_is_utf8(cm_bytes text) {
    return cm_utf8_valid(text);
}

/* The number in an item's head. Longer than need be is tolerated and noted. */
static cm_code read_number(parser *p, uint8_t info, bool is_float, uint64_t *value) {
    static const uint64_t LEAST[] = {24, UINT8_MAX + 1ull, UINT16_MAX + 1ull, UINT32_MAX + 1ull};
    if (info < 24) {
        *value = info;
        return CM_OK;
    }
    if (info > 27)
        return bad(p, "reserved length");
    uint64_t v = 0;
    cm_bytes b = cm_read_bytes(&p->in, (size_t)1 << (info - 24));
    if (p->in.bad)
        return bad(p, "ends inside an item");
    for (size_t i = 0; i < b.size; i++)
        v = v << 8 | b.data[i];
    if (v < LEAST[info - 24] && !is_float)
        p->doc->deterministic = false;
    *value = v;
    return CM_OK;
}

static cm_code read_string(parser *p, cm_cbor_item *item, uint64_t length) {
    if (length > cm_reader_left(&p->in))
        return bad(p, "string runs past the end");
    item->bytes = cm_read_bytes(&p->in, (size_t)length);
    if (item->type == CM_CBOR_TEXT && !cm_cbor_is_utf8(item->bytes))
        return bad(p, "text is not UTF-8");
    return CM_OK;
}

static cm_code open_container(parser *p, cm_cbor_item *item, size_t start, uint64_t count,
                              bool indefinite) {
    if (p->depth == p->depth_limit)
        return cm_fail(p->err, CM_ERR_LIMIT, "CBOR: nested deeper than %u", p->depth_limit);
    bool map = item->type == CM_CBOR_MAP;
    /* every child takes a byte at least: a forged count is found before it costs anything */
    if (!indefinite && count > cm_reader_left(&p->in) / (map ? 2 : 1))
        return bad(p, "more elements than bytes");
    if (indefinite)
        p->doc->deterministic = false;
    item->count = (uint32_t)count;
    p->stack[p->depth++] = (frame){
        .item = (size_t)(item - p->doc->items),
        .start = start,
        .left = indefinite ? 0 : count * (map ? 2 : 1),
        .indefinite = indefinite,
    };
    return CM_OK;
}

static cm_code read_simple(parser *p, cm_cbor_item *item, uint8_t info) {
    static const uint8_t float_widths[] = {[25] = 2, [26] = 4, [27] = 8};
    item->width = info < sizeof float_widths ? float_widths[info] : 0;
    if (info == 24 && item->number < 32)
        return bad(p, "badly coded simple value");
    return CM_OK;
}

/* One head and what belongs to it; a container is opened, its children follow. */
static cm_code read_item(parser *p) {
    size_t start = p->in.at;
    uint8_t head = cm_read_u8(&p->in);
    uint8_t info = head & 31;
    uint64_t number = 0;
    cm_code code;
    if (p->in.bad)
        return bad(p, "ends too early");
    cm_cbor_item *item = add_item(p, &code);
    if (item == NULL)
        return code;
    item->type = (cm_cbor_type)(head >> 5);
    if (info == INDEFINITE) {
        if (item->type == CM_CBOR_ARRAY || item->type == CM_CBOR_MAP)
            return open_container(p, item, start, 0, true);
        return bad(p, "indefinite length where none is allowed");
    }
    code = read_number(p, info, item->type == CM_CBOR_SIMPLE && info >= 25, &number);
    if (code != CM_OK)
        return code;
    item->number = number;
    switch (item->type) {
    case CM_CBOR_BYTES:
    case CM_CBOR_TEXT:
        return read_string(p, item, number);
    case CM_CBOR_ARRAY:
    case CM_CBOR_MAP:
        return open_container(p, item, start, number, false);
    case CM_CBOR_TAG:
        return open_container(p, item, start, 1, false);
    case CM_CBOR_SIMPLE:
        return read_simple(p, item, info);
    case CM_CBOR_UINT:
    case CM_CBOR_NEGATIVE:
        break;
    }
    return CM_OK;
}

/* Order of map keys: equal means that a map may not hold both. Integers compare by value, so that
 * two codings of one number are the same key. */
static int compare_keys(const cm_cbor_item *a, const cm_cbor_item *b) {
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    if (a->bytes.size != b->bytes.size)
        return a->bytes.size < b->bytes.size ? -1 : 1;
    return a->bytes.size != 0 ? memcmp(a->bytes.data, b->bytes.data, a->bytes.size) : 0;
}

static int compare_key_pointers(const void *a, const void *b) {
    return compare_keys(*(const cm_cbor_item *const *)a, *(const cm_cbor_item *const *)b);
}

/* Few keys are compared each with each, many are sorted first: n log n in the worst case. */
static cm_code check_keys(parser *p, const cm_cbor_item *map) {
    const cm_cbor_item *few[16];
    const cm_cbor_item **keys = few;
    if (map->count > sizeof few / sizeof few[0]) {
        keys = cm_calloc(map->count, sizeof *keys);
        if (keys == NULL)
            return cm_fail_memory(p->err);
    }
    size_t n = 0;
    const cm_cbor_item *key = map + 1;
    for (uint32_t i = 0; i < map->count; i++) {
        keys[n++] = key;
        key += key->span;
        key += key->span;
    }
    qsort(keys, n, sizeof *keys, compare_key_pointers);
    bool twice = false;
    for (size_t i = 1; i < n; i++)
        twice = twice || compare_keys(keys[i - 1], keys[i]) == 0;
    if (keys != few)
        free(keys);
    return twice ? bad(p, "a map holds a key twice, ending") : CM_OK;
}

static cm_code close_container(parser *p) {
    frame *f = &p->stack[--p->depth];
    cm_cbor_item *item = &p->doc->items[f->item];
    item->span = (uint32_t)(p->doc->count - f->item);
    item->bytes = (cm_bytes){p->in.data + f->start, p->in.at - f->start};
    if (item->type == CM_CBOR_ARRAY || item->type == CM_CBOR_MAP)
        item->number = 0;
    if (f->indefinite) {
        if (item->type == CM_CBOR_MAP && f->left % 2 != 0)
            return bad(p, "a map's last key has no value");
        item->count = (uint32_t)(item->type == CM_CBOR_MAP ? f->left / 2 : f->left);
    }
    return item->type == CM_CBOR_MAP ? check_keys(p, item) : CM_OK;
}

/* Bytewise order of encoded keys, RFC 8949 §4.2.1. */
static bool sorted_after(cm_bytes key, cm_bytes previous) {
    size_t n = key.size < previous.size ? key.size : previous.size;
    int order = n != 0 ? memcmp(key.data, previous.data, n) : 0;
    return order > 0 || (order == 0 && key.size > previous.size);
}

/* Notes a finished child, whose encoding starts at `start`, in the container around it. */
static void count_child(parser *p, size_t start) {
    if (p->depth == 0)
        return;
    frame *f = &p->stack[p->depth - 1];
    bool is_key = p->doc->items[f->item].type == CM_CBOR_MAP && f->left % 2 == 0;
    if (is_key) {
        cm_bytes key = {p->in.data + start, p->in.at - start};
        if (!sorted_after(key, f->key))
            p->doc->deterministic = false;
        f->key = key;
    }
    if (f->indefinite)
        f->left++;
    else
        f->left--;
}

static bool at_break(const parser *p) {
    return cm_reader_left(&p->in) > 0 && p->in.data[p->in.at] == BREAK;
}

/* Closes every container that is complete. */
static cm_code close_finished(parser *p) {
    while (p->depth > 0) {
        frame *f = &p->stack[p->depth - 1];
        size_t start = f->start;
        if (f->indefinite) {
            if (!at_break(p))
                return CM_OK;
            cm_read_skip(&p->in, 1);
        } else if (f->left > 0) {
            return CM_OK;
        }
        cm_code code = close_container(p);
        if (code != CM_OK)
            return code;
        count_child(p, start);
    }
    return CM_OK;
}

static cm_code parse(parser *p) {
    do {
        size_t start = p->in.at;
        size_t depth = p->depth;
        cm_code code = read_item(p);
        if (code == CM_OK && p->depth == depth)
            count_child(p, start);
        if (code == CM_OK)
            code = close_finished(p);
        if (code != CM_OK)
            return code;
    } while (p->depth > 0);
    if (cm_reader_left(&p->in) != 0)
        return bad(p, "bytes after the end");
    return CM_OK;
}

cm_code cm_cbor_parse(cm_bytes bytes, const cm_limits *limits, cm_cbor *out, cm_error *err) {
    cm_limits defaults = cm_limits_default();
    uint32_t depth = (limits != NULL ? limits : &defaults)->depth;
    *out = (cm_cbor){.deterministic = true};
    parser p = {
        .in = cm_reader_over(bytes),
        .doc = out,
        .depth_limit = depth < STACK ? depth : STACK,
        .err = err,
    };
    cm_code code = parse(&p);
    if (code != CM_OK)
        cm_cbor_free(out);
    return code;
}

void cm_cbor_free(cm_cbor *doc) {
    free(doc->items);
    *doc = (cm_cbor){0};
}
