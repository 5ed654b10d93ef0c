/* What marking and detecting cost on a JPEG, beside libjpeg-turbo's own decoding and encoding of
 * the same file: all in one thread, in turns, from memory to memory.
 *
 * usage: speed FILE.jpg [ROUNDS]
 *
 * The unit is decoding to RGB plus encoding at quality 90 and 4:2:0 with libjpeg's defaults. Every
 * figure is the median of ROUNDS (7). Exits with 1 when a target is missed. */
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "api/protect.h"
#include "detect/image.h"
#include "embed/image.h"
#include "mark/key.h"
#include "measure.h"
#include "media/media.h"

enum { ROUNDS = 7, ROUNDS_MAX = 99, QUALITY = 90 };

static const uint64_t PAYLOAD = 0x0123456789abcdef;
static const double MOST_EMBED = 3, MOST_FAST = 3, MOST_SEARCH = 15; /* in units */

typedef enum part {
    PART_DECODE,
    PART_ENCODE,
    PART_EMBED,
    PART_FAST_MARKED,
    PART_FAST_UNMARKED,
    PART_SEARCH,
    PART_OPEN,
    PART_LUMA,
    PART_WHITEN,
    PART_CHANGE,
    PART_WRITE,
    PARTS
} part;

typedef struct job {
    cm_buf host;
    cm_buf marked;
    cm_key *key;
    uint8_t layer_key[CM_KEY_BYTES];
    size_t rounds;
    double seconds[PARTS][ROUNDS_MAX];
} job;

typedef struct pixels {
    uint8_t *rgb;
    JDIMENSION width, height;
} pixels;

static pixels decode(cm_bytes file) {
    struct jpeg_decompress_struct d;
    struct jpeg_error_mgr errors;
    d.err = jpeg_std_error(&errors); /* which ends the program */
    jpeg_create_decompress(&d);
    jpeg_mem_src(&d, file.data, (unsigned long)file.size);
    jpeg_read_header(&d, TRUE);
    d.out_color_space = JCS_RGB;
    jpeg_start_decompress(&d);
    size_t stride = (size_t)d.output_width * 3;
    pixels p = {malloc(stride * d.output_height), d.output_width, d.output_height};
    if (p.rgb == NULL)
        bench_die("decode", "out of memory");
    while (d.output_scanline < d.output_height) {
        JSAMPROW row = p.rgb + stride * d.output_scanline;
        jpeg_read_scanlines(&d, &row, 1);
    }
    jpeg_finish_decompress(&d);
    jpeg_destroy_decompress(&d);
    return p;
}

static void encode(const pixels *p) {
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr errors;
    unsigned char *out = NULL;
    unsigned long size = 0;
    c.err = jpeg_std_error(&errors);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &out, &size);
    c.image_width = p->width;
    c.image_height = p->height;
    c.input_components = 3;
    c.in_color_space = JCS_RGB;
    jpeg_set_defaults(&c); /* 4:2:0 is the default */
    jpeg_set_quality(&c, QUALITY, TRUE);
    jpeg_start_compress(&c, TRUE);
    while (c.next_scanline < c.image_height) {
        JSAMPROW row = p->rgb + (size_t)p->width * 3 * c.next_scanline;
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    free(out);
}

static void time_unit(job *j, size_t round) {
    double start = bench_now();
    pixels p = decode(cm_buf_bytes(&j->host));
    double decoded = bench_now();
    encode(&p);
    j->seconds[PART_DECODE][round] = decoded - start;
    j->seconds[PART_ENCODE][round] = bench_now() - decoded;
    free(p.rgb);
}

/* What `countermark embed` does between reading and writing the files, self-check included. */
static void time_embedding(job *j, size_t round) {
    cm_protect_options options = {.key = j->key, .has_payload = true, .payload = PAYLOAD};
    cm_protection result = {0};
    cm_error err;
    cm_buf_free(&j->marked);
    double start = bench_now();
    bench_must(cm_protect_mark(cm_buf_bytes(&j->host), &options, &j->marked, &result, &err),
               "embedding", &err);
    j->seconds[PART_EMBED][round] = bench_now() - start;
}

static cm_picture *open_picture(cm_bytes file) {
    cm_picture *picture = NULL;
    cm_error err;
    bench_must(cm_picture_open(file, NULL, &picture, &err), "opening", &err);
    return picture;
}

/* From the file to the verdict, as `countermark detect` goes about it. */
static double time_detection(const job *j, cm_bytes file, bool fast, bool there) {
    const uint8_t *keys[] = {j->layer_key};
    cm_detect_options options = {.fast = fast};
    cm_detection d;
    cm_canvas canvas;
    cm_error err;
    int w, h;
    double start = bench_now();
    cm_picture *picture = open_picture(file);
    cm_picture_info info = cm_picture_describe(picture);
    cm_canvas_size((int)info.width, (int)info.height, &w, &h);
    cm_plane seen = cm_plane_new(w, h);
    if (seen.data == NULL)
        bench_die("detection", "out of memory");
    bench_must(cm_picture_luma(picture, &seen, &err), "luma", &err);
    bench_must(cm_canvas_new(&seen, (int)info.width, (int)info.height, NULL, &canvas, &err),
               "whitening", &err);
    bench_must(cm_detect_canvas(&canvas, keys, 1, &options, &d, &err), "detection", &err);
    double taken = bench_now() - start;
    if (there != (d.has_payload && d.payload.value == PAYLOAD))
        bench_die("detection", there ? "the mark was not found" : "a mark where there is none");
    cm_detection_free(&d);
    cm_canvas_free(&canvas);
    cm_plane_free(&seen);
    cm_picture_close(picture);
    return taken;
}

