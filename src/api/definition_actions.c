/* The assertions that a definition holds, and among them its actions. */
#include <stdlib.h>
#include <string.h>

#include "api/definition_internal.h"
#include "api/json_cbor.h"
#include "base/mem.h"
#include "sign/labels.h"

static cm_code find_ingredient(const cm_definition *d, const char *id, size_t *out, cm_error *err) {
    for (size_t i = 0; id != NULL && i < d->ingredient_count; i++)
        if (d->ids[i] != NULL && strcmp(d->ids[i], id) == 0) {
            *out = i;
            return CM_OK;
        }
    return cm_fail(err, CM_ERR_FORMAT, "an action names an ingredient \"%.100s\" that isn't there",
                   id != NULL ? id : "");
}

static cm_code read_links(cm_definition *d, json_t *ids, cm_action_spec *a, cm_error *err) {
    size_t count = json_array_size(ids);
    size_t *links = cm_calloc(count, sizeof *links);
    cm_code code = CM_OK;
    d->links[d->action_count - 1] = links;
    if (links == NULL)
        return cm_fail_memory(err);
    if (!json_is_array(ids))
        return cm_fail(err, CM_ERR_FORMAT, "\"ingredientIds\" is not an array");
    for (size_t i = 0; code == CM_OK && i < count; i++)
        code = find_ingredient(d, json_string_value(json_array_get(ids, i)), &links[i], err);
    a->ingredients = links;
    a->ingredient_count = count;
    return code;
}

static cm_code read_parameters(cm_definition *d, json_t *object, cm_action_spec *a, cm_error *err) {
    const char *key;
    json_t *value;
    cm_code code = CM_OK;
    if (!json_is_object(object))
        return cm_fail(err, CM_ERR_FORMAT, "an action's \"parameters\" is not an object");
    json_object_foreach(object, key, value) {
        if (strcmp(key, "ingredientIds") == 0 || strcmp(key, "org.cai.ingredientIds") == 0)
            code = read_links(d, value, a, err);
        else if (strcmp(key, "ingredients") == 0 || strcmp(key, "ingredient") == 0)
            code =
                cm_fail(err, CM_ERR_FORMAT, "an action names its ingredients by \"ingredientIds\"");
        else
            code = cm_json_pair(key, value, &a->parameters, err);
        if (code != CM_OK)
            return code;
    }
    return CM_OK;
}

/* Version 1 of actions had the name alone. */
static cm_code read_agent(cm_definition *d, json_t *agent, const cm_limits *limits,
                          cm_action_spec *a, cm_error *err) {
    const char *key;
    json_t *value;
    cm_code code = CM_OK;
    if (json_is_string(agent))
        cm_cbor_map_text(&a->agent, "name", json_string_value(agent));
    else if (!json_is_object(agent) || !json_is_string(json_object_get(agent, "name")))
        code = cm_fail(err, CM_ERR_FORMAT, "a \"softwareAgent\" is a name, or an object with one");
    json_object_foreach(agent, key, value) {
        if (code == CM_OK && strcmp(key, "icon") == 0)
            code = cm_definition_file(d, value, "a software agent's icon", limits, &a->agent_icon,
                                      &d->icons[d->action_count - 1], err);
        else if (code == CM_OK)
            code = cm_json_pair(key, value, &a->agent, err);
    }
    return code;
}

static cm_code read_action(cm_definition *d, json_t *object, const cm_limits *limits,
                           cm_error *err) {
    cm_action_spec *a = &d->actions[d->action_count++];
    const char *key;
    json_t *value;
    cm_code code = CM_OK;
    a->name = json_string_value(json_object_get(object, "action"));
    if (a->name == NULL)
        return cm_fail(err, CM_ERR_FORMAT, "an action without its name");
    json_object_foreach(object, key, value) {
        if (strcmp(key, "parameters") == 0)
            code = read_parameters(d, value, a, err);
        else if (strcmp(key, "softwareAgent") == 0)
            code = read_agent(d, value, limits, a, err);
        else if (strcmp(key, "digitalSourceType") == 0 &&
                 (!json_is_string(value) || strstr(json_string_value(value), "://") == NULL))
            code = cm_fail(err, CM_ERR_FORMAT, "\"digitalSourceType\" is not a full URI");
        else if (strcmp(key, "action") != 0)
            code = cm_json_pair(key, value, &a->fields, err);
        if (code != CM_OK)
            return code;
    }
    if (strcmp(a->name, CM_ACTION_CREATED) == 0)
        d->source_type = json_string_value(json_object_get(object, "digitalSourceType"));
    return CM_OK;
}

