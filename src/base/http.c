#include "base/http.h"

#include <strings.h>

#include <countermark/version.h>

bool cm_http_url_ok(const char *url) {
    return strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
}

#ifdef CM_HTTP_CURL

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/curl.h"

enum { SECONDS = 30, SECONDS_TO_CONNECT = 10, MOST_REDIRECTS = 3 };

/* One request while it runs. */
typedef struct exchange {
    cm_buf *answer;
    bool refused; /* an address that isn't public */
} exchange;

bool cm_http_available(void) {
    cm_curl l;
    return cm_curl_load(&l);
}

static size_t receive(char *data, size_t size, size_t count, void *into) {
    exchange *e = into;
    cm_buf_put(e->answer, data, size * count);
    return e->answer->failed == CM_OK ? size * count : 0; /* fewer ends the transfer */
}

static bool is_public(const struct curl_sockaddr *to) {
    /* longer than the structure says: libcurl has room for any kind of address there */
    const uint8_t *address = (const uint8_t *)to + offsetof(struct curl_sockaddr, addr);
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (to->family == AF_INET && to->addrlen >= sizeof v4) {
        memcpy(&v4, address, sizeof v4);
        return cm_address_public((const uint8_t *)&v4.sin_addr, sizeof v4.sin_addr);
    }
    if (to->family == AF_INET6 && to->addrlen >= sizeof v6) {
        memcpy(&v6, address, sizeof v6);
        return cm_address_public((const uint8_t *)&v6.sin6_addr, sizeof v6.sin6_addr);
    }
    return false;
}

/* Asked for each connection with the very address that is connected to, so that no name can be
 * looked up again in between. */
static curl_socket_t open_public(void *context, curlsocktype purpose, struct curl_sockaddr *to) {
    exchange *e = context;
    if (purpose != CURLSOCKTYPE_IPCXN || !is_public(to)) {
        e->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static bool confine(const cm_curl *l, CURL *curl, const cm_http_request *r, exchange *e) {
    bool secure = strncasecmp(r->url, "https://", 8) == 0;
    return l->set(curl, CURLOPT_OPENSOCKETFUNCTION, open_public) == CURLE_OK &&
           l->set(curl, CURLOPT_OPENSOCKETDATA, e) == CURLE_OK &&
           l->set(curl, CURLOPT_PROXY, "") == CURLE_OK &&
           l->set(curl, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https") == CURLE_OK;
}

static bool set_up_body(const cm_curl *l, CURL *curl, const cm_http_request *r) {
    return r->body.data == NULL ||
           (l->set(curl, CURLOPT_POSTREDIR, (long)CURL_REDIR_POST_ALL) == CURLE_OK &&
            l->set(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.size) == CURLE_OK &&
            l->set(curl, CURLOPT_POSTFIELDS, r->body.data) == CURLE_OK);
}

/* False where the library doesn't know an option: without any of them it would do more than it
 * should. */
static bool set_up(const cm_curl *l, CURL *curl, const cm_http_request *r,
                   struct curl_slist *headers, exchange *e) {
    return l->set(curl, CURLOPT_URL, r->url) == CURLE_OK &&
           l->set(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           l->set(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           l->set(curl, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
           l->set(curl, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTS) == CURLE_OK &&
           l->set(curl, CURLOPT_TIMEOUT, (long)SECONDS) == CURLE_OK &&
           l->set(curl, CURLOPT_CONNECTTIMEOUT, (long)SECONDS_TO_CONNECT) == CURLE_OK &&
           l->set(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           l->set(curl, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
           l->set(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, r->anywhere ? 0L : 1L) == CURLE_OK &&
           l->set(curl, CURLOPT_USERAGENT, "countermark/" CM_VERSION) == CURLE_OK &&
           l->set(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           l->set(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
           l->set(curl, CURLOPT_WRITEDATA, e) == CURLE_OK && set_up_body(l, curl, r) &&
           (r->anywhere || confine(l, curl, r, e));
}

static cm_code conclude(const cm_curl *l, const cm_http_request *r, const exchange *e,
                        CURLcode done, cm_error *err) {
    if (e->answer->failed == CM_ERR_MEMORY)
        return cm_fail_memory(err);
    if (e->answer->failed != CM_OK)
        return cm_fail(err, CM_ERR_IO, "%.200s: an answer of more than %zu bytes", r->url, r->most);
    if (done != CURLE_OK && e->refused)
        return cm_fail(err, CM_ERR_IO, "%.200s: not an address on the public internet", r->url);
    if (done != CURLE_OK)
        return cm_fail(err, CM_ERR_IO, "%.200s: %s", r->url, l->error(done));
    return CM_OK;
}

cm_code cm_http(const cm_http_request *r, cm_buf *answer, cm_error *err) {
    exchange e = {.answer = answer};
    cm_curl l;
    if (!cm_curl_load(&l))
        return cm_fail(err, CM_ERR_UNSUPPORTED,
                       "%.200s: asking it takes libcurl, which can't be loaded (Debian: libcurl4)",
                       r->url);
    CURL *curl = l.init();
    struct curl_slist *headers = r->header != NULL ? l.append(NULL, r->header) : NULL;
    cm_code code = CM_OK;
    answer->limit = answer->size + r->most;
    if (curl == NULL || (r->header != NULL && headers == NULL))
        code = cm_fail_memory(err);
    else if (!set_up(&l, curl, r, headers, &e))
        code = cm_fail(err, CM_ERR_UNSUPPORTED,
                       "%.200s: this machine's libcurl can't be told how to ask it (it takes 7.85 "
                       "or later, and TLS)",
                       r->url);
    else
        code = conclude(&l, r, &e, l.perform(curl), err);
    l.free_list(headers);
    l.cleanup(curl);
    return code;
}

#else

bool cm_http_available(void) {
    return false;
}

cm_code cm_http(const cm_http_request *r, cm_buf *answer, cm_error *err) {
    (void)answer;
    return cm_fail(err, CM_ERR_UNSUPPORTED, "%.200s: this build can't ask anybody (HTTP=none)",
                   r->url);
}

#endif
