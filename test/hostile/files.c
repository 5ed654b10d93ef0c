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
    cm_buf store = {0}, zeros = bytes_of(0, 16 << 20),
           packed = hostile_brotli(cm_buf_bytes(&zeros));
    size_t root = hostile_open(&store);
    for (unsigned i = 0; i < 250; i++) {
        hostile_label(i, label);
        hostile_put_compressed(&store, label, cm_buf_bytes(&packed));
    }
    cm_buf_free(&packed);
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
        cm_buf packed = hostile_brotli(cm_buf_bytes(&plain));
        hostile_put_compressed(&store, label, cm_buf_bytes(&packed));
        cm_buf_free(&packed);
        cm_buf_free(&plain);
    }
    return close_png(&store, root);
}

bool hostile_make(size_t number, hostile_file *out) {
    static const char TOO_MUCH[] = "general.error", PACKED[] = "manifest.compressed.invalid",
                      UNBOUND[] = "claim.hardBindings.missing";
    static const struct {
        const char *name, *code;
        cm_buf (*make)(void);
        bool unjudged;
    } all[] = {
        {"nested-boxes", TOO_MUCH, nested_boxes, false},
        {"many-boxes", TOO_MUCH, many_boxes, false},
        {"bombs", PACKED, bombs, false},
        {"packed-boxes", PACKED, packed_boxes, false},
        {"rings", "ingredient.manifest.mismatch", rings, false},
        {"tower", UNBOUND, tower, false},
        {"fan", UNBOUND, fan, false},
        {"assertions", UNBOUND, hostile_assertions, false},
        {"named-again", "claim.malformed", hostile_named_again, false},
        {"packed-assertions", TOO_MUCH, hostile_packed_assertions, true},
        {"packed-links", TOO_MUCH, hostile_packed_links, true},
        {"hundred-thousand", TOO_MUCH, hostile_hundred_thousand, false},
        {"hard-bindings", "assertion.multipleHardBindings", hostile_hard_bindings, false},
        {"map-keys", UNBOUND, hostile_map_keys, false},
        {"packed-map-keys", TOO_MUCH, hostile_packed_map_keys, true},
        {"packed-items", TOO_MUCH, hostile_packed_items, true},
        {"redactions", UNBOUND, hostile_many_redactions, false},
        {"packed-redactions", TOO_MUCH, hostile_packed_redactions, true},
        {"records", TOO_MUCH, hostile_records, false},
        {"large-keys", TOO_MUCH, hostile_large_keys, false},
        {"many-signatures", TOO_MUCH, hostile_many_signatures, false},
        {"many-responses", TOO_MUCH, hostile_many_responses, false},
    };
    if (number >= sizeof all / sizeof all[0])
        return false;
    *out = (hostile_file){.name = all[number].name,
                          .code = all[number].code,
                          .unjudged = all[number].unjudged,
                          .bytes = all[number].make()};
    return true;
}
