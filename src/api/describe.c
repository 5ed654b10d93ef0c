#include "api/describe.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"

cm_code cm_findings_new(const char *path, cm_findings **out, cm_error *err) {
    *out = NULL;
    cm_findings *f = cm_calloc(1, sizeof *f);
    if (f == NULL || (f->path = cm_strndup(path, strlen(path))) == NULL) {
        free(f);
        return cm_fail_memory(err);
    }
    f->shown.file = f->path;
    f->shown.limits = f->notes;
    *out = f;
    return CM_OK;
}

void cm_findings_note(cm_findings *f, const char *format, ...) {
    size_t n = f->shown.limit_count;
    if (n == CM_NOTES)
        return;
    char *text = f->note_text[n];
    va_list args;
    va_start(args, format);
    if (vsnprintf(text, CM_NOTE_SIZE, format, args) < 0)
        text[0] = '\0';
    va_end(args);
    for (char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    for (size_t i = 0; i < n; i++)
        if (strcmp(f->notes[i], text) == 0)
            return;
    f->notes[n] = text;
    f->shown.limit_count = n + 1;
}

void cm_findings_note_key(cm_findings *f, const cm_key *key) {
    if (cm_key_revoked(key)[0] != '\0')
        cm_findings_note(
            f, "key \"%s\" was revoked on %s: marks made after that day are not its owner's",
            cm_key_name(key), cm_key_revoked(key));
    if (cm_key_valid_until(key)[0] != '\0')
        cm_findings_note(f, "key \"%s\" marks until %s; a mark does not say when it was made",
                         cm_key_name(key), cm_key_valid_until(key));
}

static cm_code digest_all(const cm_source *source, char hex[65], cm_error *err) {
    cm_hash *hash = NULL;
    cm_digest digest;
    cm_code code = cm_hash_new(CM_HASH_SHA256, &hash, err);
    if (code == CM_OK) {
        cm_sink sink = cm_hash_sink(hash);
        code = cm_sink_copy(&sink, source, 0, cm_source_size(source), err);
    }
    if (code == CM_OK)
        code = cm_hash_finish(hash, &digest, err);
    cm_hash_free(hash);
    if (code == CM_OK)
        cm_hex_encode(digest.bytes, digest.size, hex);
    return code;
}

cm_code cm_describe(const cm_source *source, bool digest, cm_findings *f, cm_format *format,
                    cm_error *err) {
    const char *type = NULL;
    cm_code code = cm_asset_media_type(source, format, &type, err);
    if (code == CM_OK && digest)
        code = digest_all(source, f->shown.sha256, err);
    if (code != CM_OK)
        return code;
    f->shown.size = cm_source_size(source);
    f->shown.media_type = type;
    return CM_OK;
}
