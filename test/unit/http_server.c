#include "http_server.h"

#include <arpa/inet.h>
#include <check.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct http_world http_world;

static void reply(int to, const char *head, cm_bytes body) {
    char text[256];
    int n = snprintf(text, sizeof text,
                     "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", head,
                     body.size);
    if (write(to, text, (size_t)n) == n && body.size > 0)
        (void)!write(to, body.data, body.size);
}

static void answer(int client) {
    static char question[4096], large[300000];
    size_t n = 0;
    ssize_t got;
    while (n < sizeof question - 1 &&
           (got = read(client, question + n, sizeof question - 1 - n)) > 0) {
        n += (size_t)got;
        question[n] = '\0';
        if (strstr(question, "\r\n\r\n") != NULL)
            break;
    }
    question[n] = '\0';
    if (strncmp(question, "GET /store ", 11) == 0)
        reply(client, "200 OK", cm_buf_bytes(&http_world.store));
    else if (strncmp(question, "GET /moved ", 11) == 0)
        reply(client, "302 Found\r\nLocation: /store", (cm_bytes){0});
    else if (strncmp(question, "GET /round ", 11) == 0)
        reply(client, "302 Found\r\nLocation: /round", (cm_bytes){0});
    else if (strncmp(question, "GET /file ", 10) == 0)
        reply(client, "302 Found\r\nLocation: file:///etc/hostname", (cm_bytes){0});
    else if (strncmp(question, "GET /large ", 11) == 0)
        reply(client, "200 OK", (cm_bytes){(const uint8_t *)large, sizeof large});
    else if (strncmp(question, "GET /junk ", 10) == 0)
        reply(client, "200 OK", sign_text("<html>not here</html>"));
    else if (strncmp(question, "POST /echo ", 11) == 0)
        reply(client, "200 OK", sign_text(strstr(question, "\r\n\r\n") + 4));
    else
        reply(client, "404 Not Found", (cm_bytes){0});
}

static void serve(int listening, int asked) {
    for (;;) {
        int client = accept(listening, NULL, NULL);
        if (client < 0 || write(asked, "x", 1) != 1)
            _exit(0);
        answer(client);
        close(client);
    }
}

/* Takes a port; who connects to it waits until there is a server. */
void http_open_port(void) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    http_world.listening = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(http_world.listening, (struct sockaddr *)&at, size), 0);
    ck_assert_int_eq(listen(http_world.listening, 8), 0);
    ck_assert_int_eq(getsockname(http_world.listening, (struct sockaddr *)&at, &size), 0);
    http_world.port = ntohs(at.sin_port);
}

/* It has the store as it is now. */
void http_start(void) {
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    http_world.asked = ends[0];
    http_world.server = fork();
    if (http_world.server == 0)
        serve(http_world.listening, ends[1]);
    close(http_world.listening);
    close(ends[1]);
}

void http_stop(void) {
    kill(http_world.server, SIGKILL);
    waitpid(http_world.server, NULL, 0);
    close(http_world.asked);
}

size_t http_connections(void) {
    char bytes[64];
    kill(http_world.server, SIGKILL);
    waitpid(http_world.server, NULL, 0);
    ssize_t n = read(http_world.asked, bytes, sizeof bytes);
    return n > 0 ? (size_t)n : 0;
}

const char *http_url(const char *path) {
    static char text[128];
    (void)snprintf(text, sizeof text, "http://127.0.0.1:%u%s", http_world.port, path);
    return text;
}
