#include "sign/cose.h"

enum { TAG_SIGN1 = 18, LABEL_ALG = 1, LABEL_CRIT = 2, LABEL_X5CHAIN = 33 };

static cm_code not_sign1(cm_cose *out, cm_error *err) {
    cm_cose_free(out);
    return cm_fail(err, CM_ERR_FORMAT, "COSE: not a COSE_Sign1 with a detached payload");
}

cm_code cm_cose_parse(cm_bytes bytes, const cm_limits *limits, cm_cose *out, cm_error *err) {
    *out = (cm_cose){0};
    cm_code code = cm_cbor_parse(bytes, limits, &out->document, err);
    if (code != CM_OK)
        return code;
    const cm_cbor_item *array = cm_cbor_tagged(cm_cbor_root(&out->document), TAG_SIGN1);
    const cm_cbor_item *fixed = cm_cbor_at(array, 0);
    out->loose = cm_cbor_at(array, 1);
    if (!cm_cbor_is(array, CM_CBOR_ARRAY) || array->count != 4 ||
        !cm_cbor_is(fixed, CM_CBOR_BYTES) || !cm_cbor_is(out->loose, CM_CBOR_MAP) ||
        !cm_cbor_null(cm_cbor_at(array, 2)) || !cm_cbor_is(cm_cbor_at(array, 3), CM_CBOR_BYTES))
        return not_sign1(out, err);
    out->protected_bytes = cm_cbor_string(fixed);
    out->signature = cm_cbor_string(cm_cbor_at(array, 3));
    if (out->protected_bytes.size == 0)
        return CM_OK;
    code = cm_cbor_parse(out->protected_bytes, limits, &out->header, err);
    if (code == CM_OK && !cm_cbor_is(cm_cbor_root(&out->header), CM_CBOR_MAP))
        return not_sign1(out, err);
    if (code != CM_OK) {
        cm_cose_free(out);
        return code;
    }
    out->fixed = cm_cbor_root(&out->header);
    return CM_OK;
}

void cm_cose_free(cm_cose *cose) {
    cm_cbor_free(&cose->document);
    cm_cbor_free(&cose->header);
    *cose = (cm_cose){0};
}

cm_sig_alg cm_cose_alg(const cm_cose *cose) {
    int64_t id;
    if (!cm_cbor_int(cm_cbor_get_int(cose->fixed, LABEL_ALG), &id))
        return CM_SIG_NONE;
    return cm_sig_from_cose_id(id);
}

cm_sig_alg cm_cose_alg_2_5(const cm_cose *cose, bool *exact, bool *other) {
    enum { ML_DSA_44 = -48, ML_DSA_87 = -50 };
    static const struct {
        int64_t id;
        cm_sig_alg alg;
    } esp[] = {{-9, CM_SIG_ES256}, {-51, CM_SIG_ES384}, {-52, CM_SIG_ES512}};
    int64_t id = 0;
    *exact = *other = false;
    if (!cm_cbor_int(cm_cbor_get_int(cose->fixed, LABEL_ALG), &id))
        return CM_SIG_NONE;
    *other = id <= ML_DSA_44 && id >= ML_DSA_87;
    for (size_t i = 0; i < sizeof esp / sizeof esp[0]; i++)
        if (esp[i].id == id) {
            *exact = true;
            return esp[i].alg;
        }
    return cm_sig_from_cose_id(id);
}

/* One certificate is a byte string, several an array of them (RFC 9360 §2). */
static size_t list_chain(const cm_cbor_item *chain, cm_bytes *certificates, size_t most) {
    size_t n = 0;
    if (cm_cbor_is(chain, CM_CBOR_BYTES)) {
        if (most > 0)
            certificates[n++] = cm_cbor_string(chain);
        return n;
    }
    for (const cm_cbor_item *c = cm_cbor_first(chain); c != NULL; c = cm_cbor_next(chain, c)) {
        if (!cm_cbor_is(c, CM_CBOR_BYTES) || n == most)
            return 0;
        certificates[n++] = cm_cbor_string(c);
    }
    return n;
}

size_t cm_cose_chain(const cm_cose *cose, cm_bytes *certificates, size_t most) {
    const cm_cbor_item *fixed = cm_cbor_get_int(cose->fixed, LABEL_X5CHAIN);
    const cm_cbor_item *loose = cm_cbor_get_int(cose->loose, LABEL_X5CHAIN);
    if (fixed == NULL && loose == NULL) { /* where there is one by number, others don't count */
        fixed = cm_cbor_get(cose->fixed, "x5chain");
        loose = cm_cbor_get(cose->loose, "x5chain");
    }
    if (fixed != NULL && loose != NULL)
        return 0;
    return list_chain(fixed != NULL ? fixed : loose, certificates, most);
}