cm_code cm_definition_actions(cm_definition *d, json_t *data, const cm_limits *limits,
                              cm_error *err) {
    enum { MOST = 4096 };
    static const char *const known[] = {"actions", "allActionsIncluded", NULL};
    json_t *list = NULL;
    cm_code code = cm_json_only(data, "the actions' data", known, err);
    if (code == CM_OK)
        code = cm_json_list(data, "actions", &list, err);
    if (code != CM_OK)
        return code;
    if (d->has_actions || json_array_size(list) == 0 || json_array_size(list) > MOST)
        return cm_fail(err, CM_ERR_FORMAT, "one assertion with 1 to %d actions may be given", MOST);
    d->has_actions = true;
    d->actions_complete = json_is_true(json_object_get(data, "allActionsIncluded"));
    d->actions = cm_calloc(json_array_size(list), sizeof *d->actions);
    d->links = cm_calloc(json_array_size(list), sizeof *d->links);
    d->icons = cm_calloc(json_array_size(list), sizeof *d->icons);
    if (d->actions == NULL || d->links == NULL || d->icons == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; code == CM_OK && i < json_array_size(list); i++)
        code = read_action(d, json_array_get(list, i), limits, err);
    return code;
}

/* A label is a name in a namespace; some are ours to write (C2PA 2.2 §6.2). */
static cm_code check_label(const char *label, cm_error *err) {
    static const char *const ours[] = {
        "c2pa.hash.",     "c2pa.ingredient",   "c2pa.thumbnail",          "c2pa.claim",
        "c2pa.signature", "c2pa.assertions",   "c2pa.time-stamp",         "c2pa.embedded-data",
        "c2pa.databoxes", "c2pa.soft-binding", "c2pa.certificate-status", "c2pa.icon"};
    enum { LONGEST = 56 };
    size_t n = strlen(label);
    if (n == 0 || n > LONGEST || strchr(label, '.') == NULL || strstr(label, "__") != NULL ||
        strspn(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") != n)
        return cm_fail(err, CM_ERR_FORMAT,
                       "\"%.100s\" is no label: a name with its namespace, "
                       "com.example.name",
                       label);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (strncmp(label, ours[i], strlen(ours[i])) == 0)
            return cm_fail(err, CM_ERR_FORMAT, "%s can't be given: it is written where it is due",
                           label);
    return CM_OK;
}

/* Some assertions are JSON by what they are (C2PA 2.2 §18.1). */
static bool is_json(const char *label, const char *kind) {
    static const char *const json[] = {"c2pa.metadata", "cawg.metadata", "stds."};
    if (kind != NULL)
        return strcasecmp(kind, "json") == 0;
    for (size_t i = 0; i < sizeof json / sizeof json[0]; i++)
        if (strncmp(label, json[i], strlen(json[i])) == 0)
            return true;
    return false;
}

static cm_code put_content(json_t *data, bool json, cm_buf *out, cm_error *err) {
    if (!json)
        return cm_json_to_cbor(data, out, err);
    char *text = json_dumps(data, JSON_COMPACT | JSON_ENCODE_ANY);
    if (text == NULL)
        return cm_fail_memory(err);
    cm_buf_text(out, text);
    free(text);
    return cm_buf_status(out, err);
}

static cm_code read_assertion(cm_definition *d, json_t *object, const cm_limits *limits,
                              cm_error *err) {
    static const char *const known[] = {"label", "data", "kind", "created", NULL};
    const char *label = NULL;
    const char *kind = NULL;
    json_t *data = json_object_get(object, "data");
    cm_code code = cm_json_only(object, "an assertion", known, err);
    if (code == CM_OK)
        code = cm_json_text(object, "label", &label, err);
    if (code == CM_OK)
        code = cm_json_text(object, "kind", &kind, err);
    if (code == CM_OK && (label == NULL || data == NULL))
        code = cm_fail(err, CM_ERR_FORMAT, "an assertion needs a label and data");
    if (code == CM_OK && kind != NULL && strcasecmp(kind, "json") != 0 &&
        strcasecmp(kind, "cbor") != 0)
        code = cm_fail(err, CM_ERR_FORMAT, "an assertion's \"kind\" is Cbor or Json");
    if (code == CM_OK &&
        (strcmp(label, "c2pa.actions") == 0 || strcmp(label, "c2pa.actions.v2") == 0))
        return cm_definition_actions(d, data, limits, err);
    if (code == CM_OK)
        code = check_label(label, err);
    if (code != CM_OK)
        return code;
    cm_buf *content = &d->contents[d->extra_count];
    cm_extra_spec *extra = &d->extras[d->extra_count++];
    *extra = (cm_extra_spec){.label = label,
                             .json = is_json(label, kind),
                             .gathered = json_is_false(json_object_get(object, "created"))};
    code = put_content(data, extra->json, content, err);
    extra->content = cm_buf_bytes(content);
    return code;
}

cm_code cm_definition_assertions(cm_definition *d, json_t *list, const cm_limits *limits,
                                 cm_error *err) {
    enum { MOST = 256 };
    size_t count = json_array_size(list);
    cm_code code = CM_OK;
    if (count > MOST)
        return cm_fail(err, CM_ERR_FORMAT, "more than %d assertions", MOST);
    d->extras = cm_calloc(count, sizeof *d->extras);
    d->contents = cm_calloc(count, sizeof *d->contents);
    if (d->extras == NULL || d->contents == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; code == CM_OK && i < count; i++)
        code = read_assertion(d, json_array_get(list, i), limits, err);
    return code;
}
