/* CM_API marks what the shared library shows; everything else is hidden at compile time. */
#ifndef COUNTERMARK_EXPORT_H
#define COUNTERMARK_EXPORT_H

#if defined(__GNUC__)
#define CM_API __attribute__((visibility("default")))
#else
#define CM_API
#endif

#endif
