#include "dsp/plane.h"

#include <stdlib.h>

#include "base/mem.h"

cm_plane cm_plane_new(int w, int h) {
    return (cm_plane){
        .w = w, .h = h, .data = cm_alloc_aligned((size_t)w * (size_t)h, sizeof(float))};
}

void cm_plane_free(cm_plane *p) {
    free(p->data);
    *p = (cm_plane){0};
}

/* Row by row: float sums within a row stay exact enough, and vectorise. */
double cm_plane_mean(const cm_plane *p) {
    double total = 0;
    for (int y = 0; y < p->h; y++) {
        const float *row = cm_plane_row(p, y);
        double sum = 0;
        for (int x = 0; x < p->w; x++)
            sum += (double)row[x];
        total += sum;
    }
    return total / (double)cm_plane_size(p);
}

double cm_plane_mean_square(const cm_plane *p) {
    double total = 0;
    for (int y = 0; y < p->h; y++) {
        const float *row = cm_plane_row(p, y);
        double sum = 0;
        for (int x = 0; x < p->w; x++)
            sum += (double)(row[x] * row[x]);
        total += sum;
    }
    return total / (double)cm_plane_size(p);
}
