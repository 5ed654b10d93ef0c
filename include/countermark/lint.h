/* Which layers and fields of each rule a file has, and which it lacks (spec/labels.md §4). What was
 * found is said, requirement by requirement, with where each comes from: no more than that. */
#ifndef COUNTERMARK_LINT_H
#define COUNTERMARK_LINT_H

#include <countermark/inspect.h>
#include <countermark/labels.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cm_finding {
    CM_FINDING_PRESENT,
    CM_FINDING_LACKING,
    CM_FINDING_UNKNOWN,       /* it takes a key, an anchor or a tokenizer that wasn't given */
    CM_FINDING_NOT_APPLICABLE /* it isn't asked of such a file */
} cm_finding;

/* "present", "lacking", "unknown", "not applicable". */
CM_API const char *cm_finding_name(cm_finding finding);

typedef struct cm_lint_line {
    const char *rule;        /* "eu", "ca", "cn" */
    const char *id;          /* "eu.timestamp", … */
    bool asked;              /* false: the rule only encourages it */
    const char *requirement; /* in plain words */
    const char *source;      /* measure, section or standard */
    cm_finding finding;
    const char *detail; /* what was found, or what is needed to tell */
    const char *hint;   /* what to do about it; NULL: nothing */
} cm_lint_line;

/* Of a file; everything in it belongs to the result. */
typedef struct cm_lint_result {
    const char *file;
    cm_finding finding; /* LACKING when anything lacks that is asked, else UNKNOWN when anything is,
                         * else PRESENT */
    const cm_lint_line *lines;
    size_t line_count;
} cm_lint_result;

/* Holds the report against rules, CM_LABELS_…; it must be of an inspection with all layers
 * (CM_LOOK_ALL). The result shows texts of the report, which must outlive it. Free with
 * cm_lint_free(). */
CM_API cm_code cm_lint(const cm_inspection *report, unsigned rules, cm_lint_result **out,
                       cm_error *err);
CM_API void cm_lint_free(cm_lint_result *result); /* NULL is allowed */

/* The command's exit code: 0 present, 1 lacking, 5 unknown. */
CM_API int cm_lint_exit_code(cm_finding finding);

/* As JSON (spec/lint.schema.json), over several lines or as one, and for a person. Free with
 * free().
 */
CM_API cm_code cm_lint_json(const cm_lint_result *result, bool one_line, char **out, cm_error *err);
CM_API cm_code cm_lint_text(const cm_lint_result *result, char **out, cm_error *err);

#ifdef __cplusplus
}
#endif
#endif
