/* China's implicit label. */
#include <string.h>

#include "api/lint.h"

#define SOURCE "GB 45438-2025, implicit label in file metadata"

static void add(cm_lint_list *list, const char *id, const char *what, cm_fact fact,
                const char *hint) {
    cm_lint_add(list, (cm_lint_line){.rule = "cn",
                                     .id = id,
                                     .asked = true,
                                     .requirement = what,
                                     .source = SOURCE,
                                     .finding = fact.finding,
                                     .detail = fact.detail,
                                     .hint = fact.finding == CM_FINDING_LACKING ? hint : NULL});
}

static cm_fact label_fact(const cm_facts *f, cm_lint_list *list) {
    if (f->label_count > 0)
        return (cm_fact){CM_FINDING_PRESENT,
                         cm_lint_detail(list, "in %s%s", f->carriers[0],
                                        f->label_count > 1 ? " and elsewhere" : "")};
    if (f->medium != CM_MEDIUM_PICTURE)
        return (cm_fact){CM_FINDING_NOT_APPLICABLE, "only pictures' metadata is read for it"};
    if (f->findings->declared.incomplete)
        return (cm_fact){CM_FINDING_UNKNOWN, "some metadata is damaged, and was passed over"};
    return (cm_fact){CM_FINDING_LACKING, f->report->manifest != NULL
                                             ? "none; a C2PA manifest does not take its place"
                                             : "none"};
}

/* One of the first label's fields, which has to say something. */
static cm_fact field_fact(const cm_facts *f, cm_fact label, size_t field, cm_lint_list *list) {
    const char *text = f->label_count > 0 ? f->labels[0].fields[field] : NULL;
    if (f->label_count == 0)
        return (cm_fact){label.finding, "there is no label"};
    if (text == NULL || text[0] == '\0')
        return (cm_fact){CM_FINDING_LACKING, text == NULL ? "the field is lacking" : "it is empty"};
    return (cm_fact){CM_FINDING_PRESENT,
                     cm_lint_detail(list, "\"%.*s\"", cm_lint_quoted(text), text)};
}

static cm_fact kind_fact(const cm_facts *f, cm_fact label, cm_lint_list *list) {
    cm_fact fact = field_fact(f, label, CM_AIGC_LABEL, list);
    const char *text = f->label_count > 0 ? f->labels[0].fields[CM_AIGC_LABEL] : NULL;
    if (fact.finding == CM_FINDING_PRESENT && (strlen(text) != 1 || text[0] < '1' || text[0] > '3'))
        fact.finding = CM_FINDING_LACKING;
    return fact;
}

static cm_fact keys_fact(const cm_facts *f, cm_fact label, cm_lint_list *list) {
    if (f->label_count == 0)
        return (cm_fact){label.finding, "there is no label"};
    for (size_t i = 0; i < CM_AIGC_FIELDS; i++)
        if (f->labels[0].fields[i] == NULL)
            return (cm_fact){CM_FINDING_LACKING,
                             cm_lint_detail(list, "it has no %s", cm_aigc_names[i])};
    return (cm_fact){CM_FINDING_PRESENT, "all seven"};
}

static bool same(const char *a, const char *b) {
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static cm_fact agreement_fact(const cm_facts *f, cm_lint_list *list) {
    if (f->label_count < 2)
        return (cm_fact){CM_FINDING_NOT_APPLICABLE, "there is one at most"};
    for (size_t i = 1; i < f->label_count; i++)
        for (size_t k = 0; k < CM_AIGC_FIELDS; k++)
            if (!same(f->labels[0].fields[k], f->labels[i].fields[k]))
                return (cm_fact){CM_FINDING_LACKING,
                                 cm_lint_detail(list, "%s differs between %s and %s",
                                                cm_aigc_names[k], f->carriers[0], f->carriers[i])};
    return (cm_fact){CM_FINDING_PRESENT, "they do"};
}

void cm_lint_cn(const cm_facts *f, cm_lint_list *list) {
    cm_fact label = label_fact(f, list);
    const char *hint = "--label cn with --producer or --provider writes it";
    add(list, "cn.label", "an AIGC label", label, hint);
    add(list, "cn.kind", "Label is 1, 2 or 3", kind_fact(f, label, list), hint);
    add(list, "cn.producer", "ContentProducer names who produced it",
        field_fact(f, label, CM_AIGC_PRODUCER, list), hint);
    add(list, "cn.number", "ProduceID is the producer's number for it",
        field_fact(f, label, CM_AIGC_PRODUCE_ID, list), hint);
    add(list, "cn.keys", "the seven keys are there", keys_fact(f, label, list), hint);
    add(list, "cn.agreement", "labels in several places agree", agreement_fact(f, list),
        "label it anew with --label cn");
}
