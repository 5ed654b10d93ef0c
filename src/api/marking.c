#include "api/marking.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "detect/image.h"
#include "mark/few_words.h"
#include "mark/secret.h"

cm_code cm_marking_allowed(const cm_key *key, float strength, cm_error *err) {
    char today[CM_DATE_SIZE];
    if (!(strength >= 0 && strength <= 4))
        return cm_fail(err, CM_ERR_ARGUMENT, "strength is more than 0 and at most 4");
    cm_date_today(today);
    return cm_key_allows_marking(key, today, err);
}

double cm_target_log10_p(int payload_bits) {
    return payload_bits == CM_PAYLOAD_BITS ? -30 : payload_bits == CM_SHORT_BITS ? -20 : -17;
}

bool cm_marking_shorter(cm_payload_length *length) {
    if (*length == CM_PAYLOAD_NONE)
        return false;
    *length = *length == CM_PAYLOAD_64 ? CM_PAYLOAD_16 : CM_PAYLOAD_NONE;
    return true;
}

static cm_code choose_payload(const cm_marking_choice *choice, cm_payload *out, cm_error *err) {
    static const int bits_of[] = {
        [CM_PAYLOAD_64] = CM_PAYLOAD_BITS, [CM_PAYLOAD_16] = CM_SHORT_BITS, [CM_PAYLOAD_NONE] = 0};
    int bits = bits_of[choice->payload_length];
    uint64_t most = bits == 0 ? 0 : UINT64_MAX >> (64 - bits);
    *out = (cm_payload){.bits = bits, .value = choice->payload != NULL ? *choice->payload : 0};
    if (choice->payload != NULL && (bits == 0 || *choice->payload > most))
        return cm_fail(err, CM_ERR_ARGUMENT, "the payload has more than the %d bits asked for",
                       bits);
    if (choice->payload != NULL)
        return cm_few_words_keep_off(*out, err);
    cm_code code = cm_secret_draw(&out->value, err);
    out->value &= most;
    return code;
}

cm_code cm_marking_begin(cm_marking *m, const cm_marking_choice *choice, cm_error *err) {
    *m = (cm_marking){.layers = choice->both_layers ? 2 : 1};
    cm_code code = choose_payload(choice, &m->payload, err);
    for (size_t i = 0; i < m->layers && code == CM_OK; i++) {
        bool hidden = choice->both_layers ? i == 1 : choice->private_layer;
        m->layer[i].key = choice->key;
        m->layer[i].layer = hidden ? CM_LAYER_PRIVATE : CM_LAYER_PUBLIC;
        code = cm_key_layer(choice->key, m->layer[i].layer, m->layer[i].bytes, err);
    }
    return code;
}

cm_code cm_marking_claim(cm_marking *m, uint32_t width, uint32_t height, cm_error *err) {
    m->width = (int)width;
    m->height = (int)height;
    cm_code code = cm_host_new(m->width, m->height, &m->host, err);
    if (code != CM_OK)
        return code;
    m->change = cm_plane_new(m->host.luma.w, m->host.luma.h);
    return m->change.data != NULL ? CM_OK : cm_fail_memory(err);
}

void cm_marking_end(cm_marking *m) {
    cm_secret_erase(m->layer, sizeof m->layer);
    cm_host_free(&m->host);
    cm_plane_free(&m->change);
}

/* The fast search under each of the keys. `residual` may be NULL: it is then made. */
static cm_code detect(const cm_marking *m, const cm_plane *seen, const cm_plane *residual,
                      const uint8_t *const *keys, size_t count, cm_detection *d, cm_error *err) {
    cm_detect_options fast = {.fast = true, .threads = m->threads};
    cm_canvas canvas;
    cm_code code = cm_canvas_new(seen, m->width, m->height, residual, &canvas, err);
    if (code == CM_OK)
        code = cm_detect_canvas(&canvas, keys, count, &fast, d, err);
    cm_canvas_free(&canvas);
    return code;
}

static cm_code refuse(const cm_marking *m, const cm_detection *d, cm_error *err) {
    char payload[CM_PAYLOAD_TEXT] = "";
    if (d->has_payload)
        cm_payload_text(d->payload, payload);
    return cm_fail(
        err, CM_ERR_EXISTS, "the picture carries a mark of key \"%s\" already%s%s; detect shows it",
        cm_key_name(m->layer[d->key].key), payload[0] != '\0' ? ", payload " : "", payload);
}

