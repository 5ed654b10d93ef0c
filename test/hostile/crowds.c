/* Manifests with crowds of assertions, links, keys, redactions and records. */
#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sign/cbor.h"

static cm_buf close_png(cm_buf *store, size_t opened) {
    cm_jumbf_close(store, opened);
    cm_buf png = hostile_png(cm_buf_bytes(store));
    cm_buf_free(store);
    return png;
}

static cm_bytes behind_header(const cm_buf *b, size_t at) {
    return (cm_bytes){b->data + at + 8, b->size - at - 8};
}

typedef struct crowd {
    hostile_assertion *list;
    char (*labels)[32];
} crowd;

/* `count` assertions with the same content. */
static crowd crowd_of(size_t count, const char *label, cm_bytes content) {
    crowd c = {calloc(count, sizeof *c.list), calloc(count, sizeof *c.labels)};
    if (c.list == NULL || c.labels == NULL)
        hostile_die("no memory");
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(c.labels[i], sizeof c.labels[i], "%s__%zu", label, i + 1);
        c.list[i] = (hostile_assertion){c.labels[i], content};
    }
    return c;
}

static void disperse(crowd *c) {
    free(c->list);
    free(c->labels);
}

static const cm_bytes ZERO = {(const uint8_t *)"\0", 1};

static cm_buf one(const hostile_manifest *m, bool packed) {
    cm_buf store = {0};
    size_t root = hostile_open(&store);
    if (packed)
        hostile_put_packed(&store, m);
    else
        hostile_put(&store, m);
    return close_png(&store, root);
}

/* A signed manifest with a crowd of assertions, the last of them named again and again. */
static cm_buf crowded(size_t count, size_t again, const char *label, cm_bytes content,
                      bool packed) {
    hostile_signer s = hostile_signer_new(CM_SIG_ES256);
    crowd c = crowd_of(count, label, content);
    hostile_manifest m = {
        .assertions = c.list, .count = count, .again = again, .actions = true, .signer = s.signer};
    cm_buf png = one(&m, packed);
    disperse(&c);
    hostile_signer_free(&s);
    return png;
}

cm_buf hostile_assertions(void) {
    return crowded(1900, 0, "x.y", ZERO, false);
}

cm_buf hostile_named_again(void) {
    return crowded(1300, 1900, "x.y", ZERO, false);
}

cm_buf hostile_packed_assertions(void) {
    return crowded(6600, 0, "x.y", ZERO, true);
}

cm_buf hostile_packed_links(void) {
    return crowded(6600, 13000, "x.y", ZERO, true);
}

/* 10^5 assertions; larger than the others. */
cm_buf hostile_hundred_thousand(void) {
    return crowded(100000, 0, "x.y", ZERO, false);
}

cm_buf hostile_hard_bindings(void) {
    cm_buf b = {0};
    cm_cbor_put_map(&b, 2);
    cm_cbor_put_text(&b, "alg");
    cm_cbor_put_text(&b, "sha512");
    cm_cbor_put_text(&b, "hash");
    cm_cbor_put_bytes(&b, (cm_bytes){(const uint8_t *)"", 0});
    cm_buf png = crowded(1400, 0, "c2pa.hash.data", cm_buf_bytes(&b), false);
    cm_buf_free(&b);
    return png;
}

static cm_buf keys(size_t count) {
    cm_buf b = {0};
    cm_cbor_put_map(&b, count);
    for (size_t i = count; i > 0; i--) {
        cm_cbor_put_uint(&b, i * 7919 % (1 << 20));
        cm_cbor_put_uint(&b, 0);
    }
    return b;
}

cm_buf hostile_map_keys(void) {
    cm_buf b = keys(55000);
    cm_buf png = crowded(1, 0, "x.y", cm_buf_bytes(&b), false);
    cm_buf_free(&b);
    return png;
}

cm_buf hostile_packed_map_keys(void) {
    cm_buf b = keys(120000);
    cm_buf png = crowded(10, 0, "x.y", cm_buf_bytes(&b), true);
    cm_buf_free(&b);
    return png;
}