static void time_parts(job *j, size_t round) {
    cm_embed_params params = {.layer_key = j->layer_key,
                              .payload = {.bits = CM_PAYLOAD_BITS, .value = PAYLOAD},
                              .strength = 1};
    cm_host host;
    cm_buf out = {0};
    cm_error err;
    double at[PARTS - PART_OPEN + 1] = {bench_now()};
    cm_picture *picture = open_picture(cm_buf_bytes(&j->host));
    at[1] = bench_now();
    cm_picture_info info = cm_picture_describe(picture);
    bench_must(cm_host_new((int)info.width, (int)info.height, &host, &err), "host", &err);
    bench_must(cm_picture_luma(picture, &host.luma, &err), "luma", &err);
    at[2] = bench_now();
    bench_must(cm_host_whiten(&host, &err), "whitening", &err);
    at[3] = bench_now();
    cm_plane change = cm_plane_new(host.luma.w, host.luma.h);
    if (change.data == NULL)
        bench_die("parts", "out of memory");
    bench_must(cm_embed_change(&host, &params, &change, NULL, &err), "embedding", &err);
    at[4] = bench_now();
    bench_must(cm_picture_encode(picture, &change, NULL, &out, &err), "encoding", &err);
    at[5] = bench_now();
    for (int i = 0; i < PARTS - PART_OPEN; i++)
        j->seconds[PART_OPEN + i][round] = at[i + 1] - at[i];
    cm_picture_close(picture);
    cm_host_free(&host);
    cm_plane_free(&change);
    cm_buf_free(&out);
}

static void measure(job *j) {
    for (size_t i = 0; i < j->rounds; i++) {
        time_unit(j, i);
        time_embedding(j, i);
        cm_bytes host = cm_buf_bytes(&j->host), marked = cm_buf_bytes(&j->marked);
        j->seconds[PART_FAST_MARKED][i] = time_detection(j, marked, true, true);
        j->seconds[PART_FAST_UNMARKED][i] = time_detection(j, host, true, false);
        j->seconds[PART_SEARCH][i] = time_detection(j, host, false, false);
        time_parts(j, i);
    }
}

static int report(job *j) {
    static const char *const NAMES[PARTS] = {
        [PART_DECODE] = "libjpeg-turbo decode",
        [PART_ENCODE] = "libjpeg-turbo encode",
        [PART_EMBED] = "embed, with self-check",
        [PART_FAST_MARKED] = "detect fast, marked",
        [PART_FAST_UNMARKED] = "detect fast, unmarked",
        [PART_SEARCH] = "whole search, unmarked",
        [PART_OPEN] = "  part: open (entropy decoding)",
        [PART_LUMA] = "  part: luma at canonical scale",
        [PART_WHITEN] = "  part: whitening",
        [PART_CHANGE] = "  part: the mark",
        [PART_WRITE] = "  part: write",
    };
    double median[PARTS];
    for (int i = 0; i < PARTS; i++)
        median[i] = bench_median(j->seconds[i], j->rounds);
    double unit = median[PART_DECODE] + median[PART_ENCODE];
    printf("  %-32s %8s %8s\n", "median", "ms", "units");
    for (int i = 0; i < PARTS; i++)
        printf("  %-32s %8.1f %8.2f\n", NAMES[i], 1000 * median[i], median[i] / unit);
    double fast =
        median[median[PART_FAST_MARKED] > median[PART_FAST_UNMARKED] ? PART_FAST_MARKED
                                                                     : PART_FAST_UNMARKED];
    bool embed_good = median[PART_EMBED] <= MOST_EMBED * unit, fast_good = fast <= MOST_FAST * unit;
    bool search_good = median[PART_SEARCH] <= MOST_SEARCH * unit;
    printf("%s  embedding at most %g units\n", embed_good ? "ok  " : "MISS", MOST_EMBED);
    printf("%s  fast detection at most %g units\n", fast_good ? "ok  " : "MISS", MOST_FAST);
    printf("%s  whole search at most %g units\n", search_good ? "ok  " : "MISS", MOST_SEARCH);
    return embed_good && fast_good && search_good ? 0 : 1;
}

int main(int argc, char **argv) {
    static job j;
    cm_error err;
    bench_keep_memory();
    if (argc < 2)
        bench_die("usage", "speed FILE.jpg [ROUNDS]");
    j.rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : ROUNDS;
    if (j.rounds < 1 || j.rounds > ROUNDS_MAX)
        bench_die("usage", "ROUNDS is 1 to 99");
    j.host = bench_load(argv[1]);
    bench_must(cm_key_generate(&(cm_key_options){.name = "bench"}, &j.key, &err), "key", &err);
    bench_must(cm_key_layer(j.key, CM_LAYER_PUBLIC, j.layer_key, &err), "key", &err);
    pixels p = decode(cm_buf_bytes(&j.host));
    free(p.rgb);
    printf("Speed on %s: %u x %u, %.1f MB, one thread, %zu rounds; unit: decode + encode\n",
           argv[1], p.width, p.height, 1e-6 * (double)j.host.size, j.rounds);
    measure(&j);
    int status = report(&j);
    cm_key_free(j.key);
    cm_buf_free(&j.host);
    cm_buf_free(&j.marked);
    return status;
}
