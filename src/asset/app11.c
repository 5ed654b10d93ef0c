/* JPEG: the store is cut into APP11 segments (ISO 19566-5 annex D; C2PA 2.2, A.3.1). Each holds
 *
 *     CI "JP" | En box instance, 2 | Z packet number, 4, from 1 | LBox, 4 | TBox, 4 [| XLBox, 8]
 *
 * and then its share of the box's payload: the box header is repeated in every segment. */
#include <stdio.h>
#include <string.h>

#include "asset/container.h"
#include "asset/jpeg.h"

enum {
    PREFIX = 8,   /* CI, En, Z */
    BOX_HEAD = 8, /* LBox, TBox */
    LONG_BOX_HEAD = 16,
    /* Le counts itself; each segment repeats the box header. */
    SHARE_MAX = 65535 - 2 - PREFIX - BOX_HEAD,
    FIRST_INSTANCE = 0x0211
};

/* The start of an APP11 payload. */
typedef struct packet {
    bool signature; /* CI is "JP" */
    uint16_t instance;
    uint32_t number;
    uint8_t box_head[LONG_BOX_HEAD];
    uint32_t box_head_size;
    uint64_t box_size; /* with its header */
    bool superbox;     /* TBox is "jumb" */
    bool opens_box;    /* the payload starts with a description box */
    bool opens_store;  /* … with that of a manifest store */
} packet;

/* Reads what a segment says of itself; a segment too short for it is none of ours. */
static cm_code read_packet(cm_jpeg_walk *walk, const cm_jpeg_segment *seg, packet *out,
                           cm_error *err) {
    cm_bytes b;
    /* Behind the box header, a store has its description box: LBox, "jumd", "c2pa…". */
    size_t want = PREFIX + LONG_BOX_HEAD + BOX_HEAD + 4;
    *out = (packet){0};
    if (seg->payload.length < want)
        want = (size_t)seg->payload.length;
    cm_code code = cm_window_get(&walk->window, seg->payload.start, want, &b, err);
    if (code != CM_OK)
        return code;
    cm_reader r = cm_reader_over(b);
    out->signature = cm_read_match(&r, "JP", 2);
    if (!out->signature)
        cm_read_skip(&r, 2);
    out->instance = cm_read_be16(&r);
    out->number = cm_read_be32(&r);
    size_t head_at = r.at;
    out->box_size = cm_read_be32(&r);
    out->superbox = cm_read_match(&r, "jumb", 4);
    if (!out->superbox)
        return CM_OK;
    if (out->box_size == 1)
        out->box_size = cm_read_be64(&r);
    if (r.bad) {
        out->superbox = false;
        return CM_OK;
    }
    out->box_head_size = (uint32_t)(r.at - head_at);
    memcpy(out->box_head, b.data + head_at, out->box_head_size);
    cm_read_skip(&r, 4);
    out->opens_box = cm_read_match(&r, "jumd", 4);
    out->opens_store = out->opens_box && cm_read_match(&r, "c2pa", 4);
    return CM_OK;
}

/* Tells the segments of stores from all others, in the order of the file. */
typedef struct tracker {
    bool open; /* a store has begun */
    packet first;
} tracker;

typedef enum part { NOT_STORE, STORE_BEGINS, STORE_GOES_ON } part;

static part classify(tracker *t, const packet *p) {
    if (!p->superbox)
        return NOT_STORE;
    if (t->open && p->instance == t->first.instance && (p->number > 1 || !p->opens_box))
        return STORE_GOES_ON;
    if (!p->opens_store)
        return NOT_STORE;
    t->open = true;
    t->first = *p;
    return STORE_BEGINS;
}

/* Walks to the next segment of a store, or to the end. */
static cm_code next_part(cm_jpeg_walk *walk, tracker *t, cm_jpeg_segment *seg, packet *p,
                         part *what, cm_error *err) {
    cm_code code = cm_asset_jpeg_next(walk, seg, err);
    *what = NOT_STORE;
    if (code != CM_OK || seg->marker != CM_JPEG_APP11)
        return code;
    code = read_packet(walk, seg, p, err);
    if (code == CM_OK)
        *what = classify(t, p);
    return code;
}

typedef struct assembly {
    cm_asset_manifest *out;
    uint32_t packets;
    uint32_t first_number;
    uint64_t end; /* of the last segment taken */
    bool split;   /* a gap was met */
    bool over;    /* a second store has begun: its segments are not ours */
} assembly;

/* The first number may be 0 when there's only one segment: a known writer does so. */
static bool in_sequence(const assembly *a, uint32_t number) {
    return number == a->packets || (a->packets == 1 && number == 0);
}

