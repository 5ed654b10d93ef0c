#include "text/scheme.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/instance.h"

enum { PARAMS_MAX = 16 };

const cm_text_scheme_info *cm_text_scheme_at(size_t number) {
    size_t i = 0;
    while (i < number && cm_scheme_kinds[i] != NULL)
        i++;
    return cm_scheme_kinds[i] != NULL ? &cm_scheme_kinds[i]->info : NULL;
}

static const cm_scheme_kind *find(const char *name) {
    for (size_t i = 0; cm_scheme_kinds[i] != NULL; i++)
        if (strcmp(cm_scheme_kinds[i]->info.name, name) == 0)
            return cm_scheme_kinds[i];
    return NULL;
}

static cm_code set_value(const cm_text_scheme_info *info, const cm_text_param *param,
                         const char **values, cm_error *err) {
    for (size_t i = 0; i < info->param_count; i++)
        if (strcmp(info->params[i].name, param->name) == 0) {
            values[i] = param->value;
            return CM_OK;
        }
    return cm_fail(err, CM_ERR_ARGUMENT,
                   "scheme %s has no parameter '%s'; 'countermark schemes' lists them", info->name,
                   param->name);
}

static cm_code read_values(const cm_text_scheme_options *o, const cm_text_scheme_info *info,
                           const char **values, cm_error *err) {
    cm_code code = CM_OK;
    for (size_t i = 0; i < info->param_count; i++)
        values[i] = info->params[i].fallback;
    for (size_t i = 0; code == CM_OK && i < o->param_count; i++)
        code = set_value(info, &o->params[i], values, err);
    if (code == CM_OK && info->keyed && o->key == NULL)
        return cm_fail(err, CM_ERR_KEY, "scheme %s needs a key", info->name);
    if (code == CM_OK && (o->vocabulary == 0 || o->vocabulary > CM_VOCABULARY_MAX))
        return cm_fail(err, CM_ERR_ARGUMENT, "a vocabulary of %u ids; 1 to %d are possible",
                       o->vocabulary, CM_VOCABULARY_MAX);
    return code;
}

/* Whether a marker may be made is asked when it is made: a scheme may outlive its key's validity.
 */
static void keep_terms(cm_text_scheme *s, const cm_key *key) {
    s->keyed = s->kind->info.keyed;
    if (!s->keyed)
        return;
    s->terms = *key;
    OPENSSL_cleanse(s->terms.bytes, sizeof s->terms.bytes);
}

cm_code cm_text_scheme_new(const cm_text_scheme_options *options, cm_text_scheme **out,
                           cm_error *err) {
    const char *name = options->name != NULL ? options->name : "cm-text-1";
    const char *values[PARAMS_MAX];
    const cm_scheme_kind *kind = find(name);
    *out = NULL;
    if (kind == NULL)
        return cm_fail(err, CM_ERR_ARGUMENT, "no scheme '%s'; 'countermark schemes' lists them",
                       name);
    cm_code code = read_values(options, &kind->info, values, err);
    if (code != CM_OK)
        return code;
    const cm_scheme_args args = {.values = values,
                                 .key = options->key,
                                 .layer =
                                     options->private_layer ? CM_LAYER_PRIVATE : CM_LAYER_PUBLIC,
                                 .vocabulary = options->vocabulary};
    cm_text_scheme *s = cm_calloc(1, sizeof *s);
    if (s == NULL)
        return cm_fail_memory(err);
    s->kind = kind;
    s->vocabulary = options->vocabulary;
    keep_terms(s, options->key);
    code = kind->make(&args, &s->self, err);
    if (code != CM_OK) {
        free(s);
        return code;
    }
    *out = s;
    return CM_OK;
}

void cm_text_scheme_free(cm_text_scheme *scheme) {
    if (scheme == NULL)
        return;
    scheme->kind->free(scheme->self);
    free(scheme);
}

const char *cm_text_scheme_name(const cm_text_scheme *scheme) {
    return scheme->kind->info.name;
}

cm_code cm_param_u64(const char *name, const char *text, uint64_t least, uint64_t most,
                     uint64_t *out, cm_error *err) {
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 0);
    bool digits = text[0] >= '0' && text[0] <= '9';
    if (!digits || *end != 0 || errno != 0 || value < least || value > most)
        return cm_fail(err, CM_ERR_ARGUMENT, "%s=%s: a whole number from %llu to %llu is needed",
                       name, text, (unsigned long long)least, (unsigned long long)most);
    *out = value;
    return CM_OK;
}

cm_code cm_param_i64(const char *name, const char *text, int64_t *out, cm_error *err) {
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 0);
    if (end == text || *end != 0 || errno != 0)
        return cm_fail(err, CM_ERR_ARGUMENT, "%s=%s: a whole number is needed", name, text);
    *out = value;
    return CM_OK;
}

cm_code cm_param_int(const char *name, const char *text, int least, int most, int *out,
                     cm_error *err) {
    uint64_t value = 0;
    cm_code code = cm_param_u64(name, text, (uint64_t)least, (uint64_t)most, &value, err);
    *out = (int)value;
    return code;
}

cm_code cm_param_real(const char *name, const char *text, double least, double most, double *out,
                      cm_error *err) {
    char *end = NULL;
    double value = strtod(text, &end);
    if (end == text || *end != 0 || !(value >= least && value <= most))
        return cm_fail(err, CM_ERR_ARGUMENT, "%s=%s: a number from %g to %g is needed", name, text,
                       least, most);
    *out = value;
    return CM_OK;
}

cm_code cm_param_share(const char *name, const char *text, double *out, cm_error *err) {
    cm_code code = cm_param_real(name, text, 0, 1, out, err);
    if (code == CM_OK && (*out <= 0 || *out >= 1))
        return cm_fail(err, CM_ERR_ARGUMENT, "%s=%s: a number between 0 and 1 is needed", name,
                       text);
    return code;
}

cm_code cm_param_choice(const char *name, const char *text, const char *const *choices, int *out,
                        cm_error *err) {
    char list[128] = "";
    size_t used = 0;
    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], text) == 0) {
            *out = i;
            return CM_OK;
        }
        int wrote =
            snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", choices[i]);
        used += wrote > 0 && used + (size_t)wrote < sizeof list ? (size_t)wrote : 0;
    }
    return cm_fail(err, CM_ERR_ARGUMENT, "%s=%s: one of %s is needed", name, text, list);
}
