/* libcurl, loaded when somebody has to be asked and not before: it brings two dozen libraries
 * along, which would take as long to load as a file takes to be judged. */
#ifndef CM_BASE_CURL_H
#define CM_BASE_CURL_H

#include <curl/curl.h>
#include <stdbool.h>

typedef struct cm_curl {
    CURL *(*init)(void);
    CURLcode (*set)(CURL *, CURLoption, ...);
    CURLcode (*perform)(CURL *);
    void (*cleanup)(CURL *);
    const char *(*error)(CURLcode);
    struct curl_slist *(*append)(struct curl_slist *, const char *);
    void (*free_list)(struct curl_slist *);
} cm_curl;

/* False when it isn't there. It stays loaded until the process ends. */
bool cm_curl_load(cm_curl *out);

#endif
