#include "sign/report.h"

#include "base/mem.h"
#include "sign/cbor.h"

enum { MOST_OTHERS = 4000, MOST_STATUS = 5000 };

/* One allocation behind the report's texts and values. */
struct cm_report_memory {
    struct cm_report_memory *next;
    uint8_t bytes[];
};

const char *cm_state_name(cm_state state) {
    static const char *const names[] = {"invalid", "unsupported", "valid", "trusted"};
    return names[state];
}

cm_report *cm_report_new(void) {
    return cm_calloc(1, sizeof(cm_report));
}

void cm_report_free(cm_report *r) {
    if (r == NULL)
        return;
    while (r->memory != NULL) {
        struct cm_report_memory *next = r->memory->next;
        free(r->memory);
        r->memory = next;
    }
    free(r->bindings);
    free(r->identities);
    free(r->disclosure);
    free(r->attestations);
    free(r->ai);
    free(r->status);
    free(r->aside);
    free(r->limits);
    free(r);
}

/* A copy with a NUL behind it. */
static uint8_t *keep(cm_report *r, cm_bytes bytes) {
    struct cm_report_memory *m = cm_calloc(1, sizeof *m + bytes.size + 1);
    if (m == NULL) {
        r->failed = true;
        return NULL;
    }
    if (bytes.size != 0)
        memcpy(m->bytes, bytes.data, bytes.size);
    m->next = r->memory;
    r->memory = m;
    return m->bytes;
}

const char *cm_report_text(cm_report *r, cm_bytes text) {
    uint8_t *copy = keep(r, text);
    bool utf8 = cm_cbor_is_utf8(text);
    if (copy == NULL)
        return "";
    for (size_t i = 0; i < text.size; i++)
        if (copy[i] < 0x20 || copy[i] == 0x7f || (!utf8 && copy[i] >= 0x80))
            copy[i] = '?';
    return (const char *)copy;
}

static const char *keep_string(cm_report *r, const char *text) {
    return cm_report_text(r, (cm_bytes){(const uint8_t *)text, strlen(text)});
}

/* Room for one more in a list that grows by doubling; NULL when memory is short. */
static void *grow(cm_report *r, void *list, size_t count, size_t size) {
    if (count != 0 && (count & (count - 1)) != 0)
        return list; /* room is left: capacities are powers of two */
    void *larger = realloc(list, (count != 0 ? count * 2 : 1) * size);
    if (larger == NULL)
        r->failed = true;
    return larger;
}

/* The lists are bounded. Failures have room of their own: others can't crowd out the first. */
static bool has_room(const cm_report *r, const cm_status *s) {
    if (s->known)
        return r->aside_count < MOST_OTHERS;
    bool failure = cm_status_kind_of(s->id) == CM_STATUS_FAILURE;
    return r->status_count < (failure ? MOST_STATUS : MOST_OTHERS);
}

void cm_report_status(cm_report *r, const cm_status *status) {
    if (!has_room(r, status)) {
        if (!status->known)
            cm_report_limit(r, "there were more findings than are listed");
        return;
    }
    cm_status **list = status->known ? &r->aside : &r->status;
    size_t *count = status->known ? &r->aside_count : &r->status_count;
    cm_status *larger = grow(r, *list, *count, sizeof *larger);
    if (larger == NULL)
        return;
    *list = larger;
    cm_status *s = &larger[(*count)++];
    *s = *status;
    s->url = keep_string(r, status->url);
    s->explanation = keep_string(r, status->explanation);
    if (status->ingredient != NULL)
        s->ingredient = keep_string(r, status->ingredient);
    if (status->manifest.data != NULL)
        s->manifest.data = keep(r, status->manifest);
}

bool cm_report_failed(const cm_report *r, size_t mark) {
    for (size_t i = mark; i < r->status_count; i++)
        if (cm_status_kind_of(r->status[i].id) == CM_STATUS_FAILURE)
            return true;
    return false;
}

void cm_report_take_back(cm_report *r, size_t mark) {
    if (mark < r->status_count)
        r->status_count = mark;
}

void cm_report_binding_add(cm_report *r, cm_bytes alg, cm_bytes value) {
    cm_report_binding *list = grow(r, r->bindings, r->binding_count, sizeof *list);
    if (list == NULL)
        return;
    r->bindings = list;
    list[r->binding_count++] = (cm_report_binding){
        .alg = cm_report_text(r, alg),
        .value = {keep(r, value), value.size},
    };
}

void cm_report_identity_add(cm_report *r, const cm_report_identity *identity) {
    cm_report_identity *list = grow(r, r->identities, r->identity_count, sizeof *list);
    if (list == NULL)
        return;
    r->identities = list;
    list[r->identity_count++] = *identity;
}

void cm_report_limit(cm_report *r, const char *text) {
    for (size_t i = 0; i < r->limit_count; i++)
        if (strcmp(r->limits[i], text) == 0)
            return;
    const char **list = grow(r, r->limits, r->limit_count, sizeof *list);
    if (list == NULL)
        return;
    r->limits = list;
    list[r->limit_count++] = keep_string(r, text);
}

bool cm_report_has(const cm_report *r, cm_status_id id) {
    for (size_t i = 0; i < r->status_count; i++)
        if (r->status[i].id == id && r->status[i].ingredient == NULL)
            return true;
    return false;
}

bool cm_report_covers(const cm_report *r) {
    bool holds = r->state == CM_STATE_VALID || r->state == CM_STATE_TRUSTED;
    bool bytes = cm_report_has(r, CM_ST_DATA_HASH_MATCH) &&
                 !cm_report_has(r, CM_ST_DATA_HASH_ADDITIONAL_EXCLUSIONS);
    return holds && (bytes || (cm_report_has(r, CM_ST_BOXES_HASH_MATCH) && !r->boxes_left_out));
}

static void put_status(cm_buf *out, const cm_status *s) {
    cm_cbor_put_map(out, s->url[0] != '\0' ? 3 : 2);
    if (s->url[0] != '\0') {
        cm_cbor_put_text(out, "url");
        cm_cbor_put_text(out, s->url);
    }
    cm_cbor_put_text(out, "code");
    cm_cbor_put_text(out, cm_status_code(s->id));
    cm_cbor_put_text(out, "explanation");
    cm_cbor_put_text(out, s->explanation);
}

static void put_kind(const cm_report *r, const char *key, cm_status_kind kind, cm_buf *out) {
    size_t count = 0;
    for (size_t i = 0; i < r->status_count; i++)
        count += cm_status_kind_of(r->status[i].id) == kind;
    cm_cbor_put_text(out, key);
    cm_cbor_put_array(out, count);
    for (size_t i = 0; i < r->status_count; i++)
        if (cm_status_kind_of(r->status[i].id) == kind)
            put_status(out, &r->status[i]);
}

void cm_report_results(const cm_report *r, cm_buf *out) {
    cm_cbor_put_map(out, 1);
    cm_cbor_put_text(out, "activeManifest");
    cm_cbor_put_map(out, 3);
    put_kind(r, "failure", CM_STATUS_FAILURE, out);
    put_kind(r, "success", CM_STATUS_SUCCESS, out);
    put_kind(r, "informational", CM_STATUS_INFORMATIONAL, out);
}
