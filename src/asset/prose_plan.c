/* Putting a store into a text: what is copied, and how the store is spelt. */
#include <string.h>

#include "asset/container.h"
#include "asset/prose_spot.h"
#include "base/base64.h"

/* The text without any store, and where its parts are in the input. */
typedef struct bare {
    cm_buf bytes;
    cm_bytes text;
    cm_span parts[2 * CM_TEXT_SITES + 1];
    size_t count;
} bare;

static void keep(const cm_prose *p, uint64_t start, uint64_t end, bare *b) {
    if (start >= end)
        return;
    b->parts[b->count++] = (cm_span){.start = start, .length = end - start};
    cm_buf_put_bytes(&b->bytes, cm_part(p->text, (size_t)start, (size_t)end));
}

static cm_code make_bare(const cm_prose *p, bare *b, cm_error *err) {
    uint64_t at = 0;
    for (size_t i = 0; i < p->sites.count; i++) {
        const cm_text_site *s = &p->sites.items[i];
        uint64_t end = s->where.start + s->where.length;
        if (s->where.start < at)
            continue;
        keep(p, at, s->where.start, b);
        at = end;
        if (s->last) /* it took the end of the line before it along */
            at -= cm_line_end_size(p->text);
    }
    keep(p, at, p->text.size, b);
    b->text = cm_buf_bytes(&b->bytes);
    return cm_buf_status(&b->bytes, err);
}

/* What was left out may have kept parts of another one asunder, or of another format's start. */
static cm_code refuse_remains(const bare *b, cm_format format, cm_error *err) {
    cm_text_sites sites;
    cm_code code = cm_prose_find(b->text, format, &sites, err);
    bool same = b->text.size == 0 || cm_format_of_text(b->text) == format;
    if (code == CM_OK && (sites.count != 0 || !same))
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "manifests stand within one another in this text: remove them by hand");
    return code;
}

/* What a block has before and behind the base64. */
static void put_frame(const cm_asset_plan *plan, cm_buf *before, cm_buf *behind) {
    if (plan->carrier == CM_CARRIER_SCRIPT) {
        cm_buf_text(before, CM_SCRIPT_OPEN);
        cm_buf_text(behind, CM_SCRIPT_CLOSE);
        return;
    }
    if (plan->carrier == CM_CARRIER_ELEMENT) {
        cm_buf_text(before, plan->open);
        cm_buf_text(behind, plan->close);
        return;
    }
    bool lines = plan->close == NULL;
    if (plan->line_before)
        cm_buf_text(before, plan->line_end);
    cm_buf_text(before, plan->open);
    cm_buf_text(before, plan->open[0] != '\0' ? " " : "");
    cm_buf_text(before, CM_BLOCK_BEGIN);
    cm_buf_text(before, lines ? plan->line_end : " ");
    cm_buf_text(before, CM_BLOCK_DATA);
    cm_buf_text(behind, lines ? plan->line_end : " ");
    cm_buf_text(behind, CM_BLOCK_END);
    if (!lines && plan->close[0] != '\0') {
        cm_buf_text(behind, " ");
        cm_buf_text(behind, plan->close);
    }
    if (plan->line_after)
        cm_buf_text(behind, plan->line_end);
}

static cm_code piece_size(const cm_asset_plan *plan, uint64_t *size, cm_error *err) {
    cm_buf before = {0}, behind = {0};
    if (plan->store_size > UINT32_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "a text carries 2^32 - 1 bytes of manifest at most");
    if (plan->carrier == CM_CARRIER_WRAPPER) { /* of the bytes of a store about an eighth is low */
        *size = 3 + 4 * (plan->store_size + 13) - plan->store_size / 8;
        return CM_OK;
    }
    put_frame(plan, &before, &behind);
    *size = before.size + cm_base64_size(plan->store_size) + behind.size;
    cm_code code = cm_buf_status(&before, err);
    if (code == CM_OK)
        code = cm_buf_status(&behind, err);
    cm_buf_free(&before);
    cm_buf_free(&behind);
    return code;
}

/* Something that is put into the bare text. */
typedef struct cut {
    uint64_t at;
    size_t replaces;
    cm_bytes before, behind;
    bool store;
} cut;

