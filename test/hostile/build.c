/* Stores, manifests and containers, made by hand: the library's own writer would refuse these. */
#include "hostile.h"

#include <brotli/encode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "base/hash.h"
#include "sign/cbor.h"
#include "sign/cose.h"
#include "sign/labels.h"

void hostile_die(const char *what) {
    fprintf(stderr, "hostile files: %s\n", what);
    exit(2);
}

hostile_signer hostile_signer_new(cm_sig_alg alg) {
    hostile_signer s = {0};
    cm_error err = {0};
    cm_certgen_options options = {.alg = alg, .now = time(NULL)};
    if (cm_certgen_chain(&options, &s.pem, &err) != CM_OK ||
        cm_signer_from_pem(cm_buf_bytes(&s.pem.chain), cm_buf_bytes(&s.pem.key), alg, options.now,
                           &s.signer, &err) != CM_OK)
        hostile_die(err.message);
    return s;
}

void hostile_signer_free(hostile_signer *s) {
    cm_signer_close(s->signer);
    cm_certgen_free(&s->pem);
}

void hostile_label(unsigned number, char label[static HOSTILE_LABEL]) {
    (void)snprintf(label, HOSTILE_LABEL, "urn:c2pa:00000000-0000-4000-8000-%012u", number);
}

size_t hostile_open(cm_buf *store) {
    return cm_jumbf_open(store, CM_KIND_STORE, CM_LABEL_STORE, NULL);
}

void hostile_put_link(cm_buf *out, const char *uri, cm_bytes content) {
    cm_digest digest;
    if (cm_hash_bytes(CM_HASH_SHA256, content, &digest, NULL) != CM_OK)
        hostile_die("no hash");
    cm_cbor_put_map(out, 2);
    cm_cbor_put_text(out, "url");
    cm_cbor_put_text(out, uri);
    cm_cbor_put_text(out, "hash");
    cm_cbor_put_bytes(out, cm_digest_bytes(&digest));
}

/* The content of the box that begins at `at`, as a hashed URI covers it. */
static cm_bytes content_at(const cm_buf *b, size_t at) {
    return (cm_bytes){b->data + at + 8, b->size - at - 8};
}

static void put_assertion(cm_buf *out, cm_buf *links, const char *label, cm_bytes content) {
    char uri[256];
    size_t at = out->size;
    size_t superbox = cm_jumbf_open(out, CM_KIND_CBOR, label, NULL);
    size_t box = cm_jumbf_open_box(out, CM_BOX_CBOR);
    cm_buf_put_bytes(out, content);
    cm_jumbf_close(out, box);
    cm_jumbf_close(out, superbox);
    (void)snprintf(uri, sizeof uri, CM_URI_SELF CM_LABEL_ASSERTIONS "/%s", label);
    hostile_put_link(links, uri, content_at(out, at));
}

static void put_actions(cm_buf *out, cm_buf *links) {
    cm_buf content = {0};
    cm_cbor_put_map(&content, 1);
    cm_cbor_put_text(&content, "actions");
    cm_cbor_put_array(&content, 1);
    cm_cbor_put_map(&content, 2);
    cm_cbor_put_text(&content, "action");
    cm_cbor_put_text(&content, CM_ACTION_CREATED);
    cm_cbor_put_text(&content, "digitalSourceType");
    cm_cbor_put_text(&content,
                     "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia");
    put_assertion(out, links, CM_LABEL_ACTIONS_V2, cm_buf_bytes(&content));
    cm_buf_free(&content);
}

/* Links to all assertions, and `again` times the last one. */
static size_t put_assertions(cm_buf *out, const hostile_manifest *m, cm_buf *links) {
    size_t store = cm_jumbf_open(out, CM_KIND_ASSERTIONS, CM_LABEL_ASSERTIONS, NULL), last = 0;
    for (size_t i = 0; i < m->count; i++) {
        last = links->size;
        put_assertion(out, links, m->assertions[i].label, m->assertions[i].content);
    }
    size_t size = links->size - last;
    for (size_t i = 0; i < m->again; i++) {
        uint8_t *to = cm_buf_extend(links, size);
        if (to == NULL)
            hostile_die("no memory");
        memcpy(to, links->data + last, size);
    }
    if (m->actions)
        put_actions(out, links);
    cm_jumbf_close(out, store);
    return m->count + m->again + m->actions;
}

