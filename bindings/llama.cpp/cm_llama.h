/* Countermark's text marks as a sampler of llama.cpp: two files to drop into a program that has
 * both <countermark.h> and <llama.h>.
 *
 *     struct llama_sampler *chain = llama_sampler_chain_init(llama_sampler_chain_default_params());
 *     struct llama_sampler *mark;
 *     cm_llama_new(scheme, NULL, llama_model_get_vocab(model), &mark, &err);
 *     llama_sampler_chain_add(chain, llama_sampler_init_top_p(0.95f, 1));
 *     llama_sampler_chain_add(chain, llama_sampler_init_temp(0.8f));
 *     llama_sampler_chain_add(chain, mark);
 *     llama_sampler_chain_add(chain, llama_sampler_init_dist(seed));
 *     cm_llama_start(mark, prompt, prompt_count, &err);
 *     … llama_decode(), llama_sampler_sample() …
 *     cm_llama_status(mark, &err);
 *
 * The marking sampler goes behind everything that changes or cuts off logits, and a sampler that
 * takes a token (dist) goes behind it. A scheme that chooses the token itself leaves one candidate
 * with 0 and the others with -INFINITY, so that what follows has no choice; but no scheme chooses
 * always: where a context comes a second time, it leaves the logits as they are.
 *
 * The prompt is given by cm_llama_start() alone. Do not pass it to llama_sampler_accept() as well:
 * what is accepted counts as answer. */
#ifndef CM_LLAMA_H
#define CM_LLAMA_H

#include <countermark.h>
#include <llama.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A sampler that marks. `options` may be NULL; the control and end-of-generation tokens of `vocab`
 * are special in any case. `scheme` must outlive the sampler and its clones, `vocab` need not. The
 * chain that the sampler is added to frees it, else llama_sampler_free() does. CM_ERR_ARGUMENT for
 * a scheme of a larger vocabulary than the model's. */
cm_code cm_llama_new(const cm_text_scheme *scheme, const cm_text_marker_options *options,
                     const struct llama_vocab *vocab, struct llama_sampler **out, cm_error *err);

/* The functions below take what cm_llama_new() made, or a clone of it: in a cloned chain,
 * llama_sampler_chain_get() finds that. CM_ERR_ARGUMENT for any other sampler. */

/* Another text begins, behind this prompt: its ids with the special ones of the chat template.
 * llama_sampler_reset() is the same with an empty prompt. */
cm_code cm_llama_start(struct llama_sampler *sampler, const llama_token *prompt, size_t n,
                       cm_error *err);

/* Takes back the last n tokens, as speculative decoding does with a rejected draft. */
cm_code cm_llama_rewind(struct llama_sampler *sampler, size_t n, cm_error *err);

/* Samplers of llama.cpp can't fail. When this one has to, it marks nothing from there on, and says
 * why here. */
cm_code cm_llama_status(const struct llama_sampler *sampler, cm_error *err);

#ifdef __cplusplus
}
#endif
#endif
