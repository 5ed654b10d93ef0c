#include "sign/store.h"

#include "sign/labels.h"

bool cm_store_is(const cm_box *root) {
    return root->kind == CM_KIND_STORE && (root->toggles & CM_JUMBF_REQUESTABLE) != 0 &&
           cm_bytes_are(root->label, CM_LABEL_STORE);
}

bool cm_manifest_is_standard(const cm_box *b) {
    return b->kind == CM_KIND_MANIFEST || b->kind == CM_KIND_MANIFEST_OLD;
}

bool cm_manifest_is(const cm_box *b) {
    return b->type == CM_BOX_JUMB && (cm_manifest_is_standard(b) || b->kind == CM_KIND_UPDATE ||
                                      b->kind == CM_KIND_COMPRESSED);
}

const cm_box *cm_manifest_next(const cm_box *root, const cm_box *b) {
    do
        b = b == NULL ? cm_box_first(root) : cm_box_next(root, b);
    while (b != NULL && !cm_manifest_is(b));
    return b;
}
