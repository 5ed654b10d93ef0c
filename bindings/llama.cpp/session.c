#include "session.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cm_llama.h"

enum { PIECE_MAX = 256, CONTEXT_SPARE = 8 };

static cm_code fail(cm_error *err, cm_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static cm_code fail(cm_error *err, cm_code code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    *err = (cm_error){.code = code};
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    return code;
}

static void log_errors(enum ggml_log_level level, const char *text, void *user) {
    (void)user;
    if (level == GGML_LOG_LEVEL_ERROR)
        fputs(text, stderr);
}

cm_code session_open(session *s, const session_options *options, cm_error *err) {
    *s = (session){.options = options};
    llama_log_set(log_errors, NULL);
    llama_backend_init();
    s->model = llama_model_load_from_file(options->model, llama_model_default_params());
    if (s->model == NULL)
        return fail(err, CM_ERR_FORMAT, "llama.cpp can't load this model");
    s->vocab = llama_model_get_vocab(s->model);
    return CM_OK;
}

static void drop_run(session *s) {
    llama_sampler_free(s->chain);
    if (s->context != NULL)
        llama_free(s->context);
    s->chain = s->mark = NULL;
    s->context = NULL;
}

void session_close(session *s) {
    drop_run(s);
    if (s->model != NULL)
        llama_model_free(s->model);
    llama_backend_free();
}

void answer_free(answer *a) {
    free(a->prompt);
    free(a->ids);
    free(a->probability);
    free(a->text);
    *a = (answer){0};
}

/* ---- the prompt ---- */

/* As the model's chat template has it. Free with free(); NULL where llama.cpp doesn't know it. */
static char *dress(const session *s, const char *prompt) {
    const char *system = s->options->system;
    struct llama_chat_message chat[] = {{"system", system}, {"user", prompt}};
    size_t first = system != NULL ? 0 : 1;
    const char *template = llama_model_chat_template(s->model, NULL);
    int32_t need = template != NULL
                       ? llama_chat_apply_template(template, chat + first, 2 - first, true, NULL, 0)
                       : -1;
    char *text = need >= 0 ? calloc((size_t)need + 1, 1) : NULL;
    if (text != NULL)
        llama_chat_apply_template(template, chat + first, 2 - first, true, text, need);
    return text;
}

static cm_code tokenize(const session *s, const char *text, answer *a, cm_error *err) {
    int32_t length = (int32_t)strlen(text);
    int32_t count = -llama_tokenize(s->vocab, text, length, NULL, 0, s->options->raw, true);
    if (count <= 0)
        return fail(err, CM_ERR_ARGUMENT, "an empty prompt");
    a->prompt = calloc((size_t)count, sizeof *a->prompt);
    if (a->prompt == NULL)
        return fail(err, CM_ERR_MEMORY, "out of memory");
    llama_tokenize(s->vocab, text, length, a->prompt, count, s->options->raw, true);
    a->prompt_count = (size_t)count;
    return CM_OK;
}

static cm_code read_prompt(const session *s, const char *prompt, answer *a, cm_error *err) {
    if (s->options->raw)
        return tokenize(s, prompt, a, err);
    char *text = dress(s, prompt);
    if (text == NULL)
        return fail(err, CM_ERR_FORMAT,
                    "the model has no chat template that llama.cpp knows: try --raw");
    cm_code code = tokenize(s, text, a, err);
    free(text);
    return code;
}

/* ---- the samplers ---- */

/* No end-of-generation token is ever a candidate. */
static struct llama_sampler *forbid_end(const struct llama_vocab *vocab) {
    llama_token count = llama_vocab_n_tokens(vocab);
    llama_logit_bias *bias = calloc((size_t)count, sizeof *bias);
    int32_t n = 0;
    for (llama_token id = 0; bias != NULL && id < count; id++)
        if (llama_vocab_is_eog(vocab, id))
            bias[n++] = (llama_logit_bias){id, -INFINITY};
    struct llama_sampler *out = llama_sampler_init_logit_bias(count, n, bias);
    free(bias);
    return out;
}

/* Everything that changes logits, then the mark, then what takes a token. */
static cm_code make_chain(session *s, uint32_t number, cm_error *err) {
    const session_options *o = s->options;
    s->chain = llama_sampler_chain_init(llama_sampler_chain_default_params());
    if (o->no_end)
        llama_sampler_chain_add(s->chain, forbid_end(s->vocab));
    llama_sampler_chain_add(s->chain, llama_sampler_init_temp(o->temperature));
    if (o->top_k > 0)
        llama_sampler_chain_add(s->chain, llama_sampler_init_top_k(o->top_k));
    if (o->top_p < 1)
        llama_sampler_chain_add(s->chain, llama_sampler_init_top_p(o->top_p, 1));
    if (o->scheme != NULL) {
        cm_code code = cm_llama_new(o->scheme, &o->marker, s->vocab, &s->mark, err);
        if (code != CM_OK)
            return code;
        llama_sampler_chain_add(s->chain, s->mark);
    }
    llama_sampler_chain_add(s->chain, o->greedy ? llama_sampler_init_greedy()
                                                : llama_sampler_init_dist(o->seed + number));
    return CM_OK;
}

static cm_code prepare(session *s, uint32_t number, const answer *a, cm_error *err) {
    struct llama_context_params p = llama_context_default_params();
    drop_run(s);
    p.n_ctx = (uint32_t)(a->prompt_count + (size_t)s->options->tokens + CONTEXT_SPARE);
    p.n_batch = (uint32_t)a->prompt_count;
    p.n_threads = p.n_threads_batch = s->options->threads;
    s->context = llama_init_from_model(s->model, p);
    if (s->context == NULL)
        return fail(err, CM_ERR_MEMORY, "llama.cpp can't make a context");
    cm_code code = make_chain(s, number, err);
    if (code == CM_OK && s->mark != NULL)
        code = cm_llama_start(s->mark, a->prompt, a->prompt_count, err);
    return code;
}

/* ---- the answer ---- */

static cm_code append(const session *s, answer *a, llama_token id, cm_error *err) {
    char piece[PIECE_MAX];
    int32_t n = llama_token_to_piece(s->vocab, id, piece, sizeof piece, 0, false);
    if (n < 0)
        return fail(err, CM_ERR_FORMAT, "a token of more than %d bytes", PIECE_MAX);
    char *more = realloc(a->text, a->size + (size_t)n + 1);
    if (more == NULL)
        return fail(err, CM_ERR_MEMORY, "out of memory");
    a->text = more;
    memcpy(a->text + a->size, piece, (size_t)n);
    a->size += (size_t)n;
    a->text[a->size] = '\0';
    a->ids[a->count++] = id;
    return CM_OK;
}

/* What the model gives a token after temperature, before anything else. */
static float probability(const session *s, const float *logits, llama_token id) {
    double sum = 0, t = s->options->temperature > 0 ? (double)s->options->temperature : 1;
    int32_t count = llama_vocab_n_tokens(s->vocab);
    float most = logits[0];
    for (int32_t i = 1; i < count; i++)
        most = logits[i] > most ? logits[i] : most;
    for (int32_t i = 0; i < count; i++)
        sum += exp(((double)logits[i] - (double)most) / t);
    return (float)(exp(((double)logits[id] - (double)most) / t) / sum);
}

/* One token; *go_on is false when the model has ended. */
static cm_code take(session *s, answer *a, bool *go_on, cm_error *err) {
    const float *logits = llama_get_logits_ith(s->context, -1);
    llama_token id = llama_sampler_sample(s->chain, s->context, -1);
    cm_code code = s->mark != NULL ? cm_llama_status(s->mark, err) : CM_OK;
    *go_on = false;
    if (code != CM_OK)
        return code;
    a->ended = llama_vocab_is_eog(s->vocab, id);
    if (a->ended)
        return CM_OK;
    a->probability[a->count] = probability(s, logits, id);
    code = append(s, a, id, err);
    if (code == CM_OK && llama_decode(s->context, llama_batch_get_one(&id, 1)) != 0)
        code = fail(err, CM_ERR_MEMORY, "llama.cpp can't go on");
    *go_on = code == CM_OK;
    return code;
}

/* A character whose last bytes never came is no text. */
static void cut_fragment(answer *a) {
    size_t at = a->size;
    while (at > 0 && ((unsigned char)a->text[at - 1] & 0xc0) == 0x80)
        at--;
    unsigned char lead = at > 0 ? (unsigned char)a->text[at - 1] : 0;
    size_t need = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
    if (need > a->size - at + 1) {
        a->size = at - 1;
        a->text[a->size] = '\0';
    }
}

static cm_code generate(session *s, void (*progress)(int done), answer *a, cm_error *err) {
    size_t most = (size_t)s->options->tokens;
    bool go_on = true;
    cm_code code = CM_OK;
    a->ids = calloc(most, sizeof *a->ids);
    a->probability = calloc(most, sizeof *a->probability);
    a->text = calloc(1, 1);
    if (a->ids == NULL || a->probability == NULL || a->text == NULL)
        return fail(err, CM_ERR_MEMORY, "out of memory");
    if (llama_decode(s->context, llama_batch_get_one(a->prompt, (int32_t)a->prompt_count)) != 0)
        return fail(err, CM_ERR_MEMORY, "llama.cpp can't read the prompt");
    while (code == CM_OK && go_on && a->count < most) {
        code = take(s, a, &go_on, err);
        if (progress != NULL)
            progress((int)a->count);
    }
    cut_fragment(a);
    return code;
}

cm_code session_answer(session *s, const char *prompt, uint32_t number, void (*progress)(int done),
                       answer *out, cm_error *err) {
    *out = (answer){0};
    cm_code code = read_prompt(s, prompt, out, err);
    if (code == CM_OK)
        code = prepare(s, number, out, err);
    return code == CM_OK ? generate(s, progress, out, err) : code;
}
