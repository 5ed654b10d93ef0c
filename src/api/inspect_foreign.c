/* The layer of other people's image marks: known payloads, and what a password opens. */
#include <math.h>
#include <stdlib.h>

#include "api/inspect.h"
#include "base/mem.h"
#include "foreign/blind_watermark.h"
#include "foreign/look.h"
#include "foreign/read.h"

static const char *decoder_name(const cm_foreign_match *m) {
    if (m->method == CM_METHOD_SVD)
        return "dwtDctSvd uint8";
    return m->payload->domain == CM_DOMAIN_BYTES ? "dwtDct uint8" : "dwtDct float";
}

/* Bits as text, moving the place behind them. */
static const char *put_bits(char **at, const uint8_t *bits, size_t n) {
    char *text = *at;
    for (size_t i = 0; i < n; i++)
        text[i] = bits[i] != 0 ? '1' : '0';
    text[n] = '\0';
    *at = text + n + 1;
    return text;
}

static void show_match(cm_findings *f, const cm_foreign_match *m, char **at) {
    uint8_t wanted[CM_PAYLOAD_BITS_MAX];
    size_t n = m->payload->n;
    cm_payload_bits(m->payload, wanted);
    f->foreign_shown[f->shown.foreign_count++] = (cm_foreign_evidence){
        .scheme = "invisible-watermark",
        .decoder = decoder_name(m),
        .swapped = m->swapped,
        .name = m->payload->name,
        .payload = put_bits(at, wanted, n),
        .bits = put_bits(at, m->bits, n),
        .bit_count = n,
        .matched = m->matched,
        .log10_p = m->log10_p,
        .tests = CM_FOREIGN_TESTS,
        .separation = m->separation,
    };
}

static cm_code look_for_known(cm_foreign_pixels pixels, cm_findings *f, char **at, cm_error *err) {
    cm_foreign_match best;
    cm_code code = cm_foreign_look(pixels, &best, err);
    if (code == CM_OK && best.log10_p <= CM_FOREIGN_LOG10_P)
        show_match(f, &best, at);
    return code;
}

/* Any payload may be there: what is read is no evidence, and the report says so. */
static void show_read(cm_findings *f, const double *means, size_t n, uint8_t *bits, char **at) {
    double separation = cm_read_clusters(means, n, bits);
    f->foreign_shown[f->shown.foreign_count++] = (cm_foreign_evidence){
        .scheme = "blind_watermark",
        .decoder = "d1=36 d2=20",
        .bits = put_bits(at, bits, n),
        .bit_count = n,
        .log10_p = NAN,
        .tests = 1,
        .separation = separation,
    };
    cm_findings_note(f, "blind_watermark: these bits are read from any picture, marked or not, and "
                        "are no evidence by themselves");
}

static cm_code read_blind(const cm_blind_watermark *b, cm_foreign_pixels pixels, cm_findings *f,
                          char **at, cm_error *err) {
    double *means = cm_calloc(b->bits, sizeof *means);
    uint8_t *bits = cm_calloc(b->bits, 1);
    cm_code code = means != NULL && bits != NULL ? CM_OK : cm_fail_memory(err);
    if (code == CM_OK)
        code = cm_blind_watermark_means(pixels, b->password_picture, b->password_payload, means,
                                        b->bits, err);
    if (code == CM_OK)
        show_read(f, means, b->bits, bits, at);
    if (code == CM_ERR_CAPACITY) { /* an answer, too */
        cm_findings_note(f, "blind_watermark: the picture is too small for %u bits",
                         (unsigned)b->bits);
        code = CM_OK;
    }
    free(bits);
    free(means);
    return code;
}

static cm_code look(const cm_blind_watermark *blind, cm_foreign_pixels pixels, cm_findings *f,
                    cm_error *err) {
    size_t room = 2 * (CM_PAYLOAD_BITS_MAX + 1) + (blind != NULL ? blind->bits + 1 : 0);
    char *at = f->foreign_text = cm_calloc(room, 1);
    cm_code code = at != NULL ? look_for_known(pixels, f, &at, err) : cm_fail_memory(err);
    if (code == CM_OK && blind != NULL)
        code = read_blind(blind, pixels, f, &at, err);
    if (code == CM_OK && pixels.w * pixels.h < CM_FOREIGN_PIXELS_MIN)
        cm_findings_note(f, "below %d pixels invisible-watermark marks no picture",
                         CM_FOREIGN_PIXELS_MIN);
    f->shown.foreign = f->foreign_shown;
    return code;
}

cm_code cm_inspect_foreign(const cm_inspector *i, const cm_picture *picture, cm_findings *f,
                           cm_error *err) {
    size_t n = (size_t)f->columns * f->rows;
    uint8_t *rgb = cm_alloc_aligned(n, 3), *planes = NULL;
    cm_foreign_pixels pixels = {0};
    cm_code code =
        rgb != NULL ? cm_picture_rgb(picture, CM_ALPHA_IGNORED, rgb, err) : cm_fail_memory(err);
    if (code == CM_OK && (planes = cm_alloc_aligned(n, 3)) == NULL)
        code = cm_fail_memory(err);
    if (code == CM_OK)
        pixels = cm_pixels_split(rgb, f->columns, f->rows, planes);
    free(rgb);
    if (code == CM_OK)
        code = look(i->options.blind_watermark, pixels, f, err);
    free(planes);
    return code;
}
