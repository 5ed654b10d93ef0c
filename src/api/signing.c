#include "api/signing.h"

#include <stdlib.h>
#include <string.h>

#include "api/protect.h"
#include "base/mem.h"
#include "sign/ocsp.h"

/* What the caller says goes before what the definition says. */
static void merge(cm_protect_options *o, const cm_definition *d) {
    if (o->chain == NULL)
        o->chain = d->chain;
    if (o->sign_key == NULL && o->sign_command == NULL)
        o->sign_key = d->sign_key;
    if (o->sign_alg == NULL)
        o->sign_alg = d->alg;
    if (o->title == NULL)
        o->title = d->title;
    if (o->tsa_url == NULL && o->tsa_chain == NULL)
        o->tsa_url = d->tsa_url;
}

static cm_code check(const cm_protect_options *o, cm_error *err) {
    bool any = o->definition != NULL || o->parent != NULL || o->component_count > 0 ||
               o->input_count > 0 || o->redaction_count > 0 || o->update || o->bind_boxes ||
               o->tsa_url != NULL || o->tsa_chain != NULL || o->ocsp != NULL ||
               o->attestations != NULL || o->ai_disclosure != NULL;
    if (o->sign_key != NULL && o->sign_command != NULL)
        return cm_fail(err, CM_ERR_ARGUMENT, "either a key signs or a command");
    if ((o->chain == NULL) != (o->sign_key == NULL && o->sign_command == NULL))
        return cm_fail(err, CM_ERR_ARGUMENT, "a certificate chain and its key go together");
    if ((o->tsa_chain == NULL) != (o->tsa_key == NULL) ||
        (o->tsa_chain != NULL && o->tsa_url != NULL))
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "a time-stamp authority is a URL, or a certificate chain and its key");
    if (o->chain == NULL && any)
        return cm_fail(err, CM_ERR_ARGUMENT, "a manifest needs a certificate chain and its key");
    if (o->update && (o->key != NULL || o->sidecar != NULL || o->parent != NULL || o->bind_boxes ||
                      o->comment != NULL || o->drop_manifest))
        return cm_fail(err, CM_ERR_ARGUMENT,
                       "an update leaves the file as it is, and its parent is the manifest in it: "
                       "no mark, no sidecar, no other parent, no binding, no comment, and it "
                       "isn't dropped");
    return CM_OK;
}

static cm_code open_signer(const cm_protect_options *o, cm_signer **out, cm_error *err) {
    cm_sig_alg alg;
    cm_code code = cm_alg_from_name(o->sign_alg, &alg, err);
    if (code != CM_OK)
        return code;
    if (o->sign_command != NULL)
        return cm_signer_command(o->chain, o->sign_command, alg, time(NULL), out, err);
    return cm_signer_open(o->chain, o->sign_key, alg, time(NULL), out, err);
}

static cm_code open_tsa(cm_signing *s, cm_error *err) {
    const cm_protect_options *o = &s->options;
    cm_code code = CM_OK;
    if (o->tsa_url != NULL)
        code = cm_tsa_remote(o->tsa_url, &s->tsa, err);
    else if (o->tsa_chain != NULL)
        code = cm_tsa_local(o->tsa_chain, o->tsa_key, &s->tsa, err);
    if (s->tsa != NULL) {
        size_t bytes = 0;
        s->more.stamp = cm_tsa_stamp;
        s->more.context = s->tsa;
        code = cm_tsa_reserve(s->tsa, &bytes, err);
        s->reserve += bytes;
    }
    return code;
}

static cm_code load_ocsp(cm_signing *s, cm_error *err) {
    enum { LARGEST = 1 << 16, HEADS = 32 };
    cm_limits limits = cm_limits_default();
    cm_source *source = NULL;
    limits.file_bytes = LARGEST;
    if (s->options.ocsp == NULL)
        return CM_OK;
    cm_code code = cm_source_open(s->options.ocsp, &limits, &source, err);
    if (code == CM_OK)
        code = cm_source_load(source, 0, cm_source_size(source), &s->ocsp, err);
    cm_source_close(source);
    if (code == CM_OK)
        code = cm_ocsp_check(cm_buf_bytes(&s->ocsp), s->signer, err);
    s->more.ocsp = cm_buf_bytes(&s->ocsp);
    s->reserve += s->ocsp.size + HEADS;
    return code;
}

