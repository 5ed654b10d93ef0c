#include "api/inspector.h"

#include <stdlib.h>

#include "base/http.h"

cm_code cm_load_file(const char *path, const cm_limits *limits, cm_buf *out, cm_error *err) {
    cm_source *source = NULL;
    cm_code code = cm_source_open(path, limits, &source, err);
    if (code == CM_OK)
        code = cm_source_load(source, 0, cm_source_size(source), out, err);
    cm_source_close(source);
    return code;
}

static cm_code load_trust(cm_inspector *i, cm_error *err) {
    cm_trust_lists lists;
    cm_code code = cm_trust_lists_read(&i->options, &i->limits, &lists, err);
    i->trust = lists.signers;
    i->tsa_trust = lists.authorities;
    i->identity_trust = lists.identities;
    return code;
}

static cm_code settle_policy(cm_inspector *i, cm_error *err) {
    int *policy = &i->options.policy;
    if (*policy == CM_POLICY_NEWEST)
        *policy = CM_POLICY_2_5;
    if (*policy == CM_POLICY_2_2 || *policy == CM_POLICY_2_4 || *policy == CM_POLICY_2_5)
        return CM_OK;
    return cm_fail(err, CM_ERR_ARGUMENT, "policy: C2PA 2.2, 2.4 or 2.5");
}

cm_code cm_inspector_new(const cm_inspect_options *options, cm_inspector **out, cm_error *err) {
    *out = NULL;
    cm_inspector *i = calloc(1, sizeof *i);
    if (i == NULL)
        return cm_fail_memory(err);
    i->options = *options;
    i->limits = options->limits != NULL ? *options->limits : cm_limits_default();
    i->options.limits = &i->limits;
    if (i->options.layers == 0)
        i->options.layers = CM_LOOK_ALL;
    const cm_blind_watermark *blind = options->blind_watermark;
    i->certificates = cm_cert_cache_new();
    cm_code code = settle_policy(i, err);
    if (code == CM_OK)
        code = load_trust(i, err);
    if (code == CM_OK && options->online && !cm_http_available())
        code = cm_fail(err, CM_ERR_UNSUPPORTED,
                       "online: fetching takes libcurl, which isn't installed, or a build that "
                       "wasn't made without it (HTTP=none)");
    if (code == CM_OK && blind != NULL) {
        i->blind_watermark = *blind;
        i->options.blind_watermark = &i->blind_watermark;
        if (blind->bits < 1 || blind->bits > CM_BLIND_WATERMARK_BITS_MAX)
            code = cm_fail(err, CM_ERR_ARGUMENT, "blind_watermark: a payload has 1 to %d bits",
                           CM_BLIND_WATERMARK_BITS_MAX);
    }
    if (code == CM_OK)
        code = cm_candidates_new(options->keys, options->key_count, &i->candidates,
                                 &i->candidate_count, err);
    if (code != CM_OK) {
        cm_inspector_free(i);
        return code;
    }
    *out = i;
    return CM_OK;
}

void cm_inspector_free(cm_inspector *i) {
    if (i == NULL)
        return;
    cm_candidates_free(i->candidates, i->candidate_count);
    if (i->tsa_trust != i->trust)
        cm_trust_free(i->tsa_trust);
    cm_trust_free(i->trust);
    cm_memo_free(i->certificates);
    cm_trust_free(i->identity_trust);
    free(i);
}
