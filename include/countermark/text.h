/* Text marks: marking while a model generates, and finding the mark in token ids
 * (spec/text-mark.md for our own scheme, spec/text-peers.md for other people's).
 *
 * Token ids are those of the model's own tokenizer. A scheme, once made, never changes and may be
 * shared by threads; a marker or a detector serves one thread at a time, and nothing is allocated
 * after it is made unless its function says so. */
#ifndef COUNTERMARK_TEXT_H
#define COUNTERMARK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <countermark/error.h>
#include <countermark/key.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- schemes -------------------------------------------------------------------------------- */

/* A parameter of a scheme, such as "gamma", with its default as text ("" where it must be given).
 */
typedef struct cm_text_param_info {
    const char *name;
    const char *fallback;
    const char *help;
} cm_text_param_info;

typedef struct cm_text_scheme_info {
    const char *name; /* "cm-text-1", "hf-kgw", … */
    const char *summary;
    bool keyed; /* takes a cm_key; the others have their keys among their parameters */
    bool sized; /* the size of the model's vocabulary is part of the mark */
    const cm_text_param_info *params;
    size_t param_count;
} cm_text_scheme_info;

/* The schemes of this library, by number from 0; NULL past the last one. */
CM_API const cm_text_scheme_info *cm_text_scheme_at(size_t number);

/* A value for a parameter. */
typedef struct cm_text_param {
    const char *name;
    const char *value;
} cm_text_param;

typedef struct cm_text_scheme_options {
    const char *name; /* NULL: "cm-text-1" */
    const cm_text_param *params;
    size_t param_count;
    const cm_key *key;   /* for a keyed scheme; it must not be NULL there, and is not kept */
    bool private_layer;  /* keyed schemes: the layer that only the secret key detects */
    uint32_t vocabulary; /* number of token ids that the scheme knows: the model's, which may be
                            greater than the tokenizer's; at most 2^21 */
} cm_text_scheme_options;

/* A scheme with its parameters and key: what marker and detector must agree on. */
typedef struct cm_text_scheme cm_text_scheme;

/* CM_ERR_ARGUMENT for a scheme or parameter that doesn't exist or has no such value, CM_ERR_KEY for
 * a missing key or layer. Free with cm_text_scheme_free() after all markers and detectors on it. */
CM_API cm_code cm_text_scheme_new(const cm_text_scheme_options *options, cm_text_scheme **out,
                                  cm_error *err);
CM_API void cm_text_scheme_free(cm_text_scheme *scheme); /* NULL is allowed */
CM_API const char *cm_text_scheme_name(const cm_text_scheme *scheme);

/* --- marking -------------------------------------------------------------------------------- */

typedef struct cm_text_marker_options {
    uint64_t payload;        /* for schemes that carry one; it must fit their number of bits */
    size_t capacity;         /* longest prompt and answer together, tokens; 0 means 131072 */
    const uint32_t *special; /* ids that never stand in a text (end of text, turn markers, …) */
    size_t special_count;
} cm_text_marker_options;

/* One text that is being generated. */
typedef struct cm_text_marker cm_text_marker;

/* `options` may be NULL. CM_ERR_KEY where the scheme's key may not mark today: it is a public one,
 * revoked, or past its validity, as for pictures. Free with cm_text_marker_free(). */
CM_API cm_code cm_text_marker_new(const cm_text_scheme *scheme,
                                  const cm_text_marker_options *options, cm_text_marker **out,
                                  cm_error *err);
CM_API void cm_text_marker_free(cm_text_marker *marker); /* NULL is allowed */

/* Starts a new text after this prompt, which is never marked; n may be 0. CM_ERR_ARGUMENT for an id
 * beyond the vocabulary, CM_ERR_LIMIT for more than the capacity. */
CM_API cm_code cm_text_marker_start(cm_text_marker *marker, const uint32_t *prompt, size_t n,
                                    cm_error *err);

