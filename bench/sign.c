/* Signing and verifying beside what the work can't do without: hashing the file's bytes with
 * OpenSSL, and copying the file.
 *
 * usage: sign verify ROOT FILE                    verifying, warm, in ms of a processor: with the
 * file's digest in the report, and without sign whole CHAIN KEY ROOT FILE SCRATCH  ratios for one
 * file sign memory COMMAND...                  a command's most memory, in kilobytes
 *
 * `whole` takes turns, so that all of it sees the same machine, and prints medians of wall time:
 * hash, copy (with fsync, as our output has it), sign, verify, and the two ratios to hash plus
 * copy. bench/sign.py runs it. */
#include <countermark.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

enum { WARM = 60, ROUNDS = 15, STEP = 1 << 16 };

static cm_inspector *inspector(const char *root, bool no_digest) {
    const char *trust[] = {root};
    const cm_inspect_options options = {
        .layers = CM_LOOK_MANIFEST, .trust = trust, .trust_count = 1, .no_digest = no_digest};
    cm_inspector *made = NULL;
    cm_error err = {0};
    bench_must(cm_inspector_new(&options, &made, &err), root, &err);
    return made;
}

static void verify(const cm_inspector *i, const char *file) {
    cm_inspection *report = NULL;
    cm_error err = {0};
    bench_must(cm_inspect(i, file, &report, &err), file, &err);
    if (report->verdict != CM_VERDICT_TRUSTED)
        bench_die(file, "not trusted");
    cm_inspection_free(report);
}

static double warm(const char *root, const char *file, bool no_digest) {
    double seconds[WARM];
    cm_inspector *i = inspector(root, no_digest);
    verify(i, file);
    for (int n = 0; n < WARM; n++) {
        double start = bench_cpu();
        verify(i, file);
        seconds[n] = bench_cpu() - start;
    }
    cm_inspector_free(i);
    return 1e3 * bench_median(seconds, WARM);
}

/* Whatever starts a command has its own memory counted with the command's, so it should be small.
 */
static int memory(char **command) {
    struct rusage usage;
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        (void)dup2(nowhere, STDOUT_FILENO);
        execvp(command[0], command);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0 ||
        getrusage(RUSAGE_CHILDREN, &usage) != 0)
        bench_die(command[0], "failed");
    printf("%ld\n", usage.ru_maxrss);
    return 0;
}

/* Reads the file from its start to its end; hands each part on. */
static void read_through(const char *file, void (*take)(void *, const void *, size_t),
                         void *context) {
    static uint8_t part[STEP];
    int from = open(file, O_RDONLY | O_CLOEXEC);
    ssize_t n;
    if (from < 0)
        bench_die(file, "can't be opened");
    while ((n = read(from, part, sizeof part)) > 0)
        take(context, part, (size_t)n);
    close(from);
}

static void take_hash(void *context, const void *part, size_t n) {
    if (EVP_DigestUpdate(context, part, n) != 1)
        bench_die("hash", "failed");
}

static void hash(const char *file) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        bench_die("hash", "failed");
    read_through(file, take_hash, context);
    if (EVP_DigestFinal_ex(context, digest, NULL) != 1)
        bench_die("hash", "failed");
    EVP_MD_CTX_free(context);
}

static void take_write(void *context, const void *part, size_t n) {
    if (write(*(int *)context, part, n) != (ssize_t)n)
        bench_die("copy", "can't be written");
}

static void copy(const char *file, const char *to) {
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0)
        bench_die(to, "can't be opened");
    read_through(file, take_write, &out);
    if (fsync(out) != 0 || close(out) != 0)
        bench_die(to, "can't be written");
}

static void sign(const char *chain, const char *key, const char *file, const char *to) {
    const cm_protect_options options = {.chain = chain, .sign_key = key};
    cm_protection done;
    cm_error err = {0};
    bench_must(cm_protect(file, to, &options, &done, &err), file, &err);
}

static int whole(char **arguments) {
    const char *chain = arguments[0], *key = arguments[1], *file = arguments[3],
               *scratch = arguments[4];
    char copied[4096];
    char made[4096];
    double seconds[4][ROUNDS];
    cm_inspector *i = inspector(arguments[2], false);
    snprintf(copied, sizeof copied, "%s/copied", scratch);
    snprintf(made, sizeof made, "%s/signed", scratch);
    for (int n = 0; n < ROUNDS; n++) {
        double at[5];
        (void)unlink(copied); /* freeing a large file's blocks takes time, which isn't meant here */
        (void)unlink(made);
        at[0] = bench_now();
        hash(file);
        at[1] = bench_now();
        copy(file, copied);
        at[2] = bench_now();
        sign(chain, key, file, made);
        at[3] = bench_now();
        verify(i, made);
        at[4] = bench_now();
        for (int k = 0; k < 4; k++)
            seconds[k][n] = at[k + 1] - at[k];
    }
    cm_inspector_free(i);
    double ms[4];
    for (int k = 0; k < 4; k++)
        ms[k] = 1e3 * bench_median(seconds[k], ROUNDS);
    printf("%.2f %.2f %.2f %.2f %.3f %.3f\n", ms[0], ms[1], ms[2], ms[3], ms[2] / (ms[0] + ms[1]),
           ms[3] / (ms[0] + ms[1]));
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "verify") == 0) {
        printf("%.4f %.4f\n", warm(argv[2], argv[3], false), warm(argv[2], argv[3], true));
        return 0;
    }
    if (argc == 7 && strcmp(argv[1], "whole") == 0)
        return whole(argv + 2);
    if (argc >= 3 && strcmp(argv[1], "memory") == 0)
        return memory(argv + 2);
    fputs("usage: sign verify ROOT FILE | sign whole CHAIN KEY ROOT FILE SCRATCH | sign memory "
          "COMMAND...\n",
          stderr);
    return 2;
}