static cm_code put_literal(cm_asset_plan *plan, cm_bytes text, cm_error *err) {
    const size_t most = sizeof((cm_asset_piece){0}).literal;
    cm_code code = CM_OK;
    for (size_t at = 0; at < text.size && code == CM_OK; at += most) {
        size_t n = text.size - at < most ? text.size - at : most;
        code = cm_plan_literal(plan, text.data + at, (uint32_t)n, err);
    }
    return code;
}

static cm_code put_cut(cm_asset_plan *plan, const cut *c, uint64_t size, cm_error *err) {
    cm_code code = put_literal(plan, c->before, err);
    if (code == CM_OK && c->store)
        code = cm_plan_store(plan, size, err);
    return code == CM_OK ? put_literal(plan, c->behind, err) : code;
}

/* In order; none without a store. */
static size_t list_cuts(const cm_prose_spot *s, const cm_asset_plan *plan, cut cuts[static 2]) {
    size_t count = 0;
    if (plan->store_size == 0)
        return 0;
    if (s->declare != NULL)
        cuts[count++] =
            (cut){.at = s->declare_at,
                  .before = {.data = (const uint8_t *)s->declare, .size = strlen(s->declare)}};
    cuts[count++] = (cut){.at = s->at,
                          .replaces = s->replaces,
                          .before = cm_buf_bytes(&s->before),
                          .behind = cm_buf_bytes(&s->behind),
                          .store = true};
    return count;
}

static cm_code lay_out(const bare *b, const cm_prose_spot *s, cm_asset_plan *plan, cm_error *err) {
    uint64_t size = 0, done = 0; /* of the bare text */
    cut cuts[2];
    size_t count = list_cuts(s, plan, cuts), k = 0;
    cm_code code = count != 0 ? piece_size(plan, &size, err) : CM_OK;
    for (size_t i = 0; i < b->count && code == CM_OK; i++) {
        cm_span part = b->parts[i];
        for (; k < count && cuts[k].at < done + part.length && code == CM_OK; k++) {
            cm_span head = {part.start, cuts[k].at - done};
            code = cm_plan_copy(plan, head, err);
            if (code == CM_OK)
                code = put_cut(plan, &cuts[k], size, err);
            head.length += cuts[k].replaces; /* which ends the text, so that it is in this part */
            part.start += head.length;
            part.length -= head.length;
            done += head.length;
        }
        if (code == CM_OK)
            code = cm_plan_copy(plan, part, err);
        done += part.length;
    }
    for (; k < count && code == CM_OK; k++)
        code = put_cut(plan, &cuts[k], size, err);
    return code;
}

cm_code cm_prose_plan(const cm_source *in, cm_asset_plan *plan, cm_error *err) {
    cm_prose p;
    bare b = {0};
    cm_prose_spot s = {0};
    cm_code code = cm_prose_look(in, plan->format, &p, err);
    if (code == CM_OK)
        code = make_bare(&p, &b, err);
    if (code == CM_OK && p.sites.count != 0)
        code = refuse_remains(&b, plan->format, err);
    if (code == CM_OK)
        code = cm_prose_spot_choose(&p, b.text, plan, &s, err);
    if (code == CM_OK)
        code = cm_buf_status(&s.before, err);
    if (code == CM_OK)
        code = cm_buf_status(&s.behind, err);
    if (code == CM_OK)
        code = lay_out(&b, &s, plan, err);
    cm_buf_free(&s.before);
    cm_buf_free(&s.behind);
    cm_buf_free(&b.bytes);
    cm_prose_free(&p);
    return code;
}

cm_code cm_prose_write(const cm_asset_plan *plan, cm_bytes store, const cm_sink *sink,
                       cm_error *err) {
    cm_buf out = {0}, behind = {0};
    if (plan->carrier == CM_CARRIER_WRAPPER) {
        cm_wrapper_encode(store, &out);
    } else {
        put_frame(plan, &out, &behind);
        cm_base64_encode(store, &out);
        cm_buf_put_bytes(&out, cm_buf_bytes(&behind));
    }
    cm_code code = cm_buf_status(&behind, err);
    if (code == CM_OK)
        code = cm_buf_status(&out, err);
    if (code == CM_OK && out.size != plan->where.length)
        code = cm_fail(err, CM_ERR_ARGUMENT, "not the manifest store that was planned for");
    if (code == CM_OK)
        code = cm_sink_write(sink, out.data, out.size, err);
    cm_buf_free(&behind);
    cm_buf_free(&out);
    return code;
}
