/* A plane of floats, row by row without gaps: luma, a residual, a mask. */
#ifndef CM_DSP_PLANE_H
#define CM_DSP_PLANE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct cm_plane {
    int w; /* columns */
    int h; /* rows */
    float *data;
} cm_plane;

/* A plane of undefined contents; data is NULL when memory is short. Free with cm_plane_free(). */
cm_plane cm_plane_new(int w, int h);
void cm_plane_free(cm_plane *p);

static inline size_t cm_plane_size(const cm_plane *p) {
    return (size_t)p->w * (size_t)p->h;
}

static inline float *cm_plane_row(const cm_plane *p, int y) {
    return p->data + (size_t)y * (size_t)p->w;
}

/* Mean of the plane, and of its squares, summed in double. */
double cm_plane_mean(const cm_plane *p);
double cm_plane_mean_square(const cm_plane *p);

#endif
