/* lm-watermarking's detector (spec/text-peers.md §10). */
#ifndef CM_TEXT_LMW_MARK_H
#define CM_TEXT_LMW_MARK_H

#include "text/green_count.h"
#include "text/lmw.h"

/* "ff-FUNCTION-WIDTH-SELF_SALT-KEY", or one of the names for some of these. */
typedef struct cm_lmw_config {
    cm_lmw_function function;
    int context_width;
    bool self_salt; /* the candidate is part of its own context */
    uint64_t key;
} cm_lmw_config;

/* Reads a seeding scheme. CM_ERR_ARGUMENT for one that the peer doesn't know either. */
cm_code cm_lmw_parse(const char *scheme, cm_lmw_config *out, cm_error *err);

typedef struct cm_lmw cm_lmw;

/* `config` comes from cm_lmw_parse(). CM_ERR_ARGUMENT unless 0 < gamma < 1 and the vocabulary isn't
 * empty. Free with cm_lmw_free(). */
cm_code cm_lmw_new(const cm_lmw_config *config, uint32_t vocabulary, double gamma, cm_lmw **out,
                   cm_error *err);
void cm_lmw_free(cm_lmw *l); /* NULL is allowed */

/* As cm_green_count_text(). */
cm_code cm_lmw_detect(const cm_lmw *l, const uint32_t *ids, size_t n, bool unique, uint8_t *hits,
                      cm_green_count *out, cm_error *err);

/* WinMax: the window of hits with the greatest z, of sizes 1 to n - 1 (the whole is left out, as by
 * the peer). Its z is no statistic of a single test: n (n - 1) / 2 windows were tried. */
typedef struct cm_window {
    size_t first, size;
    uint64_t green;
    double z;
} cm_window;

cm_window cm_green_winmax(const uint8_t *hits, size_t n, double gamma);

#endif
