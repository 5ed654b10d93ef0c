#include "ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cm_code fault(cm_error *err, cm_code code, const char *message) {
    *err = (cm_error){.code = code};
    snprintf(err->message, sizeof err->message, "%s", message);
    return code;
}

static cm_code add(tool_ring *ring, const char *from, cm_error *err) {
    cm_key **more = realloc(ring->keys, (ring->count + 1) * sizeof *more);
    if (more == NULL)
        return fault(err, CM_ERR_MEMORY, "out of memory");
    ring->keys = more;
    ring->culprit = from;
    cm_code code = tool_key(from, &ring->keys[ring->count], err);
    if (code == CM_OK)
        ring->count++;
    return code;
}

/* One path a line; a last line without a newline counts. */
static cm_code add_list(tool_ring *ring, const char *list, cm_error *err) {
    FILE *f = strcmp(list, "-") == 0 ? stdin : fopen(list, "r");
    cm_code code = CM_OK;
    ring->culprit = list;
    if (f == NULL)
        return fault(err, CM_ERR_IO, "the list can't be opened");
    while (code == CM_OK && fgets(ring->path, sizeof ring->path, f) != NULL) {
        size_t n = strcspn(ring->path, "\n");
        if (ring->path[n] == '\0' && n == sizeof ring->path - 1)
            code = fault(err, CM_ERR_IO, "a path is too long");
        ring->path[n] = '\0';
        if (code == CM_OK && n != 0)
            code = add(ring, ring->path, err);
    }
    if (f != stdin)
        fclose(f);
    return code;
}

cm_code tool_ring_open(const tool_list *named, const char *list, tool_ring *out, cm_error *err) {
    cm_code code = CM_OK;
    out->keys = NULL;
    out->count = 0;
    out->culprit = NULL;
    for (size_t i = 0; i < named->count && code == CM_OK; i++)
        code = add(out, named->items[i], err);
    if (code == CM_OK && list != NULL)
        code = add_list(out, list, err);
    return code;
}

void tool_ring_close(tool_ring *ring) {
    for (size_t i = 0; i < ring->count; i++)
        cm_key_free(ring->keys[i]);
    free(ring->keys);
}
