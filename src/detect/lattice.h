/* A hypothesis of geometry: how the tile's integer frequencies k stand in the picture under test,
 * as f = G k cycles a pixel. Pattern coordinates of a pixel x are then CM_TILE * G' x (G'
 * transposed). */
#ifndef CM_DETECT_LATTICE_H
#define CM_DETECT_LATTICE_H

typedef struct cm_lattice {
    double xx, xy; /* fx = xx kx + xy ky */
    double yx, yy; /* fy = yx kx + yy ky */
} cm_lattice;

/* M G: first the lattice's own map, then M. */
static inline cm_lattice cm_lattice_then(cm_lattice g, cm_lattice m) {
    return (cm_lattice){
        .xx = m.xx * g.xx + m.xy * g.yx,
        .xy = m.xx * g.xy + m.xy * g.yy,
        .yx = m.yx * g.xx + m.yy * g.yx,
        .yy = m.yx * g.xy + m.yy * g.yy,
    };
}

static inline double cm_lattice_det(cm_lattice g) {
    return g.xx * g.yy - g.xy * g.yx;
}

/* The greatest difference between entries of two lattices. */
double cm_lattice_distance(cm_lattice a, cm_lattice b);

#endif
