/* Loops in vectors as wide as the processor has them. */
#ifndef CM_BASE_WIDE_H
#define CM_BASE_WIDE_H

/* Where the loader can choose among versions of a function, those marked so exist with vectors of
 * 32 bytes as well. Both do the same arithmetic in the same order. Such functions must be static:
 * others would be seen outside the shared library; and no two of the library may have the same
 * name, since clang makes more names of it that aren't. */
#if defined __x86_64__ && defined __GLIBC__ && defined __has_attribute
#if __has_attribute(target_clones)
#define CM_WIDE __attribute__((target_clones("avx2", "default")))
#endif
#endif
#ifndef CM_WIDE
#define CM_WIDE
#endif

/* What such functions call, so that it is part of each version. */
#define CM_PART static inline __attribute__((always_inline))

#endif
