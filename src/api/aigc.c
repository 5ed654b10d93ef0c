#include "api/aigc.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *const cm_aigc_names[CM_AIGC_FIELDS] = {
    "Label",       "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator",
    "PropagateID", "ReservedCode2"};

cm_code cm_aigc_write(const char *const fields[static CM_AIGC_FIELDS], bool ascii, bool wrapped,
                      char **out, cm_error *err) {
    json_t *label = json_object();
    int failed = 0;
    for (size_t i = 0; i < CM_AIGC_FIELDS; i++)
        failed |= json_object_set_new(label, cm_aigc_names[i], json_string(fields[i]));
    if (wrapped)
        label = json_pack("{s:o}", "AIGC", label);
    *out = failed == 0 ? json_dumps(label, JSON_COMPACT | (ascii ? JSON_ENSURE_ASCII : 0)) : NULL;
    json_decref(label);
    return *out != NULL ? CM_OK : cm_fail_memory(err);
}

static char *text_of(json_t *value) {
    char number[32];
    if (json_is_string(value))
        return cm_strndup(json_string_value(value), strlen(json_string_value(value)));
    if (!json_is_integer(value))
        return NULL;
    (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    return cm_strndup(number, strlen(number));
}

bool cm_aigc_read(const char *text, cm_aigc *out) {
    json_t *root = json_loads(text, 0, NULL);
    json_t *inner = json_object_get(root, "AIGC");
    json_t *label = json_is_object(inner) ? inner : root;
    bool any = false;
    *out = (cm_aigc){0};
    for (size_t i = 0; i < CM_AIGC_FIELDS; i++) {
        out->fields[i] = text_of(json_object_get(label, cm_aigc_names[i]));
        any = any || out->fields[i] != NULL;
    }
    json_decref(root);
    return any;
}

void cm_aigc_free(cm_aigc *label) {
    for (size_t i = 0; i < CM_AIGC_FIELDS; i++)
        free(label->fields[i]);
    *label = (cm_aigc){0};
}
