/* Requests over HTTP and HTTPS, by libcurl where it is built for and installed. Whatever the
 * library sends anywhere goes through here, and only when it is told to. */
#ifndef CM_BASE_HTTP_H
#define CM_BASE_HTTP_H

#include "base/buf.h"

typedef struct cm_http_request {
    const char *url;
    const char *header; /* "Name: value", or NULL */
    cm_bytes body;      /* is posted; {NULL, 0}: the URL's content is asked for */
    size_t most;        /* bytes of the answer */
    /* The user named the address: it may be any, and proxies of the environment are used. A URL
     * that stands in a file leads to public addresses alone (base/address.h), by each name's
     * address as it is connected to and after each redirection, without a proxy, and never from
     * https to http. */
    bool anywhere;
} cm_http_request;

/* Whether this build can, on this machine. */
bool cm_http_available(void);

/* Whether a URL is one that can be asked: http:// or https://. */
bool cm_http_url_ok(const char *url);

/* Appends the answer: at most 30 seconds and three redirections, no credentials, status 2xx.
 * CM_ERR_IO, CM_ERR_UNSUPPORTED without libcurl. */
cm_code cm_http(const cm_http_request *request, cm_buf *answer, cm_error *err);

#endif
