/* From a specification to assertions. */
#include "base/mem.h"
#include "sign/manifest_internal.h"

typedef struct composer {
    cm_manifest *m;
    const cm_manifest_spec *spec;
    cm_action_links links;
    cm_code code;
    cm_error *err;
} composer;

/* How many assertions so far are of this kind, whatever their number. */
static size_t instances(const composer *c, const char *label) {
    size_t n = strlen(label);
    size_t count = 0;
    for (size_t i = 0; i < c->m->assertion_count; i++) {
        const char *other = c->m->assertions[i].label;
        count +=
            strncmp(other, label, n) == 0 && (other[n] == '\0' || strncmp(other + n, "__", 2) == 0);
    }
    return count;
}

/* Appends an assertion that is still to be filled in. A second one of a kind is called label__1
 * (C2PA 2.2 §6.4). */
static cm_assertion *add(composer *c, const char *label) {
    char numbered[CM_LABEL_MAX];
    size_t instance = instances(c, label);
    if (c->code != CM_OK)
        return NULL;
    if (instance == 0)
        (void)snprintf(numbered, sizeof numbered, "%s", label);
    else
        (void)snprintf(numbered, sizeof numbered, "%s__%zu", label, instance);
    cm_assertion *a = &c->m->assertions[c->m->assertion_count];
    c->code = cm_assertion_init(a, numbered, c->m->drawing, c->err);
    if (c->code != CM_OK)
        return NULL;
    c->m->assertion_count++;
    return a;
}

static const cm_assertion *add_embedded(composer *c, const char *label, const cm_embedded *file) {
    if (file->media_type == NULL)
        return NULL;
    cm_assertion *a = add(c, label);
    if (a != NULL)
        c->code = cm_assertion_embedded(a, file, c->err);
    return a;
}

/* The stores first: what is redacted must be gone before the manifests that held it are hashed. */
static void carry(composer *c, size_t *active) {
    const cm_manifest_spec *spec = c->spec;
    for (size_t i = 0; c->code == CM_OK && i < spec->ingredient_count; i++)
        if (spec->ingredients[i].store.size != 0)
            c->code =
                cm_carried_add(&c->m->carried, spec->ingredients[i].store, &active[i], c->err);
}

static void add_ingredient(composer *c, size_t i, const size_t *active) {
    const cm_ingredient_spec *spec = &c->spec->ingredients[i];
    char uuid[CM_UUID_TEXT];
    char instance[CM_LABEL_MAX];
    cm_ingredient_links links = {0};
    if (c->code == CM_OK)
        c->code = cm_draw_uuid(c->m->drawing, uuid, c->err);
    if (c->code != CM_OK)
        return;
    (void)snprintf(instance, sizeof instance, "xmp:iid:%s", uuid);
    links.thumbnail = add_embedded(c, CM_LABEL_THUMBNAIL_INGREDIENT, &spec->thumbnail);
    links.data = add_embedded(c, CM_LABEL_EMBEDDED_DATA, &spec->data);
    if (spec->store.size != 0)
        links.manifest = cm_carried_at(&c->m->carried, active[i]);
    else
        links.instance = instance;
    cm_assertion *a = add(c, CM_LABEL_INGREDIENT_V3);
    if (a != NULL)
        c->code = cm_assertion_ingredient(a, spec, &links, c->m->hash, c->err);
    c->links.ingredients[i] = a;
}

/* What generated the claim, and the actions' agents, may have one each (§10.2.3.2, §18.14.4). */
static void add_icons(composer *c) {
    const cm_manifest_spec *spec = c->spec;
    c->m->icon = add_embedded(c, CM_LABEL_ICON, &spec->generator_icon);
    for (size_t i = 0; i < spec->action_count; i++)
        c->links.icons[i] = add_embedded(c, CM_LABEL_ICON, &spec->actions[i].agent_icon);
}

/* The active manifest of the parent: where a label alone is looked for. */
static const cm_box *parent_manifest(const composer *c, const size_t *active) {
    for (size_t i = 0; i < c->spec->ingredient_count; i++)
        if (c->spec->ingredients[i].relation == CM_RELATION_PARENT &&
            c->spec->ingredients[i].store.size != 0)
            return cm_carried_at(&c->m->carried, active[i]);
    return NULL;
}

