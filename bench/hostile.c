/* What hostile files cost (test/hostile): processor time and memory of one inspection of each, in a
 * process of its own, the report in JSON included: the best of five.
 *
 * usage: hostile [FOLDER]       with a folder, the files are written there too
 *
 * Exits with 1 when a file of up to 300 KB costs more than 100 ms or 64 MB; larger ones may cost in
 * proportion. */
#include <countermark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../test/hostile/hostile.h"
#include "measure.h"

enum { SHARE = 300 << 10, MOST_MS = 100, MOST_MB = 64 };

typedef struct cost {
    double ms, mb;
    size_t report; /* bytes of JSON */
    char verdict[16];
} cost;

static cost inspect(const char *path) {
    cm_inspect_options options = {.layers = CM_LOOK_MANIFEST};
    cm_inspector *inspector = NULL;
    cm_inspection *report = NULL;
    cm_error err = {0};
    char *json = NULL;
    cost c = {0};
    bench_must(cm_inspector_new(&options, &inspector, &err), "inspector", &err);
    double before = hostile_memory_begins();
    double start = hostile_milliseconds();
    cm_code code = cm_inspect(inspector, path, &report, &err);
    if (code == CM_OK)
        bench_must(cm_inspection_json(report, true, &json, &err), "report", &err);
    c.ms = hostile_milliseconds() - start;
    c.mb = hostile_memory_since(before);
    c.report = json != NULL ? strlen(json) : 0;
    (void)snprintf(c.verdict, sizeof c.verdict, "%s",
                   code == CM_OK ? cm_verdict_name(report->verdict) : cm_code_name(code));
    free(json);
    cm_inspection_free(report);
    cm_inspector_free(inspector);
    return c;
}

/* In a child, whose memory begins small. */
static cost measure_once(const char *path) {
    int ends[2];
    cost c = {0};
    if (pipe(ends) != 0)
        bench_die("pipe", "failed");
    pid_t child = fork();
    if (child == 0) {
        c = inspect(path);
        _exit(write(ends[1], &c, sizeof c) == sizeof c ? 0 : 1);
    }
    (void)close(ends[1]);
    if (child < 0 || read(ends[0], &c, sizeof c) != sizeof c)
        bench_die(path, "killed its reader");
    (void)close(ends[0]);
    (void)waitpid(child, NULL, 0);
    return c;
}

/* The least of some, since others may be at work on the machine. */
static cost measure(const char *path) {
    enum { TIMES = 5 };
    cost best = measure_once(path);
    for (int i = 1; i < TIMES; i++) {
        cost c = measure_once(path);
        best = c.ms < best.ms ? c : best;
    }
    return best;
}

int main(int argc, char **argv) {
    char scratch[] = "/tmp/cm-hostile-XXXXXX";
    const char *folder = argc > 1 ? argv[1] : mkdtemp(scratch);
    int missed = 0;
    hostile_file file;
    if (folder == NULL)
        bench_die("mkdtemp", "failed");
    printf("%-20s %8s %10s %8s %8s %8s\n", "file", "KB", "verdict", "ms", "MB", "report");
    for (size_t i = 0; hostile_make(i, &file); i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s.png", folder, file.name);
        FILE *f = fopen(path, "wb");
        if (f == NULL || fwrite(file.bytes.data, 1, file.bytes.size, f) != file.bytes.size ||
            fclose(f) != 0)
            bench_die(path, "can't be written");
        cost c = measure(path);
        double share = file.bytes.size > SHARE ? (double)file.bytes.size / SHARE : 1;
        bool over = c.ms > MOST_MS * share || c.mb > MOST_MB * share;
        printf("%-20s %8zu %10s %8.1f %8.1f %8zu%s\n", file.name, file.bytes.size >> 10, c.verdict,
               c.ms, c.mb, c.report >> 10, over ? "  too much" : "");
        missed += over;
        if (argc < 2)
            (void)unlink(path);
        cm_buf_free(&file.bytes);
    }
    if (argc < 2)
        (void)rmdir(folder);
    printf("%d over %d ms or %d MB\n", missed, MOST_MS, MOST_MB);
    return missed != 0;
}