/* Items that stay in memory, as they are looked into. */
cm_buf hostile_packed_items(void) {
    cm_buf b = {0};
    cm_cbor_put_map(&b, 1);
    cm_cbor_put_text(&b, "actions");
    cm_cbor_put_array(&b, 250000);
    cm_buf_fill(&b, 0, 250000);
    cm_buf png = crowded(30, 0, "c2pa.actions.v2", cm_buf_bytes(&b), true);
    cm_buf_free(&b);
    return png;
}

/* --- redactions and records: lists that are gone through for each finding --- */

static cm_buf redactions(size_t count, size_t declared, bool packed) {
    cm_buf list = {0};
    cm_cbor_put_array(&list, count);
    for (size_t i = 0; i < count; i++) {
        char uri[80];
        (void)snprintf(uri, sizeof uri, "self#jumbf=/c2pa/urn:c2pa:00000000-0000-4000-8000-1%zu",
                       i);
        cm_cbor_put_text(&list, uri);
    }
    hostile_signer s = hostile_signer_new(CM_SIG_ES256);
    crowd c = crowd_of(declared, "x.y", ZERO);
    hostile_manifest m = {.assertions = c.list,
                          .count = declared,
                          .actions = true,
                          .redactions = &list,
                          .signer = s.signer};
    cm_buf png = one(&m, packed);
    disperse(&c);
    hostile_signer_free(&s);
    cm_buf_free(&list);
    return png;
}

cm_buf hostile_many_redactions(void) {
    return redactions(2000, 1000, false);
}

cm_buf hostile_packed_redactions(void) {
    return redactions(4096, 6600, true);
}

/* An ingredient that is all wrong, and a parent that recorded other faults of it. */
cm_buf hostile_records(void) {
    enum { RECORDED = 4096, WRONG = 3000 };
    hostile_signer s = hostile_signer_new(CM_SIG_ES256);
    crowd c = crowd_of(1, "x.y", ZERO);
    cm_buf store = {0}, ingredient = {0};
    size_t root = hostile_open(&store), at = store.size;
    hostile_manifest wrong = {
        .assertions = c.list, .count = 1, .again = WRONG, .actions = true, .signer = s.signer};
    hostile_put_packed(&store, &wrong);
    char uri[HOSTILE_LABEL + 32], label[HOSTILE_LABEL];
    hostile_label(0, label);
    (void)snprintf(uri, sizeof uri, "self#jumbf=/c2pa/%s", label);
    cm_cbor_put_map(&ingredient, 3);
    cm_cbor_put_text(&ingredient, "relationship");
    cm_cbor_put_text(&ingredient, "componentOf");
    cm_cbor_put_text(&ingredient, "activeManifest");
    hostile_put_link(&ingredient, uri, behind_header(&store, at));
    cm_cbor_put_text(&ingredient, "validationResults");
    cm_cbor_put_map(&ingredient, 1);
    cm_cbor_put_text(&ingredient, "activeManifest");
    cm_cbor_put_map(&ingredient, 1);
    cm_cbor_put_text(&ingredient, "failure");
    cm_cbor_put_array(&ingredient, RECORDED);
    for (int i = 0; i < RECORDED; i++) {
        cm_cbor_put_map(&ingredient, 2);
        cm_cbor_put_text(&ingredient, "code");
        cm_cbor_put_text(&ingredient, "claim.malformed");
        cm_cbor_put_text(&ingredient, "url");
        cm_cbor_put_text(&ingredient, "x.y__0");
    }
    hostile_assertion a = {"c2pa.ingredient.v3", cm_buf_bytes(&ingredient)};
    hostile_manifest parent = {
        .number = 1, .assertions = &a, .count = 1, .actions = true, .signer = s.signer};
    hostile_put_packed(&store, &parent);
    cm_buf_free(&ingredient);
    disperse(&c);
    hostile_signer_free(&s);
    return close_png(&store, root);
}
