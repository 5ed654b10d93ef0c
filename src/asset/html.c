/* HTML: a script element in the head (C2PA 2.5, A.7).
 *
 * The head is walked by the rules that browsers go by, as far as it takes to know what is in it.
 * Where a browser might see it otherwise nothing is lost: an element counts only when it holds
 * nothing but its type and strict base64, so there is nothing in it that could show. */
#include <string.h>

#include "asset/prose.h"
#include "base/base64.h"

enum { NAME_MAX_BYTES = 12 };

typedef struct tag {
    size_t start, end;         /* from "<" to behind ">" */
    char name[NAME_MAX_BYTES]; /* small letters; cut */
    bool closing;              /* "</" */
    size_t attributes;
    bool is_manifest; /* type="application/c2pa" */
    bool is_link;     /* rel="c2pa-manifest" */
    cm_bytes href;    /* the first */
} tag;

static uint8_t small(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 0x20) : c;
}

static bool is_blank(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(uint8_t c) {
    return small(c) >= 'a' && small(c) <= 'z';
}

static bool equals_folded(cm_bytes text, const char *literal) {
    bool same = text.size == strlen(literal);
    for (size_t i = 0; same && i < text.size; i++)
        same = small(text.data[i]) == (uint8_t)literal[i];
    return same;
}

/* One of the words that blanks part. */
static bool has_word(cm_bytes text, const char *word) {
    for (size_t i = 0, end; i < text.size; i = end + 1) {
        end = i;
        while (end < text.size && !is_blank(text.data[end]))
            end++;
        if (equals_folded(cm_part(text, i, end), word))
            return true;
    }
    return false;
}

static size_t skip_blanks(cm_bytes text, size_t at) {
    while (at < text.size && is_blank(text.data[at]))
        at++;
    return at;
}

static size_t to_value_end(cm_bytes text, size_t at) {
    while (at < text.size && !is_blank(text.data[at]) && text.data[at] != '>')
        at++;
    return at;
}

/* name, name=value, name="value", name='value'. */
static size_t read_attribute(cm_bytes text, size_t at, tag *t) {
    size_t start = at;
    for (at++; at < text.size && !is_blank(text.data[at]) && text.data[at] != '=' &&
               text.data[at] != '>' && text.data[at] != '/';)
        at++;
    cm_bytes name = cm_part(text, start, at), value = {0};
    size_t equal = skip_blanks(text, at);
    if (equal < text.size && text.data[equal] == '=') {
        at = skip_blanks(text, equal + 1);
        uint8_t quote = at < text.size ? text.data[at] : 0;
        if (quote == '"' || quote == '\'') {
            const uint8_t *close = memchr(text.data + at + 1, quote, text.size - at - 1);
            size_t end = close != NULL ? (size_t)(close - text.data) : text.size;
            value = cm_part(text, at + 1, end);
            at = end < text.size ? end + 1 : end;
        } else {
            size_t end = to_value_end(text, at);
            value = cm_part(text, at, end);
            at = end;
        }
    }
    t->attributes++;
    t->is_manifest =
        t->is_manifest || (equals_folded(name, "type") && equals_folded(value, "application/c2pa"));
    if (equals_folded(name, "href") && t->href.data == NULL)
        t->href = value;
    t->is_link = t->is_link || (equals_folded(name, "rel") && has_word(value, "c2pa-manifest"));
    return at;
}

/* A start or end tag at `at`, where "<" stands; false when none does or it doesn't end. */
static bool read_tag(cm_bytes text, size_t at, tag *t) {
    *t = (tag){.start = at};
    at++;
    t->closing = at < text.size && text.data[at] == '/';
    at += t->closing ? 1 : 0;
    if (at >= text.size || !is_letter(text.data[at]))
        return false;
    for (size_t n = 0;
         at < text.size && !is_blank(text.data[at]) && text.data[at] != '>' && text.data[at] != '/';
         at++)
        if (n < sizeof t->name - 1)
            t->name[n++] = (char)small(text.data[at]);
    for (;;) {
        while (at < text.size && (is_blank(text.data[at]) || text.data[at] == '/'))
            at++;
        if (at >= text.size)
            return false;
        if (text.data[at] == '>')
            break;
        at = read_attribute(text, at, t);
    }
    t->end = at + 1;
    return true;
}

static bool is_one_of(const char *name, const char *const *list) {
    while (*list != NULL && strcmp(name, *list) != 0)
        list++;
    return *list != NULL;
}

/* Whether the tag's name, in small letters, is at `at`, and ends there. */
static bool has_name(cm_bytes text, size_t at, const char *name) {
    size_t n = strlen(name);
    return text.size - at > n && equals_folded(cm_part(text, at, at + n), name) &&
           (is_blank(text.data[at + n]) || text.data[at + n] == '>' || text.data[at + n] == '/');
}

/* The end tag of an element whose content is no markup. Where that doesn't end itself no other is
 * looked for, so that all of it is gone through once only. */
static bool find_close(cm_bytes text, const tag *open, tag *close) {
    for (size_t at = open->end; (at = cm_text_find(text, at, "</")) < text.size; at += 2)
        if (has_name(text, at + 2, open->name))
            return read_tag(text, at, close);
    return false;
}

static void judge_script(cm_bytes text, const tag *open, const tag *close, cm_text_site *site) {
    static const size_t plain = sizeof "</script" - 1;
    bool bare = cm_text_trim(cm_part(text, close->start + plain, close->end - 1)).size == 0;
    *site = (cm_text_site){.carrier = CM_CARRIER_SCRIPT,
                           .where = {.start = open->start, .length = close->end - open->start},
                           .store = cm_text_trim(cm_part(text, open->end, close->start))};
    site->sound =
        bare && open->attributes == 1 && cm_base64_measure(site->store) >= CM_ASSET_STORE_MIN;
}

/* Behind what may stand before or between a head's elements without ending it; `at` where none of
 * that is there, or it doesn't end. */
static size_t skip_between(cm_bytes text, size_t at) {
    cm_reader r = cm_reader_over(cm_part(text, at, text.size));
    if (cm_read_match(&r, "<!--", 4)) {
        size_t end = cm_text_find(text, at + 4, "-->");
        return end < text.size ? end + 3 : at;
    }
    if (cm_read_match(&r, "<!", 2) || cm_read_match(&r, "<?", 2)) {
        size_t end = cm_text_find(text, at + 2, ">");
        return end < text.size ? end + 1 : at;
    }
    return skip_blanks(text, at);
}

/* One element of the head, whose start tag this is; `at` behind it. False at the head's end. */
static bool take_element(cm_bytes text, const tag *t, size_t *at, cm_text_sites *sites,
                         cm_code *code, cm_error *err) {
    static const char *const RAW[] = {"script", "style", "title", "noscript", "template", NULL};
    static const char *const SINGLE[] = {"html", "head",     "meta",    "link",
                                         "base", "basefont", "bgsound", NULL};
    cm_text_site site;
    tag close;
    if (t->closing) {
        *at = t->end;
        return strcmp(t->name, "head") != 0;
    }
    if (is_one_of(t->name, SINGLE)) {
        if (strcmp(t->name, "link") == 0 && t->is_link)
            cm_text_sites_refer(sites, cm_text_trim(t->href), (cm_span){0});
        *at = t->end;
        return true;
    }
    if (!is_one_of(t->name, RAW) || !find_close(text, t, &close))
        return false;
    if (strcmp(t->name, "script") == 0 && t->is_manifest) {
        judge_script(text, t, &close, &site);
        *code = cm_text_sites_add(sites, &site, err);
    }
    *at = close.end;
    return *code == CM_OK;
}

cm_code cm_find_scripts(cm_bytes text, cm_text_sites *sites, cm_error *err) {
    static const char MARK[] = "\xef\xbb\xbf";
    cm_code code = CM_OK;
    size_t at = text.size >= 3 && memcmp(text.data, MARK, 3) == 0 ? 3 : 0;
    for (;;) {
        size_t behind = skip_between(text, at);
        tag t;
        if (behind != at) {
            at = behind;
            continue;
        }
        sites->head_at = at;
        if (at >= text.size || text.data[at] != '<' || !read_tag(text, at, &t) ||
            !take_element(text, &t, &at, sites, &code, err))
            return code;
    }
}
