/* usage: vectors FILE…
 *
 * Runs the cases of golden-vector files, each in a process of its own: one that crashes, or takes
 * too long, has failed, and no more. Names what differs; the last line sums up. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "checks.h"
#include "fields.h"

enum {
    PASSED,
    FAILED,
    SKIPPED,
    OUTCOMES,
    MESSAGE_MAX = 512,
    SECONDS_MAX = 120,
    NAME_SIZE = 64,
    FOLDER_SIZE = 4096
};

typedef struct tally {
    unsigned long of[OUTCOMES];
} tally;

static int to_parent; /* in a case's process: where its message goes */

__attribute__((format(printf, 2, 0))) static _Noreturn void leave(int outcome, const char *format,
                                                                  va_list arguments) {
    char message[MESSAGE_MAX];
    int n = vsnprintf(message, sizeof message, format, arguments);
    size_t size = n < 0 ? 0 : n < MESSAGE_MAX ? (size_t)n : MESSAGE_MAX - 1;
    _exit(write(to_parent, message, size) == (ssize_t)size ? outcome : FAILED);
}

void mismatch(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    leave(FAILED, format, arguments);
}

void cannot_judge(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    leave(SKIPPED, format, arguments);
}

/* What a case's process says until it ends, and how that was. */
static int hear(int from, pid_t child, char *message) {
    size_t used = 0;
    ssize_t got;
    int status;
    while (used < MESSAGE_MAX - 1 && (got = read(from, message + used, MESSAGE_MAX - 1 - used)) > 0)
        used += (size_t)got;
    message[used] = 0;
    (void)close(from);
    if (waitpid(child, &status, 0) != child)
        return FAILED;
    if (WIFSIGNALED(status))
        snprintf(message, MESSAGE_MAX, "ended by signal %d (%s)", WTERMSIG(status),
                 WTERMSIG(status) == SIGALRM ? "too slow" : "crashed");
    else if (used == 0 && WEXITSTATUS(status) != PASSED)
        snprintf(message, MESSAGE_MAX, "ended with status %d", WEXITSTATUS(status));
    return WIFEXITED(status) && WEXITSTATUS(status) < OUTCOMES ? WEXITSTATUS(status) : FAILED;
}

static int run_case(const vector_check *v, const json_t *file, const json_t *c, char *message) {
    int ends[2];
    (void)fflush(stdout);
    if (pipe(ends) != 0) {
        snprintf(message, MESSAGE_MAX, "no pipe");
        return FAILED;
    }
    pid_t child = fork();
    if (child == 0) {
        to_parent = ends[1];
        (void)alarm(SECONDS_MAX);
        if (!json_is_object(c))
            mismatch("a case that isn't an object");
        v->check(file, c);
        _exit(PASSED);
    }
    (void)close(ends[1]);
    if (child < 0) {
        (void)close(ends[0]);
        snprintf(message, MESSAGE_MAX, "no process");
        return FAILED;
    }
    return hear(ends[0], child, message);
}

static void run_one(const char *path, const vector_check *v, const json_t *file, size_t at,
                    const json_t *c, tally *t) {
    char message[MESSAGE_MAX] = "";
    int outcome = run_case(v, file, c, message);
    if (outcome == FAILED)
        printf("%s: case %zu failed: %s\n", path, at, message);
    else if (outcome == SKIPPED && t->of[SKIPPED] == 0)
        printf("%s: case %zu and maybe more skipped: %s\n", path, at, message);
    t->of[outcome]++;
}

static void run_cases(const char *path, const vector_check *v, const json_t *file, tally *t) {
    const json_t *cases = json_object_get(file, v->cases), *c;
    size_t at;
    if (json_is_object(cases)) {
        run_one(path, v, file, 0, cases, t);
        return;
    }
    if (json_array_size(cases) == 0) {
        printf("%s: malformed: no list \"%s\" with something in it\n", path, v->cases);
        t->of[FAILED]++;
    } else if (v->prepare != NULL) {
        v->prepare();
    }
    json_array_foreach(cases, at, c) run_one(path, v, file, at, c, t);
}

/* Where the file lies. */
static void set_folder(const char *path) {
    static char folder[FOLDER_SIZE];
    const char *slash = strrchr(path, '/');
    size_t n = slash != NULL ? (size_t)(slash - path) : 0;
    snprintf(folder, sizeof folder, "%.*s", n > 0 ? (int)n : 1, n > 0 ? path : ".");
    vector_folder = folder;
}

static tally run_file(const char *path, const vector_check *v) {
    tally t = {{0}};
    json_error_t error;
    json_t *file = json_load_file(path, JSON_ALLOW_NUL, &error);
    set_folder(path);
    if (file == NULL) {
        printf("%s: malformed: %s (line %d)\n", path, error.text, error.line);
        t.of[FAILED] = 1;
    } else {
        for (const char *name = v->file; v->file != NULL && strcmp(v->file, name) == 0; v++)
            run_cases(path, v, file, &t);
        json_decref(file);
    }
    printf("%s: %lu passed", path, t.of[PASSED]);
    if (t.of[FAILED] > 0)
        printf(", %lu failed", t.of[FAILED]);
    if (t.of[SKIPPED] > 0)
        printf(", %lu skipped", t.of[SKIPPED]);
    printf("\n");
    return t;
}

static const vector_check *check_for(const char *path) {
    char name[NAME_SIZE];
    const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;
    size_t n = strlen(base), end = strlen(".json");
    if (n <= end || n - end >= sizeof name || strcmp(base + n - end, ".json") != 0)
        return NULL;
    memcpy(name, base, n - end);
    name[n - end] = 0;
    return vector_check_of(name);
}

int main(int argc, char **argv) {
    tally all = {{0}};
    for (int i = 1; i < argc; i++) {
        const vector_check *v = check_for(argv[i]);
        if (v == NULL) {
            printf("unknown: %s\n", argv[i]);
            continue;
        }
        tally t = run_file(argv[i], v);
        for (int k = 0; k < OUTCOMES; k++)
            all.of[k] += t.of[k];
    }
    printf("%lu passed, %lu failed, %lu skipped\n", all.of[PASSED], all.of[FAILED],
           all.of[SKIPPED]);
    return all.of[FAILED] == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
