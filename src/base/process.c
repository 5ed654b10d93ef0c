#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

extern char **environ;

enum { MOST_WORDS = 64, MILLISECOND = 1000 * 1000 };

typedef struct process {
    pid_t pid;
    int in, out; /* our ends; -1 when closed */
    const char *name;
    int64_t deadline; /* milliseconds of the monotonic clock */
} process;

static int64_t now(void) {
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / MILLISECOND;
}

static int left(const process *p) {
    int64_t ms = p->deadline - now();
    return ms > 0 ? (int)ms : 0;
}

static void shut(int *fd) {
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* A pipe that other children don't inherit. */
static bool open_pipe(int ends[2]) {
    if (pipe(ends) != 0) {
        ends[0] = ends[1] = -1;
        return false;
    }
    return fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
}

/* Cuts the text into words, in place. */
static size_t split(char *text, char *words[MOST_WORDS + 1]) {
    static const char blanks[] = " \t\n";
    size_t count = 0;
    for (char *at = text + strspn(text, blanks); *at != '\0' && count < MOST_WORDS;) {
        words[count++] = at;
        at += strcspn(at, blanks);
        if (*at != '\0')
            *at++ = '\0';
        at += strspn(at, blanks);
    }
    words[count] = NULL;
    return count;
}

/* The child gets signals as they were before SIGPIPE was blocked here. */
static int spawn(process *p, char **words, const int to[2], const int from[2],
                 const sigset_t *mask) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t ours;
    (void)sigemptyset(&ours);
    (void)sigaddset(&ours, SIGPIPE);
    int number = posix_spawn_file_actions_init(&files);
    if (number != 0)
        return number;
    number = posix_spawnattr_init(&how);
    if (number == 0) {
        (void)posix_spawnattr_setsigmask(&how, mask);
        (void)posix_spawnattr_setsigdefault(&how, &ours);
        (void)posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        number = posix_spawn_file_actions_adddup2(&files, to[0], STDIN_FILENO);
        if (number == 0)
            number = posix_spawn_file_actions_adddup2(&files, from[1], STDOUT_FILENO);
        if (number == 0)
            number = posix_spawnp(&p->pid, words[0], &files, &how, words, environ);
        (void)posix_spawnattr_destroy(&how);
    }
    (void)posix_spawn_file_actions_destroy(&files);
    return number;
}

static cm_code start(process *p, char **words, const sigset_t *mask, cm_error *err) {
    int to[2];
    int from[2];
    bool ok = open_pipe(to);
    ok = open_pipe(from) && ok;
    int number = ok ? spawn(p, words, to, from, mask) : errno;
    shut(&to[0]);
    shut(&from[1]);
    p->in = to[1];
    p->out = from[0];
    if (number == 0 &&
        (fcntl(p->in, F_SETFL, O_NONBLOCK) != 0 || fcntl(p->out, F_SETFL, O_NONBLOCK) != 0))
        number = errno;
    return number == 0 ? CM_OK : cm_fail_errno(err, number, p->name);
}

/* Writes what the command takes now; it needn't read all. */
static void feed(process *p, cm_bytes *input) {
    ssize_t n = write(p->in, input->data, input->size);
    if (n > 0)
        *input = (cm_bytes){input->data + n, input->size - (size_t)n};
    if (input->size == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        shut(&p->in);
}

static cm_code drain(process *p, cm_buf *output, cm_error *err) {
    uint8_t chunk[4096];
    ssize_t n = read(p->out, chunk, sizeof chunk);
    if (n > 0) {
        cm_buf_put(output, chunk, (size_t)n);
        if (output->failed == CM_ERR_LIMIT)
            return cm_fail(err, CM_ERR_IO, "%s: writes more than %zu bytes", p->name,
                           output->limit);
        return cm_buf_status(output, err);
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR))
        shut(&p->out);
    return CM_OK;
}

static cm_code too_long(const process *p, cm_error *err) {
    return cm_fail(err, CM_ERR_IO, "%s: takes too long", p->name);
}

static cm_code talk(process *p, cm_bytes input, cm_buf *output, cm_error *err) {
    cm_code code = CM_OK;
    if (input.size == 0)
        shut(&p->in);
    while (code == CM_OK && p->out >= 0) {
        struct pollfd fds[2] = {{.fd = p->out, .events = POLLIN}, {.fd = p->in, .events = POLLOUT}};
        int ready = poll(fds, 2, left(p));
        if (ready < 0 && errno != EINTR)
            return cm_fail_errno(err, errno, p->name);
        if (ready == 0 && left(p) == 0)
            return too_long(p, err);
        if (ready > 0 && fds[1].revents != 0)
            feed(p, &input);
        if (ready > 0 && fds[0].revents != 0)
            code = drain(p, output, err);
    }
    return code;
}

/* How it ended. A program that has its children reaped for it never learns, and goes by the output.
 */
static cm_code finish(process *p, cm_code code, cm_error *err) {
    int status = 0;
    pid_t got = 0;
    shut(&p->in);
    shut(&p->out);
    while (code == CM_OK && (got = waitpid(p->pid, &status, WNOHANG)) == 0) {
        struct timespec pause = {.tv_nsec = 5 * MILLISECOND};
        if (left(p) == 0)
            code = too_long(p, err);
        else
            (void)nanosleep(&pause, NULL);
    }
    if (code != CM_OK) {
        (void)kill(p->pid, SIGKILL);
        (void)waitpid(p->pid, &status, 0);
    } else if (got == p->pid && !(WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
        code = WIFEXITED(status)
                   ? cm_fail(err, CM_ERR_IO, "%s: ends with %d", p->name, WEXITSTATUS(status))
                   : cm_fail(err, CM_ERR_IO, "%s: ended by a signal", p->name);
    }
    return code;
}

/* A command that ends early must not end us: SIGPIPE is blocked in this thread, and swallowed when
 * it wasn't pending before. */
static cm_code run_quietly(process *p, char **words, cm_bytes input, cm_buf *output,
                           cm_error *err) {
    sigset_t pipe_signal;
    sigset_t before;
    sigset_t pending;
    struct timespec none = {0};
    (void)sigemptyset(&pipe_signal);
    (void)sigaddset(&pipe_signal, SIGPIPE);
    (void)sigpending(&pending);
    (void)pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    cm_code code = start(p, words, &before, err);
    if (code == CM_OK)
        code = talk(p, input, output, err);
    if (p->pid > 0)
        code = finish(p, code, err);
    shut(&p->in);
    shut(&p->out);
    if (sigismember(&pending, SIGPIPE) == 0)
        while (sigtimedwait(&pipe_signal, NULL, &none) < 0 && errno == EINTR)
            continue;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

cm_code cm_process_run(const char *command, cm_bytes input, unsigned seconds, cm_buf *output,
                       cm_error *err) {
    char *words[MOST_WORDS + 1];
    char *text = cm_strndup(command, strlen(command));
    if (text == NULL)
        return cm_fail_memory(err);
    cm_code code = CM_OK;
    if (split(text, words) == 0)
        code = cm_fail(err, CM_ERR_ARGUMENT, "a command without words");
    if (code == CM_OK) {
        process p = {.in = -1, .out = -1, .name = words[0]};
        p.deadline = now() + (int64_t)seconds * 1000;
        code = run_quietly(&p, words, input, output, err);
    }
    free(text);
    return code;
}