bool cm_cose_critical_ok(const cm_cose *cose) {
    if (cm_cbor_get_int(cose->loose, LABEL_CRIT) != NULL)
        return false; /* RFC 9052 §3.1: it belongs in the protected header */
    const cm_cbor_item *critical = cm_cbor_get_int(cose->fixed, LABEL_CRIT);
    if (critical == NULL)
        return true;
    if (cm_cbor_first(critical) == NULL)
        return false;
    for (const cm_cbor_item *c = cm_cbor_first(critical); c != NULL;
         c = cm_cbor_next(critical, c)) {
        int64_t label = 0;
        if (!cm_cbor_int(c, &label) || (label != LABEL_ALG && label != LABEL_X5CHAIN))
            return false;
    }
    return true;
}

void cm_cose_to_be_signed(cm_buf *out, const char *context, cm_bytes protected_bytes,
                          cm_bytes payload) {
    cm_cbor_put_array(out, 4);
    cm_cbor_put_text(out, context);
    cm_cbor_put_bytes(out, protected_bytes);
    cm_cbor_put_bytes(out, (cm_bytes){0}); /* no external data */
    cm_cbor_put_bytes(out, payload);
}

static void put_protected(cm_buf *out, const cm_signer *signer) {
    size_t count = cm_signer_certificates(signer);
    cm_cbor_put_map(out, 2);
    cm_cbor_put_int(out, LABEL_ALG);
    cm_cbor_put_int(out, cm_sig_cose_id(cm_signer_alg(signer)));
    cm_cbor_put_int(out, LABEL_X5CHAIN);
    if (count != 1)
        cm_cbor_put_array(out, count);
    for (size_t i = 0; i < count; i++)
        cm_cbor_put_bytes(out, cm_signer_certificate(signer, i));
}

/* The unprotected header, of which `more` is the encoding of `count` pairs. `padding` bytes go into
 * it as "pad", and as "pad2" too where one string can't have the length that is missing (C2PA 2.2
 * §13.2.5). */
static void put_loose(cm_buf *out, const cm_buf *more, size_t count, size_t padding) {
    static const size_t key = sizeof "pad"; /* encoded: a head, and no NUL */
    static const size_t key2 = sizeof "pad2";
    if (padding == 0) {
        cm_cbor_put_map(out, count);
    } else if (padding > key && cm_cbor_can_pad(padding - key)) {
        cm_cbor_put_map(out, count + 1);
        cm_cbor_put_text(out, "pad");
        cm_cbor_put_padding(out, padding - key);
    } else {
        size_t second = key2 + 1;
        cm_cbor_put_map(out, count + 2);
        cm_cbor_put_text(out, "pad");
        cm_cbor_put_padding(out, padding > key + second ? padding - key - second : 0);
        cm_cbor_put_text(out, "pad2");
        cm_cbor_put_padding(out, 1);
    }
    cm_buf_put_bytes(out, cm_buf_bytes(more));
}

static void put(cm_buf *out, const cm_cose_made *made, size_t padding) {
    cm_cbor_put_tag(out, TAG_SIGN1);
    cm_cbor_put_array(out, 4);
    cm_cbor_put_bytes(out, cm_buf_bytes(&made->header));
    put_loose(out, &made->more, made->count, padding);
    cm_cbor_put_null(out);
    cm_cbor_put_bytes(out, cm_buf_bytes(&made->signature));
}

void cm_cose_made_free(cm_cose_made *made) {
    cm_buf_free(&made->header);
    cm_buf_free(&made->signature);
    cm_buf_free(&made->more);
    *made = (cm_cose_made){0};
}

size_t cm_cose_made_size(const cm_cose_made *made) {
    cm_buf bare = {0};
    put(&bare, made, 0);
    size_t size = bare.failed == CM_OK ? bare.size : 0;
    cm_buf_free(&bare);
    return size;
}

cm_code cm_cose_blank(const cm_signer *signer, cm_cose_made *out, cm_error *err) {
    *out = (cm_cose_made){0};
    put_protected(&out->header, signer);
    cm_buf_fill(&out->signature, 0xff, cm_signer_signature_size(signer));
    cm_code code = cm_buf_status(&out->header, err);
    return code == CM_OK ? cm_buf_status(&out->signature, err) : code;
}

size_t cm_cose_size(const cm_signer *signer) {
    cm_cose_made blank;
    size_t size = cm_cose_blank(signer, &blank, NULL) == CM_OK ? cm_cose_made_size(&blank) : 0;
    cm_cose_made_free(&blank);
    return size;
}

