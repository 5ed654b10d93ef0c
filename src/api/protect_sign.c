/* Signing: the order of things is forced by the hard binding (see sign/manifest.h). */
#include <stdlib.h>
#include <string.h>

#include "api/binding.h"
#include "api/findings.h"
#include "api/protect.h"
#include "base/mem.h"

enum { NAME_SIZE = 128 };

/* A name and a version out of "Name/1.2"; without a slash there is no version. */
typedef struct generator {
    char name[NAME_SIZE];
    const char *version;
} generator;

static void split_generator(const char *text, generator *g) {
    snprintf(g->name, sizeof g->name, "%s", text);
    char *slash = strrchr(g->name, '/');
    g->version = "";
    if (slash != NULL && slash != g->name && slash[1] != '\0') {
        *slash = '\0';
        g->version = slash + 1;
    }
}

/* What the definition says, as far as no option says it. */
static void define(cm_manifest_spec *spec, const cm_definition *d) {
    spec->instance = d->instance;
    spec->generator = d->generator;
    spec->generator_version = d->generator_version;
    spec->generator_more = &d->generator_more;
    spec->generator_icon = d->generator_icon;
    spec->hash = d->hash;
    spec->thumbnail = d->thumbnail;
    spec->actions = d->actions;
    spec->action_count = d->action_count;
    spec->actions_incomplete = d->has_actions && !d->actions_complete;
    spec->redactions = d->redactions;
    spec->redaction_count = d->redaction_count;
}

static void choose(cm_manifest_spec *spec, const cm_signing *s, generator *made_by) {
    const cm_protect_options *o = &s->options;
    spec->title = o->title;
    spec->digital_source_type = o->source_type;
    spec->when = s->when;
    spec->drawing = s->drawing;
    spec->software_agent = s->labelling.system;
    spec->software_agent_version = s->labelling.version;
    spec->extras = s->statements.extras;
    spec->extra_count = s->statements.count;
    spec->redaction_reason = o->redaction_reason;
    if (o->redaction_count > 0) {
        spec->redactions = o->redactions;
        spec->redaction_count = o->redaction_count;
    }
    if (o->generator != NULL) {
        split_generator(o->generator, made_by);
        spec->generator = made_by->name;
        spec->generator_version = made_by->version;
    }
    if (o->update)
        spec->binding = CM_BINDING_NONE;
    else if (o->bind_boxes)
        spec->binding = CM_BINDING_BOXES;
    spec->beside = o->sidecar != NULL;
}

/* Settles all that the manifest says but the hash. */
static cm_code compose(const cm_source *before, const cm_signing *s, const cm_bound *bound,
                       const cm_protection *done, cm_manifest **out, cm_error *err) {
    uint8_t payload[8];
    cm_buf value = {0};
    generator made_by = {0};
    cm_ingredient_list ingredients = {0};
    cm_buf_be64(&value, done->payload);
    cm_code code = cm_buf_status(&value, err);
    size_t size = (size_t)done->payload_bits / 8;
    if (code == CM_OK)
        memcpy(payload, value.data + sizeof payload - size, size);
    cm_buf_free(&value);
    cm_soft_binding binding = {.alg = CM_SOFT_BINDING_ALG,
                               .value = {.data = payload, .size = size}};
    cm_manifest_spec spec = {.soft_bindings = &binding,
                             /* a mark of no payload names nothing */
                             .soft_binding_count = done->marked && size > 0 ? 1 : 0,
                             .boxes_before = bound->before,
                             .boxes_behind = bound->behind,
                             .more = &s->more,
                             .signature_reserve = s->reserve};
    if (s->definition != NULL)
        define(&spec, s->definition);
    choose(&spec, s, &made_by);
    if (code == CM_OK)
        code = cm_ingredient_list_make(s, before, &ingredients, err);
    spec.ingredients = ingredients.specs;
    spec.ingredient_count = ingredients.count;
    if (code == CM_OK)
        code = cm_manifest_new(&spec, s->signer, out, err);
    cm_ingredient_list_free(&ingredients);
    return code;
}

/* What comes of signing: the layout, the store in it, and the file, which is written while it is
 * hashed where the store can be put in afterwards. */
typedef struct work {
    const cm_source *source;
    const cm_signing *signing;
    cm_bound bound;
    cm_asset_plan plan;
    cm_buf store;
    cm_output *output;
    bool written; /* all but the store */
} work;

static bool beside(const work *w) {
    return w->signing->options.sidecar != NULL;
}

/* The digests, and the file on the way. What comes as a stream has to wait for its store, which
 * stands before what it is a hash of; a wrapper's length isn't known yet. */
static cm_code hash(work *w, cm_hash_alg alg, cm_digest digest[static 2], cm_error *err) {
    bool write = cm_output_seekable(w->output) && w->plan.carrier != CM_CARRIER_WRAPPER;
    cm_sink sink = cm_output_sink(w->output);
    cm_code code = w->written ? cm_output_rewind(w->output, err) : CM_OK;
    w->written = write;
    return code != CM_OK ? code
                         : cm_bound_hash(&w->bound, w->source, &w->plan, alg, write ? &sink : NULL,
                                         digest, err);
}

