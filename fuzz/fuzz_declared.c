/* Declarations: XMP, PNG text and EXIF of any bytes give valid, bounded UTF-8. */
#include <stdlib.h>
#include <string.h>

#include "asset/declared.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cm_source *in = NULL;
    cm_declarations d;
    if (cm_source_memory((cm_bytes){.data = data, .size = size}, &in, NULL) != CM_OK)
        return 0;
    if (cm_declared_read(in, &d, NULL) == CM_OK)
        for (size_t i = 0; i < d.count; i++)
            if (strlen(d.items[i].value) - 1 >= CM_DECLARED_VALUE)
                abort();
    cm_declared_free(&d);
    cm_source_close(in);
    return 0;
}
