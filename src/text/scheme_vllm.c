/* vLLM's Philox-Gumbel mark, with one key or two (spec/text-peers.md §6). */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "text/choice.h"
#include "text/gumbel.h"
#include "text/gumbel_score.h"
#include "text/laws.h"
#include "text/scheme_table.h"

static const cm_text_param_info params[] = {
    {"key", "", "the key, 64 bits"},
    {"context_width", "4", "tokens of context"},
    {"mode", "single", "single, or dual for two keys derived from the one"},
    {"alpha", "0.1", "dual: share of the second key"},
};

enum { KEY, WIDTH, MODE, ALPHA };

typedef struct vllm {
    uint64_t key[2];
    int keys, width;
    double alpha;
    cm_series_rule rule;
} vllm;

