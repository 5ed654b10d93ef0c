#include "api/trust_lists.h"

#include "api/inspector.h"

cm_code cm_trust_text(const char *path, const cm_limits *limits, cm_buf *out, cm_error *err) {
    cm_code code = cm_load_file(path, limits, out, err);
    cm_buf_u8(out, '\n'); /* a file may end without one */
    return code == CM_OK ? cm_buf_status(out, err) : code;
}

static cm_code add_files(const char *const *paths, size_t count, const cm_limits *limits,
                         cm_buf *out, cm_error *err) {
    cm_code code = CM_OK;
    for (size_t i = 0; code == CM_OK && i < count; i++)
        code = cm_trust_text(paths[i], limits, out, err);
    return code;
}

/* NULL where nothing was given. */
static cm_code build(const cm_trust_texts *t, cm_trust **out, cm_error *err) {
    cm_code code = CM_OK;
    if (t->anchors.size == 0 && t->allowed.size == 0 && t->purposes.size == 0)
        return CM_OK;
    code = cm_trust_new(cm_buf_bytes(&t->anchors), out, err);
    if (code == CM_OK && t->allowed.size != 0)
        code = cm_trust_allow(*out, cm_buf_bytes(&t->allowed), err);
    if (code == CM_OK)
        code = cm_trust_purposes(*out, cm_buf_bytes(&t->purposes), err);
    return code;
}

static void free_texts(cm_trust_texts *t) {
    cm_buf_free(&t->anchors);
    cm_buf_free(&t->allowed);
    cm_buf_free(&t->purposes);
}

static cm_code read_all(const cm_inspect_options *o, const cm_limits *limits, cm_trust_texts t[3],
                        cm_error *err) {
    cm_code code = add_files(o->trust, o->trust_count, limits, &t[0].anchors, err);
    if (code == CM_OK)
        code = add_files(o->tsa_trust, o->tsa_trust_count, limits, &t[1].anchors, err);
    if (code == CM_OK)
        code = add_files(o->identity_trust, o->identity_trust_count, limits, &t[2].anchors, err);
    if (code == CM_OK)
        code = add_files(o->allowed, o->allowed_count, limits, &t[0].allowed, err);
    if (code == CM_OK && o->trust_config != NULL)
        code = cm_trust_config_read(o->trust_config, limits, &t[0], &t[1], &t[2], err);
    return code;
}

cm_code cm_trust_lists_read(const cm_inspect_options *options, const cm_limits *limits,
                            cm_trust_lists *out, cm_error *err) {
    cm_trust_texts t[3] = {{{0}, {0}, {0}}}; /* signers, authorities, identities */
    cm_trust **built[3] = {&out->signers, &out->authorities, &out->identities};
    *out = (cm_trust_lists){0};
    cm_code code = read_all(options, limits, t, err);
    for (size_t i = 0; i < 3; i++) {
        if (code == CM_OK)
            code = build(&t[i], built[i], err);
        free_texts(&t[i]);
    }
    if (out->authorities == NULL)
        out->authorities = out->signers;
    return code;
}