static cm_code take_part(assembly *a, const tracker *t, const cm_source *in,
                         const cm_jpeg_segment *seg, const packet *p, const cm_limits *limits,
                         cm_error *err) {
    cm_asset_manifest *out = a->out;
    size_t skip = PREFIX; /* the first segment gives the box header, too */
    if (!out->found)
        out->where = seg->whole;
    else {
        skip += t->first.box_head_size;
        a->split = a->split || seg->whole.start != a->end;
        if (a->split)
            cm_manifest_fault(out, CM_ASSET_SPLIT);
        else
            out->where.length += seg->whole.length;
        if (p->box_head_size != t->first.box_head_size ||
            memcmp(p->box_head, t->first.box_head, p->box_head_size) != 0)
            cm_manifest_fault(out, CM_ASSET_LENGTH);
    }
    out->found = true;
    a->end = seg->whole.start + seg->whole.length;
    if (++a->packets == 1)
        a->first_number = p->number;
    if (!p->signature)
        cm_manifest_fault(out, CM_ASSET_SIGNATURE);
    if (!in_sequence(a, p->number) || (a->packets > 1 && a->first_number == 0))
        cm_manifest_fault(out, CM_ASSET_SEQUENCE);
    if (skip > seg->payload.length) {
        cm_manifest_fault(out, CM_ASSET_LENGTH);
        return CM_OK;
    }
    cm_span share = {.start = seg->payload.start + skip, .length = seg->payload.length - skip};
    return cm_manifest_load(out, in, share, limits, err);
}

static cm_code read_jpeg(const cm_source *in, const cm_limits *limits, cm_asset_manifest *out,
                         cm_error *err) {
    cm_jpeg_walk walk;
    tracker t = {0};
    assembly a = {.out = out};
    uint64_t box_size = 0;
    cm_code code = CM_OK;
    cm_asset_jpeg_start(&walk, in);
    while (code == CM_OK && !walk.done) {
        cm_jpeg_segment seg;
        packet p;
        part what;
        code = next_part(&walk, &t, &seg, &p, &what, err);
        if (code != CM_OK || what == NOT_STORE)
            continue;
        if (what == STORE_BEGINS && out->found) {
            a.over = true;
            cm_manifest_fault(out, CM_ASSET_SEVERAL);
        }
        if (a.over)
            continue;
        box_size = t.first.box_size;
        code = take_part(&a, &t, in, &seg, &p, limits, err);
    }
    if (code == CM_OK && out->found && box_size != out->store.size)
        cm_manifest_fault(out, CM_ASSET_LENGTH);
    return code;
}

/* --- writing --- */

static uint64_t segments_for(uint64_t store_size) {
    return (store_size - BOX_HEAD + SHARE_MAX - 1) / SHARE_MAX;
}

static uint64_t container_size(uint64_t store_size) {
    uint64_t overhead = 2 + 2 + PREFIX + BOX_HEAD; /* marker, Le, and what each segment repeats */
    return segments_for(store_size) * overhead + store_size - BOX_HEAD;
}

/* The instance numbers that boxes other than the store have taken. */
typedef struct taken {
    uint8_t bits[65536 / 8];
} taken;

static void take_number(taken *numbers, uint16_t n) {
    numbers->bits[n / 8] |= (uint8_t)(1u << (n % 8));
}

static uint16_t free_number(const taken *numbers) {
    uint16_t n = FIRST_INSTANCE;
    for (uint32_t i = 0; i < 65535 && (numbers->bits[n / 8] >> (n % 8) & 1) != 0; i++)
        n++;
    return n;
}

static bool goes_before_store(uint8_t marker) {
    return marker == CM_JPEG_SOI || marker == CM_JPEG_APP0 || marker == CM_JPEG_APP1;
}

/* Copies all segments but stores'; the store goes behind SOI, JFIF, EXIF and XMP, which their own
 * specifications want first, and before MPF, whose offsets count from its own place. */
static cm_code plan_segments(cm_jpeg_walk *walk, cm_asset_plan *plan, taken *numbers,
                             cm_error *err) {
    tracker t = {0};
    bool placed = plan->store_size == 0;
    cm_code code = CM_OK;
    while (code == CM_OK && !walk->done) {
        cm_jpeg_segment seg;
        packet p;
        part what;
        code = next_part(walk, &t, &seg, &p, &what, err);
        if (code != CM_OK || what != NOT_STORE)
            continue;
        if (seg.marker == CM_JPEG_APP11) /* with whatever CI: a reader may go by the number alone */
            take_number(numbers, p.instance);
        if (!placed && !goes_before_store(seg.marker)) {
            placed = true;
            code = cm_plan_store(plan, container_size(plan->store_size), err);
        }
        if (code == CM_OK)
            code = cm_plan_copy(plan, seg.whole, err);
    }
    return code;
}

