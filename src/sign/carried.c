#include "sign/carried.h"

#include "sign/labels.h"
#include "sign/store.h"
#include "sign/unpack.h"

struct cm_carried_manifest {
    cm_buf bytes;
    cm_jumbf parsed;
};

void cm_carried_free(cm_carried *c) {
    for (size_t i = 0; i < c->count; i++) {
        cm_jumbf_free(&c->list[i].parsed);
        cm_buf_free(&c->list[i].bytes);
    }
    free(c->list);
    *c = (cm_carried){0};
}

const cm_box *cm_carried_at(const cm_carried *c, size_t index) {
    return c->list[index].parsed.boxes;
}

static size_t find(const cm_carried *c, cm_bytes label) {
    size_t i = 0;
    while (i < c->count && !cm_bytes_equal(cm_carried_at(c, i)->label, label))
        i++;
    return i;
}

static cm_code append(cm_carried *c, cm_bytes whole, cm_error *err) {
    struct cm_carried_manifest *larger = realloc(c->list, (c->count + 1) * sizeof *larger);
    if (larger == NULL)
        return cm_fail_memory(err);
    c->list = larger;
    struct cm_carried_manifest *m = &c->list[c->count];
    *m = (struct cm_carried_manifest){0};
    cm_buf_put_bytes(&m->bytes, whole);
    cm_code code = cm_buf_status(&m->bytes, err);
    if (code == CM_OK)
        code = cm_jumbf_parse(cm_buf_bytes(&m->bytes), NULL, &m->parsed, err);
    if (code == CM_OK)
        c->count++;
    else
        cm_buf_free(&m->bytes);
    return code;
}

static cm_code add_manifest(cm_carried *c, const cm_box *box, size_t *index, cm_error *err) {
    *index = find(c, box->label);
    if (*index == c->count)
        return append(c, box->whole, err);
    const cm_box *there = cm_carried_at(c, *index);
    if (cm_bytes_equal(there->whole, box->whole))
        return CM_OK;
    /* another name would be a lie to whoever refers to it by the one that was signed */
    bool packed = (there->kind == CM_KIND_COMPRESSED) != (box->kind == CM_KIND_COMPRESSED);
    return cm_fail(err, CM_ERR_FORMAT, "two ingredients hold manifests called %.*s, and %s",
                   box->label.size < 100 ? (int)box->label.size : 100,
                   (const char *)box->label.data, packed ? "one is compressed" : "they differ");
}

static cm_code add_active(cm_carried *c, const cm_box *box, size_t most, size_t *index,
                          cm_error *err) {
    cm_unpacked u = {0};
    if (box->kind != CM_KIND_COMPRESSED)
        return add_manifest(c, box, index, err);
    cm_code code = cm_manifest_unpack(box, most, NULL, &u, err);
    if (code == CM_OK)
        code = add_manifest(c, u.tree.boxes, index, err);
    cm_unpacked_free(&u);
    return code;
}

cm_code cm_carried_add(cm_carried *c, cm_bytes store, size_t *active, cm_error *err) {
    cm_jumbf j = {0};
    cm_code code = cm_jumbf_parse(store, NULL, &j, err);
    if (code != CM_OK)
        return code;
    const cm_box *b = cm_store_is(j.boxes) ? cm_manifest_next(j.boxes, NULL) : NULL;
    if (b == NULL)
        code = cm_fail(err, CM_ERR_FORMAT, "a manifest store without a manifest");
    while (code == CM_OK && b != NULL) {
        const cm_box *next = cm_manifest_next(j.boxes, b);
        code = next != NULL ? add_manifest(c, b, active, err)
                            : add_active(c, b, cm_unpacking_budget(store.size), active, err);
        b = next;
    }
    cm_jumbf_free(&j);
    return code;
}

static cm_code no_such(const char *uri, cm_error *err) {
    return cm_fail(err, CM_ERR_ARGUMENT, "%s: no ingredient has such an assertion", uri);
}

static bool may_go(cm_bytes label) {
    static const char *const kept[] = {"c2pa.hash.", CM_LABEL_ACTIONS};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (label.size >= strlen(kept[i]) && memcmp(label.data, kept[i], strlen(kept[i])) == 0)
            return false;
    return true;
}

/* A box's length stands in its first four bytes; those that say it elsewhere aren't shortened. */
static bool shorten(cm_buf *bytes, size_t at, size_t by) {
    cm_reader r = cm_reader_over(cm_buf_bytes(bytes));
    cm_read_skip(&r, at);
    uint32_t length = cm_read_be32(&r);
    if (length <= by)
        return false;
    cm_buf_patch_be32(bytes, at, length - (uint32_t)by);
    return true;
}

static cm_code cut(struct cm_carried_manifest *m, const cm_box *store, const cm_box *gone,
                   cm_error *err) {
    size_t from = (size_t)(gone->whole.data - m->bytes.data);
    size_t at = (size_t)(store->whole.data - m->bytes.data);
    size_t size = gone->whole.size;
    if (!shorten(&m->bytes, 0, size) || !shorten(&m->bytes, at, size))
        return cm_fail(err, CM_ERR_UNSUPPORTED, "the ingredient's boxes are of a rare form");
    memmove(m->bytes.data + from, m->bytes.data + from + size, m->bytes.size - from - size);
    m->bytes.size -= size;
    cm_jumbf_free(&m->parsed);
    return cm_jumbf_parse(cm_buf_bytes(&m->bytes), NULL, &m->parsed, err);
}

cm_code cm_carried_redact(cm_carried *c, const char *uri, cm_error *err) {
    static const char PREFIX[] = CM_URI_SELF "/" CM_LABEL_STORE "/";
    static const char MIDDLE[] = "/" CM_LABEL_ASSERTIONS "/";
    const char *label = uri + strlen(PREFIX);
    const char *middle = strstr(uri, MIDDLE);
    if (strncmp(uri, PREFIX, strlen(PREFIX)) != 0 || middle == NULL || middle <= label)
        return cm_fail(err, CM_ERR_ARGUMENT, "%s: not the URI of an assertion", uri);
    size_t i = find(c, (cm_bytes){(const uint8_t *)label, (size_t)(middle - label)});
    if (i == c->count)
        return no_such(uri, err);
    const cm_box *store = cm_box_named(cm_carried_at(c, i), CM_LABEL_ASSERTIONS);
    const cm_box *gone = cm_box_named(store, middle + strlen(MIDDLE));
    if (gone == NULL)
        return no_such(uri, err);
    if (!may_go(gone->label))
        return cm_fail(err, CM_ERR_ARGUMENT, "%s: actions and hard bindings must not be redacted",
                       uri);
    return cut(&c->list[i], store, gone, err);
}

void cm_carried_put(const cm_carried *c, cm_buf *out) {
    for (size_t i = 0; i < c->count; i++)
        cm_buf_put_bytes(out, cm_buf_bytes(&c->list[i].bytes));
}
