/* What the rules are held against: facts of a report, gathered once. */
#ifndef CM_API_LINT_H
#define CM_API_LINT_H

#include <countermark/lint.h>

#include "api/aigc.h"
#include "api/findings.h"

enum { CM_LINT_LINES = 32, CM_LINT_LABELS = 8 };

/* Something that can be there or not, and what was seen of it. */
typedef struct cm_fact {
    cm_finding finding;
    const char *detail;
} cm_fact;

/* A text that a label consists of; NULL when it is nowhere. */
typedef struct cm_said {
    const char *text;
    bool is_signed; /* in a manifest that holds; else in metadata */
} cm_said;

typedef enum cm_medium {
    CM_MEDIUM_PICTURE,
    CM_MEDIUM_MARKUP,
    CM_MEDIUM_TEXT,
    CM_MEDIUM_STORE /* a manifest store by itself */
} cm_medium;

typedef struct cm_facts {
    const cm_inspection *report;
    const cm_findings *findings;
    cm_medium medium;
    bool covered;      /* the metadata, by the hash of a manifest that holds */
    cm_fact manifest;  /* signed metadata */
    cm_fact stamp;     /* its time-stamp */
    cm_fact watermark; /* ours, or anybody's */
    cm_fact generated; /* metadata says that the file was generated */
    bool type_is_bare; /* XMP has IPTC's code without its URI, */
    const char *type;  /* XMP's source type, or NULL */
    bool type_is_generated;
    cm_said provider, system, version, time, id, model;
    cm_aigc labels[CM_LINT_LABELS]; /* China's, by carrier */
    const char *carriers[CM_LINT_LABELS];
    size_t label_count;
} cm_facts;

/* Free the labels with cm_facts_free(). */
void cm_facts_gather(const cm_inspection *report, cm_facts *out);
void cm_facts_free(cm_facts *facts);

typedef struct cm_lint_list {
    cm_lint_line lines[CM_LINT_LINES];
    size_t count;
    char *owned[CM_LINT_LINES];
    size_t owned_count;
    bool failed; /* memory was short */
} cm_lint_list;

void cm_lint_add(cm_lint_list *list, cm_lint_line line);

/* A text that lives as long as the result. */
const char *cm_lint_detail(cm_lint_list *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A text that was said, and whether under a signature. */
const char *cm_lint_said(cm_lint_list *list, const cm_facts *facts, const cm_said *said);

/* What of a text is quoted: for "%.*s". It ends with a whole character. */
int cm_lint_quoted(const char *text);

/* The rules, each in a file of its own. */
void cm_lint_eu(const cm_facts *facts, cm_lint_list *list);
void cm_lint_ca(const cm_facts *facts, cm_lint_list *list);
void cm_lint_cn(const cm_facts *facts, cm_lint_list *list);

#endif
