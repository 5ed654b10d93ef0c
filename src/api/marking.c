#include "api/marking.h"

#include <inttypes.h>
#include <math.h>

#include "detect/image.h"
#include "mark/secret.h"

cm_code cm_marking_allowed(const cm_key *key, float strength, cm_error *err) {
    char today[CM_DATE_SIZE];
    if (!(strength >= 0 && strength <= 4))
        return cm_fail(err, CM_ERR_ARGUMENT, "strength is more than 0 and at most 4");
    cm_date_today(today);
    return cm_key_allows_marking(key, today, err);
}

cm_code cm_marking_begin(cm_marking *m, const cm_key *key, bool private_layer,
                         const uint64_t *payload, cm_error *err) {
    *m = (cm_marking){.key = key, .payload = payload != NULL ? *payload : 0};
    cm_code code =
        cm_key_layer(key, private_layer ? CM_LAYER_PRIVATE : CM_LAYER_PUBLIC, m->layer_key, err);
    return code == CM_OK && payload == NULL ? cm_secret_draw(&m->payload, err) : code;
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
    cm_secret_erase(m->layer_key, sizeof m->layer_key);
    cm_host_free(&m->host);
    cm_plane_free(&m->change);
}

/* `residual` may be NULL: it is then made. */
static cm_code detect(const cm_marking *m, const cm_plane *seen, const cm_plane *residual,
                      cm_detection *d, cm_error *err) {
    const uint8_t *keys[] = {m->layer_key};
    cm_detect_options fast = {.fast = true};
    cm_canvas canvas;
    cm_code code = cm_canvas_new(seen, m->width, m->height, residual, &canvas, err);
    if (code == CM_OK)
        code = cm_detect_canvas(&canvas, keys, 1, &fast, d, err);
    cm_canvas_free(&canvas);
    return code;
}

cm_code cm_marking_refuse_marked(const cm_marking *m, cm_error *err) {
    cm_detection d = {0};
    cm_code code = detect(m, &m->host.luma, &m->host.residual, &d, err);
    if (code == CM_OK && d.log10_p <= CM_MARK_LOG10_P)
        code = cm_fail(err, CM_ERR_EXISTS,
                       "the picture carries a mark of key \"%s\" already%s%0*" PRIx64
                       "; detect shows it",
                       cm_key_name(m->key), d.has_payload ? ", payload " : " ",
                       d.has_payload ? 16 : 1, d.has_payload ? d.payload : 0);
    cm_detection_free(&d);
    return code;
}

cm_code cm_marking_make(cm_marking *m, float strength, cm_error *err) {
    cm_embed_params params = {
        .layer_key = m->layer_key, .payload = m->payload, .strength = strength};
    return cm_embed_change(&m->host, &params, &m->change, &m->report, err);
}

cm_code cm_marking_judge(const cm_marking *m, const cm_plane *seen, double *log10_p, bool *holds,
                         cm_error *err) {
    cm_detection d = {0};
    cm_code code = detect(m, seen, NULL, &d, err);
    if (code == CM_OK) {
        *log10_p = d.log10_p;
        *holds = d.log10_p <= CM_TARGET_LOG10_P && d.has_payload && d.payload == m->payload;
    }
    cm_detection_free(&d);
    return code;
}

double cm_psnr(double mean_square) {
    return mean_square > 0 ? 10 * log10(255.0 * 255.0 / mean_square) : 99;
}
