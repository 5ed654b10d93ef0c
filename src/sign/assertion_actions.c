/* What was done to the asset: c2pa.actions.v2, C2PA 2.2 §18.15 with 2.4's watermark actions.
 *
 * The first action says how the asset began, and no other does; every component was placed, every
 * redaction has its action, and a soft binding goes with a bound watermark. What the caller doesn't
 * say of this is added. */
#include "sign/assertion.h"
#include "base/rfc3339.h"
#include "sign/labels.h"

typedef struct writer {
    const cm_manifest_spec *spec;
    const cm_action_links *links;
    cm_buf list;
    size_t count;
    cm_error *err;
} writer;

void cm_put_time(cm_buf *b, time_t when) {
    char text[CM_RFC3339_SIZE];
    (void)cm_rfc3339(when, text);
    cm_cbor_put_tag(b, 0);
    cm_cbor_put_text(b, text);
}

/* The first ingredient of this relationship; the count of all when there is none. */
static size_t first_of(const cm_manifest_spec *spec, cm_relation relation) {
    size_t i = 0;
    while (i < spec->ingredient_count && spec->ingredients[i].relation != relation)
        i++;
    return i;
}

static bool has_parent(const cm_manifest_spec *spec) {
    return first_of(spec, CM_RELATION_PARENT) < spec->ingredient_count;
}

/* Adds an action: what it has, its name, and its parameters with the ingredients. */
static cm_code put(writer *w, cm_cbor_map *fields, cm_cbor_map *parameters, const char *name,
                   const size_t *ingredients, size_t count) {
    cm_code code = CM_OK;
    if (count > 0) {
        cm_buf *list = cm_cbor_map_key(parameters, "ingredients");
        cm_cbor_put_array(list, count);
        for (size_t i = 0; code == CM_OK && i < count; i++)
            code = cm_put_assertion_uri(list, w->links->ingredients[ingredients[i]], w->spec->hash,
                                        w->err);
    }
    cm_cbor_map_text(fields, "action", name);
    if (parameters->count > 0)
        cm_cbor_map_put(parameters, cm_cbor_map_key(fields, "parameters"));
    cm_cbor_map_put(fields, &w->list);
    w->count++;
    cm_cbor_map_free(fields);
    cm_cbor_map_free(parameters);
    return code;
}

static void put_agent(cm_cbor_map *fields, const cm_manifest_spec *spec) {
    cm_cbor_map agent = {0};
    cm_cbor_map_text(&agent, "name", spec->software_agent);
    cm_cbor_map_text_if(&agent, "version", spec->software_agent_version);
    cm_cbor_map_put(&agent, cm_cbor_map_key(fields, "softwareAgent"));
    cm_cbor_map_free(&agent);
}

/* c2pa.created, with what was given to the generator, or c2pa.opened. */
static cm_code put_inception(writer *w) {
    const cm_manifest_spec *spec = w->spec;
    cm_cbor_map fields = {0};
    cm_cbor_map parameters = {0};
    size_t parent = first_of(spec, CM_RELATION_PARENT);
    cm_put_time(cm_cbor_map_key(&fields, "when"), spec->when);
    if (parent < spec->ingredient_count)
        return put(w, &fields, &parameters, CM_ACTION_OPENED, &parent, 1);
    size_t *inputs = calloc(spec->ingredient_count + 1, sizeof *inputs);
    size_t count = 0;
    for (size_t i = 0; inputs != NULL && i < spec->ingredient_count; i++)
        if (spec->ingredients[i].relation == CM_RELATION_INPUT)
            inputs[count++] = i;
    put_agent(&fields, spec);
    cm_cbor_map_text(&fields, "digitalSourceType",
                     spec->digital_source_type != NULL ? spec->digital_source_type
                                                       : CM_SOURCE_TYPE_GENERATED);
    cm_code code = put(w, &fields, &parameters, CM_ACTION_CREATED, inputs, count);
    if (inputs == NULL)
        code = cm_fail_memory(w->err);
    free(inputs);
    return code;
}

/* Whom the caller names for an action, and the icon of that. */
static cm_code put_given_agent(writer *w, const cm_action_spec *action, cm_cbor_map *fields) {
    const cm_assertion *icon = w->links->icons[action - w->spec->actions];
    cm_cbor_map agent = {0};
    cm_code code = CM_OK;
    if (action->agent.count == 0)
        return CM_OK;
    cm_cbor_map_add_all(&agent, &action->agent);
    if (icon != NULL)
        code = cm_put_assertion_uri(cm_cbor_map_key(&agent, "icon"), icon, w->spec->hash, w->err);
    cm_cbor_map_put(&agent, cm_cbor_map_key(fields, "softwareAgent"));
    cm_cbor_map_free(&agent);
    return code;
}

