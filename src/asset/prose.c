/* Texts as containers: by which of three ways a store is carried. prose_plan.c puts one in. */
#include "asset/prose.h"

#include <string.h>

#include "asset/container.h"
#include "base/base64.h"
#include "base/utf8.h"

cm_code cm_text_sites_add(cm_text_sites *sites, const cm_text_site *site, cm_error *err) {
    if (sites->count == CM_TEXT_SITES)
        return cm_fail(err, CM_ERR_LIMIT, "over %d places made for a manifest in one text",
                       CM_TEXT_SITES);
    sites->items[sites->count++] = *site;
    return CM_OK;
}

static cm_code load(const cm_source *in, cm_prose *p, cm_error *err) {
    uint64_t size = cm_source_size(in);
    if (size > CM_ASSET_TEXT_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "a text of over %d MiB", CM_ASSET_TEXT_MAX >> 20);
    cm_code code = cm_source_load(in, 0, size, &p->bytes, err);
    p->text = cm_buf_bytes(&p->bytes);
    if (code == CM_OK && !cm_utf8_valid(p->text))
        return cm_fail(err, CM_ERR_FORMAT,
                       "the text isn't UTF-8, which a manifest needs: convert it first, as with "
                       "\"iconv -f LATIN1 -t UTF-8\"");
    return code;
}

/* Insertion sort: there are few, and nearly sorted. */
static void sort_sites(cm_text_sites *s) {
    for (size_t i = 1; i < s->count; i++) {
        cm_text_site site = s->items[i];
        size_t k = i;
        for (; k > 0 && s->items[k - 1].where.start > site.where.start; k--)
            s->items[k] = s->items[k - 1];
        s->items[k] = site;
    }
}

cm_code cm_prose_find(cm_bytes text, cm_format format, cm_text_sites *sites, cm_error *err) {
    *sites = (cm_text_sites){0};
    if (format == CM_FORMAT_HTML)
        return cm_find_scripts(text, sites, err);
    cm_code code = cm_find_wrappers(text, sites, err);
    if (code == CM_OK)
        code = cm_find_blocks(text, sites, err);
    if (code == CM_OK)
        code = cm_find_elements(text, sites, err);
    sort_sites(sites);
    return code;
}

cm_code cm_prose_look(const cm_source *in, cm_format format, cm_prose *p, cm_error *err) {
    *p = (cm_prose){0};
    cm_code code = load(in, p, err);
    return code == CM_OK ? cm_prose_find(p->text, format, &p->sites, err) : code;
}

void cm_prose_free(cm_prose *p) {
    cm_buf_free(&p->bytes);
    *p = (cm_prose){0};
}

void cm_text_sites_refer(cm_text_sites *sites, cm_bytes address, cm_span where) {
    enum { LONGEST = 2048 };
    if (!sites->elsewhere) {
        sites->address = address.size <= LONGEST ? address : (cm_bytes){0};
        sites->away = where;
    }
    sites->elsewhere = true;
}

/* --- reading --- */

static cm_code take_store(const cm_text_site *site, const cm_limits *limits, cm_buf *out,
                          cm_error *err) {
    if (site->carrier == CM_CARRIER_WRAPPER)
        cm_wrapper_decode(site->store, out);
    else
        (void)cm_base64_decode(site->store, out); /* it was tried: the site is sound */
    if (out->size > limits->manifest_bytes)
        return cm_fail(err, CM_ERR_LIMIT, "the manifest store is over the limit of %llu bytes",
                       (unsigned long long)limits->manifest_bytes);
    return cm_buf_status(out, err);
}

/* Of wrappers and blocks one that no store can be read from counts only when there is none from
 * which one can: it is as much covered by the hash as any other character. */
static const cm_text_site *choose(const cm_text_sites *sites, size_t *sound) {
    const cm_text_site *chosen = NULL;
    *sound = 0;
    for (size_t i = 0; i < sites->count; i++) {
        const cm_text_site *s = &sites->items[i];
        if (chosen == NULL || (s->sound && *sound == 0))
            chosen = s;
        *sound += s->sound;
    }
    return chosen;
}

/* HTML has room for one element, readable or not (2.4 A.7.1.4); an address takes the place of a
 * store in what else looks alike. */
static bool is_several(const cm_text_sites *sites, const cm_text_site *chosen, size_t sound) {
    if (chosen->carrier == CM_CARRIER_SCRIPT)
        return sites->count > 1 || sites->elsewhere;
    return sound > 1 || (chosen->carrier == CM_CARRIER_BLOCK && sites->elsewhere);
}

static cm_code read_text(const cm_source *in, const cm_limits *limits, cm_asset_manifest *out,
                         cm_error *err) {
    cm_prose p;
    size_t sound;
    cm_code code = cm_prose_look(in, out->format, &p, err);
    const cm_text_site *site = code == CM_OK ? choose(&p.sites, &sound) : NULL;
    out->elsewhere = p.sites.elsewhere;
    out->away = p.sites.away;
    cm_buf_put_bytes(&out->address, p.sites.address);
    if (code == CM_OK)
        code = cm_buf_status(&out->address, err);
    if (site != NULL) {
        out->found = true;
        out->carrier = site->carrier;
        out->where = site->where;
        if (is_several(&p.sites, site, sound))
            cm_manifest_fault(out, CM_ASSET_SEVERAL);
        if (sound == 0)
            cm_manifest_fault(out, site->empty ? CM_ASSET_EMPTY : CM_ASSET_CORRUPT);
        else
            code = take_store(site, limits, &out->store, err);
        if (sound != 0)
            out->spelt = (cm_span){(uint64_t)(site->store.data - p.text.data), site->store.size};
    }
    cm_prose_free(&p);
    return code;
}

const cm_container cm_container_text = {.format = CM_FORMAT_TEXT,
                                        .read = read_text,
                                        .plan = cm_prose_plan,
                                        .write_store = cm_prose_write};
const cm_container cm_container_html = {.format = CM_FORMAT_HTML,
                                        .read = read_text,
                                        .plan = cm_prose_plan,
                                        .write_store = cm_prose_write};
