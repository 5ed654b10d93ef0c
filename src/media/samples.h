/* Samples of 8 or 16 bits that lie pixel by pixel. Inside src/media only. */
#ifndef CM_MEDIA_SAMPLES_H
#define CM_MEDIA_SAMPLES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CM_ALWAYS_INLINE static inline __attribute__((always_inline))

CM_ALWAYS_INLINE unsigned cm_sample(const uint8_t *row, size_t i, unsigned depth) {
    uint16_t wide;
    if (depth == 8)
        return row[i];
    memcpy(&wide, row + 2 * i, sizeof wide);
    return wide;
}

CM_ALWAYS_INLINE void cm_sample_store(uint8_t *row, size_t i, unsigned depth, unsigned value) {
    uint16_t wide = (uint16_t)value;
    if (depth == 8)
        row[i] = (uint8_t)value;
    else
        memcpy(row + 2 * i, &wide, sizeof wide);
}

/* Loops over samples are written once, with channels and depth as their first parameters, and
 * compiled for each layout that this names. */
#define CM_EACH_LAYOUT(channels, depth, function, ...)                                             \
    do {                                                                                           \
        switch ((channels)*32u + (depth)) {                                                        \
        case 1 * 32 + 8:                                                                           \
            function(1, 8, __VA_ARGS__);                                                           \
            break;                                                                                 \
        case 2 * 32 + 8:                                                                           \
            function(2, 8, __VA_ARGS__);                                                           \
            break;                                                                                 \
        case 3 * 32 + 8:                                                                           \
            function(3, 8, __VA_ARGS__);                                                           \
            break;                                                                                 \
        case 4 * 32 + 8:                                                                           \
            function(4, 8, __VA_ARGS__);                                                           \
            break;                                                                                 \
        case 1 * 32 + 16:                                                                          \
            function(1, 16, __VA_ARGS__);                                                          \
            break;                                                                                 \
        case 2 * 32 + 16:                                                                          \
            function(2, 16, __VA_ARGS__);                                                          \
            break;                                                                                 \
        case 3 * 32 + 16:                                                                          \
            function(3, 16, __VA_ARGS__);                                                          \
            break;                                                                                 \
        default:                                                                                   \
            function(4, 16, __VA_ARGS__);                                                          \
            break;                                                                                 \
        }                                                                                          \
    } while (0)

#endif
