/* A check for every kind of golden-vector file. Each takes the whole file and one of its cases. */
#ifndef VECTORS_CHECKS_H
#define VECTORS_CHECKS_H

#include <jansson.h>

typedef struct vector_check {
    const char *file;  /* its name, without ".json" */
    const char *cases; /* the field of the file that lists them, or is the only one */
    void (*check)(const json_t *file, const json_t *c);
    void (*prepare)(void); /* once, before the cases; NULL where there is nothing to do */
} vector_check;

/* Ends with a zeroed entry. What one file has several lists for stands together. */
extern const vector_check VECTOR_CHECKS[];

/* The first for a file of this name, NULL for a file of another. */
const vector_check *vector_check_of(const char *file);

void check_torch_rng(const json_t *file, const json_t *c);
void check_vllm_philox_prf(const json_t *file, const json_t *c);
void check_textseal_prf(const json_t *file, const json_t *c);
void check_hf_kgw_greenlist(const json_t *file, const json_t *c);
void check_hf_kgw_processor(const json_t *file, const json_t *c);
void check_hf_kgw_detector(const json_t *file, const json_t *c);
void check_lmw_prf(const json_t *file, const json_t *c);
void check_lmw_detector(const json_t *file, const json_t *c);
void check_mpac(const json_t *file, const json_t *c);
void check_sbw_greenlist(const json_t *file, const json_t *c);
void check_unigram(const json_t *file, const json_t *c);
void check_hf_synthid_gvalues(const json_t *file, const json_t *c);
void check_dm_synthid_gvalues(const json_t *file, const json_t *c);
void check_hf_synthid_update_scores(const json_t *file, const json_t *c);
void check_dm_synthid_update_scores(const json_t *file, const json_t *c);
void check_hf_synthid_processor_stateful(const json_t *file, const json_t *c);
void check_synthid_detectors(const json_t *file, const json_t *c);
void check_vllm_gumbel_detector(const json_t *file, const json_t *c);
void check_exp_markllm(const json_t *file, const json_t *c);
void check_three_bricks(const json_t *file, const json_t *c);
void check_smollm2_kgw_runs(const json_t *file, const json_t *c);
void check_smollm2_methods(const json_t *file, const json_t *c);

/* Pictures lie where the file of vectors does, in this directory. */
extern const char *vector_folder;
void check_image_marks(const json_t *file, const json_t *c);
void check_image_unmarked(const json_t *file, const json_t *c);
void check_numpy_shuffle(const json_t *file, const json_t *c);
void check_numpy_orders(const json_t *file, const json_t *c);
void check_numpy_random(const json_t *file, const json_t *c);
void check_clusters(const json_t *file, const json_t *c);

/* Vocabularies lie in the directory that CM_TOKENIZERS names. */
void check_tokenizers(const json_t *file, const json_t *c);
void prepare_tokenizers(void);

#endif
