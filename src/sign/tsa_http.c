/* Asking a time-stamp authority over the network (RFC 3161 §3.4), by libcurl. This is all that the
 * library ever sends anywhere, and only when it is told to whom. */
#include "sign/tsa_internal.h"

#include <countermark/version.h>

bool cm_tsa_url_ok(const char *url) {
    return strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
}

#ifdef CM_HTTP_CURL

#include <curl/curl.h>

enum { SECONDS = 30, SECONDS_TO_CONNECT = 10, MOST_REDIRECTS = 3, MOST_BYTES = 1 << 18 };

static size_t receive(char *data, size_t size, size_t count, void *into) {
    cm_buf *response = into;
    cm_buf_put(response, data, size * count);
    return response->failed == CM_OK ? size * count : 0; /* fewer ends the transfer */
}

static void set_up(CURL *curl, const char *url, struct curl_slist *headers, cm_bytes request,
                   cm_buf *response) {
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTS);
    (void)curl_easy_setopt(curl, CURLOPT_POSTREDIR, (long)CURL_REDIR_POST_ALL);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SECONDS);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)SECONDS_TO_CONNECT);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "countermark/" CM_VERSION);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request.size);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.data);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, response);
}

cm_code cm_tsa_post(const char *url, cm_bytes request, cm_buf *response, cm_error *err) {
    CURL *curl = curl_easy_init();
    struct curl_slist *headers =
        curl_slist_append(NULL, "Content-Type: application/timestamp-query");
    cm_code code = CM_OK;
    response->limit = MOST_BYTES;
    if (curl == NULL || headers == NULL) {
        code = cm_fail_memory(err);
    } else {
        set_up(curl, url, headers, request, response);
        CURLcode done = curl_easy_perform(curl);
        if (response->failed == CM_ERR_LIMIT)
            code =
                cm_fail(err, CM_ERR_IO, "%.200s: an answer of more than %d bytes", url, MOST_BYTES);
        else if (done != CURLE_OK)
            code = cm_fail(err, CM_ERR_IO, "%.200s: %s", url, curl_easy_strerror(done));
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return code;
}

#else

cm_code cm_tsa_post(const char *url, cm_bytes request, cm_buf *response, cm_error *err) {
    (void)request;
    (void)response;
    return cm_fail(err, CM_ERR_UNSUPPORTED, "%.200s: this build can't ask anybody (HTTP=none)",
                   url);
}

#endif