/* Marks the logits of the next token, natural logarithms up to a constant, after temperature, top-k
 * and top-p: -INFINITY for tokens that can't be taken. Sampling from the softmax of what stands
 * there afterwards, at temperature 1, gives the marked token; a scheme that chooses the token
 * itself leaves 0 for it and -INFINITY for all others. `count` may exceed the vocabulary (padding):
 * the rest is left alone, or -INFINITY where the scheme chooses. CM_ERR_ARGUMENT for fewer. */
CM_API cm_code cm_text_marker_step(cm_text_marker *marker, float *logits, size_t count,
                                   cm_error *err);

/* The token that was taken. CM_ERR_LIMIT beyond the capacity. */
CM_API cm_code cm_text_marker_accept(cm_text_marker *marker, uint32_t id, cm_error *err);

/* Takes back the last n accepted tokens, as speculative decoding does with a rejected draft.
 * CM_ERR_ARGUMENT for more than were accepted. */
CM_API cm_code cm_text_marker_rewind(cm_text_marker *marker, size_t n, cm_error *err);

/* cm_text_marker_step() for `batch` markers, the b-th on logits + b * stride. Stops at the first
 * error. */
CM_API cm_code cm_text_step_batch(cm_text_marker *const *markers, size_t batch, float *logits,
                                  size_t stride, size_t count, cm_error *err);

/* --- detecting ------------------------------------------------------------------------------ */

/* A run of tokens [start, end) that carries the mark by itself. */
typedef struct cm_text_span {
    size_t start, end;
    double log10_p; /* corrected for all spans tried and all tests */
} cm_text_span;

typedef enum cm_text_payload_state {
    CM_TEXT_PAYLOAD_NONE,         /* the scheme carries none, or there is no mark */
    CM_TEXT_PAYLOAD_UNDETERMINED, /* there is a mark, but the text is too short to read it, or its
                                     parts have different ones (`needed` is 0 then) */
    CM_TEXT_PAYLOAD_READ
} cm_text_payload_state;

/* What was found in a text under one scheme and key. */
typedef struct cm_text_evidence {
    uint64_t tokens;     /* of the text */
    uint64_t scored;     /* that count: each context, or context and token, once */
    uint64_t duplicates; /* dropped since they were there before */
    double statistic;    /* the scheme's own: z, a sum or a mean */
    const char *statistic_name;
    double peer_p;  /* what the scheme's own software says, where that was asked for; else NaN */
    double log10_p; /* of so much evidence without the mark; corrected for `tests` */
    double tests;   /* what the p-value is corrected for: spans, payload lengths, `others` */
    cm_text_payload_state payload_state;
    uint64_t payload;
    int payload_bits;
    double payload_log10_error; /* of the probability that a payload read so clearly is wrong: a
                                   bound over keys, whatever was done to a text that was marked with
                                   one payload; 0 where none is read */
    uint64_t needed;            /* about how many tokens would do; 0 where more wouldn't help */
    const cm_text_span *spans;
    size_t span_count;
} cm_text_evidence;

typedef struct cm_text_detector cm_text_detector;

/* `others`: how many other tests (keys, schemes) the same text undergoes, for the correction; 0 for
 * none. Free with cm_text_detector_free(). */
CM_API cm_code cm_text_detector_new(const cm_text_scheme *scheme, uint64_t others,
                                    cm_text_detector **out, cm_error *err);
CM_API void cm_text_detector_free(cm_text_detector *detector); /* NULL is allowed */

/* The next n tokens of the text. `probability`, which may be NULL, holds for each the probability
 * that some model gives it there, without any mark: it sharpens schemes that can use it, and can't
 * make their p-values wrong so long as it doesn't depend on the key. Allocates. */
CM_API cm_code cm_text_detector_feed(cm_text_detector *detector, const uint32_t *ids,
                                     const float *probability, size_t n, cm_error *err);

/* The text has ended. What *out holds belongs to the detector. A detector ends once. */
CM_API cm_code cm_text_detector_finish(cm_text_detector *detector, cm_text_evidence *out,
                                       cm_error *err);

#ifdef __cplusplus
}
#endif
#endif
