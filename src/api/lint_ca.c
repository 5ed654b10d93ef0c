/* California's latent disclosure. */
#include "api/lint.h"

#define SOURCE "California SB 942 as amended by AB 853, latent disclosure"

static void add(const cm_facts *f, cm_lint_list *list, const char *id, const char *what,
                const cm_said *said) {
    cm_lint_line line = {.rule = "ca",
                         .id = id,
                         .asked = true,
                         .requirement = what,
                         .source = SOURCE,
                         .finding = CM_FINDING_PRESENT};
    if (said->text != NULL) {
        line.detail = cm_lint_said(list, f, said);
    } else if (f->medium != CM_MEDIUM_PICTURE) {
        line.finding = CM_FINDING_NOT_APPLICABLE;
        line.detail = "it is asked of images, video and audio";
    } else if (f->findings->declared.incomplete) {
        line.finding = CM_FINDING_UNKNOWN;
        line.detail = "some metadata is damaged, and was passed over";
    } else {
        line.finding = CM_FINDING_LACKING;
        line.detail = "nothing says it";
        line.hint = "--label ca with --provider and --system writes it";
    }
    cm_lint_add(list, line);
}

void cm_lint_ca(const cm_facts *f, cm_lint_list *list) {
    add(f, list, "ca.provider", "the provider's name", &f->provider);
    add(f, list, "ca.system", "the system's name", &f->system);
    add(f, list, "ca.version", "the system's version", &f->version);
    add(f, list, "ca.time", "time and date of creation or alteration", &f->time);
    add(f, list, "ca.id", "a unique identifier", &f->id);
}
