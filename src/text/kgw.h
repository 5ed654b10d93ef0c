/* Green lists of Kirchenbauer et al. ("A watermark for large language models", 2023) as Hugging
 * Face's transformers make them (spec/text-peers.md §4). */
#ifndef CM_TEXT_KGW_H
#define CM_TEXT_KGW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Length of the table that hashes token ids. */
enum { CM_KGW_TABLE = 1000003 };

/* The table of a key, for selfhash: CM_KGW_TABLE words, free with free(). */
cm_code cm_kgw_table(uint64_t key, uint32_t **out, cm_error *err);

/* Seed of the green list after the token `last`. */
uint64_t cm_kgw_lefthash(uint64_t key, uint32_t last);

/* Seed of the green list for a window of n tokens whose last is the candidate itself. */
uint64_t cm_kgw_selfhash(uint64_t key, const uint32_t *table, const uint32_t *window, int n);

/* Tokens on a list: the share `ratio` of the vocabulary, rounded down. */
uint32_t cm_kgw_size(uint32_t vocabulary, double ratio);

/* green[t] = 1 for the tokens of the list, else 0. `order` is scratch, a word for each token. */
void cm_kgw_list(uint64_t seed, uint32_t vocabulary, uint32_t size, uint32_t *order,
                 uint8_t *green);

#endif
