#include "text/lmw_parse.h"

#include <stdlib.h>
#include <string.h>

#include "text/green.h"

typedef struct named {
    const char *name;
    cm_lmw_config config;
} named;

static const named NAMED[] = {
    {"simple_1", {.function = CM_LMW_ADDITIVE, .context_width = 1}},
    {"lefthash", {.function = CM_LMW_ADDITIVE, .context_width = 1}},
    {"selfhash", {.function = CM_LMW_ANCHORED_MINHASH, .context_width = 4, .self_salt = true}},
    {"algorithm-3", {.function = CM_LMW_ANCHORED_MINHASH, .context_width = 4, .self_salt = true}},
    {"minhash", {.function = CM_LMW_MINHASH, .context_width = 4}},
    {"skipgram", {.function = CM_LMW_SKIPGRAM, .context_width = 5}},
    {NULL, {0}}};

static const named SBW_NAMED[] = {
    {"fused-simple_4", {.function = CM_LMW_ADDITIVE, .context_width = 4}},
    {"fused-selfhash",
     {.function = CM_LMW_ANCHORED_MINHASH, .context_width = 4, .self_salt = true}},
    {"simple_1", {.function = CM_LMW_ADDITIVE, .context_width = 1}},
    {"minhash", {.function = CM_LMW_MINHASH, .context_width = 4}},
    {"skipgram", {.function = CM_LMW_SKIPGRAM, .context_width = 5}},
    {"selfhash", {.function = CM_LMW_ANCHORED_MINHASH, .context_width = 4, .self_salt = true}},
    {NULL, {0}}};

/* What a scheme tries by default with the candidate in its own context. */
enum { SBW_CANDIDATES = 40 };

/* The text up to the next '-' or the end, as a string of at most size - 1 bytes. */
static bool take_part(const char **at, char *part, size_t size) {
    size_t n = strcspn(*at, "-");
    if (n == 0 || n >= size)
        return false;
    memcpy(part, *at, n);
    part[n] = '\0';
    *at += n;
    if (**at == '-' && (*at)[1] != '\0')
        ++*at;
    return true;
}

static bool take_number(const char **at, uint64_t most, uint64_t *out) {
    char part[24], *end;
    if (!take_part(at, part, sizeof part) || part[0] < '0' || part[0] > '9')
        return false;
    *out = strtoull(part, &end, 10);
    return *end == '\0' && *out <= most;
}

/* "ff-FUNCTION-WIDTH-True|False", as far as both peers have it. */
static bool take_freeform(const char **at, cm_lmw_config *out) {
    char part[32];
    uint64_t width;
    if (!take_part(at, part, sizeof part) || strcmp(part, "ff") != 0 ||
        !take_part(at, part, sizeof part))
        return false;
    while (out->function < CM_LMW_FUNCTIONS && strcmp(cm_lmw_name(out->function), part) != 0)
        out->function++;
    if (out->function == CM_LMW_FUNCTIONS || !take_number(at, CM_GREEN_WIDTH_MAX, &width) ||
        !take_part(at, part, sizeof part))
        return false;
    out->context_width = (int)width;
    out->self_salt = strcmp(part, "True") == 0;
    if (!out->self_salt && strcmp(part, "False") != 0)
        return false;
    return width >= (out->function == CM_LMW_MINSKIPGRAM ? 2 : 1);
}

static bool parse(const char *at, cm_lmw_config *out) {
    *out = (cm_lmw_config){0};
    for (const named *n = NAMED; n->name != NULL; n++)
        if (strcmp(at, n->name) == 0) {
            *out = n->config;
            return true;
        }
    if (!take_freeform(&at, out))
        return false;
    if (*at == '\0')
        return true;
    out->has_key = take_number(&at, UINT64_MAX, &out->key);
    return out->has_key && *at == '\0';
}

cm_code cm_lmw_parse(const char *scheme, cm_lmw_config *out, cm_error *err) {
    if (parse(scheme, out))
        return CM_OK;
    return cm_fail(err, CM_ERR_ARGUMENT,
                   "seeding_scheme=%s: simple_1, selfhash, minhash, skipgram or "
                   "ff-FUNCTION-WIDTH-True|False[-KEY] with a width of 1 to %d (minskipgram_prf: "
                   "from 2 on) is needed",
                   scheme, CM_GREEN_WIDTH_MAX);
}

/* How many candidates: "-N", "-fullvocab", and for selfhash "-cpuhash" before it. */
static bool take_candidates(const char *at, bool cpu_hash, cm_lmw_config *out) {
    uint64_t number;
    if (cpu_hash && strncmp(at, "-cpuhash", 8) == 0) {
        out->table = true;
        at += 8;
    }
    if (*at == '\0')
        return true;
    out->candidates = 0;
    if (strcmp(at, "-fullvocab") == 0 || strcmp(at, "-fullvocab-cudagraphs") == 0)
        return true;
    if (*at++ != '-' || !take_number(&at, CM_GREEN_CANDIDATES_MAX, &number) || number == 0)
        return false;
    out->candidates = (uint32_t)number;
    return *at == '\0';
}

static bool parse_sbw(const char *at, cm_lmw_config *out) {
    *out = (cm_lmw_config){0};
    if (strncmp(at, "gpu-", 4) != 0)
        return false;
    at += 4;
    for (const named *n = SBW_NAMED; n->name != NULL; n++)
        if (strncmp(at, n->name, strlen(n->name)) == 0) {
            *out = n->config;
            out->candidates = out->self_salt ? SBW_CANDIDATES : 0;
            bool some = out->self_salt || n == SBW_NAMED;
            at += strlen(n->name);
            return some ? take_candidates(at, out->self_salt && n != SBW_NAMED + 1, out)
                        : *at == '\0';
        }
    if (!take_freeform(&at, out))
        return false;
    out->candidates = out->self_salt ? SBW_CANDIDATES : 0;
    if (*at == '\0' || !out->self_salt)
        return *at == '\0';
    return take_candidates(at - 1, false, out);
}

cm_code cm_sbw_parse(const char *scheme, cm_lmw_config *out, cm_error *err) {
    if (parse_sbw(scheme, out))
        return CM_OK;
    return cm_fail(err, CM_ERR_ARGUMENT,
                   "seeding_scheme=%s: gpu-fused-simple_4[-N], gpu-fused-selfhash[-N|-fullvocab], "
                   "gpu-simple_1, gpu-minhash, gpu-skipgram, "
                   "gpu-selfhash[-cpuhash][-N|-fullvocab] or "
                   "gpu-ff-FUNCTION-WIDTH-True|False[-N|-fullvocab] with at most %d candidates is "
                   "needed; schemes without gpu- make lm-watermarking's lists",
                   scheme, CM_GREEN_CANDIDATES_MAX);
}
