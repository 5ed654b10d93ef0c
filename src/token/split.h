/* Splitting text into the pieces that are encoded one by one.
 *
 * A tokenizer has a list of stages. Each cuts the pieces of the one before into what its pattern
 * matches and what lies between. Text comes in stretches: where a stretch is open, more of it will
 * follow, and nothing is decided that the rest could change. */
#ifndef CM_TOKEN_SPLIT_H
#define CM_TOKEN_SPLIT_H

#include "base/buf.h"

enum { CM_STAGES_MAX = 8 };

typedef enum cm_splitter {
    CM_SPLIT_PCRE,   /* a pattern, by PCRE2 */
    CM_SPLIT_GPT2,   /* the well-known ones, by hand */
    CM_SPLIT_CL100K, /* also Llama 3 and Qwen */
    CM_SPLIT_O200K,
    CM_SPLIT_DIGITS /* each number character by itself */
} cm_splitter;

typedef struct cm_pattern cm_pattern; /* a compiled pattern; never changes */

typedef struct cm_stage {
    cm_splitter splitter;
    cm_pattern *pattern; /* of CM_SPLIT_PCRE */
    size_t digits;       /* CM_SPLIT_CL100K: numbers are cut after so many digits */
    bool tail_whole;     /* CM_SPLIT_CL100K: white space at the text's end is one piece */
    bool drop_between;   /* what lies between the matches is dropped */
} cm_stage;

typedef enum cm_found {
    CM_FOUND_PIECE, /* at [start, end) */
    CM_FOUND_NONE,  /* none in the whole stretch */
    CM_FOUND_MORE   /* from `start` on it depends on what follows */
} cm_found;

typedef struct cm_match {
    cm_found found;
    size_t start, end;
} cm_match;

/* A stretch of valid UTF-8; 32 bytes past `end` can be read. */
typedef struct cm_stretch {
    const uint8_t *text;
    size_t end;
    bool closed;
    const uint8_t *classes; /* cm_classes_new() */
} cm_stretch;

/* The first piece at or behind `at`, by hand. */
cm_match cm_split_gpt2(const cm_stretch *s, size_t at);
cm_match cm_split_cl100k(const cm_stretch *s, const cm_stage *stage, size_t at);
cm_match cm_split_o200k(const cm_stretch *s, size_t at);
cm_match cm_split_digits(const cm_stretch *s, size_t at);

/* What the patterns by hand stand for, for PCRE2. */
extern const char CM_PATTERN_GPT2[], CM_PATTERN_CL100K[], CM_PATTERN_LLAMA3[], CM_PATTERN_QWEN2[],
    CM_PATTERN_O200K[];

/* The stage for a pattern: by hand when it is one of these, otherwise compiled. It must not look
 * behind, and not match nothing. CM_ERR_UNSUPPORTED for what is written in a way that the peers'
 * engines and PCRE2 may read differently. */
cm_code cm_stage_from_pattern(cm_bytes pattern, cm_stage *out, cm_error *err);

/* As above, but always compiled: the reference. */
cm_code cm_stage_from_pattern_compiled(cm_bytes pattern, cm_stage *out, cm_error *err);

/* Compiles what PCRE2 is to read as it stands. Free with cm_pattern_free(). */
cm_code cm_pattern_compile(const char *pattern, size_t size, cm_pattern **out, cm_error *err);
void cm_pattern_free(cm_pattern *p); /* NULL is allowed */

/* What a thread needs for matching. A zeroed one is empty. */
typedef struct cm_matcher {
    void *data;
    void *context;
    void *stack;
} cm_matcher;

void cm_matcher_free(cm_matcher *m);
cm_code cm_pattern_match(const cm_pattern *p, cm_matcher *m, const cm_stretch *s, size_t at,
                         cm_match *out, cm_error *err);

/* Where pieces go: text[start, end). */
typedef struct cm_piece_sink {
    void *context;
    cm_code (*put)(void *context, size_t start, size_t end, cm_error *err);
} cm_piece_sink;

/* Cuts the stretch from `at` on; *consumed is where undecided text begins (its end, when it is
 * closed). */
cm_code cm_split(const cm_stage *stages, size_t count, cm_matcher *m, const cm_stretch *s,
                 size_t at, const cm_piece_sink *sink, size_t *consumed, cm_error *err);

#endif
