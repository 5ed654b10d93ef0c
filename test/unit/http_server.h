/* An HTTP server on this machine, for tests of what is fetched: a process of its own. */
#ifndef CM_TEST_HTTP_SERVER_H
#define CM_TEST_HTTP_SERVER_H

#include <sys/types.h>

#include "sign_support.h"

extern struct http_world {
    pid_t server;
    int listening;
    int asked; /* a byte for each connection */
    unsigned port;
    cm_buf store; /* what /store gives; the test's */
} http_world;

/* Takes a port; who connects to it waits until there is a server. */
void http_open_port(void);

/* The server has the store as it is now. /store gives it, /moved leads there, /round to itself,
 * /file to a file; /large and /junk are no stores; /echo gives back what is posted. */
void http_start(void);
void http_stop(void);

/* Stops it; the connections that there were. */
size_t http_connections(void);

/* http://127.0.0.1:PORT and the path; good until the next call. */
const char *http_url(const char *path);

#endif
