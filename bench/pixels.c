/* What marking and detecting cost on a megapixel of RGB in memory, beside one Fourier transform of
 * its size: all in one thread, in turns.
 *
 * usage: pixels PICTURE [ROUNDS]
 *
 * The pixels are the picture's, mirrored over and over where it is smaller than 1024 x 1024. The
 * unit is one real transform of 1024 x 1024, as one plan that FFTW estimates (KissFFT: by the
 * library's own). Every figure is the median of ROUNDS (15), of this thread's own time on a
 * processor. Exits with 1 when a target is missed; that for embedding is for pixels that need no
 * look before and after. */
#include <countermark.h>
#ifdef CM_FFT_FFTW
#include <complex.h>
#include <fftw3.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dsp/fft.h"
#include "embed/image.h"
#include "mark/key.h"
#include "mark/layout.h"
#include "measure.h"
#include "media/buffer.h"
#include "media/media.h"

enum { SIDE = 1024, ROUNDS = 15, ROUNDS_MAX = 99, TRANSFORMS = 5 };

static const uint64_t PAYLOAD = 0x0123456789abcdef;
static const double MOST_EMBED = 10, MOST_FAST = 8; /* in units */

typedef enum part {
    PART_UNIT,
    PART_PLAN,
    PART_EMBED,
    PART_EMBED_BARE,
    PART_FAST_MARKED,
    PART_FAST_UNMARKED,
    PART_LUMA,
    PART_WHITEN,
    PART_CHANGE,
    PART_LAYOUT,
    PART_WRITE,
    PARTS
} part;

static const char *const NAMES[PARTS] = {
    [PART_UNIT] = "one transform, real, 1024 x 1024",
    [PART_PLAN] = "planning it",
    [PART_EMBED] = "embed, looked before and after",
    [PART_EMBED_BARE] = "embed, fresh and unchecked",
    [PART_FAST_MARKED] = "detect fast, marked",
    [PART_FAST_UNMARKED] = "detect fast, unmarked",
    [PART_LUMA] = "  part: luma",
    [PART_WHITEN] = "  part: whitening",
    [PART_CHANGE] = "  part: the mark, of which",
    [PART_LAYOUT] = "  part:   the key's layout",
    [PART_WRITE] = "  part: write",
};

typedef struct job {
    cm_pixels pixels;
    uint8_t *host;
    size_t bytes;
    cm_key *key;
    uint8_t layer_key[CM_KEY_BYTES];
    cm_inspector *inspector;
    float *real;
    cm_complex *spectrum;
    size_t rounds;
    double seconds[PARTS][ROUNDS_MAX];
} job;

static void load(job *j, const char *path) {
    cm_buf file = bench_load(path);
    cm_picture *picture = NULL;
    cm_error err;
    bench_must(cm_picture_open(cm_buf_bytes(&file), NULL, &picture, &err), path, &err);
    cm_picture_info info = cm_picture_describe(picture);
    uint8_t *rgb = cm_calloc((size_t)info.width * info.height, 3);
    j->bytes = (size_t)3 * SIDE * SIDE;
    j->host = malloc(j->bytes);
    j->pixels = (cm_pixels){.format = CM_PIXELS_RGB8, .width = SIDE, .height = SIDE};
    j->pixels.plane[0] = malloc(j->bytes);
    if (rgb == NULL || j->host == NULL || j->pixels.plane[0] == NULL)
        bench_die(path, "out of memory");
    bench_must(cm_picture_rgb(picture, CM_ALPHA_OVER_GREY, rgb, &err), path, &err);
    for (uint32_t y = 0; y < SIDE; y++)
        for (uint32_t x = 0; x < SIDE; x++)
            memcpy(j->host + 3 * ((size_t)y * SIDE + x),
                   rgb + 3 * ((size_t)bench_mirrored(y, info.height) * info.width +
                              bench_mirrored(x, info.width)),
                   3);
    cm_picture_close(picture);
    free(rgb);
    cm_buf_free(&file);
}

/* One plan for both axes: what a user of FFTW comes to first. The library's own are planned by
 * axis, which is faster, and no reason to make its unit smaller. */
#ifdef CM_FFT_FFTW
typedef fftwf_plan transform;

static transform transform_new(job *j) {
    return fftwf_plan_dft_r2c_2d(SIDE, SIDE, j->real, j->spectrum, FFTW_ESTIMATE);
}

static void transform_run(transform t, job *j) {
    fftwf_execute_dft_r2c(t, j->real, j->spectrum);
}

static void transform_free(transform t) {
    fftwf_destroy_plan(t);
}
#else
typedef cm_fft *transform;

static transform transform_new(job *j) {
    cm_fft *fft = NULL;
    cm_error err;
    (void)j;
    bench_must(cm_fft_new(CM_FFT_FORWARD_REAL, SIDE, SIDE, &fft, &err), "planning", &err);
    return fft;
}

static void transform_run(transform t, job *j) {
    cm_fft_forward(t, j->real, j->spectrum);
}

static void transform_free(transform t) {
    cm_fft_free(t);
}
#endif

static void time_unit(job *j, size_t round) {
    double taken[TRANSFORMS];
    double start = bench_cpu();
    transform t = transform_new(j);
    j->seconds[PART_PLAN][round] = bench_cpu() - start;
    for (int k = 0; k < TRANSFORMS; k++) {
        for (size_t i = 0; i < (size_t)SIDE * SIDE; i++)
            j->real[i] = j->host[3 * i];
        start = bench_cpu();
        transform_run(t, j);
        taken[k] = bench_cpu() - start;
    }
    j->seconds[PART_UNIT][round] = bench_median(taken, TRANSFORMS);
    transform_free(t);
}