static cm_code put_given(writer *w, const cm_action_spec *action) {
    const cm_manifest_spec *spec = w->spec;
    cm_cbor_map fields = {0};
    cm_cbor_map parameters = {0};
    size_t parent = first_of(spec, CM_RELATION_PARENT);
    bool opened = strcmp(action->name, CM_ACTION_OPENED) == 0;
    bool alone = action->ingredient_count == 0;
    cm_cbor_map_add_all(&fields, &action->fields);
    cm_cbor_map_add_all(&parameters, &action->parameters);
    if (strcmp(action->name, CM_ACTION_CREATED) == 0 &&
        !cm_cbor_map_has(&fields, "digitalSourceType"))
        cm_cbor_map_text_if(&fields, "digitalSourceType", spec->digital_source_type);
    cm_code code = put_given_agent(w, action, &fields);
    cm_code done =
        put(w, &fields, &parameters, action->name, opened && alone ? &parent : action->ingredients,
            opened && alone ? 1 : action->ingredient_count);
    return code == CM_OK ? done : code;
}

static bool mentioned(const cm_manifest_spec *spec, size_t ingredient) {
    for (size_t i = 0; i < spec->action_count; i++)
        for (size_t k = 0; k < spec->actions[i].ingredient_count; k++)
            if (spec->actions[i].ingredients[k] == ingredient)
                return true;
    return false;
}

static bool given(const cm_manifest_spec *spec, const char *name) {
    for (size_t i = 0; i < spec->action_count; i++)
        if (strcmp(spec->actions[i].name, name) == 0)
            return true;
    return false;
}

/* An action that needs nothing but its name, the time, and maybe an ingredient. */
static cm_code put_plain(writer *w, const char *name, const size_t *ingredient) {
    cm_cbor_map fields = {0};
    cm_cbor_map parameters = {0};
    cm_put_time(cm_cbor_map_key(&fields, "when"), w->spec->when);
    return put(w, &fields, &parameters, name, ingredient, ingredient != NULL ? 1 : 0);
}

static cm_code put_redacted(writer *w, const char *uri) {
    cm_cbor_map fields = {0};
    cm_cbor_map parameters = {0};
    cm_put_time(cm_cbor_map_key(&fields, "when"), w->spec->when);
    cm_cbor_map_text(&fields, "reason",
                     w->spec->redaction_reason != NULL ? w->spec->redaction_reason
                                                       : "c2pa.PII.present");
    cm_cbor_map_text(&parameters, "redacted", uri);
    return put(w, &fields, &parameters, CM_ACTION_REDACTED, NULL, 0);
}

static bool is_inception(const char *name) {
    return strcmp(name, CM_ACTION_CREATED) == 0 || strcmp(name, CM_ACTION_OPENED) == 0;
}

/* The rules of §18.15.4 that a caller's own actions can break. */
static cm_code check(const cm_manifest_spec *spec, cm_error *err) {
    for (size_t i = 0; i < spec->action_count; i++) {
        const cm_action_spec *a = &spec->actions[i];
        if (!is_inception(a->name))
            continue;
        if (i > 0)
            return cm_fail(err, CM_ERR_ARGUMENT, "%s must be the first action", a->name);
        bool opened = strcmp(a->name, CM_ACTION_OPENED) == 0;
        if (opened != has_parent(spec))
            return cm_fail(err, CM_ERR_ARGUMENT,
                           opened ? "c2pa.opened needs an ingredient that is the parent"
                                  : "the asset has a parent: it was opened, not created");
        if (!opened && spec->digital_source_type == NULL &&
            !cm_cbor_map_has(&a->fields, "digitalSourceType"))
            return cm_fail(err, CM_ERR_ARGUMENT, "c2pa.created needs its digitalSourceType");
    }
    return CM_OK;
}

static cm_code put_all(writer *w) {
    const cm_manifest_spec *spec = w->spec;
    bool begun = spec->action_count > 0 && is_inception(spec->actions[0].name);
    cm_code code = begun ? CM_OK : put_inception(w);
    for (size_t i = 0; code == CM_OK && i < spec->action_count; i++)
        code = put_given(w, &spec->actions[i]);
    for (size_t i = 0; code == CM_OK && i < spec->ingredient_count; i++)
        if (spec->ingredients[i].relation == CM_RELATION_COMPONENT && !mentioned(spec, i))
            code = put_plain(w, CM_ACTION_PLACED, &i);
    for (size_t i = 0; code == CM_OK && i < spec->redaction_count; i++)
        code = put_redacted(w, w->links->redacted[i]);
    if (code == CM_OK && spec->soft_binding_count > 0 && !given(spec, CM_ACTION_WATERMARKED_BOUND))
        code = put_plain(w, CM_ACTION_WATERMARKED_BOUND, NULL);
    return code == CM_OK ? cm_buf_status(&w->list, w->err) : code;
}

cm_code cm_assertion_actions(cm_assertion *a, const cm_manifest_spec *spec,
                             const cm_action_links *links, cm_error *err) {
    writer w = {.spec = spec, .links = links, .err = err};
    cm_buf b = {0};
    cm_code code = check(spec, err);
    if (code == CM_OK)
        code = put_all(&w);
    if (code == CM_OK) {
        cm_cbor_put_map(&b, 2);
        cm_cbor_put_text(&b, "actions");
        cm_cbor_put_array(&b, w.count);
        cm_buf_put_bytes(&b, cm_buf_bytes(&w.list));
        cm_cbor_put_text(&b, "allActionsIncluded");
        cm_cbor_put_bool(&b, !spec->actions_incomplete);
        code = cm_assertion_cbor(a, &b, err);
    }
    cm_buf_free(&b);
    cm_buf_free(&w.list);
    return code;
}
