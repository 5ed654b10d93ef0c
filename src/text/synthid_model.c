#include "text/synthid_model.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/stream.h"

static json_t *field(const json_t *in, const char *name, const char *longer) {
    json_t *value = json_object_get(in, name);
    return value != NULL ? value : json_object_get(in, longer);
}

/* The only element of arrays that have one; torch shapes beta 1 × 1 × depth. */
static const json_t *unwrap(const json_t *in, size_t count) {
    while (json_array_size(in) == 1 && (count > 1 || json_is_array(json_array_get(in, 0))))
        in = json_array_get(in, 0);
    return in;
}

static bool read_number(const json_t *in, double *out) {
    *out = json_number_value(in);
    return json_is_number(in) && isfinite(*out) && fabs(*out) < 1e6;
}

static bool read_row(const json_t *in, size_t count, double *out) {
    bool good = json_array_size(in) == count;
    for (size_t i = 0; good && i < count; i++)
        good = read_number(json_array_get(in, i), &out[i]);
    return good;
}

static bool read_prior(const json_t *in, double *out) {
    double prior = 0;
    bool good = json_is_array(in) ? read_row(in, 1, &prior) : read_number(in, &prior);
    *out = prior;
    return good && prior > 0 && prior < 1;
}

/* For a depth of 1 there is one row of one number, however deep it stands. */
static bool read_delta(const json_t *in, size_t depth, cm_synthid_model *out) {
    if (depth == 1)
        return read_row(unwrap(in, 1), 1, out->delta[0]);
    in = unwrap(in, depth);
    bool good = json_array_size(in) == depth;
    for (size_t l = 0; good && l < depth; l++)
        good = read_row(json_array_get(in, l), depth, out->delta[l]);
    return good;
}

static bool read_model(const json_t *in, size_t depth, cm_synthid_model *out) {
    const json_t *beta = field(in, "beta", "likelihood_model_watermarked.beta");
    const json_t *delta = field(in, "delta", "likelihood_model_watermarked.delta");
    return read_row(unwrap(beta, depth), depth, out->beta) && read_delta(delta, depth, out) &&
           read_prior(json_object_get(in, "prior"), &out->prior);
}

static cm_code load(const char *path, cm_buf *out, cm_error *err) {
    cm_limits limits = cm_limits_default();
    cm_source *source = NULL;
    limits.file_bytes = 1 << 20;
    cm_code code = cm_source_open(path, &limits, &source, err);
    if (code == CM_OK)
        code = cm_source_load(source, 0, cm_source_size(source), out, err);
    cm_source_close(source);
    return code;
}

cm_code cm_synthid_model_read(const char *where, int depth, cm_synthid_model *out, cm_error *err) {
    cm_buf text = {0};
    json_error_t what;
    json_t *root = NULL;
    cm_code code = CM_OK;
    if (where[0] == '{')
        root = json_loads(where, 0, &what);
    else if ((code = load(where, &text, err)) == CM_OK)
        root = json_loadb((const char *)text.data, text.size, 0, &what);
    cm_buf_free(&text);
    if (code == CM_OK && !read_model(root, (size_t)depth, out))
        code = cm_fail(err, CM_ERR_FORMAT,
                       "%s: no Bayesian detector; JSON with \"beta\" (%d numbers), \"delta\" (%d "
                       "rows of them) and \"prior\" (between 0 and 1) is needed",
                       where[0] == '{' ? "model" : where, depth, depth);
    json_decref(root);
    return code;
}
