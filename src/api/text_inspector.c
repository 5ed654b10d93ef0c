#include "api/text_inspector.h"

#include <stdlib.h>
#include <string.h>

#include "api/calibration.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "text/scheme.h"

static const cm_text_scheme_info *info_of(const char *name) {
    const cm_text_scheme_info *info;
    for (size_t i = 0; (info = cm_text_scheme_at(i)) != NULL; i++)
        if (strcmp(info->name, name) == 0)
            break;
    return info;
}

static bool is_given(const cm_text_request *r, const char *param) {
    for (size_t i = 0; i < r->param_count; i++)
        if (strcmp(r->params[i].name, param) == 0)
            return true;
    return false;
}

static cm_code add_test(cm_text_inspector *t, const cm_text_scheme_options *s, const char *variant,
                        cm_error *err) {
    if (t->count == t->room) {
        size_t room = t->room > 0 ? 2 * t->room : 8;
        cm_text_test *more = realloc(t->tests, room * sizeof *more);
        if (more == NULL)
            return cm_fail_memory(err);
        t->tests = more;
        t->room = room;
    }
    cm_text_test *added = &t->tests[t->count];
    *added = (cm_text_test){.key = s->key, .variant = variant, .public_layer = !s->private_layer};
    cm_code code = cm_text_scheme_new(s, &added->scheme, err);
    t->count += code == CM_OK;
    return code;
}

/* What cm-text-1 is tried as. */
static const struct {
    const char *mode, *payload, *name;
} VARIANTS[] = {
    {"gumbel", "32", "gumbel-32"}, {"gumbel", "0", "gumbel"}, {"gumbel", "16", "gumbel-16"},
    {"gumbel", "64", "gumbel-64"}, {"green", "0", "green"},   {"tournament", "0", "tournament"},
};

static const char *value_of(const cm_text_request *r, const char *param) {
    const char *value = NULL;
    for (size_t i = 0; i < r->param_count; i++)
        if (strcmp(r->params[i].name, param) == 0)
            value = r->params[i].value;
    return value;
}

/* Whether a variant is among those that the request leaves open. A payload length speaks of Gumbel
 * marks. */
static bool is_asked_for(const cm_text_request *r, size_t variant) {
    const char *mode = value_of(r, "mode"), *payload = value_of(r, "payload");
    if (mode == NULL && payload != NULL)
        mode = "gumbel";
    bool gumbel = strcmp(VARIANTS[variant].mode, "gumbel") == 0;
    return (mode == NULL || strcmp(mode, VARIANTS[variant].mode) == 0) &&
           (payload == NULL || !gumbel || strcmp(payload, VARIANTS[variant].payload) == 0);
}

static cm_code add_variant(cm_text_inspector *t, const cm_text_request *r, size_t variant,
                           cm_text_scheme_options s, cm_error *err) {
    cm_text_param *params = cm_calloc(r->param_count + 2, sizeof *params);
    if (params == NULL)
        return cm_fail_memory(err);
    if (r->param_count > 0)
        memcpy(params, r->params, r->param_count * sizeof *params);
    params[r->param_count] = (cm_text_param){.name = "mode", .value = VARIANTS[variant].mode};
    params[r->param_count + 1] =
        (cm_text_param){.name = "payload", .value = VARIANTS[variant].payload};
    s.params = params;
    s.param_count = r->param_count + 2;
    cm_code code = add_test(t, &s, VARIANTS[variant].name, err);
    free(params);
    return code;
}

static cm_code add_variants(cm_text_inspector *t, const cm_text_request *r,
                            cm_text_scheme_options s, cm_error *err) {
    size_t before = t->count;
    cm_code code = CM_OK;
    for (size_t i = 0; code == CM_OK && i < sizeof VARIANTS / sizeof *VARIANTS; i++)
        if (is_asked_for(r, i))
            code = add_variant(t, r, i, s, err);
    /* A value that no variant has: the scheme itself says what is wrong with it. */
    return code == CM_OK && t->count == before ? add_test(t, &s, "", err) : code;
}

static cm_code add_keys(cm_text_inspector *t, const cm_text_request *r, cm_text_scheme_options s,
                        cm_error *err) {
    const cm_text_inspect_options *o = &t->options;
    cm_code code = CM_OK;
    if (o->key_count == 0)
        return cm_fail(err, CM_ERR_KEY, "scheme %s needs a key", s.name);
    for (size_t i = 0; code == CM_OK && i < o->key_count; i++) {
        s.key = o->keys[i];
        s.private_layer = false;
        code = add_variants(t, r, s, err);
        s.private_layer = true;
        if (code == CM_OK && cm_key_has_secret(s.key))
            code = add_variants(t, r, s, err);
    }
    return code;
}

static const char *name_of(const cm_text_request *r) {
    return r->scheme != NULL ? r->scheme : "cm-text-1";
}

