#include "api/protect.h"

#include <string.h>

#include "api/marking.h"

static cm_code check_options(const cm_protect_options *o, cm_error *err) {
    if (o->key == NULL && o->chain == NULL && o->labels.kinds == 0)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "nothing to do: neither a key nor a certificate, nor a label");
    return o->key != NULL ? cm_marking_allowed(o->key, o->strength, err) : CM_OK;
}

cm_code cm_alg_from_name(const char *name, cm_sig_alg *out, cm_error *err) {
    *out = CM_SIG_NONE;
    if (name != NULL && (*out = cm_sig_from_name(name)) == CM_SIG_NONE)
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "no signature algorithm is called \"%s\": es256, es384, es512, ps256, "
                       "ps384, ps512 or ed25519",
                       name);
    return CM_OK;
}

cm_code cm_write_planned(const cm_source *source, const cm_asset_plan *plan, cm_bytes store,
                         const char *path, cm_error *err) {
    cm_output *output = NULL;
    cm_code code = cm_output_open(path, NULL, &output, err);
    if (code != CM_OK)
        return code;
    cm_sink sink = cm_output_sink(output);
    code = cm_asset_write(source, plan, store, &sink, err);
    if (code == CM_OK)
        return cm_output_commit(output, err);
    cm_output_abort(output);
    return code;
}

/* A text is marked as it is generated, or not at all. */
static cm_code refuse_text(const cm_source *source, cm_error *err) {
    cm_format format;
    cm_code code = cm_asset_format(source, &format, err);
    if (code == CM_OK && cm_format_is_text(format))
        code = cm_fail(err, CM_ERR_UNSUPPORTED,
                       "this is a text, which is marked while it is generated, token by token "
                       "(countermark-generate, bindings); \"sign\" adds a manifest to it");
    return code;
}

/* A mark or a label alone changes the file behind its manifest's back. */
static cm_code refuse_signed(const cm_source *source, const cm_protect_options *o, cm_error *err) {
    cm_asset_manifest found = {0};
    if (o->chain != NULL || o->drop_manifest)
        return CM_OK;
    cm_code code = cm_asset_read(source, o->limits, &found, err);
    if (code == CM_OK && found.found)
        code = cm_fail(err, CM_ERR_EXISTS,
                       "the file carries a signed manifest, which a mark or a label alone would "
                       "break: \"mark\" and \"sign\" sign anew and keep it as an ingredient");
    cm_asset_manifest_free(&found);
    return code;
}

/* The marked bytes without a manifest, to the output. */
static cm_code write_unsigned(const cm_source *source, const char *path, cm_protection *result,
                              cm_error *err) {
    cm_asset_plan plan = {0};
    cm_code code = cm_asset_plan_make(source, 0, &plan, err);
    result->size = plan.size;
    if (code == CM_OK)
        code = cm_write_planned(source, &plan, (cm_bytes){0}, path, err);
    cm_asset_plan_free(&plan);
    return code;
}

/* What the file becomes on its way: each step's bytes, and a source over them. */
typedef struct steps {
    cm_buf marked, labelled;
    cm_source *after_mark, *after_label;
} steps;

static void free_steps(steps *s) {
    cm_source_close(s->after_label);
    cm_source_close(s->after_mark);
    cm_buf_free(&s->labelled);
    cm_buf_free(&s->marked);
}

static cm_code mark(const cm_source *before, const cm_protect_options *o, steps *s,
                    cm_protection *result, cm_error *err) {
    cm_buf file = {0};
    cm_code code = refuse_text(before, err);
    if (code == CM_OK)
        code = cm_source_load(before, 0, cm_source_size(before), &file, err);
    if (code == CM_OK)
        code = cm_protect_mark(cm_buf_bytes(&file), o, &s->marked, result, err);
    if (code == CM_OK)
        code = cm_source_memory(cm_buf_bytes(&s->marked), &s->after_mark, err);
    cm_buf_free(&file);
    return code;
}

/* Before the manifest is made, whose hash covers the labels then. */
static cm_code label(const cm_source *source, const cm_labelling *l, steps *s,
                     cm_protection *result, cm_error *err) {
    cm_code code = cm_labelling_write(l, source, &s->labelled, result, err);
    if (code == CM_OK && s->labelled.size != 0)
        code = cm_source_memory(cm_buf_bytes(&s->labelled), &s->after_label, err);
    return code;
}

static cm_code protect(const cm_source *before, const cm_signing *signing, const char *path,
                       cm_protection *result, cm_error *err) {
    const cm_protect_options *o = &signing->options;
    const cm_source *source = before;
    steps s = {0};
    bool labels = cm_labelling_any(&signing->labelling);
    cm_code code = o->key != NULL || labels ? refuse_signed(before, o, err) : CM_OK;
    if (code == CM_OK && o->key != NULL)
        code = mark(before, o, &s, result, err);
    if (s.after_mark != NULL)
        source = s.after_mark;
    if (code == CM_OK && labels)
        code = label(source, &signing->labelling, &s, result, err);
    if (s.after_label != NULL)
        source = s.after_label;
    if (code == CM_OK)
        code = signing->signer != NULL ? cm_protect_sign(source, before, signing, path, result, err)
                                       : write_unsigned(source, path, result, err);
    free_steps(&s);
    return code;
}

cm_code cm_protect(const char *in, const char *out, const cm_protect_options *options,
                   cm_protection *result, cm_error *err) {
    cm_limits limits = options->limits != NULL ? *options->limits : cm_limits_default();
    cm_protect_options o = *options;
    cm_protection unused;
    cm_signing signing = {0};
    cm_source *source = NULL;
    if (result == NULL)
        result = &unused;
    *result = (cm_protection){0};
    o.limits = &limits;
    cm_code code = cm_signing_open(&o, &signing, err);
    if (code == CM_OK)
        code = check_options(&signing.options, err);
    if (code == CM_OK)
        code = cm_source_open(in, &limits, &source, err);
    if (code == CM_OK)
        code = protect(source, &signing, out, result, err);
    cm_source_close(source);
    cm_signing_close(&signing);
    return code;
}
