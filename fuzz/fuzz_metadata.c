/* Labels in the metadata of any bytes: what was written is read, and written again changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "asset/declared.h"
#include "asset/metadata.h"

#define TYPE "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

static const cm_xmp_value VALUES[] = {
    {"http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt", "DigitalSourceType", TYPE}};

static bool label(cm_bytes file, cm_buf *out) {
    const cm_metadata m = {VALUES, 1, "{\"Label\":\"1\"}", "{\"AIGC\":{\"Label\":\"1\"}}"};
    cm_source *in = NULL;
    bool commented;
    *out = (cm_buf){0};
    cm_code code = cm_source_memory(file, &in, NULL);
    if (code == CM_OK)
        code = cm_metadata_write(in, &m, out, &commented, NULL);
    cm_source_close(in);
    return code == CM_OK;
}

/* A list that is full, or metadata that was passed over, may hide it. */
static bool is_read(cm_bytes file) {
    cm_source *in = NULL;
    cm_declarations *d = calloc(1, sizeof *d);
    bool found = d == NULL || cm_source_memory(file, &in, NULL) != CM_OK ||
                 cm_declared_read(in, d, NULL) != CM_OK;
    if (!found)
        found = d->incomplete || d->count == CM_DECLARED_MAX;
    for (size_t i = 0; !found && i < d->count; i++)
        found = strcmp(d->items[i].value, TYPE) == 0;
    if (d != NULL)
        cm_declared_free(d);
    free(d);
    cm_source_close(in);
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cm_buf once, twice = {0};
    if (label((cm_bytes){.data = data, .size = size}, &once)) {
        if (!is_read(cm_buf_bytes(&once)))
            abort();
        if (!label(cm_buf_bytes(&once), &twice) ||
            !cm_bytes_equal(cm_buf_bytes(&once), cm_buf_bytes(&twice)))
            abort();
    }
    cm_buf_free(&twice);
    cm_buf_free(&once);
    return 0;
}
