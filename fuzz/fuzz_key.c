/* The parser of key files. What it accepts must keep within the bounds that the key promises. */
#include <countermark/key.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cm_key *key = NULL;
    cm_error err;
    if (cm_key_parse((const char *)data, size, &key, &err) == CM_OK) {
        if (strlen(cm_key_name(key)) > CM_KEY_NAME_MAX || cm_key_epoch(key) == 0)
            abort();
    } else if (key != NULL)
        abort();
    cm_key_free(key);
    return 0;
}
