#include "foreign/look.h"

#include <math.h>
#include <stdlib.h>

#include "base/tails.h"
#include "foreign/chance.h"
#include "foreign/read.h"

_Static_assert((int)CM_PAYLOAD_BITS_MAX <= (int)CM_CHANCE_BITS_MAX, "bits");

static void weigh(const uint8_t *said, size_t blocks, cm_foreign_match *m) {
    double means[CM_PAYLOAD_BITS_MAX];
    uint8_t wanted[CM_PAYLOAD_BITS_MAX];
    size_t n = m->payload->n;
    if (blocks < n)
        return;
    cm_read_means(said, blocks, 1, means, n);
    m->separation = cm_read_clusters(means, n, m->bits);
    cm_payload_bits(m->payload, wanted);
    for (size_t i = 0; i < n; i++)
        m->matched += m->bits[i] == wanted[i];
    double log10_p =
        (cm_chance_of_match(means, wanted, n, m->payload->period) + log(CM_FOREIGN_TESTS)) /
        CM_LN10;
    m->log10_p = fmin(0, log10_p);
}

/* Of two that are as good as equal the first stays: flat pictures marked by one method are read by
 * the other, too. */
static void keep_better(cm_foreign_match *best, const cm_foreign_match *m) {
    if (m->log10_p < best->log10_p - 1e-6)
        *best = *m;
}

/* All payloads that are looked for in these blocks: by singular values in bytes alone. */
static cm_code try_all(cm_foreign_pixels pixels, bool swapped, cm_domain domain,
                       cm_peer_method method, cm_foreign_match *best, cm_error *err) {
    uint8_t *said;
    size_t blocks;
    cm_code code = cm_dwtdct_read(pixels, domain, method, &said, &blocks, err);
    for (size_t i = 0; i < CM_PAYLOADS && code == CM_OK; i++) {
        cm_foreign_match m = {
            .payload = &CM_PEER_PAYLOADS[i], .method = method, .swapped = swapped};
        if (method == CM_METHOD_DCT && m.payload->domain != domain)
            continue;
        weigh(said, blocks, &m);
        keep_better(best, &m);
    }
    free(said);
    return code;
}

cm_code cm_foreign_look(cm_foreign_pixels pixels, cm_foreign_match *best, cm_error *err) {
    cm_code code = CM_OK;
    *best = (cm_foreign_match){.payload = &CM_PEER_PAYLOADS[0]};
    if (pixels.w * pixels.h < CM_FOREIGN_PIXELS_MIN)
        return CM_OK;
    for (int swapped = 0; swapped < 2 && code == CM_OK; swapped++) {
        cm_foreign_pixels p = swapped != 0 ? cm_pixels_swapped(pixels) : pixels;
        code = try_all(p, swapped != 0, CM_DOMAIN_BYTES, CM_METHOD_DCT, best, err);
        if (code == CM_OK)
            code = try_all(p, swapped != 0, CM_DOMAIN_FLOATS, CM_METHOD_DCT, best, err);
        if (code == CM_OK)
            code = try_all(p, swapped != 0, CM_DOMAIN_BYTES, CM_METHOD_SVD, best, err);
    }
    return code;
}
