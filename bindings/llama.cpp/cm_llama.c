#include "cm_llama.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a sampler holds. The ids are kept for clones, since a marker can't be copied. */
typedef struct state {
    const cm_text_scheme *scheme;
    cm_text_marker_options options;
    uint32_t *special; /* options.special */
    cm_text_marker *marker;
    float *logits; /* of the whole vocabulary */
    size_t vocabulary;
    uint32_t *ids; /* prompt and answer */
    size_t prompt, n, room;
    cm_error failure; /* the first one */
} state;

static const char *name(const struct llama_sampler *sampler);
static void accept(struct llama_sampler *sampler, llama_token token);
static void apply(struct llama_sampler *sampler, llama_token_data_array *candidates);
static void reset(struct llama_sampler *sampler);
static struct llama_sampler *clone(const struct llama_sampler *sampler);
static void release(struct llama_sampler *sampler);

/* Never written to; llama_sampler_init() wants it so. */
static struct llama_sampler_i interface = {.name = name,
                                           .accept = accept,
                                           .apply = apply,
                                           .reset = reset,
                                           .clone = clone,
                                           .free = release};

static const char *name(const struct llama_sampler *sampler) {
    (void)sampler;
    return "countermark";
}

static cm_code fail(cm_error *err, cm_code code, const char *message) {
    if (err != NULL) {
        *err = (cm_error){.code = code};
        snprintf(err->message, sizeof err->message, "%s", message);
    }
    return code;
}

static cm_code fail_memory(cm_error *err) {
    return fail(err, CM_ERR_MEMORY, "out of memory");
}

/* ---- what has been said so far ---- */

static cm_code make_room(state *s, size_t n, cm_error *err) {
    size_t room = s->room > 0 ? s->room : 1024;
    while (room < n)
        room *= 2;
    if (room > s->room) {
        uint32_t *more = realloc(s->ids, room * sizeof *more);
        if (more == NULL)
            return fail_memory(err);
        s->ids = more;
        s->room = room;
    }
    return CM_OK;
}

/* A text that can't begin is not marked as if it were the one before. */
static cm_code start(state *s, const llama_token *prompt, size_t n, cm_error *err) {
    cm_error failure = {.code = CM_OK};
    cm_code code = make_room(s, n, &failure);
    for (size_t i = 0; code == CM_OK && i < n; i++)
        s->ids[i] = (uint32_t)prompt[i]; /* a negative one is beyond any vocabulary */
    if (code == CM_OK)
        code = cm_text_marker_start(s->marker, s->ids, n, &failure);
    s->prompt = s->n = code == CM_OK ? n : 0;
    s->failure = failure;
    if (code != CM_OK && err != NULL)
        *err = failure;
    return code;
}

static cm_code append(state *s, uint32_t id, cm_error *err) {
    cm_code code = make_room(s, s->n + 1, err);
    if (code == CM_OK)
        code = cm_text_marker_accept(s->marker, id, err);
    if (code == CM_OK)
        s->ids[s->n++] = id;
    return code;
}

/* ---- making ---- */

static void free_state(state *s) {
    if (s == NULL)
        return;
    cm_text_marker_free(s->marker);
    free(s->special);
    free(s->logits);
    free(s->ids);
    free(s);
}

/* A step that counts for nothing shows whether scheme and model go together. */
static cm_code try_step(state *s, cm_error *err) {
    cm_code code = cm_text_marker_step(s->marker, s->logits, s->vocabulary, err);
    return code == CM_OK ? start(s, NULL, 0, err) : code;
}

/* Takes a list of special ids over; NULL for one that there was no memory for. */
static cm_code make(const cm_text_scheme *scheme, const cm_text_marker_options *options,
                    uint32_t *special, size_t vocabulary, state **out, cm_error *err) {
    state *s = calloc(1, sizeof *s);
    *out = s;
    if (s == NULL) {
        free(special);
        return fail_memory(err);
    }
    s->scheme = scheme;
    s->options = *options;
    s->options.special = s->special = special;
    s->vocabulary = vocabulary;
    s->logits = calloc(vocabulary, sizeof *s->logits);
    if (s->special == NULL || s->logits == NULL)
        return fail_memory(err);
    cm_code code = cm_text_marker_new(scheme, &s->options, &s->marker, err);
    return code == CM_OK ? try_step(s, err) : code;
}

/* The caller's special ids, and those of the model. */
static uint32_t *list_special(cm_text_marker_options *options, const struct llama_vocab *vocab,
                              llama_token count) {
    size_t n = options->special_count;
    uint32_t *special = calloc(n + (size_t)count, sizeof *special);
    if (special == NULL)
        return NULL;
    if (n > 0)
        memcpy(special, options->special, n * sizeof *special);
    for (llama_token id = 0; id < count; id++)
        if (llama_vocab_is_control(vocab, id) || llama_vocab_is_eog(vocab, id))
            special[n++] = (uint32_t)id;
    options->special_count = n;
    return special;
}

