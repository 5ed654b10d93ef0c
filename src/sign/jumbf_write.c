/* The writing half of JUMBF. */
#include "sign/jumbf.h"

const uint8_t CM_JUMBF_KIND_TAIL[CM_JUMBF_KIND_TAIL_BYTES] = {0x00, 0x11, 0x00, 0x10, 0x80, 0x00,
                                                              0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71};

size_t cm_jumbf_open_box(cm_buf *b, uint32_t type) {
    size_t at = b->size;
    cm_buf_be32(b, 0);
    cm_buf_be32(b, type);
    return at;
}

void cm_jumbf_close(cm_buf *b, size_t opened) {
    size_t length = b->size - opened;
    if (length > UINT32_MAX && b->failed == CM_OK)
        b->failed = CM_ERR_LIMIT;
    cm_buf_patch_be32(b, opened, (uint32_t)length);
}

enum { TYPE_BYTES = 16 };

static size_t open_superbox(cm_buf *b, const uint8_t *type, const char *label,
                            const uint8_t *salt) {
    size_t superbox = cm_jumbf_open_box(b, CM_BOX_JUMB);
    size_t description = cm_jumbf_open_box(b, CM_BOX_JUMD);
    cm_buf_put(b, type, TYPE_BYTES);
    cm_buf_u8(b, CM_JUMBF_REQUESTABLE | CM_JUMBF_LABEL | (salt != NULL ? CM_JUMBF_PRIVATE : 0));
    cm_buf_put(b, label, strlen(label) + 1);
    if (salt != NULL) {
        size_t box = cm_jumbf_open_box(b, CM_BOX_C2SH);
        cm_buf_put(b, salt, CM_SALT_BYTES);
        cm_jumbf_close(b, box);
    }
    cm_jumbf_close(b, description);
    return superbox;
}

size_t cm_jumbf_open(cm_buf *b, uint32_t kind, const char *label, const uint8_t *salt) {
    uint8_t type[TYPE_BYTES] = {(uint8_t)(kind >> 24), (uint8_t)(kind >> 16), (uint8_t)(kind >> 8),
                                (uint8_t)kind};
    memcpy(type + 4, CM_JUMBF_KIND_TAIL, CM_JUMBF_KIND_TAIL_BYTES);
    return open_superbox(b, type, label, salt);
}

size_t cm_jumbf_open_file(cm_buf *b, const char *label, const uint8_t *salt) {
    static const uint8_t type[TYPE_BYTES] = {0x40, 0xcb, 0x0c, 0x32, 0xbb, 0x8a, 0x48, 0x9d,
                                             0xa7, 0x0b, 0x2a, 0xd6, 0xf4, 0x7f, 0x43, 0x69};
    return open_superbox(b, type, label, salt);
}
