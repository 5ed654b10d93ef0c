#include "text/native_heard.h"

enum { BATCH = 128, BLOCK = 16 };

static void score_batch(const cm_hearing *how, uint64_t message, const cm_heard *const *heard,
                        size_t count, double *score) {
    cm_native_seed seed[BATCH] = {0};
    uint32_t index[BATCH] = {0}, value[BATCH] = {0};
    uint8_t blocks[BATCH * BLOCK];
    int width = how->scheme->width, bits = how->scheme->bits;
    for (size_t i = 0; i < count; i++) {
        value[i] = cm_code_value(message, bits, heard[i]->stage);
        seed[i] = cm_native_seed_of(heard[i]->context + width, width, CM_NATIVE_ANGLE, bits);
        index[i] = value[i] / 4;
    }
    cm_native_each(how->prf, seed, index, count, blocks);
    for (size_t i = 0; i < count; i++) {
        uint32_t angle = cm_native_word(blocks + BLOCK * i, value[i] % 4);
        score[i] = (double)how->units[(heard[i]->word + angle) >> 16] / CM_CODE_UNIT;
    }
}

void cm_heard_scores(const cm_hearing *how, uint64_t message, const cm_heard *const *heard,
                     size_t count, double *score) {
    for (size_t at = 0; at < count; at += BATCH) {
        size_t some = count - at < BATCH ? count - at : BATCH;
        score_batch(how, message, heard + at, some, score + at);
    }
}
