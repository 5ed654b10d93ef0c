/* Singular values of 4x4 matrices, and the cosine transform of that size. */
#ifndef CM_FOREIGN_SINGULAR_H
#define CM_FOREIGN_SINGULAR_H

/* The two greatest singular values of a matrix, row by row; relative error some 1e-15 of the
 * greatest. */
void cm_singular_values(const double matrix[16], double values[2]);

/* The greatest alone, quicker. */
double cm_singular_greatest(const double matrix[16]);

/* DCT-II, orthonormal, of a block, row by row. */
void cm_cosines(const double block[16], double out[16]);

#endif
