/* The EU's code of practice for art. 50(2) of the AI Act, as far as a program can look. It is
 * voluntary. */
#include "api/lint.h"

#define CODE(measure) "EU AI Act art. 50(2), code of practice, measure " measure
#define IPTC_URI "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

static void add(cm_lint_list *list, const char *id, const char *requirement, const char *source,
                cm_fact fact, const char *hint) {
    cm_lint_add(list, (cm_lint_line){.rule = "eu",
                                     .id = id,
                                     .asked = true,
                                     .requirement = requirement,
                                     .source = source,
                                     .finding = fact.finding,
                                     .detail = fact.detail,
                                     .hint = fact.finding == CM_FINDING_LACKING ? hint : NULL});
}

/* Free-form text gets by with its watermark; metadata counts where it is there. */
static cm_fact unless_text(const cm_facts *f, cm_fact fact) {
    if (f->medium == CM_MEDIUM_TEXT && fact.finding != CM_FINDING_PRESENT)
        return (cm_fact){CM_FINDING_NOT_APPLICABLE, "of free-form text a watermark is asked alone"};
    return fact;
}

static cm_fact layers(const cm_facts *f) {
    bool metadata =
        f->manifest.finding == CM_FINDING_PRESENT || f->generated.finding == CM_FINDING_PRESENT;
    bool open =
        f->manifest.finding == CM_FINDING_UNKNOWN || f->generated.finding == CM_FINDING_UNKNOWN;
    if (f->medium == CM_MEDIUM_TEXT || f->medium == CM_MEDIUM_STORE)
        return (cm_fact){CM_FINDING_NOT_APPLICABLE,
                         "it is asked of pictures, and of texts in containers"};
    if (!metadata)
        return open ? (cm_fact){CM_FINDING_UNKNOWN, "the metadata can't be judged"}
                    : (cm_fact){CM_FINDING_LACKING, "no metadata that says so"};
    if (f->watermark.finding == CM_FINDING_PRESENT)
        return (cm_fact){CM_FINDING_PRESENT, "metadata and a watermark"};
    return f->watermark.finding == CM_FINDING_LACKING
               ? (cm_fact){CM_FINDING_LACKING, "metadata, and no watermark"}
               : (cm_fact){CM_FINDING_UNKNOWN,
                           "metadata; whether there is a watermark is not known"};
}

/* A common mistake deserves a line of its own, where XMP is looked at for it. */
static void add_iptc(const cm_facts *f, cm_lint_list *list) {
    cm_fact fact = {CM_FINDING_PRESENT, f->type};
    if (f->medium != CM_MEDIUM_PICTURE)
        fact = (cm_fact){CM_FINDING_NOT_APPLICABLE, "only pictures' XMP is read"};
    else if (f->type == NULL && f->generated.finding == CM_FINDING_PRESENT)
        fact = (cm_fact){CM_FINDING_NOT_APPLICABLE, "XMP has none; something else says it"};
    else if (f->type == NULL)
        fact = (cm_fact){f->generated.finding, "XMP has no DigitalSourceType"};
    else if (f->type_is_bare || !f->type_is_generated)
        fact = (cm_fact){CM_FINDING_LACKING, cm_lint_detail(list, "XMP has \"%.*s\"",
                                                            cm_lint_quoted(f->type), f->type)};
    const char *hint = "write it with --label eu";
    if (f->type_is_bare)
        hint = "IPTC's value is the full URI, such as " IPTC_URI ": --label eu writes it";
    add(list, "eu.iptc", "IPTC's DigitalSourceType is the full URI of a generated kind",
        CODE("1.1.1") "; IPTC NewsCodes", fact, hint);
}

/* Measure 1.3 encourages these; nothing lacks where they do. */
static void add_detail(const cm_facts *f, cm_lint_list *list, const char *id, const char *what,
                       const cm_said *said, const char *hint) {
    cm_finding finding = said->text != NULL ? CM_FINDING_PRESENT : CM_FINDING_LACKING;
    const char *detail = said->text != NULL ? cm_lint_said(list, f, said) : "nothing says it";
    cm_lint_add(list, (cm_lint_line){.rule = "eu",
                                     .id = id,
                                     .requirement = what,
                                     .source = CODE("1.3"),
                                     .finding = finding,
                                     .detail = detail,
                                     .hint = said->text == NULL ? hint : NULL});
}

void cm_lint_eu(const cm_facts *f, cm_lint_list *list) {
    static const char CALIFORNIA[] = "--label ca with --provider and --system writes it";
    add(list, "eu.layers", "at least two layers of marking", CODE("1.1"), layers(f),
        "\"mark\" puts both on");
    add(list, "eu.metadata", "the metadata says that it was generated or manipulated",
        CODE("1.1.1"), unless_text(f, f->generated), "--label eu, or a signed manifest");
    add_iptc(f, list);
    add(list, "eu.signed", "the metadata is digitally signed", CODE("1.1.1"),
        unless_text(f, f->manifest), "\"sign\" does it");
    add(list, "eu.timestamp", "and time-stamped", CODE("1.1.1"), unless_text(f, f->stamp),
        "sign with --tsa");
    add(list, "eu.watermark", "an imperceptible watermark", CODE("1.1.2"), f->watermark,
        "\"mark\" or \"embed\"; a text is marked while it is generated");
    add_detail(f, list, "eu.provider", "who offers the system", &f->provider, CALIFORNIA);
    add_detail(f, list, "eu.system", "the system's name", &f->system, CALIFORNIA);
    add_detail(f, list, "eu.time", "when it was made", &f->time, CALIFORNIA);
    add_detail(f, list, "eu.model", "which model made it", &f->model, "--ai-disclosure says it");
}
