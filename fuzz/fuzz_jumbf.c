/* JUMBF: boxes stay within their parents, and every labelled box is found by its URI. */
#include <stdlib.h>

#include "sign/jumbf.h"

static void check(bool promise) {
    if (!promise)
        abort();
}

static void check_children(const cm_jumbf *j, const cm_box *parent) {
    for (const cm_box *c = cm_box_first(parent); c != NULL; c = cm_box_next(parent, c)) {
        check(c > parent && c + c->span <= j->boxes + j->count);
        check(c->whole.data >= parent->content.data);
        check(c->whole.data + c->whole.size <= parent->content.data + parent->content.size);
        if (c->type == CM_BOX_JUMB && c->label.size != 0)
            check(cm_box_child(parent, c->label) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char uri[] = "self#jumbf=c2pa.assertions/c2pa.hash.data";
    cm_jumbf j;
    if (cm_jumbf_parse((cm_bytes){.data = data, .size = size}, NULL, &j, NULL) != CM_OK)
        return 0;
    check(j.boxes[0].span == j.count && j.boxes[0].whole.size == size);
    for (size_t i = 0; i < j.count; i++)
        check_children(&j, &j.boxes[i]);
    (void)cm_jumbf_resolve(&j, cm_box_first(j.boxes),
                           (cm_bytes){(const uint8_t *)uri, sizeof uri - 1});
    (void)cm_jumbf_resolve(&j, j.boxes, (cm_bytes){.data = data, .size = size});
    cm_jumbf_free(&j);
    return 0;
}
