#include "api/candidates.h"

#include <stdlib.h>

#include "base/mem.h"
#include "mark/secret.h"

cm_code cm_candidates_new(const cm_key *const *keys, size_t count, cm_candidate **out, size_t *n,
                          cm_error *err) {
    cm_code code = CM_OK;
    cm_candidate *list = cm_calloc(2 * count, sizeof *list);
    *n = 0;
    *out = NULL;
    if (list == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < 2 * count && code == CM_OK; i++) {
        const cm_key *key = keys[i / 2];
        cm_layer layer = i % 2 == 0 ? CM_LAYER_PUBLIC : CM_LAYER_PRIVATE;
        if (layer == CM_LAYER_PRIVATE && !cm_key_has_secret(key))
            continue;
        cm_candidate *c = &list[(*n)++];
        c->key = key;
        c->layer = layer;
        code = cm_key_layer(key, layer, c->bytes, err);
    }
    *out = list;
    return code;
}

void cm_candidates_free(cm_candidate *candidates, size_t n) {
    if (candidates != NULL)
        cm_secret_erase(candidates, n * sizeof *candidates);
    free(candidates);
}