static cm_code plan_jpeg(const cm_source *in, cm_asset_plan *plan, cm_error *err) {
    cm_jpeg_walk walk;
    taken numbers = {0};
    if (plan->store_size > INT32_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "a manifest store of over 2^31 bytes");
    cm_asset_jpeg_start(&walk, in);
    cm_code code = plan_segments(&walk, plan, &numbers, err);
    plan->box_instance = free_number(&numbers);
    if (code == CM_OK)
        code = cm_plan_copy(plan, (cm_span){walk.at, cm_source_size(in) - walk.at}, err);
    return code;
}

static cm_code write_segment(const cm_asset_plan *plan, cm_bytes box_head, cm_bytes share,
                             uint32_t number, const cm_sink *sink, cm_error *err) {
    cm_buf head = {0};
    cm_buf_u8(&head, 0xff);
    cm_buf_u8(&head, CM_JPEG_APP11);
    cm_buf_be16(&head, (uint16_t)(2 + PREFIX + box_head.size + share.size));
    cm_buf_text(&head, "JP");
    cm_buf_be16(&head, plan->box_instance);
    cm_buf_be32(&head, number);
    cm_buf_put_bytes(&head, box_head);
    cm_code code = cm_buf_status(&head, err);
    if (code == CM_OK)
        code = cm_sink_write(sink, head.data, head.size, err);
    if (code == CM_OK)
        code = cm_sink_write(sink, share.data, share.size, err);
    cm_buf_free(&head);
    return code;
}

static cm_code write_jpeg(const cm_asset_plan *plan, cm_bytes store, const cm_sink *sink,
                          cm_error *err) {
    cm_reader r = cm_reader_over(store);
    cm_bytes box_head = cm_read_bytes(&r, BOX_HEAD);
    cm_code code = CM_OK;
    for (uint32_t number = 1; code == CM_OK && cm_reader_left(&r) > 0; number++) {
        size_t n = cm_reader_left(&r) < SHARE_MAX ? cm_reader_left(&r) : SHARE_MAX;
        code = write_segment(plan, box_head, cm_read_bytes(&r, n), number, sink, err);
    }
    return code;
}

/* --- listing --- */

/* Markers by ITU-T T.81, table B.1. */
static void name_marker(uint8_t marker, char name[11]) {
    static const struct {
        uint8_t first, last;
        const char *name;
    } NAMES[] = {
        {0x01, 0x01, "TEM"}, {0xc4, 0xc4, "DHT"}, {0xc8, 0xc8, "JPG"}, {0xcc, 0xcc, "DAC"},
        {0xc0, 0xcf, "SOF"}, {0xd0, 0xd7, "RST"}, {0xd8, 0xd8, "SOI"}, {0xd9, 0xd9, "EOI"},
        {0xda, 0xda, "SOS"}, {0xdb, 0xdb, "DQT"}, {0xdc, 0xdc, "DNL"}, {0xdd, 0xdd, "DRI"},
        {0xde, 0xde, "DHP"}, {0xdf, 0xdf, "EXP"}, {0xe0, 0xef, "APP"}, {0xf0, 0xfd, "JPG"},
        {0xfe, 0xfe, "COM"}, {0x02, 0xbf, "RES"},
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (marker < NAMES[i].first || marker > NAMES[i].last)
            continue;
        if (NAMES[i].first == NAMES[i].last)
            (void)snprintf(name, 11, "%s", NAMES[i].name);
        else
            (void)snprintf(name, 11, "%s%d", NAMES[i].name, marker - NAMES[i].first);
        return;
    }
    name[0] = '\0';
}

static cm_code list_jpeg(const cm_source *in, cm_asset_boxes *out, cm_error *err) {
    cm_jpeg_walk walk;
    tracker t = {0};
    part last = NOT_STORE;
    cm_code code = CM_OK;
    cm_asset_jpeg_start(&walk, in);
    while (code == CM_OK && !walk.done) {
        cm_jpeg_segment seg;
        packet p;
        part what;
        char name[11] = CM_STORE_BOX;
        code = next_part(&walk, &t, &seg, &p, &what, err);
        if (code != CM_OK)
            return code;
        if (what == STORE_GOES_ON && last != NOT_STORE)
            out->items[out->count - 1].where.length += seg.whole.length;
        else {
            if (what == NOT_STORE)
                name_marker(seg.marker, name);
            code = cm_boxes_add(out, name, seg.whole, err);
        }
        last = what;
    }
    out->trailing = (cm_span){walk.at, cm_source_size(in) - walk.at};
    return code;
}

const cm_container cm_container_jpeg = {.format = CM_FORMAT_JPEG,
                                        .read = read_jpeg,
                                        .plan = plan_jpeg,
                                        .write_store = write_jpeg,
                                        .boxes = list_jpeg};
