/* The entries of the table of schemes. */
#ifndef CM_TEXT_SCHEME_TABLE_H
#define CM_TEXT_SCHEME_TABLE_H

#include "text/scheme.h"

extern const cm_scheme_kind cm_scheme_native;
extern const cm_scheme_kind cm_scheme_hf_kgw;
extern const cm_scheme_kind cm_scheme_lmw;
extern const cm_scheme_kind cm_scheme_sbw;
extern const cm_scheme_kind cm_scheme_unigram;
extern const cm_scheme_kind cm_scheme_mpac;
extern const cm_scheme_kind cm_scheme_vllm;
extern const cm_scheme_kind cm_scheme_hf_synthid;
extern const cm_scheme_kind cm_scheme_dm_synthid;
extern const cm_scheme_kind cm_scheme_exp;
extern const cm_scheme_kind cm_scheme_textseal;
extern const cm_scheme_kind cm_scheme_three_bricks;

#endif
