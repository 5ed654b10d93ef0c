/* Finding boxes in a parsed tree. */
#include "sign/jumbf.h"

const cm_box *cm_box_first(const cm_box *parent) {
    return parent != NULL && parent->span > 1 ? parent + 1 : NULL;
}

const cm_box *cm_box_next(const cm_box *parent, const cm_box *child) {
    const cm_box *next = child + child->span;
    return next < parent + parent->span ? next : NULL;
}

const cm_box *cm_box_child(const cm_box *parent, cm_bytes label) {
    const cm_box *box = cm_box_first(parent);
    while (box != NULL && (box->type != CM_BOX_JUMB || !cm_bytes_equal(box->label, label)))
        box = cm_box_next(parent, box);
    return box;
}

const cm_box *cm_box_named(const cm_box *parent, const char *label) {
    return cm_box_child(parent, (cm_bytes){(const uint8_t *)label, strlen(label)});
}

const cm_box *cm_box_of_kind(const cm_box *parent, const char *label, uint32_t kind) {
    const cm_box *box = cm_box_named(parent, label);
    bool ok = box != NULL && box->kind == kind && (box->toggles & CM_JUMBF_REQUESTABLE) != 0;
    return ok ? box : NULL;
}

const cm_box *cm_box_of_type(const cm_box *parent, uint32_t type) {
    const cm_box *box = cm_box_first(parent);
    while (box != NULL && box->type != type)
        box = cm_box_next(parent, box);
    return box;
}

/* The next part of a path, and what is left behind its '/'. */
static cm_bytes next_part(cm_bytes *path) {
    cm_bytes part = *path;
    const uint8_t *slash = path->size != 0 ? memchr(path->data, '/', path->size) : NULL;
    if (slash == NULL) {
        *path = (cm_bytes){0};
        return part;
    }
    part.size = (size_t)(slash - path->data);
    *path = (cm_bytes){slash + 1, path->size - part.size - 1};
    return part;
}

/* Labels of one store are often alike but for their ends. */
static bool is_labelled(const cm_box *box, cm_bytes label) {
    size_t n = label.size;
    return box->type == CM_BOX_JUMB && box->label.size == n &&
           (n == 0 || (box->label.data[n - 1] == label.data[n - 1] &&
                       memcmp(box->label.data, label.data, n) == 0));
}

/* cm_box_child(), counting the boxes that it goes past. */
static const cm_box *child_within(const cm_box *parent, cm_bytes label, uint64_t *steps) {
    const cm_box *box = cm_box_first(parent);
    while (box != NULL && !is_labelled(box, label)) {
        if (*steps == 0)
            return NULL;
        --*steps;
        box = cm_box_next(parent, box);
    }
    return box;
}

const cm_box *cm_box_below(const cm_box *at, cm_bytes path, uint64_t *steps) {
    if (path.size == 0)
        return NULL;
    while (at != NULL && path.size != 0)
        at = child_within(at, next_part(&path), steps);
    return at;
}

const cm_box *cm_jumbf_resolve(const cm_jumbf *j, const cm_box *manifest, cm_bytes uri) {
    uint64_t steps = UINT64_MAX;
    return cm_jumbf_resolve_within(j, manifest, uri, &steps);
}

const cm_box *cm_jumbf_resolve_within(const cm_jumbf *j, const cm_box *manifest, cm_bytes uri,
                                      uint64_t *steps) {
    cm_reader r = cm_reader_over(uri);
    if (!cm_read_match(&r, "self#jumbf=", 11))
        return NULL;
    const cm_box *at = manifest;
    if (cm_read_match(&r, "/", 1)) {
        cm_bytes root = j->boxes[0].label;
        if (!cm_read_match(&r, root.data, root.size) || !cm_read_match(&r, "/", 1))
            return NULL;
        at = j->boxes;
    }
    return cm_box_below(at, cm_read_bytes(&r, cm_reader_left(&r)), steps);
}