static void redact(composer *c, const size_t *active) {
    char uri[2 * CM_URI_MAX];
    cm_manifest *m = c->m;
    m->redacted = cm_calloc(c->spec->redaction_count, sizeof *m->redacted);
    if (m->redacted == NULL)
        c->code = cm_fail_memory(c->err);
    for (size_t i = 0; c->code == CM_OK && i < c->spec->redaction_count; i++) {
        const char *given = c->spec->redactions[i];
        const cm_box *parent = parent_manifest(c, active);
        bool whole = strncmp(given, CM_URI_SELF, strlen(CM_URI_SELF)) == 0;
        if (!whole && parent == NULL) {
            c->code = cm_fail(c->err, CM_ERR_ARGUMENT, "%s: there is no parent to redact", given);
            return;
        }
        int n = whole ? snprintf(uri, sizeof uri, "%s", given)
                      : snprintf(uri, sizeof uri,
                                 CM_URI_SELF "/" CM_LABEL_STORE "/%.*s/" CM_LABEL_ASSERTIONS "/%s",
                                 (int)parent->label.size, (const char *)parent->label.data, given);
        if (n < 0 || (size_t)n >= sizeof uri)
            c->code = cm_fail(c->err, CM_ERR_ARGUMENT, "a URI of what to redact is too long");
        if (c->code == CM_OK)
            c->code = cm_carried_redact(&m->carried, uri, c->err);
        if (c->code == CM_OK) {
            m->redacted[m->redacted_count] = cm_strndup(uri, strlen(uri));
            if (m->redacted[m->redacted_count++] == NULL)
                c->code = cm_fail_memory(c->err);
        }
    }
}

static void add_extra(composer *c, const cm_extra_spec *extra) {
    cm_assertion *a = add(c, extra->label);
    cm_buf content = {0};
    if (a == NULL)
        return;
    c->m->gathered[c->m->assertion_count - 1] = extra->gathered;
    if (extra->json) {
        c->code = cm_assertion_json(a, extra->content, c->err);
    } else {
        cm_buf_put_bytes(&content, extra->content);
        c->code = cm_assertion_cbor(a, &content, c->err);
    }
}

static bool claim_room(composer *c) {
    const cm_manifest_spec *spec = c->spec;
    size_t most = 3 * spec->ingredient_count + spec->action_count + spec->extra_count +
                  spec->soft_binding_count + 4;
    c->m->assertions = cm_calloc(most, sizeof *c->m->assertions);
    c->m->gathered = cm_calloc(most, sizeof *c->m->gathered);
    c->links.ingredients = cm_calloc(spec->ingredient_count, sizeof *c->links.ingredients);
    c->links.icons = cm_calloc(spec->action_count, sizeof *c->links.icons);
    if (c->m->assertions != NULL && c->m->gathered != NULL && c->links.ingredients != NULL &&
        c->links.icons != NULL)
        return true;
    c->code = cm_fail_memory(c->err);
    return false;
}

static void compose(composer *c, size_t *active) {
    const cm_manifest_spec *spec = c->spec;
    carry(c, active);
    redact(c, active);
    (void)add_embedded(c, CM_LABEL_THUMBNAIL_CLAIM, &spec->thumbnail);
    add_icons(c);
    for (size_t i = 0; i < spec->ingredient_count; i++)
        add_ingredient(c, i, active);
    c->links.redacted = (const char *const *)c->m->redacted;
    cm_assertion *a = add(c, CM_LABEL_ACTIONS_V2);
    if (a != NULL)
        c->code = cm_assertion_actions(a, spec, &c->links, c->err);
    for (size_t i = 0; i < spec->extra_count; i++)
        add_extra(c, &spec->extras[i]);
    for (size_t i = 0; i < spec->soft_binding_count; i++) {
        a = add(c, CM_LABEL_SOFT_BINDING);
        if (a != NULL)
            c->code = cm_assertion_soft_binding(a, &spec->soft_bindings[i], c->err);
    }
    if (spec->binding != CM_BINDING_NONE)
        (void)add(c, spec->binding == CM_BINDING_BOXES ? CM_LABEL_HASH_BOXES : CM_LABEL_HASH_DATA);
}

cm_code cm_manifest_compose(cm_manifest *m, const cm_manifest_spec *spec, cm_error *err) {
    composer c = {.m = m, .spec = spec, .err = err};
    size_t *active = cm_calloc(spec->ingredient_count, sizeof *active);
    if (active == NULL)
        c.code = cm_fail_memory(err);
    else if (claim_room(&c))
        compose(&c, active);
    free(c.links.ingredients);
    free(c.links.icons);
    free(active);
    return c.code;
}
