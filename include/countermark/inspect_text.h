/* Inspecting a text: which mark it carries, under which key, and which part of it. The answer is a
 * cm_inspection whose `text_mark` is filled in (spec/report.md §3). */
#ifndef COUNTERMARK_INSPECT_TEXT_H
#define COUNTERMARK_INSPECT_TEXT_H

#include <countermark/inspect.h>
#include <countermark/text.h>
#include <countermark/tokenizer.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cm_calibration;

/* A scheme to look for. */
typedef struct cm_text_request {
    const char *scheme; /* NULL: "cm-text-1" */
    const cm_text_param *params;
    size_t param_count;
} cm_text_request;

typedef struct cm_text_inspect_options {
    /* The tokenizer of the model that may have written the text. NULL: the files hold token ids, as
     * a JSON array, an object with one under "ids", or 32-bit words, little-endian. */
    const cm_tokenizer *tokenizer;
    const cm_key *const
        *keys; /* for schemes that take one; each public, or secret for both layers */
    size_t key_count;
    const cm_text_request *requests; /* need not outlive the inspector's making */
    size_t request_count;            /* 0: cm-text-1 as it comes */
    uint32_t vocabulary;             /* the model's; 0: the tokenizer's */
    /* File with what some model gives each id of the file that is inspected, which must be of ids
     * then: a JSON array, an object with one under "probabilities", or 32-bit floats,
     * little-endian. See cm_text_detector_feed(). NULL: none. Must outlive the inspector. */
    const char *probabilities;
    bool strip_invisible; /* leave out zero-width characters and variation selectors; those of a
                           * manifest always are */
    /* Judges the manifest that a text carries, and inspects files that aren't texts. NULL: marks
     * of texts alone. Must outlive this inspector. */
    const cm_inspector *inspector;
    /* Of these very tests: the greater one of the exact and the calibrated p-value is reported.
     * NULL for none; must outlive the inspector. */
    const struct cm_calibration *calibration;
    const cm_limits *limits;                      /* NULL: the default */
    void (*progress)(void *context, double done); /* 0..1, now and then; NULL for none */
    void *progress_context;
} cm_text_inspect_options;

/* Prepared to inspect any number of texts. It never changes, so threads may share it; tokenizer and
 * keys must outlive it. */
typedef struct cm_text_inspector cm_text_inspector;

/* Without a mode or a payload length among its parameters, cm-text-1 is tried with each: payloads
 * of 0, 16, 32 and 64 bits, green lists and tournaments. All tests of a text are paid for in its
 * p-value. CM_ERR_ARGUMENT for a scheme or parameter that makes no sense, or no vocabulary where
 * the scheme needs to know it; CM_ERR_KEY for no key where it takes one; CM_ERR_ARGUMENT for a
 * calibration of other tests, or for probabilities of texts. */
CM_API cm_code cm_text_inspector_new(const cm_text_inspect_options *options,
                                     cm_text_inspector **out, cm_error *err);
CM_API void cm_text_inspector_free(cm_text_inspector *inspector); /* NULL is allowed */

/* Inspects a file; "-" is standard input. Free with cm_inspection_free(). */
CM_API cm_code cm_inspect_text(const cm_text_inspector *inspector, const char *path,
                               cm_inspection **out, cm_error *err);

#ifdef __cplusplus
}
#endif
#endif
