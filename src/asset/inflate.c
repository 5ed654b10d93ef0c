/* zlib's own header lets input be const only when asked. */
#define ZLIB_CONST
#include "asset/inflate.h"

#include <zlib.h>

enum { STEP = 16384 };

static cm_code unpack(z_stream *z, size_t most, cm_buf *out, cm_error *err) {
    size_t start = out->size;
    for (;;) {
        size_t room = most - (out->size - start);
        uint8_t step[STEP];
        z->next_out = step;
        z->avail_out = sizeof step;
        int status = inflate(z, Z_NO_FLUSH);
        size_t got = sizeof step - z->avail_out;
        cm_buf_put(out, step, got < room ? got : room);
        if (cm_buf_status(out, err) != CM_OK)
            return out->failed;
        if (got > room)
            return cm_fail(err, CM_ERR_LIMIT, "compressed text of over %zu bytes", most);
        if (status == Z_STREAM_END)
            return CM_OK;
        if (status != Z_OK || (got == 0 && z->avail_in == 0))
            return cm_fail(err, CM_ERR_FORMAT, "damaged compressed text");
    }
}

cm_code cm_inflate(cm_bytes packed, size_t most, cm_buf *out, cm_error *err) {
    z_stream z = {.next_in = packed.data, .avail_in = (uInt)packed.size};
    if (packed.size != z.avail_in)
        return cm_fail(err, CM_ERR_LIMIT, "compressed text of over 4 GiB");
    if (inflateInit(&z) != Z_OK)
        return cm_fail_memory(err);
    cm_code code = unpack(&z, most, out, err);
    (void)inflateEnd(&z);
    return code;
}
