/* What a scheme is to the rest: one entry of the table, one file (scheme_NAME.c). */
#ifndef CM_TEXT_SCHEME_H
#define CM_TEXT_SCHEME_H

#include <countermark/text.h>

#include "base/error.h"
#include "mark/key.h"

/* Values of a scheme's parameters, in the order of its table; never NULL. */
typedef struct cm_scheme_args {
    const char *const *values;
    const cm_key *key;
    cm_layer layer;
    uint32_t vocabulary; /* 1 to 2^21 */
} cm_scheme_args;

/* What has been generated so far. */
typedef struct cm_text_past {
    const uint32_t *ids; /* prompt and answer, without special ids */
    size_t n;
    size_t prompt;    /* how many of them are the prompt */
    size_t kept;      /* how many are as they were at the step before */
    uint64_t payload; /* as the marker was opened for */
} cm_text_past;

enum { CM_VOCABULARY_MAX = 1 << 21 };

/* How the windows of a text are scored, for schemes that give each window one number. */
struct cm_series_rule;

typedef struct cm_scheme_kind {
    cm_text_scheme_info info;

    /* The immutable scheme. */
    cm_code (*make)(const cm_scheme_args *args, void **self, cm_error *err);
    void (*free)(void *self);
    int (*payload_bits)(const void *self); /* NULL for schemes without a payload */

    /* One sequence's scratch memory and state, for at most `capacity` ids. NULL where the scheme
     * needs none (`sequence` is NULL then). */
    cm_code (*open)(const void *self, size_t capacity, void **sequence, cm_error *err);
    void (*close)(void *sequence);
    void (*restart)(void *sequence); /* another text begins; NULL where step() sees that itself */

    /* Marks scores[0..vocabulary-1] for the next token. `past` may be shorter than at the step
     * before (rewound), or longer by any number. True when the scheme chose the token itself. */
    bool (*step)(const void *self, void *sequence, const cm_text_past *past, float *scores);

    /* Detecting: either a rule for the shared machinery (series.h); NULL, or a NULL rule, for … */
    const struct cm_series_rule *(*rule)(const void *self);

    /* … a detector of its own. `ids` need not outlive feed(). What `out` points to belongs to
     * the detector. finish() reports log10_p and spans corrected for its own tests only, which
     * out->tests counts; `others` is added outside. */
    cm_code (*detector_open)(const void *self, void **detector, cm_error *err);
    cm_code (*detector_feed)(void *detector, const uint32_t *ids, const float *probability,
                             size_t n, cm_error *err);
    cm_code (*detector_finish)(void *detector, cm_text_evidence *out, cm_error *err);
    void (*detector_close)(void *detector);
} cm_scheme_kind;

/* The table, ended by NULL. */
extern const cm_scheme_kind *const cm_scheme_kinds[];

/* Reading parameters: CM_ERR_ARGUMENT names the parameter and what it takes. */
cm_code cm_param_u64(const char *name, const char *text, uint64_t least, uint64_t most,
                     uint64_t *out, cm_error *err);
cm_code cm_param_int(const char *name, const char *text, int least, int most, int *out,
                     cm_error *err);
cm_code cm_param_i64(const char *name, const char *text, int64_t *out, cm_error *err);
cm_code cm_param_real(const char *name, const char *text, double least, double most, double *out,
                      cm_error *err);
/* Greater than 0 and less than 1. */
cm_code cm_param_share(const char *name, const char *text, double *out, cm_error *err);
/* The number of the choice among `choices`, ended by NULL. */
cm_code cm_param_choice(const char *name, const char *text, const char *const *choices, int *out,
                        cm_error *err);

#endif
