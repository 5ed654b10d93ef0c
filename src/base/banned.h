/* Functions that have no safe use here. Force-included into every source of ours (-include), after
 * the system headers that declare them, so that using one is a compile error. ("rand" would be here
 * too, but OpenSSL names parameters so.) */
#ifndef CM_BASE_BANNED_H
#define CM_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#if defined(__GNUC__)
/* Fortified headers define some of these as macros for clang, and GNU headers alloca; macros can't
 * be poisoned. */
#undef sprintf
#undef vsprintf
#undef alloca
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok atoi atol atoll atof
#pragma GCC poison tmpnam mktemp gmtime localtime ctime asctime alloca
#endif

#endif