cm_code cm_llama_new(const cm_text_scheme *scheme, const cm_text_marker_options *options,
                     const struct llama_vocab *vocab, struct llama_sampler **out, cm_error *err) {
    cm_text_marker_options all = options != NULL ? *options : (cm_text_marker_options){0};
    llama_token count = llama_vocab_n_tokens(vocab);
    state *s = NULL;
    *out = NULL;
    uint32_t *special = list_special(&all, vocab, count);
    cm_code code = make(scheme, &all, special, (size_t)count, &s, err);
    if (code == CM_OK && (*out = llama_sampler_init(&interface, s)) == NULL)
        code = fail_memory(err);
    if (code != CM_OK)
        free_state(s);
    return code;
}

/* ---- the sampler ---- */

static void accept(struct llama_sampler *sampler, llama_token token) {
    state *s = sampler->ctx;
    if (s->failure.code == CM_OK)
        (void)append(s, (uint32_t)token, &s->failure);
}

/* The candidates are any part of the vocabulary, in any order. */
static void apply(struct llama_sampler *sampler, llama_token_data_array *candidates) {
    state *s = sampler->ctx;
    size_t left = 0, last = 0;
    if (s->failure.code != CM_OK)
        return;
    for (size_t i = 0; i < s->vocabulary; i++)
        s->logits[i] = -INFINITY;
    for (size_t i = 0; i < candidates->size; i++)
        s->logits[candidates->data[i].id] = candidates->data[i].logit;
    if (cm_text_marker_step(s->marker, s->logits, s->vocabulary, &s->failure) != CM_OK)
        return;
    for (size_t i = 0; i < candidates->size; i++) {
        float logit = s->logits[candidates->data[i].id];
        candidates->data[i].logit = logit;
        if (logit > -INFINITY) {
            last = i;
            left++;
        }
    }
    candidates->sorted = false;
    candidates->selected = left == 1 ? (int64_t)last : -1;
}

static void reset(struct llama_sampler *sampler) {
    state *s = sampler->ctx;
    if (s->marker != NULL)
        (void)start(s, NULL, 0, NULL);
}

static cm_code repeat(state *to, const state *from, cm_error *err) {
    cm_code code = make_room(to, from->n, err);
    if (code != CM_OK)
        return code;
    if (from->n > 0)
        memcpy(to->ids, from->ids, from->n * sizeof *from->ids);
    to->prompt = to->n = from->prompt;
    code = cm_text_marker_start(to->marker, to->ids, to->prompt, err);
    while (code == CM_OK && to->n < from->n)
        code = append(to, from->ids[to->n], err);
    return code;
}

/* A copy that can't be made whole marks nothing, and says so when it is asked. */
static struct llama_sampler *clone(const struct llama_sampler *sampler) {
    const state *s = sampler->ctx;
    state *copy = NULL;
    cm_error failure = {.code = CM_OK};
    uint32_t *special = calloc(s->options.special_count + 1, sizeof *special);
    if (special != NULL && s->options.special_count > 0)
        memcpy(special, s->special, s->options.special_count * sizeof *special);
    cm_code code = make(s->scheme, &s->options, special, s->vocabulary, &copy, &failure);
    if (copy == NULL)
        return NULL;
    if (code == CM_OK)
        code = repeat(copy, s, &failure);
    copy->failure = code == CM_OK ? s->failure : failure;
    struct llama_sampler *out = llama_sampler_init(&interface, copy);
    if (out == NULL)
        free_state(copy);
    return out;
}

static void release(struct llama_sampler *sampler) {
    free_state(sampler->ctx);
}

/* ---- beside the sampler ---- */

/* The state of a sampler that is ours and whole. */
static cm_code state_of(const struct llama_sampler *sampler, state **out, cm_error *err) {
    *out = NULL;
    if (sampler == NULL || sampler->iface != &interface)
        return fail(err, CM_ERR_ARGUMENT, "this sampler isn't Countermark's");
    state *s = sampler->ctx;
    if (s->marker == NULL)
        return fail_memory(err);
    *out = s;
    return CM_OK;
}

cm_code cm_llama_start(struct llama_sampler *sampler, const llama_token *prompt, size_t n,
                       cm_error *err) {
    state *s = NULL;
    cm_code code = state_of(sampler, &s, err);
    return code == CM_OK ? start(s, prompt, n, err) : code;
}

cm_code cm_llama_rewind(struct llama_sampler *sampler, size_t n, cm_error *err) {
    state *s = NULL;
    cm_code code = state_of(sampler, &s, err);
    if (code == CM_OK)
        code = cm_text_marker_rewind(s->marker, n, err);
    if (code == CM_OK)
        s->n -= n;
    return code;
}

cm_code cm_llama_status(const struct llama_sampler *sampler, cm_error *err) {
    state *s = NULL;
    cm_code code = state_of(sampler, &s, err);
    if (code != CM_OK || s->failure.code == CM_OK)
        return code;
    if (err != NULL)
        *err = s->failure;
    return s->failure.code;
}
