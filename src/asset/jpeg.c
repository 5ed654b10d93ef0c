#include "asset/jpeg.h"

#include <string.h>

#include "asset/container.h"

void cm_asset_jpeg_start(cm_jpeg_walk *walk, const cm_source *in) {
    cm_window_open(&walk->window, in);
    walk->at = 0;
    walk->count = 0;
    walk->in_scans = false;
    walk->done = false;
}

static bool is_restart(uint8_t marker) {
    return marker >= CM_JPEG_RST0 && marker <= CM_JPEG_RST7;
}

static bool stands_alone(uint8_t marker) {
    return is_restart(marker) || marker == CM_JPEG_TEM || marker == CM_JPEG_SOI ||
           marker == CM_JPEG_EOI;
}

/* Reads the marker at *at, skipping fill bytes, and puts *at behind it. */
static cm_code read_marker(cm_jpeg_walk *walk, uint64_t *at, uint8_t *marker, cm_error *err) {
    cm_bytes b;
    cm_code code = cm_window_get(&walk->window, *at, 2, &b, err);
    if (code != CM_OK)
        return code;
    bool prefixed = b.data[0] == 0xff;
    while (prefixed && b.data[1] == 0xff) {
        (*at)++;
        code = cm_window_get(&walk->window, *at, 2, &b, err);
        if (code != CM_OK)
            return code;
    }
    *marker = b.data[1];
    if (!prefixed || *marker == 0 || (*marker == CM_JPEG_SOI) != (walk->count == 1))
        return cm_fail(err, CM_ERR_FORMAT, "JPEG: no segment at offset %llu",
                       (unsigned long long)*at);
    *at += 2;
    return CM_OK;
}

/* How many bytes of b are coded data: up to the first marker, or to where the next bytes must be
 * seen to tell. Within coded data, a 0xff is followed by a stuffed 0 or is a restart marker (T.81,
 * B.1.1.5). */
static size_t coded_bytes(cm_bytes b, bool *ended) {
    size_t i = 0;
    while (i + 1 < b.size) {
        const uint8_t *ff = memchr(b.data + i, 0xff, b.size - 1 - i);
        if (ff == NULL)
            return b.size - 1;
        i = (size_t)(ff - b.data);
        *ended = ff[1] != 0 && ff[1] != 0xff && !is_restart(ff[1]);
        if (*ended)
            return i;
        i += ff[1] == 0xff ? 1 : 2;
    }
    return i;
}

/* Puts *at on the first marker behind coded data, or on the end of the file. */
static cm_code skip_coded(cm_jpeg_walk *walk, uint64_t *at, cm_error *err) {
    bool ended = false;
    while (!ended) {
        cm_bytes b;
        cm_code code = cm_window_peek(&walk->window, *at, CM_WINDOW_BYTES, &b, err);
        if (code != CM_OK)
            return code;
        ended = b.size < 2;
        *at += ended ? b.size : coded_bytes(b, &ended);
    }
    return CM_OK;
}

/* Reads the length at *at and puts *at behind the payload. */
static cm_code read_payload(cm_jpeg_walk *walk, uint64_t *at, cm_jpeg_segment *out, cm_error *err) {
    cm_bytes b;
    cm_code code = cm_window_get(&walk->window, *at, 2, &b, err);
    if (code != CM_OK)
        return code;
    cm_reader r = cm_reader_over(b);
    uint16_t length = cm_read_be16(&r);
    if (length < 2 || !cm_fits(*at, length, cm_source_size(walk->window.source)))
        return cm_fail(err, CM_ERR_FORMAT,
                       "JPEG: segment %02x at offset %llu overruns the file or its own header",
                       out->marker, (unsigned long long)walk->at);
    out->payload = (cm_span){.start = *at + 2, .length = (uint64_t)length - 2};
    *at += length;
    return CM_OK;
}

cm_code cm_asset_jpeg_next(cm_jpeg_walk *walk, cm_jpeg_segment *out, cm_error *err) {
    uint64_t at = walk->at;
    cm_code code = cm_count_unit(&walk->count, err);
    if (code == CM_OK)
        code = read_marker(walk, &at, &out->marker, err);
    if (code != CM_OK)
        return code;
    out->payload = (cm_span){.start = at};
    if (!stands_alone(out->marker))
        code = read_payload(walk, &at, out, err);
    if (code == CM_OK && out->marker == CM_JPEG_SOS) {
        walk->in_scans = true;
        code = skip_coded(walk, &at, err);
    }
    if (code != CM_OK)
        return code;
    out->whole = (cm_span){.start = walk->at, .length = at - walk->at};
    walk->at = at;
    walk->done =
        out->marker == CM_JPEG_EOI || (walk->in_scans && at == cm_source_size(walk->window.source));
    return CM_OK;
}
