/* What was found, as JSON and for a person. */
#include <countermark/lint.h>
#include <countermark/version.h>

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"

enum { SCHEMA_VERSION = 1 };

static json_t *text_or_null(const char *text) {
    json_t *value = text != NULL ? json_string(text) : NULL;
    return value != NULL ? value : json_null();
}

static json_t *line_json(const cm_lint_line *l) {
    return json_pack("{s:s, s:s, s:b, s:s, s:s, s:s, s:o, s:o}", "rule", l->rule, "id", l->id,
                     "asked", l->asked, "requirement", l->requirement, "source", l->source,
                     "finding", cm_finding_name(l->finding), "detail", text_or_null(l->detail),
                     "hint", text_or_null(l->hint));
}

cm_code cm_lint_json(const cm_lint_result *r, bool one_line, char **out, cm_error *err) {
    json_t *lines = json_array();
    for (size_t i = 0; i < r->line_count; i++)
        json_array_append_new(lines, line_json(&r->lines[i]));
    bool complete = json_array_size(lines) == r->line_count;
    json_t *root =
        json_pack("{s:i, s:{s:s, s:s}, s:o, s:s, s:o}", "schema_version", SCHEMA_VERSION, "tool",
                  "name", "countermark", "version", cm_version(), "file", text_or_null(r->file),
                  "finding", cm_finding_name(r->finding), "lines", lines);
    *out = root != NULL && complete ? json_dumps(root, one_line ? JSON_COMPACT : JSON_INDENT(2))
                                    : NULL;
    json_decref(root);
    return *out != NULL ? CM_OK : cm_fail_memory(err);
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

static void put_line(cm_buf *b, const cm_lint_line *l) {
    char head[96];
    (void)snprintf(head, sizeof head, "  %-13s %s%s: ", l->id, cm_finding_name(l->finding),
                   l->asked ? "" : " (encouraged)");
    const char *const parts[] = {head, l->requirement, "\n                  ", l->detail, "\n"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        cm_buf_text(b, parts[i]);
    if (l->hint != NULL) {
        cm_buf_text(b, "                  hint: ");
        cm_buf_text(b, l->hint);
        cm_buf_text(b, "\n");
    }
    cm_buf_text(b, "                  [");
    cm_buf_text(b, l->source);
    cm_buf_text(b, "]\n");
}

/* The file's name is the caller's; control characters in it must not reach a terminal. */
static void put_name(cm_buf *b, const char *file) {
    for (; *file != '\0'; file++)
        cm_buf_u8(b, (unsigned char)*file < 0x20 || *file == 0x7f ? '?' : (uint8_t)*file);
}

cm_code cm_lint_text(const cm_lint_result *r, char **out, cm_error *err) {
    cm_buf b = {0};
    *out = NULL;
    put_name(&b, r->file);
    cm_buf_text(&b, "\n  ");
    cm_buf_text(&b, sentence(r->finding));
    cm_buf_text(&b, "\n");
    for (size_t i = 0; i < r->line_count; i++)
        put_line(&b, &r->lines[i]);
    cm_buf_u8(&b, 0);
    cm_code code = cm_buf_status(&b, err);
    if (code == CM_OK)
        *out = (char *)b.data;
    else
        cm_buf_free(&b);
    return code;
}
