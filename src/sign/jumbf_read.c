/* The reading half of JUMBF, without recursion. */
#include "sign/jumbf.h"

#include "base/mem.h"
#include "base/utf8.h"

enum { STACK = 64, HEADER = 8, UUID_BYTES = 16, HASH_BYTES = 32 };

typedef struct parser {
    cm_jumbf *out;
    size_t capacity;
    uint32_t box_limit;
    uint32_t depth_limit;
    struct {
        size_t box;
        size_t end; /* offset behind its last byte */
    } stack[STACK];
    size_t depth;
    cm_error *err;
} parser;

/* A box's header, and the box. An LBox of 0 ("to the end of the file") is refused: a store's length
 * is known to its container, and two readers could disagree on where it ends. */
static cm_code read_box(parser *p, cm_reader *in, cm_box *box) {
    cm_reader r = *in;
    uint64_t length = cm_read_be32(&r);
    box->type = cm_read_be32(&r);
    size_t header = HEADER;
    if (length == 1) {
        length = cm_read_be64(&r);
        header += 8;
    }
    if (r.bad)
        return cm_fail(p->err, CM_ERR_FORMAT, "JUMBF: ends inside a box header");
    if (length < header || length > cm_reader_left(in))
        return cm_fail(p->err, CM_ERR_FORMAT, "JUMBF: box length %llu at byte %zu doesn't fit",
                       (unsigned long long)length, in->at);
    box->whole = cm_read_bytes(in, (size_t)length);
    box->content = (cm_bytes){box->whole.data + header, box->whole.size - header};
    return CM_OK;
}

/* ISO 19566-5 §A.3: no control characters, none that would break a path. */
static bool label_ok(cm_bytes label) {
    for (size_t i = 0; i < label.size; i++)
        if (label.data[i] < 0x20 || label.data[i] == 0x7f || label.data[i] == '/')
            return false;
    return label.size > 0 && cm_utf8_valid(label);
}

static cm_code read_label(parser *p, cm_reader *r, cm_box *box) {
    const uint8_t *start = r->data + r->at;
    const uint8_t *end = memchr(start, 0, cm_reader_left(r));
    if (end == NULL)
        return cm_fail(p->err, CM_ERR_FORMAT, "JUMBF: a label without an end");
    box->label = cm_read_bytes(r, (size_t)(end - start));
    cm_read_skip(r, 1);
    if (!label_ok(box->label))
        return cm_fail(p->err, CM_ERR_FORMAT, "JUMBF: a label with characters that are forbidden");
    return CM_OK;
}

/* The description box (ISO 19566-5 §A.3), whose facts go into the superbox. */
static cm_code read_description(parser *p, cm_bytes content, cm_box *box) {
    cm_reader r = cm_reader_over(content);
    uint32_t kind = cm_read_be32(&r);
    box->kind = cm_read_match(&r, CM_JUMBF_KIND_TAIL, CM_JUMBF_KIND_TAIL_BYTES) ? kind : 0;
    if (box->kind == 0)
        cm_read_skip(&r, UUID_BYTES - 4);
    box->toggles = cm_read_u8(&r);
    if (r.bad || (box->toggles & ~CM_JUMBF_TOGGLES) != 0)
        return cm_fail(p->err, CM_ERR_FORMAT, "JUMBF: a description box that can't be read");
    if ((box->toggles & CM_JUMBF_LABEL) != 0) {
        cm_code code = read_label(p, &r, box);
        if (code != CM_OK)
            return code;
    }
    if ((box->toggles & CM_JUMBF_ID) != 0)
        cm_read_skip(&r, 4);
    if ((box->toggles & CM_JUMBF_SIGNATURE) != 0)
        cm_read_skip(&r, HASH_BYTES);
    if ((box->toggles & CM_JUMBF_PRIVATE) != 0) {
        cm_box private_box = {0};
        cm_code code = read_box(p, &r, &private_box);
        if (code != CM_OK)
            return code;
    }
    if (r.bad || cm_reader_left(&r) != 0)
        return cm_fail(p->err, CM_ERR_FORMAT, "JUMBF: a description box of the wrong length");
    return CM_OK;
}

