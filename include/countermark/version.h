#ifndef COUNTERMARK_VERSION_H
#define COUNTERMARK_VERSION_H

#include <countermark/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The one place where the version stands; the Makefile reads it from here. */
#define CM_VERSION "0.1.0"

/* The version of the library that runs, as opposed to the header that was compiled against. */
CM_API const char *cm_version(void);

#ifdef __cplusplus
}
#endif
#endif