/* An update manifest leaves the file's bytes as they are, all but the store's. */
static cm_code lay_out_update(work *w, cm_manifest *manifest, cm_error *err) {
    cm_code code = cm_asset_plan_update(w->source, cm_manifest_size(manifest),
                                        w->signing->options.limits, &w->plan, err);
    return code == CM_OK ? cm_manifest_sign(manifest, NULL, (cm_span){0}, &w->store, err) : code;
}

static cm_code lay_out_bound(work *w, cm_manifest *manifest, cm_error *err) {
    cm_digest digest[2];
    cm_code code = cm_asset_plan_comment(w->source, beside(w) ? 0 : cm_manifest_size(manifest),
                                         w->signing->options.comment, &w->plan, err);
    if (code == CM_OK)
        code = hash(w, cm_manifest_hash(manifest), digest, err);
    if (code == CM_OK)
        code = cm_bound_sign(&w->bound, &w->plan, digest, manifest, &w->store, err);
    return code;
}

/* Nothing is written that this library would refuse to read. */
static cm_code check_size(const work *w, const cm_manifest *manifest, cm_error *err) {
    uint64_t size = cm_manifest_size(manifest), most = w->signing->options.limits->manifest_bytes;
    if (size > most)
        return cm_fail(err, CM_ERR_LIMIT,
                       "with what it takes over from ingredients, the manifest would have %llu "
                       "bytes, over the limit of %llu",
                       (unsigned long long)size, (unsigned long long)most);
    if (cm_format_is_text(w->plan.format) && w->plan.size > CM_ASSET_TEXT_MAX)
        return cm_fail(err, CM_ERR_LIMIT, "with its manifest, the text would have over %d MiB",
                       CM_ASSET_TEXT_MAX >> 20);
    return CM_OK;
}

/* Lays the file out for the manifest's size, hashes it, and signs. */
static cm_code lay_out(work *w, cm_manifest *manifest, cm_error *err) {
    cm_code code = check_size(w, manifest, err);
    if (code == CM_OK)
        code = w->signing->options.update ? lay_out_update(w, manifest, err)
                                          : lay_out_bound(w, manifest, err);
    if (code != CM_OK)
        return code;
    cm_asset_plan_settle(&w->plan, cm_buf_bytes(&w->store));
    return check_size(w, manifest, err);
}

/* The same once more where the time-stamp turned out to be longer than what was reserved for it. */
static cm_code lay_out_again(work *w, cm_manifest *manifest, cm_error *err) {
    cm_code code = lay_out(w, manifest, err);
    if (code != CM_ERR_LIMIT || !cm_manifest_grow(manifest))
        return code;
    cm_asset_plan_free(&w->plan);
    cm_buf_free(&w->store);
    return lay_out(w, manifest, err);
}

static cm_code make(work *w, const cm_source *before, const cm_protection *done, cm_error *err) {
    cm_manifest *manifest = NULL;
    cm_code code = compose(before, w->signing, &w->bound, done, &manifest, err);
    if (code == CM_OK)
        code = lay_out_again(w, manifest, err);
    cm_manifest_free(manifest);
    return code;
}

/* The whole file, or the store into what was written around it. */
static cm_code write_out(work *w, cm_error *err) {
    cm_buf piece = {0};
    cm_bytes store = beside(w) ? (cm_bytes){0} : cm_buf_bytes(&w->store);
    cm_sink into = w->written ? cm_sink_buf(&piece) : cm_output_sink(w->output);
    if (!w->written)
        return cm_asset_write(w->source, &w->plan, store, &into, err);
    cm_code code = cm_asset_write_store(&w->plan, store, &into, err);
    if (code == CM_OK)
        code = cm_output_patch(w->output, w->plan.where.start, cm_buf_bytes(&piece), err);
    cm_buf_free(&piece);
    return code;
}

static cm_code write_files(work *w, cm_error *err) {
    const char *sidecar = w->signing->options.sidecar;
    cm_code code = write_out(w, err);
    if (code == CM_OK && sidecar != NULL)
        code = cm_output_bytes(sidecar, NULL, cm_buf_bytes(&w->store), err);
    if (code != CM_OK)
        return code;
    cm_output *whole = w->output;
    w->output = NULL;
    return cm_output_commit(whole, err);
}

cm_code cm_protect_sign(const cm_source *source, const cm_source *before, const cm_signing *s,
                        const char *path, cm_protection *result, cm_error *err) {
    work w = {.source = source, .signing = s};
    cm_code code = CM_OK;
    if (s->options.bind_boxes)
        code = cm_bound_boxes(source, beside(&w), &w.bound, err);
    if (code == CM_OK)
        code = cm_output_open(path, NULL, &w.output, err);
    if (code == CM_OK)
        code = make(&w, before, result, err);
    if (code == CM_OK)
        code = write_files(&w, err);
    result->size = w.plan.size;
    result->has_manifest = code == CM_OK;
    cm_output_abort(w.output);
    cm_bound_free(&w.bound);
    cm_asset_plan_free(&w.plan);
    cm_buf_free(&w.store);
    return code;
}
