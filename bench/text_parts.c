#include "text_parts.h"

#include "measure.h"
#include "text/last_seen.h"
#include "text/synthid_g.h"

/* As the case "hf-synthid" has them. */
static const int64_t KEYS[] = {654, 400, 836, 123, 340, 443, 597, 160, 57,  29,
                               590, 639, 13,  715, 468, 990, 966, 226, 324, 585,
                               118, 504, 421, 521, 129, 669, 732, 225, 90,  960};
enum { DEPTH = sizeof KEYS / sizeof *KEYS, WIDTH = 4, TABLE = 65536, HISTORY = 1024 };

text_part text_part_g_values(const uint32_t *ids, size_t n, uint64_t *words) {
    cm_synthid_g g = {.depth = DEPTH};
    text_part out = {0};
    cm_error err;
    for (int l = 0; l < DEPTH; l++)
        g.key[l] = KEYS[l];
    bench_must(cm_synthid_g_open_table(&g, 0, TABLE, &err), "g-values", &err);
    double start = bench_cpu();
    for (size_t i = 0; i + WIDTH < n; i++)
        words[i] = cm_synthid_g_word(&g, cm_synthid_hash(g.start, ids + i, WIDTH), ids[i + WIDTH]);
    out.seconds = bench_cpu() - start;
    for (size_t i = 0; i + WIDTH < n; i++)
        out.sum += (uint64_t)__builtin_popcountll(words[i]);
    cm_synthid_g_close(&g);
    return out;
}

text_part text_part_mask(const uint32_t *ids, size_t n, uint8_t *mask) {
    cm_last_seen seen;
    text_part out = {0};
    cm_error err;
    double start = bench_cpu();
    bench_must(cm_last_open(&seen, &err), "mask", &err);
    bench_must(cm_last_reserve(&seen, n, &err), "mask", &err);
    for (size_t i = 0; i + WIDTH < n; i++) {
        uint64_t context = cm_synthid_hash(1, ids + i, WIDTH);
        mask[i] = !cm_last_is_recent(cm_last_enter(&seen, context, i), context, i, HISTORY);
    }
    cm_last_close(&seen);
    out.seconds = bench_cpu() - start;
    for (size_t i = 0; i + WIDTH < n; i++)
        out.sum += mask[i];
    return out;
}
