/* All schemes. To add one, write its scheme_NAME.c and name it here. */
#include "text/scheme_table.h"

const cm_scheme_kind *const cm_scheme_kinds[] = {
    &cm_scheme_native,
    &cm_scheme_hf_kgw,
    &cm_scheme_lmw,
    &cm_scheme_sbw,
    &cm_scheme_unigram,
    &cm_scheme_mpac,
    &cm_scheme_vllm,
    &cm_scheme_hf_synthid,
    &cm_scheme_dm_synthid,
    &cm_scheme_exp,
    &cm_scheme_textseal,
    &cm_scheme_three_bricks,
    NULL,
};
