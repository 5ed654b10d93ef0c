/* A model that answers one prompt after the other, with a mark or without. */
#ifndef SESSION_H
#define SESSION_H

#include <countermark.h>
#include <llama.h>

typedef struct session_options {
    const char *model;
    const char *system; /* of the chat; NULL for none */
    bool raw;           /* the prompt as it stands, without the model's chat template */
    bool no_end;        /* go on for `tokens`, past where the model would end */
    bool greedy;        /* the likeliest token after marking, in place of a random one */
    float temperature, top_p;
    int top_k;
    uint32_t seed;
    int tokens, threads;
    const cm_text_scheme *scheme; /* NULL: without a mark */
    cm_text_marker_options marker;
} session_options;

typedef struct session {
    const session_options *options;
    struct llama_model *model;
    const struct llama_vocab *vocab;
    struct llama_context *context;
    struct llama_sampler *chain, *mark; /* `mark` is in the chain, or NULL */
} session;

/* One answer. */
typedef struct answer {
    llama_token *prompt, *ids;
    float *probability; /* of each token, after temperature and without the mark */
    size_t prompt_count, count;
    char *text;
    size_t size;
    bool ended; /* by the model */
} answer;

/* Loads the model and its vocabulary; `options` must outlive the session, and its scheme may be set
 * until the first answer. Close with session_close(), also after a failure. */
cm_code session_open(session *s, const session_options *options, cm_error *err);
void session_close(session *s);

/* `number` counts the prompts of a run: it goes into the seed. `progress` may be NULL. Free with
 * answer_free(), also after a failure. */
cm_code session_answer(session *s, const char *prompt, uint32_t number, void (*progress)(int done),
                       answer *out, cm_error *err);
void answer_free(answer *a);

#endif