static double time_embedding(job *j, bool bare) {
    cm_embed_options options = {
        .key = j->key, .has_payload = true, .payload = PAYLOAD, .fresh = bare, .unchecked = bare};
    cm_error err;
    memcpy(j->pixels.plane[0], j->host, j->bytes);
    double start = bench_cpu();
    bench_must(cm_embed_pixels(&j->pixels, &options, NULL, &err), "embedding", &err);
    return bench_cpu() - start;
}

static double time_detection(job *j, bool there) {
    cm_inspection *report = NULL;
    cm_error err;
    double start = bench_cpu();
    bench_must(cm_inspect_pixels(j->inspector, &j->pixels, &report, &err), "detection", &err);
    double taken = bench_cpu() - start;
    const cm_watermark_evidence *w = report->watermark;
    if (there != (w != NULL && w->has_payload && w->payload == PAYLOAD))
        bench_die("detection", there ? "the mark was not found" : "a mark where there is none");
    cm_inspection_free(report);
    return taken;
}

static void time_parts(job *j, size_t round) {
    cm_embed_params params = {.layer_key = j->layer_key,
                              .payload = {.bits = CM_PAYLOAD_BITS, .value = PAYLOAD},
                              .strength = 1};
    cm_layout *layout = NULL;
    cm_host host;
    cm_error err;
    double mean_square;
    bench_must(cm_host_new(SIDE, SIDE, &host, &err), "host", &err);
    cm_plane change = cm_plane_new(SIDE, SIDE);
    if (change.data == NULL)
        bench_die("parts", "out of memory");
    double at[] = {bench_cpu(), 0, 0, 0, 0, 0};
    bench_must(cm_buffer_luma(&j->pixels, &host.luma, &err), "luma", &err);
    at[1] = bench_cpu();
    bench_must(cm_host_whiten(&host, &err), "whitening", &err);
    at[2] = bench_cpu();
    bench_must(cm_embed_change(&host, &params, &change, NULL, &err), "the mark", &err);
    at[3] = bench_cpu();
    bench_must(cm_layout_new(j->layer_key, &layout, &err), "layout", &err);
    at[4] = bench_cpu();
    bench_must(cm_buffer_change(&j->pixels, &change, true, NULL, &mean_square, &err), "write",
               &err);
    at[5] = bench_cpu();
    for (int i = 0; i < PARTS - PART_LUMA; i++)
        j->seconds[PART_LUMA + i][round] = at[i + 1] - at[i];
    cm_host_free(&host);
    cm_plane_free(&change);
    free(layout);
}

static void measure(job *j) {
    for (size_t i = 0; i < j->rounds; i++) {
        time_unit(j, i);
        j->seconds[PART_EMBED_BARE][i] = time_embedding(j, true);
        j->seconds[PART_EMBED][i] = time_embedding(j, false);
        j->seconds[PART_FAST_MARKED][i] = time_detection(j, true);
        memcpy(j->pixels.plane[0], j->host, j->bytes);
        j->seconds[PART_FAST_UNMARKED][i] = time_detection(j, false);
        time_parts(j, i);
    }
}

static int report(job *j) {
    double median[PARTS];
    for (int i = 0; i < PARTS; i++)
        median[i] = bench_median(j->seconds[i], j->rounds);
    double unit = median[PART_UNIT];
    printf("  %-34s %8s %8s\n", "median", "ms", "units");
    for (int i = 0; i < PARTS; i++)
        printf("  %-34s %8.2f %8.2f\n", NAMES[i], 1000 * median[i], median[i] / unit);
    double fast = median[PART_FAST_MARKED] > median[PART_FAST_UNMARKED]
                      ? median[PART_FAST_MARKED]
                      : median[PART_FAST_UNMARKED];
    bool embed_good = median[PART_EMBED_BARE] <= MOST_EMBED * unit,
         fast_good = fast <= MOST_FAST * unit;
    printf("%s  embedding, fresh and unchecked, at most %g units\n", embed_good ? "ok  " : "MISS",
           MOST_EMBED);
    printf("%s  fast detection at most %g units\n", fast_good ? "ok  " : "MISS", MOST_FAST);
    return embed_good && fast_good ? 0 : 1;
}

int main(int argc, char **argv) {
    static job j;
    cm_error err;
    bench_keep_memory();
    if (argc < 2)
        bench_die("usage", "pixels PICTURE [ROUNDS]");
    j.rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : ROUNDS;
    if (j.rounds < 1 || j.rounds > ROUNDS_MAX)
        bench_die("usage", "ROUNDS is 1 to 99");
    load(&j, argv[1]);
    bench_must(cm_key_generate(&(cm_key_options){.name = "bench"}, &j.key, &err), "key", &err);
    bench_must(cm_key_layer(j.key, CM_LAYER_PUBLIC, j.layer_key, &err), "key", &err);
    const cm_key *ring[] = {j.key};
    cm_inspect_options look = {.keys = ring, .key_count = 1, .fast = true};
    bench_must(cm_inspector_new(&look, &j.inspector, &err), "key", &err);
    j.real = cm_alloc_aligned((size_t)SIDE * SIDE, sizeof *j.real);
    j.spectrum = cm_alloc_aligned((size_t)SIDE * (SIDE / 2 + 1), sizeof *j.spectrum);
    if (j.real == NULL || j.spectrum == NULL)
        bench_die("unit", "out of memory");
    printf("Speed on %d x %d pixels of %s, one thread, %zu rounds\n", SIDE, SIDE, argv[1],
           j.rounds);
    measure(&j);
    int status = report(&j);
    cm_inspector_free(j.inspector);
    cm_key_free(j.key);
    free(j.host);
    free(j.pixels.plane[0]);
    free(j.real);
    free(j.spectrum);
    return status;
}
