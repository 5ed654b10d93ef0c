/* The weakest layer: unsigned metadata that says "generated". */
#include "api/inspect.h"
#include "api/statements_show.h"

cm_code cm_inspect_declared(const cm_source *source, cm_findings *f, cm_error *err) {
    cm_code code = cm_declared_read(source, &f->declared, err);
    if (code != CM_OK)
        return code;
    bool covered = f->manifest != NULL && cm_report_covers(f->manifest);
    for (size_t i = 0; i < f->declared.count; i++) {
        const cm_declaration *d = &f->declared.items[i];
        if (!d->generated)
            continue;
        char *meaning = f->meanings[f->shown.declared_count] = cm_declared_meaning(d);
        if (meaning == NULL)
            return cm_fail_memory(err);
        f->declared_shown[f->shown.declared_count++] = (cm_declared_evidence){.source = d->source,
                                                                              .field = d->field,
                                                                              .value = d->value,
                                                                              .meaning = meaning,
                                                                              .covered = covered};
    }
    f->shown.declared = f->declared_shown;
    if (f->shown.declared_count != 0 && !covered)
        cm_findings_note(f, "declared metadata is not signed: anyone can write or remove it");
    if (f->declared.incomplete)
        cm_findings_note(f, "some metadata was damaged or too large, and was passed over");
    return CM_OK;
}
