#include "generate_json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static json_t *list_ids(const llama_token *ids, size_t n) {
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_integer(ids[i]));
    return list;
}

static json_t *list_reals(const float *values, size_t n) {
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_real((double)values[i]));
    return list;
}

/* What isn't UTF-8 becomes null. */
static json_t *text_or_null(const char *text, size_t size) {
    json_t *value = json_stringn(text, size);
    return value != NULL ? value : json_null();
}

static json_t *mark_of(const session_options *o, const generate_facts *facts) {
    char payload[17];
    json_t *mark = json_object(), *params = json_object();
    snprintf(payload, sizeof payload, "%" PRIx64, o->marker.payload);
    for (size_t i = 0; i < facts->param_count; i++)
        json_object_set_new(params, facts->params[i].name, json_string(facts->params[i].value));
    json_object_set_new(mark, "scheme", json_string(cm_text_scheme_name(o->scheme)));
    json_object_set_new(mark, "params", params);
    json_object_set_new(mark, "payload", json_string(payload));
    return mark;
}

static void add_settings(json_t *to, const session_options *o, uint32_t number) {
    json_object_set_new(to, "seed", json_integer(o->seed + number));
    json_object_set_new(to, "temperature", json_real((double)o->temperature));
    json_object_set_new(to, "top_p", json_real((double)o->top_p));
    json_object_set_new(to, "top_k", json_integer(o->top_k));
    json_object_set_new(to, "greedy", json_boolean(o->greedy));
}

bool generate_json(const session *s, const generate_facts *facts, const char *prompt,
                   uint32_t number, const answer *a) {
    const session_options *o = s->options;
    json_t *root = json_object();
    json_object_set_new(root, "prompt", json_string(prompt));
    json_object_set_new(root, "text", text_or_null(a->text, a->size));
    json_object_set_new(root, "ids", list_ids(a->ids, a->count));
    json_object_set_new(root, "prompt_ids", list_ids(a->prompt, a->prompt_count));
    json_object_set_new(root, "ended", json_boolean(a->ended));
    json_object_set_new(root, "mark", o->scheme != NULL ? mark_of(o, facts) : json_null());
    add_settings(root, o, number);
    if (facts->probabilities)
        json_object_set_new(root, "probabilities", list_reals(a->probability, a->count));
    char *line = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9));
    bool written = line != NULL && puts(line) != EOF;
    free(line);
    json_decref(root);
    return written;
}
