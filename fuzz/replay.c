/* Runs a fuzz harness without a fuzzer: every file of a corpus directory, every truncation of the
 * small ones, and a fixed number of mutations of each. The same inputs on every run and under every
 * compiler, so that what a fuzzer once found stays found. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MUTATIONS = 400, MOST_TRUNCATIONS = 2048, LARGEST = 1 << 22 };

/* SplitMix64: small, good enough to pick places, and the same everywhere. */
static uint64_t next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* The harness gets an allocation of exactly `size` bytes, so that a sanitizer sees a read beyond.
 */
static void feed(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size != 0 ? size : 1);
    if (copy == NULL)
        exit(EXIT_FAILURE);
    memcpy(copy, data, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

/* Values that parsers stumble over, put where a length or a type may stand. */
static void mutate(uint8_t *data, size_t size, uint64_t *state) {
    static const uint8_t EDGES[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x9f, 0xbf, 0x5f, 0x1b};
    size_t changes = 1 + next(state) % 4;
    for (size_t i = 0; i < changes; i++) {
        size_t at = next(state) % size;
        uint64_t kind = next(state) % 3;
        if (kind == 0)
            data[at] ^= (uint8_t)(1u << next(state) % 8);
        else if (kind == 1)
            data[at] = EDGES[next(state) % sizeof EDGES];
        else
            data[at] = (uint8_t)next(state);
    }
}

static size_t replay(const uint8_t *data, size_t size) {
    size_t runs = 1;
    uint64_t state = size;
    feed(data, size);
    size_t stride = 1 + size / MOST_TRUNCATIONS;
    for (size_t n = 0; n < size; n += stride, runs++)
        feed(data, n);
    uint8_t *copy = malloc(size != 0 ? size : 1);
    if (copy == NULL)
        exit(EXIT_FAILURE);
    for (int i = 0; size != 0 && i < MUTATIONS; i++, runs++) {
        memcpy(copy, data, size);
        mutate(copy, size, &state);
        feed(copy, size);
    }
    free(copy);
    return runs;
}

static size_t replay_file(const char *directory, const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "rb");
    uint8_t *data = malloc(LARGEST);
    if (f == NULL || data == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    size_t size = fread(data, 1, LARGEST, f);
    fclose(f);
    size_t runs = replay(data, size);
    free(data);
    return runs;
}

int main(int argc, char **argv) {
    size_t files = 0;
    size_t runs = 0;
    DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
    if (d == NULL) {
        fprintf(stderr, "usage: %s CORPUS-DIRECTORY\n", argv[0]);
        return 2;
    }
    for (const struct dirent *e; (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.') {
            runs += replay_file(argv[1], e->d_name);
            files++;
        }
    closedir(d);
    printf("%s: %zu files, %zu inputs\n", argv[1], files, runs);
    return files != 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