cm_code cm_signing_open(const cm_protect_options *options, cm_signing *out, cm_error *err) {
    *out = (cm_signing){.options = *options, .when = options->time};
    cm_protect_options *o = &out->options;
    if (out->when == 0)
        out->when = time(NULL);
    out->drawing = cm_calloc(1, sizeof *out->drawing);
    if (out->drawing == NULL)
        return cm_fail_memory(err);
    cm_code code = cm_drawing_open(o->ids_from, out->drawing, err);
    if (code == CM_OK && o->definition != NULL)
        code = cm_definition_read(o->definition, o->limits, &out->definition, err);
    if (code == CM_OK && out->definition != NULL)
        merge(o, out->definition);
    if (code == CM_OK)
        code = check(o, err);
    if (code == CM_OK && o->update && out->definition != NULL &&
        out->definition->ingredient_count > 0)
        code = cm_fail(err, CM_ERR_ARGUMENT,
                       "an update's only ingredient is the manifest in the file");
    if (code == CM_OK && o->chain != NULL)
        code = open_signer(o, &out->signer, err);
    if (code == CM_OK)
        code = cm_labelling_open(o, out->definition, out->when, out->drawing, &out->labelling, err);
    if (code == CM_OK && o->chain != NULL)
        code = cm_statements_make(o, &out->labelling, out->when, out->definition, &out->statements,
                                  err);
    if (code == CM_OK)
        code = open_tsa(out, err);
    return code == CM_OK ? load_ocsp(out, err) : code;
}

void cm_signing_close(cm_signing *s) {
    cm_signer_close(s->signer);
    cm_tsa_close(s->tsa);
    cm_buf_free(&s->ocsp);
    cm_statements_free(&s->statements);
    cm_labelling_close(&s->labelling);
    cm_definition_free(s->definition);
    free(s->drawing);
    *s = (cm_signing){0};
}

/* Adds one that is in `own` already. */
static void take(cm_ingredient_list *l) {
    l->specs[l->count++] = l->own[l->own_count++].spec;
}

static cm_code add_files(cm_ingredient_list *l, const char *const *paths, size_t count,
                         cm_relation relation, const cm_limits *limits, cm_error *err) {
    cm_code code = CM_OK;
    for (size_t i = 0; code == CM_OK && i < count; i++) {
        code = cm_ingredient_read(paths[i], relation, limits, &l->own[l->own_count], err);
        if (code == CM_OK)
            take(l);
        else
            cm_ingredient_free(&l->own[l->own_count]);
    }
    return code;
}

/* The file as it came, where it carries a manifest and nothing else is said to be the parent. */
static cm_code add_itself(cm_ingredient_list *l, const cm_source *before,
                          const cm_protect_options *o, cm_error *err) {
    cm_ingredient *i = &l->own[l->own_count];
    bool parent = o->drop_manifest;
    for (size_t k = 0; k < l->count; k++)
        parent = parent || l->specs[k].relation == CM_RELATION_PARENT;
    if (parent)
        return CM_OK;
    cm_code code = cm_ingredient_take(before, CM_RELATION_PARENT, o->limits, i, err);
    if (code == CM_OK && o->update && i->invalid)
        code = cm_fail(err, CM_ERR_FORMAT, "the manifest to update does not hold");
    if (i->unfit && !o->update && err != NULL) {
        cm_error why = *err;
        (void)cm_fail(err, code,
                      "its manifest can't be kept: %s (--drop-manifest signs without it)",
                      why.message);
    }
    if (code == CM_OK && i->spec.store.size != 0)
        take(l);
    else
        cm_ingredient_free(i);
    return code;
}

cm_code cm_ingredient_list_make(const cm_signing *s, const cm_source *before,
                                cm_ingredient_list *out, cm_error *err) {
    const cm_protect_options *o = &s->options;
    const cm_definition *d = s->definition;
    size_t given = d != NULL ? d->ingredient_count : 0;
    size_t own = 2 + o->component_count + o->input_count;
    *out = (cm_ingredient_list){0};
    out->specs = cm_calloc(given + own, sizeof *out->specs);
    out->own = cm_calloc(own, sizeof *out->own);
    if (out->specs == NULL || out->own == NULL)
        return cm_fail_memory(err);
    for (; out->count < given; out->count++)
        out->specs[out->count] = d->ingredients[out->count].spec;
    cm_code code =
        add_files(out, &o->parent, o->parent != NULL ? 1 : 0, CM_RELATION_PARENT, o->limits, err);
    if (code == CM_OK)
        code = add_itself(out, before, o, err);
    if (code == CM_OK)
        code = add_files(out, o->components, o->component_count, CM_RELATION_COMPONENT, o->limits,
                         err);
    if (code == CM_OK)
        code = add_files(out, o->inputs, o->input_count, CM_RELATION_INPUT, o->limits, err);
    return code;
}

void cm_ingredient_list_free(cm_ingredient_list *l) {
    for (size_t i = 0; i < l->own_count; i++)
        cm_ingredient_free(&l->own[i]);
    free(l->own);
    free(l->specs);
    *l = (cm_ingredient_list){0};
}