static cm_code add_request(cm_text_inspector *t, const cm_text_request *r, cm_error *err) {
    const cm_text_inspect_options *o = &t->options;
    cm_text_scheme_options s = {.name = name_of(r),
                                .params = r->params,
                                .param_count = r->param_count,
                                .vocabulary = o->vocabulary};
    const cm_text_scheme_info *info = info_of(s.name);
    if (s.vocabulary == 0 && o->tokenizer != NULL)
        s.vocabulary = cm_tokenizer_size(o->tokenizer);
    if (s.vocabulary == 0 && info != NULL && info->sized)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "scheme %s depends on the size of the model's vocabulary: give it", s.name);
    if (s.vocabulary == 0)
        s.vocabulary = CM_VOCABULARY_MAX;
    return info != NULL && info->keyed ? add_keys(t, r, s, err) : add_test(t, &s, "", err);
}

/* Keys that no scheme takes are a mistake. */
static cm_code check_keys(const cm_text_inspector *t, cm_error *err) {
    const cm_text_inspect_options *o = &t->options;
    for (size_t i = 0; i < o->request_count; i++) {
        const cm_text_scheme_info *info = info_of(name_of(&o->requests[i]));
        if (info != NULL && info->keyed)
            return CM_OK;
    }
    return o->key_count == 0 ? CM_OK
                             : cm_fail(err, CM_ERR_ARGUMENT,
                                       "scheme %s takes no key file: its key is among its "
                                       "parameters",
                                       name_of(o->requests));
}

static cm_code add_tests(cm_text_inspector *t, cm_error *err) {
    const cm_text_inspect_options *o = &t->options;
    cm_code code = CM_OK;
    for (size_t i = 0; code == CM_OK && i < o->request_count; i++)
        code = add_request(t, &o->requests[i], err);
    return code == CM_OK ? check_keys(t, err) : code;
}

static void name_request(cm_buf *text, const cm_text_request *r) {
    const cm_text_scheme_info *info = info_of(name_of(r));
    if (info == NULL)
        return;
    cm_buf_text(text, "scheme=");
    cm_buf_text(text, name_of(r));
    cm_buf_u8(text, '\n');
    for (size_t k = 0; k < info->param_count; k++) {
        if (!is_given(r, info->params[k].name))
            continue;
        cm_buf_text(text, info->params[k].name);
        cm_buf_u8(text, '=');
        cm_buf_text(text, value_of(r, info->params[k].name));
        cm_buf_u8(text, '\n');
    }
}

/* Enough digits to notice a mistake, too few to learn a key from. */
static cm_code identify(cm_text_inspector *t, cm_error *err) {
    const cm_text_inspect_options *o = &t->options;
    cm_buf text = {0};
    cm_digest digest;
    char hex[2 * CM_HASH_MAX + 1];
    for (size_t i = 0; i < o->request_count; i++)
        name_request(&text, &o->requests[i]);
    for (size_t i = 0; i < o->key_count; i++) {
        cm_buf_text(&text, "key=");
        cm_buf_text(&text, cm_key_name(o->keys[i]));
        cm_buf_u8(&text, '\n');
    }
    cm_code code = cm_buf_status(&text, err);
    if (code == CM_OK)
        code = cm_hash_bytes(CM_HASH_SHA256, cm_buf_bytes(&text), &digest, err);
    cm_buf_free(&text);
    if (code != CM_OK)
        return code;
    cm_hex_encode(digest.bytes, digest.size, hex);
    memcpy(t->identity, hex, sizeof t->identity - 1);
    if (o->calibration != NULL && !cm_calibration_fits(o->calibration, t))
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "the calibration is of another scheme, other parameters or other keys");
    return CM_OK;
}

cm_code cm_text_inspector_new(const cm_text_inspect_options *options, cm_text_inspector **out,
                              cm_error *err) {
    *out = NULL;
    cm_text_inspector *t = cm_calloc(1, sizeof *t);
    if (t == NULL)
        return cm_fail_memory(err);
    static const cm_text_request NATIVE = {0};
    t->options = *options;
    if (options->request_count == 0) {
        t->options.requests = &NATIVE;
        t->options.request_count = 1;
    }
    t->limits = options->limits != NULL ? *options->limits : cm_limits_default();
    cm_code code = add_tests(t, err);
    if (code == CM_OK)
        code = identify(t, err);
    if (code == CM_OK && t->options.probabilities != NULL && t->options.tokenizer != NULL)
        code = cm_fail(err, CM_ERR_ARGUMENT, "probabilities go with token ids, not with a text");
    t->options.requests = NULL; /* the schemes have read them, and the caller may free them */
    t->options.request_count = 0;
    if (code != CM_OK) {
        cm_text_inspector_free(t);
        return code;
    }
    *out = t;
    return CM_OK;
}

void cm_text_inspector_free(cm_text_inspector *inspector) {
    if (inspector == NULL)
        return;
    for (size_t i = 0; i < inspector->count; i++)
        cm_text_scheme_free(inspector->tests[i].scheme);
    free(inspector->tests);
    free(inspector);
}
