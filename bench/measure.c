#include "measure.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/stream.h"
#include "media/media.h"

_Noreturn void bench_die(const char *what, const char *message) {
    fprintf(stderr, "%s: %s\n", what, message);
    exit(2);
}

void bench_must(cm_code code, const char *what, const cm_error *err) {
    if (code != CM_OK)
        bench_die(what, err->message);
}

void bench_keep_memory(void) {
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

cm_buf bench_load(const char *path) {
    cm_error err;
    cm_source *source = NULL;
    cm_buf bytes = {0};
    bench_must(cm_source_open(path, NULL, &source, &err), "bench", &err);
    bench_must(cm_source_load(source, 0, cm_source_size(source), &bytes, &err), "bench", &err);
    cm_source_close(source);
    return bytes;
}

uint32_t bench_mirrored(uint32_t i, uint32_t n) {
    uint32_t at = i % (2 * n);
    return at < n ? at : 2 * n - 1 - at;
}

cm_plane bench_luma(cm_bytes file, const char *name) {
    cm_error err;
    cm_picture *picture = NULL;
    bench_must(cm_picture_open(file, NULL, &picture, &err), name, &err);
    cm_picture_info info = cm_picture_describe(picture);
    cm_plane luma = cm_plane_new((int)info.width, (int)info.height);
    if (luma.data == NULL)
        bench_die(name, "out of memory");
    bench_must(cm_picture_luma(picture, &luma, &err), name, &err);
    cm_picture_close(picture);
    return luma;
}

static double read_clock(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double bench_now(void) {
    return read_clock(CLOCK_MONOTONIC);
}

double bench_cpu(void) {
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t bench_random(uint64_t *state) {
    *state += 0x9e3779b97f4a7c15u;
    uint64_t z = *state;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

double bench_uniform(uint64_t *state) {
    return (double)(bench_random(state) >> 11) * 0x1p-53;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(double *values, size_t n) {
    qsort(values, n, sizeof *values, ascending);
    return n % 2 != 0 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}