/* The least size of a structure of `bare` bytes that is `size` at least. */
static size_t reachable(size_t bare, size_t size) {
    if (size <= bare)
        return bare;
    return size < bare + CM_COSE_PADDING ? bare + CM_COSE_PADDING : size;
}

size_t cm_cose_reachable(const cm_signer *signer, size_t size) {
    return reachable(cm_cose_size(signer), size);
}

/* rVals and sigTst2 (C2PA 2.2 §10.3.2.5, §10.3.2.6), behind "pad" as their keys' lengths have it.
 * The time-stamp is made over the signature. */
static cm_code put_more(cm_buf *out, size_t *count, const cm_cose_more *more, cm_bytes header,
                        cm_bytes signature, cm_error *err) {
    cm_code code = CM_OK;
    cm_buf message = {0};
    cm_buf token = {0};
    if (more->ocsp.size != 0) {
        cm_cbor_put_text(out, "rVals");
        cm_cbor_put_map(out, 1);
        cm_cbor_put_text(out, "ocspVals");
        cm_cbor_put_array(out, 1);
        cm_cbor_put_bytes(out, more->ocsp);
        ++*count;
    }
    if (more->stamp != NULL) {
        cm_cose_to_be_stamped(&message, header, signature);
        code = cm_buf_status(&message, err);
        if (code == CM_OK)
            code = more->stamp(more->context, cm_buf_bytes(&message), &token, err);
        cm_cbor_put_text(out, "sigTst2");
        cm_cbor_put_map(out, 1);
        cm_cbor_put_text(out, "tstTokens");
        cm_cbor_put_array(out, 1);
        cm_cbor_put_map(out, 1);
        cm_cbor_put_text(out, "val");
        cm_cbor_put_bytes(out, cm_buf_bytes(&token));
        ++*count;
    }
    cm_buf_free(&message);
    cm_buf_free(&token);
    return code == CM_OK ? cm_buf_status(out, err) : code;
}

void cm_cose_to_be_stamped(cm_buf *out, cm_bytes protected_bytes, cm_bytes signature) {
    cm_buf payload = {0};
    cm_cbor_put_bytes(&payload, signature);
    cm_cose_to_be_signed(out, "CounterSignature", protected_bytes, cm_buf_bytes(&payload));
    if (payload.failed != CM_OK && out->failed == CM_OK)
        out->failed = payload.failed;
    cm_buf_free(&payload);
}

cm_code cm_cose_make(const cm_signer *signer, const cm_cose_more *more, cm_bytes payload,
                     cm_cose_made *out, cm_error *err) {
    cm_buf message = {0};
    *out = (cm_cose_made){0};
    put_protected(&out->header, signer);
    cm_cose_to_be_signed(&message, "Signature1", cm_buf_bytes(&out->header), payload);
    cm_code code = cm_buf_status(&out->header, err);
    if (code == CM_OK)
        code = cm_buf_status(&message, err);
    if (code == CM_OK)
        code = cm_signer_sign(signer, cm_buf_bytes(&message), &out->signature, err);
    if (code == CM_OK && more != NULL)
        code = put_more(&out->more, &out->count, more, cm_buf_bytes(&out->header),
                        cm_buf_bytes(&out->signature), err);
    cm_buf_free(&message);
    return code;
}

cm_code cm_cose_put(const cm_cose_made *made, size_t padding, cm_buf *out, cm_error *err) {
    put(out, made, padding);
    return cm_buf_status(out, err);
}

cm_code cm_cose_sign_with(const cm_signer *signer, const cm_cose_more *more, cm_bytes payload,
                          size_t size, size_t *needed, cm_buf *out, cm_error *err) {
    cm_cose_made made;
    size_t start = out->size;
    cm_code code = cm_cose_make(signer, more, payload, &made, err);
    size_t bare = cm_cose_made_size(&made);
    *needed = bare;
    if (code == CM_OK && (size < bare || reachable(bare, size) != size)) {
        *needed = bare + CM_COSE_SLACK;
        code = cm_fail(err, CM_ERR_LIMIT, "what goes with the signature needs %zu bytes", *needed);
    }
    if (code == CM_OK)
        code = cm_cose_put(&made, size - bare, out, err);
    if (code == CM_OK && out->size - start != size)
        code = cm_fail(err, CM_ERR_CRYPTO, "the signature is not as long as it should be");
    cm_cose_made_free(&made);
    return code;
}

cm_code cm_cose_sign(const cm_signer *signer, cm_bytes payload, size_t size, cm_buf *out,
                     cm_error *err) {
    size_t needed;
    if (cm_cose_reachable(signer, size) != size)
        return cm_fail(err, CM_ERR_ARGUMENT, "no signature is %zu bytes long", size);
    return cm_cose_sign_with(signer, NULL, payload, size, &needed, out, err);
}
