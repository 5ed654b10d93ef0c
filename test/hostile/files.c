/* The list of hostile files: some 300 KB each at the most, and each as bad as it gets in its way.
 */
#include "hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sign/cbor.h"

enum { MOST = 290 << 10 };

/* --- ingredients --- */

static void put_ingredient(cm_buf *out, unsigned number, cm_bytes content) {
    char label[HOSTILE_LABEL], uri[HOSTILE_LABEL + 32];
    hostile_label(number, label);
    (void)snprintf(uri, sizeof uri, "self#jumbf=/c2pa/%s", label);
    cm_cbor_put_map(out, 3);
    cm_cbor_put_text(out, "relationship");
    cm_cbor_put_text(out, "componentOf");
    cm_cbor_put_text(out, "activeManifest");
    hostile_put_link(out, uri, content);
    cm_cbor_put_text(out, "validationResults");
    cm_cbor_put_map(out, 0);
}

/* Assertions c2pa.ingredient.v3__1, …: the ingredients of a manifest. */
typedef struct ingredients {
    hostile_assertion list[256];
    char labels[256][32];
    cm_buf contents[256];
    size_t count;
} ingredients;

static void add(ingredients *all, unsigned number, cm_bytes content) {
    size_t i = all->count++;
    put_ingredient(&all->contents[i], number, content);
    (void)snprintf(all->labels[i], sizeof all->labels[i], "c2pa.ingredient.v3__%zu", i + 1);
    all->list[i] = (hostile_assertion){all->labels[i], cm_buf_bytes(&all->contents[i])};
}

static void drop(ingredients *all) {
    for (size_t i = 0; i < all->count; i++)
        cm_buf_free(&all->contents[i]);
    all->count = 0;
}

static cm_bytes behind_header(const cm_buf *b, size_t at) {
    return (cm_bytes){b->data + at + 8, b->size - at - 8};
}

static cm_buf close_png(cm_buf *store, size_t opened) {
    cm_jumbf_close(store, opened);
    cm_buf png = hostile_png(cm_buf_bytes(store));
    cm_buf_free(store);
    return png;
}

cm_buf hostile_fan(const hostile_manifest *each, size_t bytes) {
    static ingredients all;
    cm_buf store = {0};
    size_t opened = hostile_open(&store);
    hostile_manifest m = *each;
    m.actions = true;
    for (m.number = 0; store.size + 160 * (m.number + 1) < bytes && m.number < 250; m.number++) {
        size_t at = store.size;
        hostile_put(&store, &m);
        add(&all, m.number, behind_header(&store, at));
    }
    m.assertions = all.list;
    m.count = all.count;
    hostile_put(&store, &m);
    drop(&all);
    return close_png(&store, opened);
}

cm_buf hostile_tower(const hostile_manifest *each, unsigned height) {
    static ingredients below;
    cm_buf store = {0};
    size_t opened = hostile_open(&store);
    hostile_manifest m = *each;
    m.actions = true;
    for (m.number = 0; m.number < height; m.number++) {
        m.assertions = below.list;
        m.count = below.count;
        size_t at = store.size;
        hostile_put(&store, &m);
        drop(&below);
        add(&below, m.number, behind_header(&store, at));
    }
    drop(&below);
    return close_png(&store, opened);
}

/* Each manifest has all the others as its ingredients, itself too: no hash can be right in it. */
static cm_buf rings(void) {
    enum { RING = 36 };
    static ingredients all;
    hostile_signer s = hostile_signer_new(CM_SIG_ES256);
    cm_buf store = {0};
    size_t opened = hostile_open(&store);
    for (unsigned i = 0; i < RING; i++)
        add(&all, i, (cm_bytes){(const uint8_t *)"", 0});
    for (unsigned i = 0; i < RING; i++) {
        hostile_manifest m = {.number = i,
                              .assertions = all.list,
                              .count = all.count,
                              .actions = true,
                              .signer = s.signer};
        hostile_put(&store, &m);
    }
    drop(&all);
    hostile_signer_free(&s);
    return close_png(&store, opened);
}

static cm_buf tower(void) {
    hostile_signer s = hostile_signer_new(CM_SIG_ES256);
    hostile_manifest m = {.signer = s.signer};
    cm_buf png = hostile_tower(&m, 120);
    hostile_signer_free(&s);
    return png;
}

static cm_buf fan(void) {
    hostile_signer s = hostile_signer_new(CM_SIG_ES256);
    hostile_manifest m = {.signer = s.signer};
    cm_buf png = hostile_fan(&m, MOST);
    hostile_signer_free(&s);
    return png;
}

/* --- boxes --- */

static cm_buf nested_boxes(void) {
    enum { DEEP = 8000 };
    static size_t opened[DEEP];
    cm_buf store = {0};
    size_t root = hostile_open(&store);
    for (int i = 0; i < DEEP; i++)
        opened[i] = cm_jumbf_open(&store, CM_KIND_STORE, "x", NULL);
    for (int i = DEEP; i > 0; i--)
        cm_jumbf_close(&store, opened[i - 1]);
    return close_png(&store, root);
}

