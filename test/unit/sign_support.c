#include "sign_support.h"

#include <check.h>

#include "asset/asset.h"

uint32_t sign_next(sign_random *r) {
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(r->state >> 32);
}

cm_buf sign_load(const char *name) {
    char path[256];
    cm_source *s = NULL;
    cm_buf out = {0};
    (void)snprintf(path, sizeof path, SIGN_DATA "%s", name);
    ck_assert_msg(cm_source_open(path, NULL, &s, NULL) == CM_OK, "%s is missing", path);
    ck_assert_int_eq(cm_source_load(s, 0, cm_source_size(s), &out, NULL), CM_OK);
    cm_source_close(s);
    return out;
}

size_t sign_boxes(const cm_source *asset, cm_verify_box *boxes, size_t most) {
    static const char *const known[] = {"PNGh", "IHDR", "IDAT", "IEND", "C2PA"};
    cm_asset_boxes list;
    if (cm_asset_boxes_read(asset, &list, NULL) != CM_OK)
        return 0;
    ck_assert_uint_le(list.count, most);
    for (size_t i = 0; i < list.count; i++) {
        boxes[i] = (cm_verify_box){.name = "?", .where = list.items[i].where};
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
            if (strcmp(list.items[i].name, known[k]) == 0)
                boxes[i].name = known[k];
    }
    size_t count = list.count;
    cm_asset_boxes_free(&list);
    return count;
}

cm_buf sign_hex(const char *text) {
    cm_buf out = {0};
    for (; *text != '\0'; text++) {
        unsigned value;
        if (*text == ' ')
            continue;
        ck_assert_int_eq(sscanf(text, "%2x", &value), 1);
        cm_buf_u8(&out, (uint8_t)value);
        text++;
    }
    return out;
}

cm_source *sign_source_over(cm_bytes bytes) {
    cm_source *s = NULL;
    ck_assert_int_eq(cm_source_memory(bytes, &s, NULL), CM_OK);
    return s;
}

cm_buf sign_filler_store(size_t size) {
    cm_buf b = {0};
    sign_random r = {size};
    cm_buf_be32(&b, (uint32_t)size);
    cm_buf_text(&b, "jumb");
    while (b.size < size)
        cm_buf_u8(&b, (uint8_t)sign_next(&r));
    return b;
}

cm_code sign_read_asset(cm_bytes text, cm_asset_manifest *m) {
    cm_source *in = sign_source_over(text);
    cm_code code = cm_asset_read(in, NULL, m, NULL);
    cm_source_close(in);
    return code;
}

sign_credentials sign_make_credentials(cm_sig_alg alg) {
    sign_credentials c = {0};
    cm_error err = {0};
    cm_certgen_options options = {.alg = alg, .now = time(NULL)};
    ck_assert_msg(cm_certgen_chain(&options, &c.pem, &err) == CM_OK, "%s", err.message);
    ck_assert_msg(cm_signer_from_pem(cm_buf_bytes(&c.pem.chain), cm_buf_bytes(&c.pem.key), alg,
                                     options.now, &c.signer, &err) == CM_OK,
                  "%s", err.message);
    ck_assert_int_eq(cm_trust_new(cm_buf_bytes(&c.pem.root), &c.trust, &err), CM_OK);
    return c;
}

void sign_free_credentials(sign_credentials *c) {
    cm_signer_close(c->signer);
    cm_trust_free(c->trust);
    cm_certgen_free(&c->pem);
}

sign_asset sign_make_asset(const cm_manifest_spec *spec, const cm_signer *signer) {
    enum { BEFORE = 100, BEHIND = 50 };
    sign_asset a = {0};
    cm_error err = {0};
    cm_manifest *m = NULL;
    cm_digest digest;
    cm_buf rest = {0};
    cm_buf store = {0};
    for (int i = 0; i < BEFORE + BEHIND; i++)
        cm_buf_u8(&rest, (uint8_t)(i * 7));
    ck_assert_msg(cm_manifest_new(spec, signer, &m, &err) == CM_OK, "%s", err.message);
    ck_assert_int_eq(cm_hash_bytes(cm_manifest_hash(m), cm_buf_bytes(&rest), &digest, &err), CM_OK);
    a.where = (cm_span){BEFORE, cm_manifest_size(m)};
    ck_assert_msg(cm_manifest_sign(m, &digest, a.where, &store, &err) == CM_OK, "%s", err.message);
    ck_assert_uint_eq(store.size, cm_manifest_size(m));
    cm_buf_put(&a.bytes, rest.data, BEFORE);
    cm_buf_put_bytes(&a.bytes, cm_buf_bytes(&store));
    cm_buf_put(&a.bytes, rest.data + BEFORE, BEHIND);
    cm_buf_free(&rest);
    cm_buf_free(&store);
    cm_manifest_free(m);
    return a;
}

void sign_free_asset(sign_asset *a) {
    cm_buf_free(&a->bytes);
}

cm_report *sign_verify_asset(const sign_asset *a, const cm_trust *trust, time_t now) {
    cm_verify_options options = {.signers = trust, .now = now};
    return sign_verify_so(a, &options);
}

cm_report *sign_verify_so(const sign_asset *a, const cm_verify_options *options) {
    cm_error err = {0};
    cm_source *source = NULL;
    cm_report *report = NULL;
    ck_assert_int_eq(cm_source_memory(cm_buf_bytes(&a->bytes), &source, &err), CM_OK);
    cm_verify_input input = {
        .store = {a->bytes.data + a->where.start, (size_t)a->where.length},
        .asset = source,
        .where = a->where,
    };
    ck_assert_msg(cm_verify(&input, options, &report, &err) == CM_OK, "%s", err.message);
    cm_source_close(source);
    return report;
}

void sign_failures(const cm_report *r, char *text, size_t size) {
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < r->status_count && at < size; i++)
        if (cm_status_kind_of(r->status[i].id) == CM_STATUS_FAILURE)
            at += (size_t)snprintf(text + at, size - at, "%s%s", at != 0 ? " " : "",
                                   cm_status_code(r->status[i].id));
}

cm_code sign_make_fake(void *context, cm_bytes message, cm_buf *token, cm_error *err) {
    sign_fake *f = context;
    f->made++;
    ck_assert_uint_gt(message.size, 0);
    cm_buf_fill(token, f->byte, f->size);
    return cm_buf_status(token, err);
}
