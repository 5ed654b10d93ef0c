#include "text/green_count.h"

#include <math.h>

#include "text/ids.h"
#include "text/ngrams.h"

cm_code cm_green_count_text(const cm_green_job *job, const uint32_t *ids, size_t n, uint8_t *hits,
                            cm_green_count *out, cm_error *err) {
    cm_ngrams *seen = NULL;
    *out = (cm_green_count){0};
    cm_code code = cm_ids_check(ids, n, 0, job->vocabulary, err);
    if (code == CM_OK && job->unique)
        code = cm_ngrams_new(n, job->width, &seen, err);
    for (size_t i = 0; code == CM_OK && i + job->width <= n; i++) {
        if (job->unique && !cm_ngrams_add(seen, ids + i))
            continue;
        bool green = job->test(job->scheme, ids + i);
        if (hits != NULL)
            hits[out->scored] = green;
        out->scored++;
        out->green += green;
    }
    cm_ngrams_free(seen);
    return code;
}

double cm_green_z(const cm_green_count *c, double ratio) {
    double n = (double)c->scored;
    return ((double)c->green - ratio * n) / sqrt(n * ratio * (1 - ratio));
}
