/* Manifest stores that lie elsewhere: C2PA 2.2 §15.5.3. */
#include <stdlib.h>
#include <string.h>

#include "api/inspect.h"
#include "asset/declared.h"
#include "base/http.h"
#include "base/mem.h"

/* The address that a file names, as a new string; NULL for none. What damaged metadata says isn't
 * asked for here. */
static cm_code find_address(const cm_source *source, cm_format format,
                            const cm_asset_manifest *found, char **out, cm_error *err) {
    cm_declarations declared = {0};
    cm_error inner = {0};
    *out = NULL;
    if (cm_format_is_text(format)) {
        if (found->address.size == 0)
            return CM_OK;
        *out = cm_strndup((const char *)found->address.data, found->address.size);
        return *out != NULL ? CM_OK : cm_fail_memory(err);
    }
    cm_code code = cm_declared_read(source, &declared, &inner);
    if (code == CM_OK) {
        *out = declared.provenance;
        declared.provenance = NULL;
    }
    cm_declared_free(&declared);
    return code == CM_ERR_MEMORY || code == CM_ERR_IO ? cm_fail(err, code, "%s", inner.message)
                                                      : CM_OK;
}

/* manifest.inaccessible: nothing speaks against the file, and nothing for it. */
static cm_code note_inaccessible(cm_findings *f, const char *why, cm_error *err) {
    f->manifest = cm_report_new();
    if (f->manifest == NULL)
        return cm_fail_memory(err);
    f->manifest->state = CM_STATE_UNSUPPORTED;
    cm_report_status(
        f->manifest,
        &(cm_status){.id = CM_ST_MANIFEST_INACCESSIBLE, .url = "", .explanation = why});
    return CM_OK;
}

static cm_code fetch(const cm_inspector *i, cm_findings *f, cm_buf *store, cm_error *err) {
    cm_error why = {0};
    cm_http_request request = {.url = f->remote,
                               .header = "Accept: application/c2pa",
                               .most = i->limits.manifest_bytes,
                               .anywhere = i->anywhere};
    cm_code code = cm_http_url_ok(f->remote)
                       ? cm_http(&request, store, &why)
                       : cm_fail(&why, CM_ERR_IO, "%.200s: neither http nor https", f->remote);
    if (code == CM_OK && store->size == 0)
        code = cm_fail(&why, CM_ERR_IO, "%.200s: an empty answer", f->remote);
    if (code == CM_OK)
        return CM_OK;
    if (code == CM_ERR_MEMORY)
        return cm_fail_memory(err);
    cm_buf_free(store);
    *store = (cm_buf){0};
    return note_inaccessible(f, why.message, err);
}

cm_code cm_inspect_remote(const cm_inspector *i, const cm_source *source, cm_format format,
                          const cm_asset_manifest *found, cm_findings *f, cm_buf *store,
                          cm_error *err) {
    char *address = NULL;
    if (format == CM_FORMAT_C2PA)
        return CM_OK;
    cm_code code = find_address(source, format, found, &address, err);
    if (code != CM_OK || address == NULL) {
        if (code == CM_OK && found->elsewhere)
            cm_findings_note(f, "the text names a manifest by its address, which was not fetched");
        return code;
    }
    if (found->found)
        cm_findings_note(f, "the file also names a manifest elsewhere, which was not fetched: %s",
                         address);
    else if (!i->options.online)
        cm_findings_note(f, "the file names a manifest elsewhere, which was not fetched: %s",
                         address);
    else {
        f->remote = address;
        return fetch(i, f, store, err);
    }
    free(address);
    return CM_OK;
}
