/* What assertions say of others in the same manifest, and of time: 2.4 §15.10.3.2.3, 2.5
 * §14.10.4.1 and §14.11.3.2. */
#include "sign/verify_internal.h"

#include "base/mem.h"

/* Neither an ingredient nor actions may be named so; an ingredient names what ends in
 * ".ingredient". */
static bool kind_ok(cm_bytes base, bool by_ingredient) {
    static const char ending[] = ".ingredient";
    const size_t n = sizeof ending - 1;
    if (cm_is_ingredient(base) || cm_is_actions(base))
        return false;
    return !by_ingredient || (base.size >= n && memcmp(base.data + base.size - n, ending, n) == 0);
}

static bool related_ok(cm_verifier *v, const cm_view *m, const cm_declared *by,
                       const cm_cbor_item *link) {
    cm_bytes uri = cm_cbor_text(cm_cbor_get(link, "url"));
    char *absolute = uri.size != 0 ? cm_verify_absolute(v, m, uri) : NULL;
    const size_t own = strlen(m->uri);
    if (absolute == NULL)
        return false;
    const cm_box *box = cm_verify_resolve(v, m, uri);
    bool redacted = cm_verify_since(v, CM_C2PA_2_5) && cm_verify_redacted(v, absolute) != NULL &&
                    strncmp(absolute, m->uri, own) == 0;
    bool ok = (redacted || (box != NULL && cm_view_find(m, box) != NULL)) &&
              kind_ok(cm_label_base(cm_uri_label(uri)), cm_is_ingredient(by->base));
    if (ok && redacted)
        cm_note_assertion(v, m, CM_ST_ASSERTION_REDACTED, by->box->label,
                          "it speaks of an assertion that was redacted");
    free(absolute);
    return ok;
}

void cm_verify_related(cm_verifier *v, const cm_view *m, const cm_declared *by,
                       const cm_cbor_item *list, cm_status_id malformed) {
    bool ok = cm_cbor_first(list) != NULL;
    for (const cm_cbor_item *l = cm_cbor_first(list); l != NULL; l = cm_cbor_next(list, l))
        ok = related_ok(v, m, by, l) && ok;
    if (!ok)
        cm_note_assertion(v, m, malformed, by->box->label,
                          "relatedAssertions leads to what it may not");
}

/* A point in time, as far as it is comparable. */
typedef struct moment {
    int64_t seconds;
    uint32_t nanoseconds;
} moment;

static bool digits(cm_reader *r, int count, int least, int most, int *out) {
    int value = 0;
    for (int i = 0; i < count; i++) {
        uint8_t c = cm_read_u8(r);
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *out = value;
    return value >= least && value <= most;
}

static bool is_any(cm_reader *r, const char *of) {
    uint8_t c = cm_read_u8(r);
    return c != 0 && strchr(of, c) != NULL;
}

/* Days from 1970-01-01, in the calendar that RFC 3339 uses for all times. */
static int64_t day_number(int year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, of_era = y % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool read_zone(cm_reader *r, uint8_t sign, int64_t *seconds) {
    int hour, minute;
    if (sign == 'Z' || sign == 'z')
        return true;
    if ((sign != '+' && sign != '-') || !digits(r, 2, 0, 23, &hour) || !is_any(r, ":") ||
        !digits(r, 2, 0, 59, &minute))
        return false;
    *seconds += (sign == '-' ? 1 : -1) * (hour * 3600 + minute * 60);
    return true;
}

/* RFC 3339's date-time, to nanoseconds. */
static bool read_moment(cm_bytes text, moment *out) {
    cm_reader r = cm_reader_over(text);
    int year, month, day, hour, minute, second;
    if (!digits(&r, 4, 0, 9999, &year) || !is_any(&r, "-") || !digits(&r, 2, 1, 12, &month) ||
        !is_any(&r, "-") || !digits(&r, 2, 1, 31, &day) || !is_any(&r, "Tt ") ||
        !digits(&r, 2, 0, 23, &hour) || !is_any(&r, ":") || !digits(&r, 2, 0, 59, &minute) ||
        !is_any(&r, ":") || !digits(&r, 2, 0, 60, &second))
        return false;
    out->seconds = day_number(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    out->nanoseconds = 0;
    uint8_t c = cm_read_u8(&r);
    if (c == '.') {
        uint32_t unit = 100000000;
        for (c = cm_read_u8(&r); c >= '0' && c <= '9'; c = cm_read_u8(&r), unit /= 10)
            out->nanoseconds += (uint32_t)(c - '0') * unit;
    }
    return read_zone(&r, c, &out->seconds) && cm_reader_left(&r) == 0;
}

/* A tdate, or a map with one as its "value" (2.5 §8.9). */
static bool time_of(const cm_cbor_item *item, moment *out) {
    if (cm_cbor_is(item, CM_CBOR_MAP))
        item = cm_cbor_get(item, "value");
    return read_moment(cm_cbor_text(cm_cbor_tagged(item, 0)), out);
}

bool cm_times_reversed(const cm_cbor_item *start, const cm_cbor_item *end) {
    moment a, b;
    return time_of(start, &a) && time_of(end, &b) &&
           (a.seconds > b.seconds || (a.seconds == b.seconds && a.nanoseconds > b.nanoseconds));
}