static cm_buf make_claim(const hostile_manifest *m, const cm_buf *links, size_t count) {
    cm_buf claim = {0};
    cm_cbor_put_map(&claim, 5u + (m->title != NULL) + (m->redactions != NULL));
    cm_cbor_put_text(&claim, "alg");
    cm_cbor_put_text(&claim, "sha256");
    if (m->title != NULL) {
        cm_cbor_put_text(&claim, "dc:title");
        cm_cbor_put_text(&claim, m->title);
    }
    cm_cbor_put_text(&claim, "signature");
    cm_cbor_put_text(&claim, CM_URI_SELF CM_LABEL_SIGNATURE);
    cm_cbor_put_text(&claim, "instanceID");
    cm_cbor_put_text(&claim, "xmp:iid:1");
    cm_cbor_put_text(&claim, "created_assertions");
    cm_cbor_put_array(&claim, count);
    cm_buf_put_bytes(&claim, cm_buf_bytes(links));
    if (m->redactions != NULL) {
        cm_cbor_put_text(&claim, "redacted_assertions");
        cm_buf_put_bytes(&claim, cm_buf_bytes(m->redactions));
    }
    cm_cbor_put_text(&claim, "claim_generator_info");
    cm_cbor_put_map(&claim, 1);
    cm_cbor_put_text(&claim, "name");
    cm_cbor_put_text(&claim, m->generator != NULL ? m->generator : "hostile");
    return claim;
}

static void put_box(cm_buf *out, uint32_t kind, const char *label, cm_bytes content) {
    size_t superbox = cm_jumbf_open(out, kind, label, NULL);
    size_t box = cm_jumbf_open_box(out, CM_BOX_CBOR);
    cm_buf_put_bytes(out, content);
    cm_jumbf_close(out, box);
    cm_jumbf_close(out, superbox);
}

void hostile_put(cm_buf *store, const hostile_manifest *m) {
    char label[HOSTILE_LABEL];
    cm_buf links = {0}, cose = {0};
    hostile_label(m->number, label);
    size_t manifest = cm_jumbf_open(store, CM_KIND_MANIFEST, label, NULL);
    size_t count = put_assertions(store, m, &links);
    cm_buf claim = make_claim(m, &links, count);
    put_box(store, CM_KIND_CLAIM, CM_LABEL_CLAIM_V2, cm_buf_bytes(&claim));
    if (m->signer == NULL)
        cm_buf_put_bytes(&cose, m->cose);
    else if (cm_cose_sign(m->signer, cm_buf_bytes(&claim), cm_cose_size(m->signer), &cose, NULL) !=
             CM_OK)
        hostile_die("no signature");
    put_box(store, CM_KIND_SIGNATURE, CM_LABEL_SIGNATURE, cm_buf_bytes(&cose));
    cm_jumbf_close(store, manifest);
    if (store->failed != CM_OK)
        hostile_die("no memory");
    cm_buf_free(&links);
    cm_buf_free(&cose);
    cm_buf_free(&claim);
}

cm_buf hostile_brotli(cm_bytes plain) {
    enum { FAST = 5, WINDOW = 24 };
    cm_buf packed = {0};
    size_t size = BrotliEncoderMaxCompressedSize(plain.size);
    uint8_t *to = cm_buf_extend(&packed, size);
    if (size == 0 || to == NULL ||
        BrotliEncoderCompress(FAST, WINDOW, BROTLI_MODE_GENERIC, plain.size, plain.data, &size,
                              to) != BROTLI_TRUE)
        hostile_die("Brotli failed");
    packed.size = size;
    return packed;
}

void hostile_put_compressed(cm_buf *store, const char *label, cm_bytes packed) {
    size_t superbox = cm_jumbf_open(store, CM_KIND_COMPRESSED, label, NULL);
    size_t box = cm_jumbf_open_box(store, CM_BOX_BROB);
    cm_buf_put_bytes(store, packed);
    cm_jumbf_close(store, box);
    cm_jumbf_close(store, superbox);
}

void hostile_put_packed(cm_buf *store, const hostile_manifest *m) {
    char label[HOSTILE_LABEL];
    cm_buf plain = {0};
    hostile_label(m->number, label);
    hostile_put(&plain, m);
    cm_buf packed = hostile_brotli(cm_buf_bytes(&plain));
    hostile_put_compressed(store, label, cm_buf_bytes(&packed));
    cm_buf_free(&packed);
    cm_buf_free(&plain);
}

void hostile_put_cose(cm_buf *out, const hostile_cose *c) {
    cm_buf header = {0};
    cm_cbor_put_map(&header, 2);
    cm_cbor_put_uint(&header, 1);
    cm_cbor_put_int(&header, c->alg);
    cm_cbor_put_uint(&header, 33);
    cm_cbor_put_array(&header, c->certificate_count);
    for (size_t i = 0; i < c->certificate_count; i++)
        cm_cbor_put_bytes(&header, c->certificates[i]);
    cm_cbor_put_tag(out, 18);
    cm_cbor_put_array(out, 4);
    cm_cbor_put_bytes(out, cm_buf_bytes(&header));
    cm_cbor_put_map(out, c->response_count != 0);
    if (c->response_count != 0) {
        cm_cbor_put_text(out, "rVals");
        cm_cbor_put_map(out, 1);
        cm_cbor_put_text(out, "ocspVals");
        cm_cbor_put_array(out, c->response_count);
        for (size_t i = 0; i < c->response_count; i++)
            cm_cbor_put_bytes(out, c->responses[i]);
    }
    cm_cbor_put_null(out);
    cm_buf signature = {0};
    cm_buf_fill(&signature, 0x55, c->signature);
    cm_cbor_put_bytes(out, cm_buf_bytes(&signature));
    cm_buf_free(&signature);
    cm_buf_free(&header);
}

