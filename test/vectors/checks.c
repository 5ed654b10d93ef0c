#include "checks.h"

#include <string.h>

#define CASES(name)                                                                                \
    { #name, "cases", check_##name, NULL }
#define RUNS(name)                                                                                 \
    { #name, "runs", check_##name, NULL }

const vector_check VECTOR_CHECKS[] = {
    CASES(torch_rng),
    CASES(vllm_philox_prf),
    CASES(textseal_prf),
    CASES(hf_kgw_greenlist),
    CASES(hf_kgw_processor),
    CASES(hf_kgw_detector),
    CASES(lmw_prf),
    CASES(lmw_detector),
    CASES(mpac),
    CASES(sbw_greenlist),
    CASES(unigram),
    CASES(hf_synthid_gvalues),
    CASES(dm_synthid_gvalues),
    CASES(hf_synthid_update_scores),
    CASES(dm_synthid_update_scores),
    CASES(hf_synthid_processor_stateful),
    CASES(synthid_detectors),
    CASES(vllm_gumbel_detector),
    CASES(exp_markllm),
    CASES(three_bricks),
    RUNS(smollm2_kgw_runs),
    RUNS(smollm2_methods),
    {"smollm2", "runs", check_smollm2_methods, NULL}, /* some of these, in test/data/text */
    {"tokenizers", "cases", check_tokenizers, prepare_tokenizers},
    {"vector", "vectors", check_image_marks, NULL},
    {"vector", "unmarked", check_image_unmarked, NULL},
    {"numpy_vectors", "shuffle_arange", check_numpy_shuffle, NULL},
    {"numpy_vectors", "strategy1", check_numpy_orders, NULL},
    {"numpy_vectors", "kmeans", check_clusters, NULL},
    {"numpy_vectors", "random_double", check_numpy_random, NULL},
    {NULL, NULL, NULL, NULL},
};

const vector_check *vector_check_of(const char *file) {
    for (const vector_check *v = VECTOR_CHECKS; v->file != NULL; v++)
        if (strcmp(v->file, file) == 0)
            return v;
    return NULL;
}