static void tell(const cm_candidate *c, const cm_detection *d, cm_earlier_mark *earlier) {
    *earlier = (cm_earlier_mark){.public_layer = c->layer == CM_LAYER_PUBLIC,
                                 .has_payload = d->has_payload && d->payload.bits > 0,
                                 .payload = d->payload.value,
                                 .payload_bits = d->has_payload ? d->payload.bits : -1,
                                 .log10_p = d->log10_p};
    (void)snprintf(earlier->key, sizeof earlier->key, "%s", cm_key_name(c->key));
}

/* What was found, the strongest first: a mark of our own layers is a reason to refuse, the first of
 * the others is told of. */
static cm_code judge_found(const cm_marking *m, const cm_candidate *others, const cm_detection *d,
                           cm_earlier_mark *earlier, cm_error *err) {
    for (size_t i = 0; i < 1 + d->other_count && d->log10_p <= CM_MARK_LOG10_P; i++) {
        const cm_detection *found = i == 0 ? d : &d->others[i - 1];
        if (found->key < m->layers)
            return refuse(m, found, err);
        if (earlier->key[0] == '\0')
            tell(&others[found->key - m->layers], found, earlier);
    }
    return CM_OK;
}

static bool is_own(const cm_marking *m, const cm_candidate *c) {
    for (size_t i = 0; i < m->layers; i++)
        if (memcmp(m->layer[i].bytes, c->bytes, CM_KEY_BYTES) == 0)
            return true;
    return false;
}

cm_code cm_marking_refuse_marked(const cm_marking *m, const cm_key *const *others, size_t count,
                                 cm_earlier_mark *earlier, cm_error *err) {
    cm_detection d = {0};
    cm_candidate *list = NULL;
    const uint8_t **keys = NULL;
    size_t listed = 0, kept = 0;
    *earlier = (cm_earlier_mark){0};
    cm_code code = cm_candidates_new(others, count, &list, &listed, err);
    if (code == CM_OK && (keys = cm_calloc(m->layers + listed, sizeof *keys)) == NULL)
        code = cm_fail_memory(err);
    for (size_t i = 0; i < listed && code == CM_OK; i++)
        if (!is_own(m, &list[i]))
            list[kept++] = list[i];
    for (size_t i = 0; i < m->layers + kept && code == CM_OK; i++)
        keys[i] = i < m->layers ? m->layer[i].bytes : list[i - m->layers].bytes;
    if (code == CM_OK)
        code = detect(m, &m->host.luma, &m->host.residual, keys, m->layers + kept, &d, err);
    if (code == CM_OK)
        code = judge_found(m, list, &d, earlier, err);
    cm_detection_free(&d);
    cm_candidates_free(list, listed);
    free(keys);
    return code;
}

cm_code cm_marking_make(cm_marking *m, float strength, cm_error *err) {
    cm_embed_params params = {.layer_key = m->layer[0].bytes,
                              .beside = m->layers > 1 ? m->layer[1].bytes : NULL,
                              .payload = m->payload,
                              .strength = strength};
    return cm_embed_change(&m->host, &params, &m->change, &m->report, err);
}

cm_code cm_marking_judge(const cm_marking *m, const cm_plane *seen, double *log10_p, bool *holds,
                         cm_error *err) {
    cm_code code = CM_OK;
    *holds = true;
    *log10_p = -INFINITY;
    for (size_t i = 0; i < m->layers && code == CM_OK; i++) {
        const uint8_t *key = m->layer[i].bytes;
        cm_detection d = {0};
        code = detect(m, seen, NULL, &key, 1, &d, err);
        if (code == CM_OK) {
            *log10_p = fmax(*log10_p, d.log10_p);
            *holds = *holds && d.log10_p <= cm_target_log10_p(m->payload.bits) && d.has_payload &&
                     cm_payload_same(d.payload, m->payload);
        }
        cm_detection_free(&d);
    }
    return code;
}

double cm_psnr(double mean_square) {
    return mean_square > 0 ? 10 * log10(255.0 * 255.0 / mean_square) : 99;
}
