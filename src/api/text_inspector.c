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

static bool is_given(const cm_text_inspect_options *o, const char *param) {
    for (size_t i = 0; i < o->param_count; i++)
        if (strcmp(o->params[i].name, param) == 0)
            return true;
    return false;
}

static cm_code add_test(cm_text_inspector *t, const cm_text_scheme_options *s, cm_error *err) {
    if (t->count == t->room) {
        size_t room = t->room > 0 ? 2 * t->room : 8;
        cm_text_test *more = realloc(t->tests, room * sizeof *more);
        if (more == NULL)
            return cm_fail_memory(err);
        t->tests = more;
        t->room = room;
    }
    cm_text_test *added = &t->tests[t->count];
    *added = (cm_text_test){.key = s->key != NULL ? cm_key_name(s->key) : NULL,
                            .public_layer = !s->private_layer};
    cm_code code = cm_text_scheme_new(s, &added->scheme, err);
    t->count += code == CM_OK;
    return code;
}

/* Payloads of all lengths, where none was asked for and the mode may carry one. */
static cm_code add_lengths(cm_text_inspector *t, cm_text_scheme_options s, cm_error *err) {
    static const char *const LENGTHS[] = {"32", "0", "16", "64"};
    const cm_text_inspect_options *o = &t->options;
    bool open = s.key != NULL && !is_given(o, "payload") && !is_given(o, "mode");
    if (!open)
        return add_test(t, &s, err);
    cm_text_param *params = cm_calloc(o->param_count + 1, sizeof *params);
    if (params == NULL)
        return cm_fail_memory(err);
    if (o->param_count > 0)
        memcpy(params, o->params, o->param_count * sizeof *params);
    s.params = params;
    s.param_count = o->param_count + 1;
    cm_code code = CM_OK;
    for (size_t i = 0; code == CM_OK && i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        params[o->param_count] = (cm_text_param){.name = "payload", .value = LENGTHS[i]};
        code = add_test(t, &s, err);
    }
    free(params);
    return code;
}

static cm_code add_keys(cm_text_inspector *t, cm_text_scheme_options s, cm_error *err) {
    const cm_text_inspect_options *o = &t->options;
    cm_code code = CM_OK;
    if (o->key_count == 0)
        return cm_fail(err, CM_ERR_KEY, "scheme %s needs a key", s.name);
    for (size_t i = 0; code == CM_OK && i < o->key_count; i++) {
        s.key = o->keys[i];
        s.private_layer = false;
        code = add_lengths(t, s, err);
        s.private_layer = true;
        if (code == CM_OK && cm_key_has_secret(s.key))
            code = add_lengths(t, s, err);
    }
    return code;
}

static cm_code add_tests(cm_text_inspector *t, cm_error *err) {
    const cm_text_inspect_options *o = &t->options;
    cm_text_scheme_options s = {.name = o->scheme != NULL ? o->scheme : "cm-text-1",
                                .params = o->params,
                                .param_count = o->param_count,
                                .vocabulary = o->vocabulary};
    const cm_text_scheme_info *info = info_of(s.name);
    if (s.vocabulary == 0 && o->tokenizer != NULL)
        s.vocabulary = cm_tokenizer_size(o->tokenizer);
    if (s.vocabulary == 0 && info != NULL && info->sized)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "scheme %s depends on the size of the model's vocabulary: give it", s.name);
    if (s.vocabulary == 0)
        s.vocabulary = CM_VOCABULARY_MAX;
    if (info != NULL && info->keyed)
        return add_keys(t, s, err);
    if (info != NULL && o->key_count > 0)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "scheme %s takes no key file: its key is among its parameters", s.name);
    return add_test(t, &s, err);
}

/* Enough digits to notice a mistake, too few to learn a key from. */
static cm_code identify(cm_text_inspector *t, cm_error *err) {
    const cm_text_inspect_options *o = &t->options;
    cm_buf text = {0};
    cm_digest digest;
    char hex[2 * CM_HASH_MAX + 1];
    const cm_text_scheme_info *info = info_of(cm_text_scheme_name(t->tests->scheme));
    cm_buf_text(&text, cm_text_scheme_name(t->tests->scheme));
    for (size_t i = 0; i < o->key_count; i++) {
        cm_buf_text(&text, "\nkey=");
        cm_buf_text(&text, cm_key_name(o->keys[i]));
    }
    for (size_t k = 0; k < info->param_count; k++)
        for (size_t i = 0; i < o->param_count; i++)
            if (strcmp(o->params[i].name, info->params[k].name) == 0) {
                cm_buf_u8(&text, '\n');
                cm_buf_text(&text, o->params[i].name);
                cm_buf_u8(&text, '=');
                cm_buf_text(&text, o->params[i].value);
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
    t->options = *options;
    t->limits = options->limits != NULL ? *options->limits : cm_limits_default();
    cm_code code = add_tests(t, err);
    if (code == CM_OK)
        code = identify(t, err);
    if (code == CM_OK && t->options.probabilities != NULL && t->options.tokenizer != NULL)
        code = cm_fail(err, CM_ERR_ARGUMENT, "probabilities go with token ids, not with a text");
    t->options.params = NULL; /* the schemes have read them, and the caller may free them */
    t->options.param_count = 0;
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
