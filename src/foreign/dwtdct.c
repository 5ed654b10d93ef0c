#include "foreign/dwtdct.h"

#include <math.h>

#include "base/mem.h"
#include "foreign/fold.h"
#include "foreign/singular.h"

static const double STEP = 36;

/* The coefficient of greatest size, but never the one at the top left. Which of several equal ones
 * the encoder took makes no difference, and neither does its sign. */
static uint8_t say_greatest(const double block[CM_BLOCK_SIZE]) {
    double most = -1;
    for (size_t i = 1; i < CM_BLOCK_SIZE; i++)
        most = fabs(block[i]) > most ? fabs(block[i]) : most;
    return cm_fold(most, STEP) > STEP / 2;
}

/* The cosine transform that the encoder makes first leaves singular values as they are. */
static uint8_t say_singular(const double block[CM_BLOCK_SIZE]) {
    return cm_fold(cm_singular_greatest(block), STEP) > STEP / 2;
}

cm_code cm_dwtdct_read(cm_foreign_pixels pixels, cm_domain domain, cm_peer_method method,
                       uint8_t **said, size_t *blocks, cm_error *err) {
    cm_approx a;
    double block[CM_BLOCK_SIZE];
    cm_code code = cm_approx_open(pixels, domain, false, &a, err);
    *blocks = a.columns * a.rows;
    *said = cm_calloc(*blocks, 1);
    if (code == CM_OK && *said == NULL)
        code = cm_fail_memory(err);
    for (size_t i = 0; i < a.rows && code == CM_OK; i++) {
        cm_approx_row(&a, i, CM_CHANNEL_U);
        for (size_t j = 0; j < a.columns; j++) {
            cm_approx_block(&a, j, block);
            (*said)[i * a.columns + j] =
                method == CM_METHOD_DCT ? say_greatest(block) : say_singular(block);
        }
    }
    cm_approx_close(&a);
    return code;
}
