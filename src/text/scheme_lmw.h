/* The scheme "lmw": what its two files share. */
#ifndef CM_TEXT_SCHEME_LMW_H
#define CM_TEXT_SCHEME_LMW_H

#include "text/green.h"
#include "text/lmw_parse.h"

typedef struct cm_lmw {
    cm_lmw_config config;
    double gamma;
    bool ignore_repeated, winmax, peer_p;
    uint32_t *table;
    cm_green green;
    cm_series_rule rule;
} cm_lmw;

/* With statistic=winmax: p-value and spans are the series' all the same. */
cm_code cm_lmw_winmax_open(const void *self, void **detector, cm_error *err);
cm_code cm_lmw_winmax_feed(void *detector, const uint32_t *ids, const float *probability, size_t n,
                           cm_error *err);
cm_code cm_lmw_winmax_finish(void *detector, cm_text_evidence *out, cm_error *err);
void cm_lmw_winmax_close(void *detector);

#endif
