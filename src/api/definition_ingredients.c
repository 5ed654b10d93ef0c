/* The ingredients that a definition names. */
#include <stdlib.h>
#include <string.h>

#include "api/definition_internal.h"
#include "base/mem.h"

static cm_code read_relation(json_t *object, cm_relation *out, cm_error *err) {
    static const char *const names[] = {"parentOf", "componentOf", "inputTo"};
    const char *name = NULL;
    cm_code code = cm_json_text(object, "relationship", &name, err);
    *out = CM_RELATION_COMPONENT;
    if (code != CM_OK || name == NULL)
        return code;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0) {
            *out = (cm_relation)i;
            return CM_OK;
        }
    return cm_fail(err, CM_ERR_FORMAT, "\"relationship\" is parentOf, componentOf or inputTo");
}

/* The file, under any of the names that are in use; NULL when there is none. */
static cm_code read_path(json_t *object, const char **out, cm_error *err) {
    static const char *const keys[] = {"path", "file", "file_path"};
    *out = NULL;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *path = NULL;
        cm_code code = cm_json_text(object, keys[i], &path, err);
        if (code != CM_OK)
            return code;
        if (path != NULL)
            *out = path;
    }
    return CM_OK;
}

static cm_code open_file(const cm_definition *d, json_t *object, const cm_limits *limits,
                         cm_ingredient *out, cm_error *err) {
    const char *path = NULL;
    cm_relation relation;
    cm_code code = read_relation(object, &relation, err);
    if (code == CM_OK)
        code = read_path(object, &path, err);
    if (code != CM_OK)
        return code;
    out->spec.relation = relation;
    if (path == NULL)
        return CM_OK;
    char *whole = cm_definition_path(d, path);
    if (whole == NULL)
        return cm_fail_memory(err);
    code = cm_ingredient_read(whole, relation, limits, out, err);
    free(whole);
    return code;
}

/* A text of the definition takes the place of what the file itself gave. */
static cm_code replace(json_t *object, const char *key, const char **field, cm_error *err) {
    const char *text = NULL;
    cm_code code = cm_json_text(object, key, &text, err);
    if (text != NULL)
        *field = text;
    return code;
}

static cm_code read_texts(json_t *object, cm_ingredient_spec *spec, cm_error *err) {
    cm_code code = replace(object, "title", &spec->title, err);
    if (code == CM_OK && spec->format == NULL) /* what a file is, we know better */
        code = replace(object, "format", &spec->format, err);
    if (code == CM_OK)
        code = replace(object, "instance_id", &spec->instance, err);
    if (code == CM_OK)
        code = replace(object, "description", &spec->description, err);
    if (code == CM_OK)
        code = replace(object, "informational_URI", &spec->information_uri, err);
    return code;
}

static cm_code read_one(cm_definition *d, json_t *object, const cm_limits *limits, cm_error *err) {
    static const char *const known[] = {
        "title",     "format",      "relationship", "label",     "path", "file",
        "file_path", "instance_id", "description",  "thumbnail", "data", "informational_URI",
        NULL};
    cm_ingredient *i = &d->ingredients[d->ingredient_count];
    const char **id = &d->ids[d->ingredient_count++];
    json_t *thumbnail = json_object_get(object, "thumbnail");
    json_t *data = json_object_get(object, "data");
    cm_code code = cm_json_only(object, "an ingredient", known, err);
    if (code == CM_OK)
        code = open_file(d, object, limits, i, err);
    if (code == CM_OK)
        code = read_texts(object, &i->spec, err);
    if (code == CM_OK)
        code = cm_json_text(object, "label", id, err);
    if (code == CM_OK && *id == NULL)
        *id = i->spec.instance;
    if (code == CM_OK && thumbnail != NULL)
        code = cm_definition_file(d, thumbnail, "an ingredient's thumbnail", limits,
                                  &i->spec.thumbnail, &i->thumbnail, err);
    if (code == CM_OK && data != NULL)
        code = cm_definition_file(d, data, "an ingredient's data", limits, &i->spec.data, &i->data,
                                  err);
    return code;
}

cm_code cm_definition_ingredients(cm_definition *d, json_t *list, const cm_limits *limits,
                                  cm_error *err) {
    enum { MOST = 256 };
    size_t count = json_array_size(list);
    cm_code code = CM_OK;
    if (count > MOST)
        return cm_fail(err, CM_ERR_FORMAT, "more than %d ingredients", MOST);
    d->ingredients = cm_calloc(count, sizeof *d->ingredients);
    d->ids = cm_calloc(count, sizeof *d->ids);
    if (d->ingredients == NULL || d->ids == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; code == CM_OK && i < count; i++)
        code = read_one(d, json_array_get(list, i), limits, err);
    return code;
}