static cm_buf many_boxes(void) {
    cm_buf store = {0};
    size_t root = hostile_open(&store);
    while (store.size < MOST)
        cm_jumbf_close(&store, cm_jumbf_open_box(&store, CM_BOX_UUID));
    return close_png(&store, root);
}

static cm_buf bytes_of(uint8_t value, size_t n) {
    cm_buf b = {0};
    cm_buf_fill(&b, value, n);
    return b;
}

/* Each unpacks to 16 MiB, if it is let. */
static cm_buf bombs(void) {
    char label[HOSTILE_LABEL];
    cm_buf store = {0}, zeros = bytes_of(0, 16 << 20);
    size_t root = hostile_open(&store);
    for (unsigned i = 0; i < 250; i++) {
        hostile_label(i, label);
        hostile_put_brotli(&store, label, cm_buf_bytes(&zeros));
    }
    cm_buf_free(&zeros);
    return close_png(&store, root);
}

/* Each unpacks to as many boxes as a store may have. */
static cm_buf packed_boxes(void) {
    char label[HOSTILE_LABEL];
    cm_buf store = {0};
    size_t root = hostile_open(&store);
    for (unsigned i = 0; i < 200; i++) {
        cm_buf plain = {0};
        hostile_label(i, label);
        size_t manifest = cm_jumbf_open(&plain, CM_KIND_MANIFEST, label, NULL);
        for (int k = 0; k < 19990; k++)
            cm_jumbf_close(&plain, cm_jumbf_open_box(&plain, CM_BOX_UUID));
        cm_jumbf_close(&plain, manifest);
        hostile_put_brotli(&store, label, cm_buf_bytes(&plain));
        cm_buf_free(&plain);
    }
    return close_png(&store, root);
}

/* --- assertions --- */

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

static cm_buf assertions(void) {
    return crowded(1900, 0, "x.y", ZERO, false);
}

static cm_buf named_again(void) {
    return crowded(1300, 1900, "x.y", ZERO, false);
}

static cm_buf packed_assertions(void) {
    return crowded(6600, 0, "x.y", ZERO, true);
}

static cm_buf packed_links(void) {
    return crowded(6600, 13000, "x.y", ZERO, true);
}

/* 10^5 assertions; larger than the others. */
static cm_buf hundred_thousand(void) {
    return crowded(100000, 0, "x.y", ZERO, false);
}

static cm_buf hard_bindings(void) {
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

static cm_buf map_keys(void) {
    cm_buf b = keys(55000);
    cm_buf png = crowded(1, 0, "x.y", cm_buf_bytes(&b), false);
    cm_buf_free(&b);
    return png;
}

static cm_buf packed_map_keys(void) {
    cm_buf b = keys(120000);
    cm_buf png = crowded(20, 0, "x.y", cm_buf_bytes(&b), true);
    cm_buf_free(&b);
    return png;
}

/* Items that stay in memory, as they are looked into. */
static cm_buf packed_items(void) {
    cm_buf b = {0};
    cm_cbor_put_map(&b, 1);
    cm_cbor_put_text(&b, "actions");
    cm_cbor_put_array(&b, 250000);
    cm_buf_fill(&b, 0, 250000);
    cm_buf png = crowded(40, 0, "c2pa.actions.v2", cm_buf_bytes(&b), true);
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

static cm_buf many_redactions(void) {
    return redactions(2000, 1000, false);
}

static cm_buf packed_redactions(void) {
    return redactions(4096, 6600, true);
}

/* An ingredient that is all wrong, and a parent that recorded other faults of it. */
static cm_buf records(void) {
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

bool hostile_make(size_t number, hostile_file *out) {
    static const struct {
        const char *name;
        cm_buf (*make)(void);
    } all[] = {
        {"nested-boxes", nested_boxes},
        {"many-boxes", many_boxes},
        {"bombs", bombs},
        {"packed-boxes", packed_boxes},
        {"rings", rings},
        {"tower", tower},
        {"fan", fan},
        {"assertions", assertions},
        {"named-again", named_again},
        {"packed-assertions", packed_assertions},
        {"packed-links", packed_links},
        {"hundred-thousand", hundred_thousand},
        {"hard-bindings", hard_bindings},
        {"map-keys", map_keys},
        {"packed-map-keys", packed_map_keys},
        {"packed-items", packed_items},
        {"redactions", many_redactions},
        {"packed-redactions", packed_redactions},
        {"records", records},
        {"large-keys", hostile_large_keys},
        {"many-signatures", hostile_many_signatures},
        {"many-responses", hostile_many_responses},
    };
    if (number >= sizeof all / sizeof all[0])
        return false;
    *out = (hostile_file){all[number].name, all[number].make()};
    return true;
}
