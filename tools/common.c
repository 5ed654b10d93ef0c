#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int tool_worse(int a, int b) {
    static const int GRAVITY[] = {0, 1, 5, 4, 3, 2}; /* by exit code */
    return GRAVITY[a] >= GRAVITY[b] ? a : b;
}

/* Paths and messages may hold text of others. */
static void print_safely(const char *text) {
    char *printable = NULL;
    if (cm_printable(text, &printable, NULL) == CM_OK)
        fputs(printable, stderr);
    free(printable);
}

int tool_failed(const tool_verb *verb, const char *file, const cm_error *what) {
    size_t n = file != NULL ? strlen(file) : 0;
    bool named = file == NULL || (strncmp(what->message, file, n) == 0 && what->message[n] == ':');
    tool_progress_end();
    fprintf(stderr, "countermark %s: ", verb->name);
    if (!named) {
        print_safely(file);
        fputs(": ", stderr);
    }
    print_safely(what->message);
    fputc('\n', stderr);
    return TOOL_EXIT_ERROR;
}

int tool_failed_json(const tool_verb *verb, const char *file, const cm_error *what, bool one_line) {
    char *text = NULL;
    if (cm_error_json(file, what, one_line, &text, NULL) == CM_OK)
        (void)tool_print(text);
    return tool_failed(verb, file, what);
}

cm_code tool_key(const char *from, cm_key **out, cm_error *err) {
    static const char ENVIRONMENT[] = "env:";
    size_t n = sizeof ENVIRONMENT - 1;
    if (strncmp(from, ENVIRONMENT, n) != 0)
        return cm_key_read(strcmp(from, "-") == 0 ? "/dev/stdin" : from, out, err);
    const char *text = getenv(from + n);
    if (text == NULL) {
        *err = (cm_error){.code = CM_ERR_ARGUMENT};
        snprintf(err->message, sizeof err->message, "%s: no such environment variable", from);
        return CM_ERR_ARGUMENT;
    }
    return cm_key_parse(text, strlen(text), out, err);
}

static bool shown(void) {
    return isatty(STDERR_FILENO) == 1;
}

void tool_progress(const char *file, double done) {
    if (!shown())
        return;
    fputs("\r\033[K", stderr);
    print_safely(file);
    fprintf(stderr, " %3.0f %%", 100 * done);
}

void tool_progress_end(void) {
    if (shown())
        fputs("\r\033[K", stderr);
}

int tool_print(char *text) {
    size_t n = strlen(text);
    tool_progress_end();
    bool bad = fputs(text, stdout) == EOF;
    if (n == 0 || text[n - 1] != '\n')
        bad = putchar('\n') == EOF || bad;
    free(text);
    if (!bad && fflush(stdout) == 0)
        return 0;
    fputs("countermark: standard output can't be written\n", stderr);
    return TOOL_EXIT_ERROR;
}

bool tool_threads(const char *text, int *out) {
    char *end = NULL;
    long n = text == NULL ? 1 : strtol(text, &end, 10);
    *out = n == 0 ? CM_THREADS_ALL : (int)n;
    return n >= 0 && n <= 1024 && (text == NULL || (end != text && *end == '\0'));
}