/* --- the container --- */

void hostile_chunk(cm_buf *png, const char *type, cm_bytes data) {
    size_t at = png->size;
    cm_buf_be32(png, (uint32_t)data.size);
    cm_buf_text(png, type);
    cm_buf_put_bytes(png, data);
    cm_buf_be32(png,
                (uint32_t)crc32(crc32(0, NULL, 0), png->data + at + 4, (uInt)(png->size - at - 4)));
}

cm_buf hostile_png(cm_bytes store) {
    static const uint8_t header[] = {0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0};
    uint8_t packed[64];
    static const uint8_t row[] = {0, 128};
    uLongf size = sizeof packed;
    cm_buf png = {0};
    if (compress(packed, &size, row, sizeof row) != Z_OK)
        hostile_die("zlib failed");
    cm_buf_text(&png, "\x89PNG\r\n\x1a\n");
    hostile_chunk(&png, "IHDR", (cm_bytes){header, sizeof header});
    hostile_chunk(&png, "caBX", store);
    hostile_chunk(&png, "tEXt", (cm_bytes){(const uint8_t *)"Comment\0hello", HOSTILE_COMMENT});
    hostile_chunk(&png, "IDAT", (cm_bytes){packed, size});
    hostile_chunk(&png, "IEND", (cm_bytes){0});
    return png;
}

/* --- bound rightly, with more excluded than that --- */

/* In order; those of no length are left out. */
typedef struct ranges {
    uint32_t start[3], length[3];
} ranges;

static ranges excluded(uint32_t length, const hostile_excess *e) {
    uint32_t end = HOSTILE_STORE_AT + length;
    return (ranges){{e->head_start, HOSTILE_STORE_AT - e->before, end + e->tail_start},
                    {e->head_length, length + e->before + e->behind, e->tail_length}};
}

/* Numbers of a fixed width, so that the second try is as long as the first. */
static cm_buf data_hash(const ranges *r, const cm_digest *digest) {
    cm_buf b = {0};
    size_t count = 0;
    for (int i = 0; i < 3; i++)
        count += i == 1 || r->length[i] != 0;
    cm_cbor_put_map(&b, 3);
    cm_cbor_put_text(&b, "alg");
    cm_cbor_put_text(&b, "sha256");
    cm_cbor_put_text(&b, "hash");
    cm_cbor_put_bytes(&b, cm_digest_bytes(digest));
    cm_cbor_put_text(&b, "exclusions");
    cm_cbor_put_array(&b, count);
    for (int i = 0; i < 3; i++) {
        if (i != 1 && r->length[i] == 0)
            continue;
        cm_cbor_put_map(&b, 2);
        cm_cbor_put_text(&b, "start");
        cm_buf_u8(&b, 0x1a);
        cm_buf_be32(&b, r->start[i]);
        cm_cbor_put_text(&b, "length");
        cm_buf_u8(&b, 0x1a);
        cm_buf_be32(&b, r->length[i]);
    }
    return b;
}

static cm_digest digest_rest(const cm_buf *png, const ranges *r) {
    cm_buf rest = {0};
    cm_digest digest = {0};
    size_t at = 0;
    for (int i = 0; i < 3; i++) {
        if (r->length[i] == 0)
            continue;
        cm_buf_put(&rest, png->data + at, r->start[i] - at);
        at = r->start[i] + r->length[i];
    }
    cm_buf_put(&rest, png->data + at, png->size - at);
    if (cm_hash_bytes(CM_HASH_SHA256, cm_buf_bytes(&rest), &digest, NULL) != CM_OK)
        hostile_die("no hash");
    cm_buf_free(&rest);
    return digest;
}

cm_buf hostile_bound_png(hostile_manifest *m, const hostile_excess *excess) {
    static const hostile_excess none = {0};
    cm_digest digest = {.size = 32};
    ranges r = excluded(0, excess != NULL ? excess : &none);
    for (int round = 0;; round++) {
        cm_buf hash = data_hash(&r, &digest), store = {0};
        hostile_assertion *first = (hostile_assertion *)(uintptr_t)m->assertions;
        *first = (hostile_assertion){CM_LABEL_HASH_DATA, cm_buf_bytes(&hash)};
        size_t opened = hostile_open(&store);
        hostile_put(&store, m);
        cm_jumbf_close(&store, opened);
        cm_buf png = hostile_png(cm_buf_bytes(&store));
        r = excluded((uint32_t)store.size + HOSTILE_CHUNK, excess != NULL ? excess : &none);
        digest = digest_rest(&png, &r);
        cm_buf_free(&store);
        cm_buf_free(&hash);
        if (round == 1)
            return png;
        cm_buf_free(&png);
    }
}
