/* Unstructured text: a byte is a variation selector (C2PA 2.5, A.8). */
#include <string.h>

#include "asset/prose.h"

static const uint8_t MARKER[] = {0xef, 0xbb, 0xbf}; /* U+FEFF */
static const uint8_t MAGIC[] = {'C', '2', 'P', 'A', 'T', 'X', 'T', 0};

enum { VERSION = 1, HEADER = 13 /* magic, version, length */ };

/* A selector at the reader's place: U+FE00 + n for 0 to 15, U+E0100 + n - 16 for the rest. Where
 * there is none nothing is read. */
static bool next_selector(cm_reader *r, uint8_t *value) {
    cm_reader ahead = *r;
    if (cm_read_match(&ahead, "\xef\xb8", 2)) {
        uint8_t last = cm_read_u8(&ahead);
        if (ahead.bad || last < 0x80 || last > 0x8f)
            return false;
        *value = last & 0x0f;
    } else if (cm_read_match(&ahead, "\xf3\xa0", 2)) {
        uint8_t third = cm_read_u8(&ahead), last = cm_read_u8(&ahead);
        if (ahead.bad || third < 0x84 || third > 0x87 || last < 0x80 || last > 0xbf)
            return false;
        uint32_t n = (uint32_t)(third - 0x84) << 6 | (last & 0x3fu);
        if (n > 255 - 16)
            return false;
        *value = (uint8_t)(n + 16);
    } else {
        return false;
    }
    *r = ahead;
    return true;
}

static void put_selector(cm_buf *out, uint8_t value) {
    uint32_t n = value - 16u;
    const uint8_t low[] = {0xef, 0xb8, 0x80 | value};
    const uint8_t high[] = {0xf3, 0xa0, 0x84 | (uint8_t)(n >> 6 & 3), 0x80 | (n & 0x3f)};
    if (value < 16)
        cm_buf_put(out, low, sizeof low);
    else
        cm_buf_put(out, high, sizeof high);
}

/* The first selectors of a run, as bytes; how many there are. */
static size_t read_header(cm_reader *r, uint8_t header[HEADER]) {
    size_t n = 0;
    while (n < HEADER && next_selector(r, &header[n]))
        n++;
    return n;
}

/* What begins at the marker is a wrapper when the magic number follows. `r` stands behind the
 * marker, and afterwards behind the run. */
static bool read_wrapper(cm_bytes text, size_t at, cm_reader *r, cm_text_site *site) {
    uint8_t header[HEADER] = {0}, ignored;
    size_t n = read_header(r, header);
    if (n < sizeof MAGIC || memcmp(header, MAGIC, sizeof MAGIC) != 0)
        return false;
    cm_reader fields = cm_reader_over((cm_bytes){.data = header, .size = n});
    cm_read_skip(&fields, sizeof MAGIC);
    bool known = cm_read_u8(&fields) == VERSION;
    uint32_t length = cm_read_be32(&fields);
    size_t start = r->at, end = start;
    for (uint64_t i = 0; next_selector(r, &ignored); i++)
        if (i + 1 == length)
            end = r->at;
    *site = (cm_text_site){.carrier = CM_CARRIER_WRAPPER,
                           .where = {.start = at, .length = r->at - at},
                           .store = cm_part(text, start, end),
                           .sound =
                               !fields.bad && known && length >= CM_ASSET_STORE_MIN && end > start};
    return true;
}

cm_code cm_find_wrappers(cm_bytes text, cm_text_sites *sites, cm_error *err) {
    cm_reader r = cm_reader_over(text);
    while (cm_reader_left(&r) >= sizeof MARKER) {
        const uint8_t *found = memchr(text.data + r.at, MARKER[0], cm_reader_left(&r));
        cm_text_site site;
        if (found == NULL)
            break;
        size_t at = (size_t)(found - text.data);
        r.at = at;
        if (!cm_read_match(&r, MARKER, sizeof MARKER)) {
            cm_read_skip(&r, 1);
            continue;
        }
        if (!read_wrapper(text, at, &r, &site))
            continue;
        cm_code code = cm_text_sites_add(sites, &site, err);
        if (code != CM_OK)
            return code;
    }
    return CM_OK;
}

static uint64_t count_bytes(cm_bytes bytes) {
    uint64_t n = 0;
    for (size_t i = 0; i < bytes.size; i++)
        n += bytes.data[i] < 16 ? 3 : 4;
    return n;
}

static void make_header(cm_bytes store, cm_buf *out) {
    cm_buf_put(out, MAGIC, sizeof MAGIC);
    cm_buf_u8(out, VERSION);
    cm_buf_be32(out, (uint32_t)store.size);
}

uint64_t cm_wrapper_size(cm_bytes store) {
    uint8_t bytes[4] = {(uint8_t)(store.size >> 24), (uint8_t)(store.size >> 16),
                        (uint8_t)(store.size >> 8), (uint8_t)store.size};
    return sizeof MARKER + count_bytes((cm_bytes){MAGIC, sizeof MAGIC}) + 3 /* version */ +
           count_bytes((cm_bytes){bytes, sizeof bytes}) + count_bytes(store);
}

void cm_wrapper_encode(cm_bytes store, cm_buf *out) {
    cm_buf header = {0};
    make_header(store, &header);
    cm_buf_put(out, MARKER, sizeof MARKER);
    for (size_t i = 0; i < header.size; i++)
        put_selector(out, header.data[i]);
    for (size_t i = 0; i < store.size; i++)
        put_selector(out, store.data[i]);
    if (header.failed != CM_OK)
        out->failed = header.failed;
    cm_buf_free(&header);
}

void cm_wrapper_decode(cm_bytes selectors, cm_buf *out) {
    cm_reader r = cm_reader_over(selectors);
    uint8_t value;
    while (next_selector(&r, &value))
        cm_buf_u8(out, value);
}
