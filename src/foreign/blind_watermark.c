#include "foreign/blind_watermark.h"

#include <stdlib.h>

#include "base/mem.h"
#include "foreign/fold.h"
#include "foreign/read.h"
#include "foreign/singular.h"

enum { CHANNELS = 3, SAYS_MOST = 4 };

static const double FIRST_STEP = 36, SECOND_STEP = 20;

void cm_blind_watermark_order(cm_mt *mt, uint8_t order[CM_BLOCK_SIZE]) {
    double key[CM_BLOCK_SIZE];
    for (size_t i = 0; i < CM_BLOCK_SIZE; i++) {
        double value = cm_mt_double(mt);
        size_t at = i;
        for (; at > 0 && key[at - 1] > value; at--) {
            key[at] = key[at - 1];
            order[at] = order[at - 1];
        }
        key[at] = value;
        order[at] = (uint8_t)i;
    }
}

/* Two singular values say 3 and 1 of 4. */
static uint8_t say(const double block[CM_BLOCK_SIZE], const uint8_t order[CM_BLOCK_SIZE]) {
    double cosines[CM_BLOCK_SIZE], mixed[CM_BLOCK_SIZE], values[2];
    cm_cosines(block, cosines);
    for (size_t i = 0; i < CM_BLOCK_SIZE; i++)
        mixed[i] = cosines[order[i]];
    cm_singular_values(mixed, values);
    unsigned first = cm_fold(values[0], FIRST_STEP) > FIRST_STEP / 2;
    unsigned second = cm_fold(values[1], SECOND_STEP) > SECOND_STEP / 2;
    return (uint8_t)(3 * first + second);
}

/* The three channels' words on a block, added up. */
static void read_row(cm_approx *a, size_t row, cm_mt *mt, uint8_t (*orders)[CM_BLOCK_SIZE],
                     uint8_t *said) {
    double block[CM_BLOCK_SIZE];
    for (size_t j = 0; j < a->columns; j++)
        cm_blind_watermark_order(mt, orders[j]);
    for (int channel = 0; channel < CHANNELS; channel++) {
        cm_approx_row(a, row, (cm_channel)channel);
        for (size_t j = 0; j < a->columns; j++) {
            cm_approx_block(a, j, block);
            said[j] = (uint8_t)(said[j] + say(block, orders[j]));
        }
    }
}

/* Bit i of the payload went where the shuffle put i. */
static cm_code unshuffle(uint32_t password, const double *shuffled, double *means, size_t n,
                         cm_error *err) {
    uint32_t *place = cm_calloc(n, sizeof *place);
    cm_mt mt;
    if (place == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < n; i++)
        place[i] = (uint32_t)i;
    cm_mt_seed(&mt, password);
    cm_mt_shuffle(&mt, place, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        means[place[i]] = shuffled[i];
    free(place);
    return CM_OK;
}

static cm_code read_blocks(cm_approx *a, uint32_t password, uint8_t *said, cm_error *err) {
    uint8_t(*orders)[CM_BLOCK_SIZE] = cm_calloc(a->columns, sizeof *orders);
    cm_mt mt;
    if (orders == NULL)
        return cm_fail_memory(err);
    cm_mt_seed(&mt, password);
    for (size_t i = 0; i < a->rows; i++)
        read_row(a, i, &mt, orders, said + i * a->columns);
    free(orders);
    return CM_OK;
}

cm_code cm_blind_watermark_means(cm_foreign_pixels pixels, uint32_t password_picture,
                                 uint32_t password_payload, double *means, size_t n,
                                 cm_error *err) {
    cm_approx a;
    cm_code code = cm_approx_open(pixels, CM_DOMAIN_FLOATS, true, &a, err);
    size_t blocks = a.columns * a.rows;
    if (code == CM_OK && n >= blocks)
        code = cm_fail(err, CM_ERR_CAPACITY,
                       "blind_watermark: %zu blocks can't carry %zu bits: more blocks are needed",
                       blocks, n);
    uint8_t *said = cm_calloc(blocks, 1);
    double *shuffled = cm_calloc(n, sizeof *shuffled);
    if (code == CM_OK && (said == NULL || shuffled == NULL))
        code = cm_fail_memory(err);
    if (code == CM_OK)
        code = read_blocks(&a, password_picture, said, err);
    if (code == CM_OK) {
        cm_read_means(said, blocks, CHANNELS * SAYS_MOST, shuffled, n);
        code = unshuffle(password_payload, shuffled, means, n, err);
    }
    free(shuffled);
    free(said);
    cm_approx_close(&a);
    return code;
}
