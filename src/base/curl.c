#ifdef CM_HTTP_CURL

#include "base/curl.h"

#include <dlfcn.h>
#include <string.h>

/* C has no conversion from a pointer to data to one to a function; POSIX has both of one form. */
static bool find(void *library, const char *name, void *into) {
    void *found = dlsym(library, name);
    memcpy(into, &found, sizeof found);
    return found != NULL;
}

/* The interface has had this number since 2006. Debian's other build has a name of its own. */
static void *open_library(void) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    return library != NULL ? library : dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
}

bool cm_curl_load(cm_curl *out) {
    void *l = open_library();
    *out = (cm_curl){0};
    return l != NULL && find(l, "curl_easy_init", &out->init) &&
           find(l, "curl_easy_setopt", &out->set) && find(l, "curl_easy_perform", &out->perform) &&
           find(l, "curl_easy_cleanup", &out->cleanup) &&
           find(l, "curl_easy_strerror", &out->error) &&
           find(l, "curl_slist_append", &out->append) &&
           find(l, "curl_slist_free_all", &out->free_list);
}

#else
typedef int cm_curl_not_built;
#endif