static cm_code add_box(parser *p, const cm_box *box) {
    cm_jumbf *j = p->out;
    if (j->count == p->box_limit)
        return cm_fail(p->err, CM_ERR_LIMIT, "JUMBF: more than %u boxes", p->box_limit);
    if (j->count == p->capacity) {
        size_t capacity = p->capacity != 0 ? p->capacity * 2 : 16;
        cm_box *boxes = realloc(j->boxes, capacity * sizeof *boxes);
        if (boxes == NULL)
            return cm_fail_memory(p->err);
        j->boxes = boxes;
        p->capacity = capacity;
    }
    j->boxes[j->count++] = *box;
    return CM_OK;
}

/* Reads a superbox's description, records it and steps inside. */
static cm_code enter(parser *p, cm_reader *in, cm_box *box) {
    if (p->depth == p->depth_limit)
        return cm_fail(p->err, CM_ERR_LIMIT, "JUMBF: nested deeper than %u", p->depth_limit);
    cm_reader inside = cm_reader_over(box->content);
    cm_box description = {0};
    cm_code code = read_box(p, &inside, &description);
    if (code == CM_OK && description.type != CM_BOX_JUMD)
        code = cm_fail(p->err, CM_ERR_FORMAT, "JUMBF: a superbox without a description");
    if (code == CM_OK)
        code = read_description(p, description.content, box);
    if (code != CM_OK)
        return code;
    size_t end = in->at;
    in->at -= cm_reader_left(&inside);
    p->stack[p->depth].box = p->out->count;
    p->stack[p->depth++].end = end;
    return add_box(p, box);
}

/* Steps out of the superboxes that end here. */
static void leave(parser *p, const cm_reader *in) {
    while (p->depth > 0 && p->stack[p->depth - 1].end == in->at) {
        size_t box = p->stack[--p->depth].box;
        p->out->boxes[box].span = (uint32_t)(p->out->count - box);
    }
}

static cm_code parse(parser *p, cm_bytes bytes) {
    cm_reader in = cm_reader_over(bytes);
    do {
        cm_box box = {.span = 1};
        /* a child must end within its parent, not only within the store */
        cm_reader bounded = in;
        if (p->depth > 0)
            bounded.size = p->stack[p->depth - 1].end;
        cm_code code = read_box(p, &bounded, &box);
        in.at = bounded.at;
        if (code == CM_OK && p->depth == 0 && box.type != CM_BOX_JUMB)
            code = cm_fail(p->err, CM_ERR_FORMAT, "JUMBF: doesn't start with a superbox");
        if (code == CM_OK)
            code = box.type == CM_BOX_JUMB ? enter(p, &in, &box) : add_box(p, &box);
        if (code != CM_OK)
            return code;
        leave(p, &in);
    } while (p->depth > 0);
    if (cm_reader_left(&in) != 0)
        return cm_fail(p->err, CM_ERR_FORMAT, "JUMBF: %zu bytes after the superbox",
                       cm_reader_left(&in));
    return CM_OK;
}

cm_code cm_jumbf_parse(cm_bytes bytes, const cm_limits *limits, cm_jumbf *out, cm_error *err) {
    cm_limits defaults = cm_limits_default();
    if (limits == NULL)
        limits = &defaults;
    *out = (cm_jumbf){0};
    parser p = {
        .out = out,
        .box_limit = limits->boxes,
        .depth_limit = limits->depth < STACK ? limits->depth : STACK,
        .err = err,
    };
    cm_code code = parse(&p, bytes);
    if (code != CM_OK)
        cm_jumbf_free(out);
    return code;
}

void cm_jumbf_free(cm_jumbf *j) {
    free(j->boxes);
    *j = (cm_jumbf){0};
}
