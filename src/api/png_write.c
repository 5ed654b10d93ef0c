#include "api/png_write.h"

#include <string.h>
#include <zlib.h>

/* PNG (third edition) §5.3: length, type, data, CRC of type and data. */
static void put_chunk(cm_buf *out, const char *type, cm_bytes data) {
    cm_buf_be32(out, (uint32_t)data.size);
    size_t covered = out->size;
    cm_buf_put(out, type, 4);
    cm_buf_put_bytes(out, data);
    if (out->failed == CM_OK)
        cm_buf_be32(out, (uint32_t)crc32_z(0, out->data + covered, out->size - covered));
}

/* Each row behind a filter byte: 1 (difference to the pixel on the left), which suits soft maps. */
static void put_rows(cm_buf *rows, const uint8_t *rgb, uint32_t width, uint32_t height) {
    size_t stride = (size_t)width * 3;
    for (uint32_t y = 0; y < height; y++) {
        const uint8_t *row = rgb + y * stride;
        uint8_t *at = cm_buf_extend(rows, stride + 1);
        if (at == NULL)
            return;
        *at++ = 1;
        memcpy(at, row, stride < 3 ? stride : 3);
        for (size_t i = 3; i < stride; i++)
            at[i] = (uint8_t)(row[i] - row[i - 3]);
    }
}

cm_code cm_png_write(const uint8_t *rgb, uint32_t width, uint32_t height, cm_buf *out,
                     cm_error *err) {
    static const uint8_t FORM[5] = {8, 2, 0, 0, 0}; /* depth 8, RGB, no interlacing */
    cm_buf head = {0};
    cm_buf rows = {0};
    cm_buf packed = {0};
    cm_buf_be32(&head, width);
    cm_buf_be32(&head, height);
    cm_buf_put(&head, FORM, sizeof FORM);
    put_rows(&rows, rgb, width, height);
    uLongf size = compressBound((uLong)rows.size);
    uint8_t *at = rows.failed == CM_OK ? cm_buf_extend(&packed, size) : NULL;
    cm_code code = CM_OK;
    if (at == NULL || compress2(at, &size, rows.data, (uLong)rows.size, 6) != Z_OK)
        code = cm_fail_memory(err);
    else {
        cm_buf_put(out, "\x89PNG\r\n\x1a\n", 8);
        put_chunk(out, "IHDR", cm_buf_bytes(&head));
        put_chunk(out, "IDAT", (cm_bytes){.data = packed.data, .size = size});
        put_chunk(out, "IEND", (cm_bytes){0});
        code = cm_buf_status(out, err);
    }
    cm_buf_free(&head);
    cm_buf_free(&rows);
    cm_buf_free(&packed);
    return code;
}
