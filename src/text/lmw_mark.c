#include "text/lmw_mark.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/kgw.h"
#include "text/mt19937.h"

enum { CONTEXT_MAX = 64 };

static const uint64_t DEFAULT_KEY = 15485863;

struct cm_lmw {
    cm_lmw_config config;
    uint32_t vocabulary, size;
    uint32_t *table;
};

static bool parse_named(const char *scheme, cm_lmw_config *out) {
    static const struct {
        const char *name;
        cm_lmw_config config;
    } NAMED[] = {{"simple_1", {CM_LMW_ADDITIVE, 1, false, DEFAULT_KEY}},
                 {"lefthash", {CM_LMW_ADDITIVE, 1, false, DEFAULT_KEY}},
                 {"selfhash", {CM_LMW_ANCHORED_MINHASH, 4, true, DEFAULT_KEY}},
                 {"algorithm-3", {CM_LMW_ANCHORED_MINHASH, 4, true, DEFAULT_KEY}},
                 {"minhash", {CM_LMW_MINHASH, 4, false, DEFAULT_KEY}},
                 {"skipgram", {CM_LMW_SKIPGRAM, 5, false, DEFAULT_KEY}}};
    for (size_t i = 0; i < sizeof NAMED / sizeof NAMED[0]; i++)
        if (strcmp(scheme, NAMED[i].name) == 0) {
            *out = NAMED[i].config;
            return true;
        }
    return false;
}

/* The text up to the next '-' or the end, as a string of at most size - 1 bytes. */
static bool take_part(const char **at, char *part, size_t size) {
    size_t n = strcspn(*at, "-");
    if (n == 0 || n >= size)
        return false;
    memcpy(part, *at, n);
    part[n] = '\0';
    *at += n + ((*at)[n] == '-');
    return true;
}

static bool take_number(const char **at, uint64_t most, uint64_t *out) {
    char part[24], *end;
    if (!take_part(at, part, sizeof part) || part[0] < '0' || part[0] > '9')
        return false;
    *out = strtoull(part, &end, 10);
    return *end == '\0' && *out <= most;
}

static bool parse_freeform(const char *at, cm_lmw_config *out) {
    char part[32];
    uint64_t width;
    *out = (cm_lmw_config){.key = DEFAULT_KEY};
    if (at[0] == '\0' || at[strlen(at) - 1] == '-')
        return false;
    if (!take_part(&at, part, sizeof part) || strcmp(part, "ff") != 0 ||
        !take_part(&at, part, sizeof part))
        return false;
    while (out->function < CM_LMW_FUNCTIONS && strcmp(cm_lmw_name(out->function), part) != 0)
        out->function++;
    if (out->function == CM_LMW_FUNCTIONS || !take_number(&at, CONTEXT_MAX, &width) ||
        !take_part(&at, part, sizeof part))
        return false;
    out->context_width = (int)width;
    out->self_salt = strcmp(part, "True") == 0;
    if (!out->self_salt && strcmp(part, "False") != 0)
        return false;
    if (*at != '\0' && !take_number(&at, UINT64_MAX, &out->key))
        return false;
    return *at == '\0' && width >= (out->function == CM_LMW_MINSKIPGRAM ? 2 : 1);
}

cm_code cm_lmw_parse(const char *scheme, cm_lmw_config *out, cm_error *err) {
    if (parse_named(scheme, out) || parse_freeform(scheme, out))
        return CM_OK;
    return cm_fail(err, CM_ERR_ARGUMENT,
                   "seeding scheme \"%s\": simple_1, selfhash, minhash, skipgram or "
                   "ff-FUNCTION-WIDTH-True|False[-KEY] with a width of 1 to %d (minskipgram_prf: "
                   "from 2 on)",
                   scheme, CONTEXT_MAX);
}

cm_code cm_lmw_new(const cm_lmw_config *config, uint32_t vocabulary, double gamma, cm_lmw **out,
                   cm_error *err) {
    *out = NULL;
    if (vocabulary == 0 || vocabulary > UINT32_MAX / 20 || !(gamma > 0 && gamma < 1))
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "green list: a vocabulary and a gamma between 0 and 1 are needed");
    cm_lmw *l = cm_calloc(1, sizeof *l);
    if (l == NULL)
        return cm_fail_memory(err);
    l->config = *config;
    l->vocabulary = vocabulary;
    l->size = cm_kgw_size(vocabulary, gamma);
    cm_code code = cm_lmw_table(&l->table, err);
    if (code != CM_OK) {
        cm_lmw_free(l);
        return code;
    }
    *out = l;
    return CM_OK;
}

void cm_lmw_free(cm_lmw *l) {
    if (l == NULL)
        return;
    free(l->table);
    free(l);
}

static bool is_green(const void *scheme, const uint32_t *window) {
    const cm_lmw *l = scheme;
    const cm_lmw_config *c = &l->config;
    uint32_t token = window[c->self_salt ? c->context_width - 1 : c->context_width];
    uint64_t seed = cm_lmw_seed(c->function, c->key, l->table, window, c->context_width);
    return cm_mt_among_first(seed, l->vocabulary, l->size, token);
}

cm_code cm_lmw_detect(const cm_lmw *l, const uint32_t *ids, size_t n, bool unique, uint8_t *hits,
                      cm_green_count *out, cm_error *err) {
    const cm_green_job job = {.test = is_green,
                              .scheme = l,
                              .vocabulary = l->vocabulary,
                              .width =
                                  (size_t)l->config.context_width + (l->config.self_salt ? 0 : 1),
                              .unique = unique};
    return cm_green_count_text(&job, ids, n, hits, out, err);
}

cm_window cm_green_winmax(const uint8_t *hits, size_t n, double gamma) {
    cm_window best = {.z = -INFINITY};
    for (size_t size = 1; size < n; size++) {
        double root = sqrt((double)size * gamma * (1 - gamma));
        uint64_t green = 0, most = 0;
        size_t where = 0;
        for (size_t i = 0; i < n; i++) {
            green += hits[i];
            if (i >= size)
                green -= hits[i - size];
            if (i + 1 >= size && (green > most || i + 1 == size)) {
                most = green;
                where = i + 1 - size;
            }
        }
        double z = ((double)most - gamma * (double)size) / root;
        if (z > best.z)
            best = (cm_window){.first = where, .size = size, .green = most, .z = z};
    }
    return best;
}
