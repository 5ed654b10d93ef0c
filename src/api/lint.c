#include "api/lint.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The result, and what owns what it shows. */
typedef struct whole {
    cm_lint_result shown; /* first, so that a pointer to it is a pointer to this */
    cm_lint_list list;
} whole;

const char *cm_finding_name(cm_finding finding) {
    static const char *const NAMES[] = {"present", "lacking", "unknown", "not applicable"};
    return NAMES[finding];
}

int cm_lint_exit_code(cm_finding finding) {
    return finding == CM_FINDING_LACKING ? 1 : finding == CM_FINDING_UNKNOWN ? 5 : 0;
}

void cm_lint_add(cm_lint_list *list, cm_lint_line line) {
    if (list->count == CM_LINT_LINES)
        list->failed = true;
    else
        list->lines[list->count++] = line;
}

const char *cm_lint_detail(cm_lint_list *list, const char *format, ...) {
    enum { ROOM = 512 };
    char *text = list->owned_count < CM_LINT_LINES ? cm_calloc(ROOM, 1) : NULL;
    va_list args;
    if (text == NULL) {
        list->failed = true;
        return "";
    }
    va_start(args, format);
    (void)vsnprintf(text, ROOM, format, args);
    va_end(args);
    list->owned[list->owned_count++] = text;
    return text;
}

int cm_lint_quoted(const char *text) {
    enum { MOST = 200 };
    size_t n = strlen(text);
    if (n <= MOST)
        return (int)n;
    n = MOST;
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return (int)n;
}

const char *cm_lint_said(cm_lint_list *list, const cm_facts *facts, const cm_said *said) {
    const char *how = said->is_signed  ? "signed"
                      : facts->covered ? "in metadata that the signature covers"
                                       : "unsigned";
    return cm_lint_detail(list, "\"%.*s\", %s", cm_lint_quoted(said->text), said->text, how);
}

static cm_finding sum_up(const cm_lint_list *list) {
    cm_finding finding = CM_FINDING_PRESENT;
    for (size_t i = 0; i < list->count; i++) {
        const cm_lint_line *l = &list->lines[i];
        if (!l->asked)
            continue;
        if (l->finding == CM_FINDING_LACKING)
            return CM_FINDING_LACKING;
        if (l->finding == CM_FINDING_UNKNOWN)
            finding = CM_FINDING_UNKNOWN;
    }
    return finding;
}

cm_code cm_lint(const cm_inspection *report, unsigned rules, cm_lint_result **out, cm_error *err) {
    cm_facts facts;
    *out = NULL;
    if (rules == 0 || (rules & ~(unsigned)CM_LABELS_ALL) != 0)
        return cm_fail(err, CM_ERR_ARGUMENT, "there are no such rules");
    if (report->media_type == NULL || strcmp(report->media_type, "pixels") == 0)
        return cm_fail(err, CM_ERR_ARGUMENT, "bare pixels have no layer but the watermark");
    whole *w = cm_calloc(1, sizeof *w);
    if (w == NULL)
        return cm_fail_memory(err);
    cm_facts_gather(report, &facts);
    if ((rules & CM_LABELS_EU) != 0)
        cm_lint_eu(&facts, &w->list);
    if ((rules & CM_LABELS_CA) != 0)
        cm_lint_ca(&facts, &w->list);
    if ((rules & CM_LABELS_CN) != 0)
        cm_lint_cn(&facts, &w->list);
    cm_facts_free(&facts);
    w->shown = (cm_lint_result){.file = report->file,
                                .finding = sum_up(&w->list),
                                .lines = w->list.lines,
                                .line_count = w->list.count};
    *out = &w->shown;
    if (!w->list.failed)
        return CM_OK;
    cm_lint_free(*out);
    *out = NULL;
    return cm_fail_memory(err);
}

void cm_lint_free(cm_lint_result *result) {
    whole *w = (whole *)result;
    if (w == NULL)
        return;
    for (size_t i = 0; i < w->list.owned_count; i++)
        free(w->list.owned[i]);
    free(w);
}
