/* What was found, as JSON and for a person. */
#include <countermark/lint.h>
#include <countermark/version.h>

#include "api/json.h"
#include "api/line.h"

enum { SCHEMA_VERSION = 1 };

static json_t *line_json(const cm_lint_line *l) {
    return json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:o, s:o}", "rule", l->rule, "id", l->id,
                     "asked", l->asked, "requirement", l->requirement, "source", l->source,
                     "finding", cm_finding_name(l->finding), "detail", cm_json_or_null(l->detail),
                     "hint", cm_json_or_null(l->hint));
}

cm_code cm_lint_json(const cm_lint_result *r, bool one_line, char **out, cm_error *err) {
    json_t *lines = json_array();
    for (size_t i = 0; i < r->line_count; i++)
        json_array_append_new(lines, line_json(&r->lines[i]));
    bool complete = json_array_size(lines) == r->line_count;
    json_t *root =
        json_pack("{s:i, s:{s:s, s:s}, s:o, s:s, s:o}", "schema_version", SCHEMA_VERSION, "tool",
                  "name", "countermark", "version", cm_version(), "file", cm_json_or_null(r->file),
                  "finding", cm_finding_name(r->finding), "lines", lines);
    return cm_json_print(root, complete, one_line, out, err);
}

static const char *sentence(cm_finding finding) {
    switch (finding) {
    case CM_FINDING_LACKING:
        return "something lacks";
    case CM_FINDING_UNKNOWN:
        return "nothing lacks as far as can be told, and something can't";
    case CM_FINDING_PRESENT:
    case CM_FINDING_NOT_APPLICABLE:
        break;
    }
    return "all that is asked was found";
}

static void put_finding(cm_buf *b, const cm_lint_line *l) {
    cm_put_line(b, "  %-13s %s%s: %s", l->id, cm_finding_name(l->finding),
                l->asked ? "" : " (encouraged)", l->requirement);
    cm_put_line(b, "                  %s", l->detail);
    if (l->hint != NULL)
        cm_put_line(b, "                  hint: %s", l->hint);
    cm_put_line(b, "                  [%s]", l->source);
}

cm_code cm_lint_text(const cm_lint_result *r, char **out, cm_error *err) {
    cm_buf b = {0};
    cm_put_line(&b, "%s", r->file);
    cm_put_line(&b, "  %s", sentence(r->finding));
    for (size_t i = 0; i < r->line_count; i++)
        put_finding(&b, &r->lines[i]);
    return cm_lines_finish(&b, out, err);
}
