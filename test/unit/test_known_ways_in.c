/* The ways in that C2PA readers are known to have had, one test each: real files through the front
 * door, cm_inspect(). What they may cost is bounded here with room for busy machines; bench/hostile
 * measures it. */
#include <check.h>
#include <arpa/inet.h>
#include <countermark.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../hostile/hostile.h"
#include "media_make.h"
#include "sanitized.h"
#include "sign/cbor.h"
#include "sign/cose.h"
#include "sign/tsa.h"
#include "sign_support.h"

static char scratch[] = "/tmp/cm-ways-XXXXXX";
static hostile_signer signer;
static char root[64], path[64];

static void put_file(const char *at, cm_bytes bytes) {
    FILE *f = fopen(at, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes.data, 1, bytes.size, f), bytes.size);
    ck_assert_int_eq(fclose(f), 0);
}

static void set_up(void) {
    ck_assert_ptr_nonnull(mkdtemp(scratch));
    (void)snprintf(root, sizeof root, "%s/root.pem", scratch);
    (void)snprintf(path, sizeof path, "%s/file", scratch);
    signer = hostile_signer_new(CM_SIG_ES256);
    put_file(root, cm_buf_bytes(&signer.pem.root));
}

static void tear_down(void) {
    hostile_signer_free(&signer);
    (void)unlink(path);
    (void)unlink(root);
    (void)rmdir(scratch);
}

/* NULL for an error, which is as good an answer to a hostile file as "invalid". */
static cm_inspection *inspect(cm_bytes bytes, unsigned layers) {
    static const char *anchors[] = {root};
    cm_inspect_options options = {.layers = layers, .trust = anchors, .trust_count = 1};
    cm_inspector *inspector = NULL;
    cm_inspection *report = NULL;
    cm_error err = {0};
    put_file(path, bytes);
    ck_assert_int_eq(cm_inspector_new(&options, &inspector, &err), CM_OK);
    cm_code code = cm_inspect(inspector, path, &report, &err);
    ck_assert(code == CM_OK || code == CM_ERR_FORMAT || code == CM_ERR_LIMIT ||
              code == CM_ERR_UNSUPPORTED);
    cm_inspector_free(inspector);
    return code == CM_OK ? report : NULL;
}

static bool has_code(const cm_inspection *report, const char *code) {
    for (size_t i = 0; report->manifest != NULL && i < report->manifest->status_count; i++)
        if (strcmp(report->manifest->status[i].code, code) == 0)
            return true;
    return false;
}

/* The file has a manifest, which doesn't hold, and this is among the reasons. */
static void expect(cm_bytes bytes, const char *code, cm_verdict verdict) {
    cm_inspection *report = inspect(bytes, CM_LOOK_MANIFEST);
    ck_assert_ptr_nonnull(report);
    ck_assert_int_eq(report->verdict, verdict);
    ck_assert_msg(has_code(report, code), "%s is missing", code);
    cm_inspection_free(report);
}

static void expect_untrusted(cm_bytes bytes, const char *what) {
    cm_inspection *report = inspect(bytes, CM_LOOK_MANIFEST);
    ck_assert_msg(report == NULL || report->verdict == CM_VERDICT_INVALID ||
                      report->verdict == CM_VERDICT_NONE,
                  "%s: %s", what, report != NULL ? cm_verdict_name(report->verdict) : "");
    cm_inspection_free(report);
}

/* A signed PNG that we trust, to start from. */
static cm_buf good(const char *generator, const char *title) {
    hostile_assertion a[1];
    hostile_manifest m = {.assertions = a,
                          .count = 1,
                          .actions = true,
                          .signer = signer.signer,
                          .generator = generator,
                          .title = title};
    return hostile_bound_png(&m, NULL);
}

START_TEST(the_starting_point_is_trusted) {
    cm_buf png = good(NULL, NULL);
    cm_inspection *report = inspect(cm_buf_bytes(&png), CM_LOOK_MANIFEST);
    ck_assert_ptr_nonnull(report);
    ck_assert_int_eq(report->verdict, CM_VERDICT_TRUSTED);
    cm_inspection_free(report);
    cm_buf_free(&png);
}
END_TEST

/* --- what a file may cost --- */

/* Unbounded nesting, bombs, rings and towers of ingredients, 10^5 assertions, slow keys … */
START_TEST(no_file_costs_much) {
    enum { SHARE = 300 << 10, MOST_MS = 100, BUSY = 10, MOST_MB = 64 };
    hostile_file file;
    if (!hostile_make((size_t)_i, &file))
        return;
    double share = file.bytes.size > SHARE ? (double)file.bytes.size / SHARE : 1;
    double before = hostile_memory_begins(), start = hostile_milliseconds();
    expect(cm_buf_bytes(&file.bytes), file.code,
           file.unjudged ? CM_VERDICT_INCONCLUSIVE : CM_VERDICT_INVALID);
    double ms = hostile_milliseconds() - start, mb = hostile_memory_since(before);
    ck_assert_msg(ms < (SANITIZED ? 10 : 1) * BUSY * MOST_MS * share, "%s: %.0f ms", file.name, ms);
    ck_assert_msg(SANITIZED || mb < MOST_MB * share, "%s: %.0f MB", file.name, mb);
    cm_buf_free(&file.bytes);
}
END_TEST

/* --- lengths --- */

/* Every box of a store, and the chunk around it, given a length below its header's or beyond its
 * end. */
START_TEST(lengths_shorter_than_their_headers) {
    static const uint32_t LENGTHS[] = {0,  1,  2,          7,          8,         9,
                                       15, 16, 0x7fffffff, 0x80000000, 0xffffffff};
    cm_buf png = good(NULL, NULL);
    int boxes = 0;
    for (size_t at = 8; at + 8 <= png.size; at++) {
        const uint8_t *type = png.data + at + 4;
        if (memcmp(type, "jumb", 4) != 0 && memcmp(type, "jumd", 4) != 0 &&
            memcmp(type, "cbor", 4) != 0 && memcmp(type, "caBX", 4) != 0)
            continue;
        if (type[4] == 0) /* the first half of a box's UUID */
            continue;
        uint8_t was[4];
        memcpy(was, png.data + at, 4);
        for (size_t i = 0; i < sizeof LENGTHS / sizeof LENGTHS[0]; i++) {
            char what[64];
            cm_buf_patch_be32(&png, at, LENGTHS[i]);
            (void)snprintf(what, sizeof what, "%.4s at %zu: %u", (const char *)type, at,
                           LENGTHS[i]);
            if (memcmp(was, png.data + at, 4) != 0)
                expect_untrusted(cm_buf_bytes(&png), what);
        }
        memcpy(png.data + at, was, 4);
        boxes++;
    }
    ck_assert_int_ge(boxes, 5);
    cm_buf_free(&png);
}
END_TEST

static void riff_chunk(cm_buf *out, const char *type, uint32_t size, cm_bytes data) {
    cm_buf_text(out, type);
    cm_buf_le32(out, size);
    cm_buf_put_bytes(out, data);
    if (data.size % 2 != 0)
        cm_buf_u8(out, 0);
}

/* Lists in lists are none of ours to open; sizes are held against what is there. */
START_TEST(riff_nested_and_forged) {
    static const uint32_t SIZES[] = {0, 1, 7, 0x7fffffff, 0xfffffffe, 0xffffffff};
    cm_buf webp = {0}, body = {0};
    for (int i = 0; i < 20000; i++) {
        cm_buf_text(&body, "LIST");
        cm_buf_le32(&body, (uint32_t)(12 * (20000 - i) - 8));
        cm_buf_text(&body, "WEBP");
    }
    cm_buf_text(&webp, "RIFF");
    cm_buf_le32(&webp, (uint32_t)body.size + 4);
    cm_buf_text(&webp, "WEBP");
    cm_buf_put_bytes(&webp, cm_buf_bytes(&body));
    expect_untrusted(cm_buf_bytes(&webp), "nested");
    cm_buf store = sign_filler_store(500);
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++)
        for (int outer = 0; outer < 2; outer++) {
            webp.size = 0;
            cm_buf_text(&webp, "RIFF");
            cm_buf_le32(&webp, outer ? SIZES[i] : 12 + (uint32_t)store.size);
            cm_buf_text(&webp, "WEBP");
            riff_chunk(&webp, "C2PA", outer ? (uint32_t)store.size : SIZES[i],
                       cm_buf_bytes(&store));
            expect_untrusted(cm_buf_bytes(&webp), "forged");
        }
    cm_buf_free(&store);
    cm_buf_free(&body);
    cm_buf_free(&webp);
}
END_TEST

/* An iTXt chunk of every length up to a whole one, and XMP cut anywhere; packed XMP that unpacks to
 * 64 MiB. */
START_TEST(text_chunks_too_short) {
    static const char xmp[] = "XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>"
                              "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>"
                              "</x:xmpmeta>";
    static const char *const types[] = {"iTXt", "zTXt", "tEXt"};
    cm_buf png = good(NULL, NULL);
    const size_t start = png.size - 12;
    for (size_t type = 0; type < 3; type++)
        for (size_t n = 0; n < sizeof xmp; n++) {
            png.size = start;
            hostile_chunk(&png, types[type], (cm_bytes){(const uint8_t *)xmp, n});
            hostile_chunk(&png, "IEND", (cm_bytes){0});
            cm_inspection *report = inspect(cm_buf_bytes(&png), CM_LOOK_DECLARED);
            cm_inspection_free(report);
        }
    for (size_t n = 0; n < sizeof xmp; n++) {
        cm_buf webp = {0};
        cm_buf_text(&webp, "RIFF");
        cm_buf_le32(&webp, (uint32_t)(12 + n + n % 2));
        cm_buf_text(&webp, "WEBP");
        riff_chunk(&webp, "XMP ", (uint32_t)n, (cm_bytes){(const uint8_t *)xmp, n});
        cm_inspection_free(inspect(cm_buf_bytes(&webp), CM_LOOK_DECLARED));
        cm_buf_free(&webp);
    }
    cm_buf_free(&png);
}
END_TEST

/* --- ranges --- */

typedef struct range {
    uint64_t start, length;
} range;

/* A data hash with these exclusions, over a file of which nothing is left to hash. */
static cm_buf hash_of_nothing(const range *list, size_t count) {
    cm_buf b = {0};
    cm_digest digest;
    ck_assert_int_eq(cm_hash_bytes(CM_HASH_SHA256, (cm_bytes){0}, &digest, NULL), CM_OK);
    cm_cbor_put_map(&b, 3);
    cm_cbor_put_text(&b, "alg");
    cm_cbor_put_text(&b, "sha256");
    cm_cbor_put_text(&b, "hash");
    cm_cbor_put_bytes(&b, cm_digest_bytes(&digest));
    cm_cbor_put_text(&b, "exclusions");
    cm_cbor_put_array(&b, count);
    for (size_t i = 0; i < count; i++) {
        cm_cbor_put_map(&b, 2);
        cm_cbor_put_text(&b, "start");
        cm_cbor_put_uint(&b, list[i].start);
        cm_cbor_put_text(&b, "length");
        cm_cbor_put_uint(&b, list[i].length);
    }
    return b;
}

/* Signed exclusions whose end overflows, lies beyond the file, or takes in all of it. */
START_TEST(hash_ranges_that_overflow) {
    static const range LISTS[][2] = {
        {{UINT64_MAX, 1}, {0}},
        {{33, UINT64_MAX - 32}, {0}},
        {{0, UINT64_MAX}, {0}},
        {{UINT64_MAX - 5, 10}, {0}},
        {{1ull << 63, 1ull << 63}, {0}},
        {{0, 33}, {33, UINT64_MAX - 33}},
        {{0, 5000}, {0}},
        {{0, 4000}, {100, UINT64_MAX}},
        {{UINT32_MAX, UINT32_MAX}, {0}},
        {{33, 1 << 20}, {0}},
    };
    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
        cm_buf hash = hash_of_nothing(LISTS[i], 1 + (LISTS[i][1].length != 0)), store = {0};
        hostile_assertion a = {"c2pa.hash.data", cm_buf_bytes(&hash)};
        hostile_manifest m = {
            .assertions = &a, .count = 1, .actions = true, .signer = signer.signer};
        size_t opened = hostile_open(&store);
        hostile_put(&store, &m);
        cm_jumbf_close(&store, opened);
        cm_buf png = hostile_png(cm_buf_bytes(&store));
        cm_inspection *report = inspect(cm_buf_bytes(&png), CM_LOOK_MANIFEST);
        ck_assert_ptr_nonnull(report);
        ck_assert_int_eq(report->verdict, CM_VERDICT_INVALID);
        ck_assert(has_code(report, "assertion.dataHash.mismatch") ||
                  has_code(report, "assertion.dataHash.malformed"));
        ck_assert(has_code(report, "claimSignature.validated"));
        cm_inspection_free(report);
        cm_buf_free(&png);
        cm_buf_free(&store);
        cm_buf_free(&hash);
    }
}
END_TEST

/* --- labels --- */

/* Labels at the edges of what "__1" and paths are cut from. */
START_TEST(labels_that_end_too_soon) {
    static const char *const LABELS[] = {"_",       "__",   "1",      "_1",
                                         "__1",     "a__",  "a___",   "a__1x",
                                         "c2pa.a_", "____", "__1__1", "c2pa.hash."};
    hostile_assertion all[sizeof LABELS / sizeof LABELS[0]];
    const size_t count = sizeof LABELS / sizeof LABELS[0];
    static char long_label[60001];
    memset(long_label, '_', sizeof long_label - 1);
    for (size_t i = 0; i < count; i++)
        all[i] = (hostile_assertion){LABELS[i], {(const uint8_t *)"\0", 1}};
    for (int round = 0; round < 2; round++) {
        cm_buf store = {0};
        if (round == 1)
            all[0].label = long_label;
        hostile_manifest m = {
            .assertions = all, .count = count, .actions = true, .signer = signer.signer};
        size_t opened = hostile_open(&store);
        hostile_put(&store, &m);
        cm_jumbf_close(&store, opened);
        cm_buf png = hostile_png(cm_buf_bytes(&store));
        cm_inspection *report = inspect(cm_buf_bytes(&png), CM_LOOK_MANIFEST);
        ck_assert_ptr_nonnull(report);
        ck_assert(has_code(report, "claimSignature.validated"));
        ck_assert_int_ne(report->verdict, CM_VERDICT_TRUSTED); /* bound by an unknown hash */
        cm_inspection_free(report);
        cm_buf_free(&png);
        cm_buf_free(&store);
    }
}
END_TEST

/* --- OCSP --- */

/* Responses without certificates, without a body, of another kind, and none: the signer's standing
 * is what it was. */
START_TEST(ocsp_without_certificates) {
    static const char *const RESPONSES[] = {
        "",
        "30",
        "3000",
        "30030a0100",                                       /* successful, and nothing */
        "30030a0101",                                       /* malformedRequest */
        "30050a0100a000",                                   /* responseBytes, empty */
        "30080a0100a003300100",                             /* cut short in them */
        "30120a0100a00d300b06092b06010505073001010400",     /* basic, of no bytes */
        "30140a0100a00f300d06092b060105050730010104023000", /* basic, an empty sequence */
    };
    for (size_t i = 0; i < sizeof RESPONSES / sizeof RESPONSES[0]; i++) {
        cm_buf der = sign_hex(RESPONSES[i]);
        if (der.size == 0)
            cm_buf_u8(&der, 0);
        cm_cose_more more = {.ocsp = cm_buf_bytes(&der)};
        sign_credentials c = sign_make_credentials(CM_SIG_ES256);
        cm_manifest_spec spec = {
            .when = 1700000000, .more = &more, .signature_reserve = der.size + 64};
        sign_asset a = sign_make_asset(&spec, c.signer);
        cm_report *r = sign_verify_asset(&a, c.trust, time(NULL));
        ck_assert_msg(r->state == CM_STATE_TRUSTED, "%s", RESPONSES[i]);
        ck_assert(!cm_report_has(r, CM_ST_OCSP_NOT_REVOKED));
        cm_report_free(r);
        sign_free_asset(&a);
        sign_free_credentials(&c);
        cm_buf_free(&der);
    }
}
END_TEST

/* --- text --- */

static const char HOSTILE_TEXT[] =
    "\x1b[2J\x07<script>alert(1)</script>\xe2\x80\xae\xc2\x9b\xe2\x81\xa6\xc2\x85\xe2\x80\xa8"
    "2J\r\n|`[x](javascript:1)&\"'\x7f";

/* Escapes, C1 controls, and what turns a line around or ends it, as UTF-8. */
static void expect_plain(const char *text) {
    static const char *const NOT[] = {"\x1b",         "\x07",     "\r",
                                      "\x7f",         "\xc2\x9b", "\xe2\x80\xae",
                                      "\xe2\x81\xa6", "\xc2\x85", "\xe2\x80\xa8"};
    for (size_t i = 0; i < sizeof NOT / sizeof NOT[0]; i++)
        ck_assert_msg(strstr(text, NOT[i]) == NULL, "character %zu in:\n%s", i, text);
}

START_TEST(markup_and_controls_in_text) {
    cm_buf png = good(HOSTILE_TEXT, HOSTILE_TEXT);
    cm_inspection *report = inspect(cm_buf_bytes(&png), CM_LOOK_MANIFEST);
    char *text = NULL, *json = NULL;
    ck_assert_ptr_nonnull(report);
    ck_assert_int_eq(report->verdict, CM_VERDICT_TRUSTED);
    ck_assert_int_eq(cm_inspection_text(report, &text, NULL), CM_OK);
    ck_assert_int_eq(cm_inspection_json(report, true, &json, NULL), CM_OK);
    expect_plain(text);
    expect_plain(json);
    ck_assert_ptr_null(strchr(json, '\n'));
    free(text);
    free(json);
    cm_inspection_free(report);
    cm_buf_free(&png);
}
END_TEST

/* --- the network --- */

typedef struct listener {
    int socket;
    unsigned port;
} listener;

static listener listen_here(void) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    listener l = {.socket = socket(AF_INET, SOCK_STREAM, 0)};
    ck_assert_int_ge(l.socket, 0);
    ck_assert_int_eq(bind(l.socket, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(l.socket, 8), 0);
    ck_assert_int_eq(getsockname(l.socket, (struct sockaddr *)&at, &size), 0);
    l.port = ntohs(at.sin_port);
    return l;
}

static void put_text_map(cm_buf *out, const char *const *pairs, size_t count) {
    cm_cbor_put_map(out, count);
    for (size_t i = 0; i < 2 * count; i++)
        cm_cbor_put_text(out, pairs[i]);
}

/* A PNG whose assertions and XMP name addresses of ours in every way that C2PA has. */
static cm_buf png_with_addresses(unsigned port) {
    char url[64], did[64], xmp[512];
    cm_buf contents[4] = {{0}}, store = {0};
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/x", port);
    (void)snprintf(did, sizeof did, "did:web:127.0.0.1%%3A%u", port);
    put_text_map(&contents[0], (const char *const[]){"url", url, "label", "c2pa.x"}, 2);
    put_text_map(&contents[1], (const char *const[]){"url", url, "alg", "sha256"}, 2);
    put_text_map(&contents[2], (const char *const[]){"relationship", "componentOf", "data", url},
                 2);
    cm_cbor_put_map(&contents[3], 3);
    cm_cbor_put_text(&contents[3], "signer_payload");
    put_text_map(
        &contents[3],
        (const char *const[]){"sig_type", "cawg.identity_claims_aggregation", "issuer", did}, 2);
    cm_cbor_put_text(&contents[3], "signature");
    cm_cbor_put_bytes(&contents[3], sign_text(did));
    cm_cbor_put_text(&contents[3], "pad1");
    cm_cbor_put_bytes(&contents[3], (cm_bytes){0});
    hostile_assertion all[] = {{"c2pa.cloud-data", cm_buf_bytes(&contents[0])},
                               {"c2pa.external-reference", cm_buf_bytes(&contents[1])},
                               {"c2pa.ingredient.v3", cm_buf_bytes(&contents[2])},
                               {"cawg.identity", cm_buf_bytes(&contents[3])}};
    hostile_manifest m = {.assertions = all, .count = 4, .actions = true, .signer = signer.signer};
    size_t opened = hostile_open(&store);
    hostile_put(&store, &m);
    cm_jumbf_close(&store, opened);
    cm_buf png = hostile_png(cm_buf_bytes(&store));
    int n = snprintf(xmp, sizeof xmp,
                     "XML:com.adobe.xmp%c%c%c%c%c<!DOCTYPE x SYSTEM '%s'><x:xmpmeta "
                     "xmlns:x='adobe:ns:meta/' xmlns:d='http://purl.org/dc/terms/' "
                     "d:provenance='%s'/>",
                     0, 0, 0, 0, 0, url, url);
    png.size -= 12;
    hostile_chunk(&png, "iTXt", (cm_bytes){(const uint8_t *)xmp, (size_t)n});
    hostile_chunk(&png, "IEND", (cm_bytes){0});
    for (size_t i = 0; i < 4; i++)
        cm_buf_free(&contents[i]);
    cm_buf_free(&store);
    return png;
}

/* did:web, remote manifests, cloud data, external entities: nobody knocks. */
START_TEST(nothing_is_fetched) {
    listener l = listen_here();
    char texts[2][160];
    cm_buf png = png_with_addresses(l.port);
    cm_inspection_free(inspect(cm_buf_bytes(&png), CM_LOOK_ALL & ~CM_LOOK_FOREIGN));
    (void)snprintf(texts[0], sizeof texts[0],
                   "<!DOCTYPE html><html><head><link rel=\"c2pa-manifest\" "
                   "href=\"http://127.0.0.1:%u/x\"></head></html>",
                   l.port);
    (void)snprintf(texts[1], sizeof texts[1],
                   "# -----BEGIN C2PA MANIFEST----- http://127.0.0.1:%u/x -----END C2PA "
                   "MANIFEST-----\nhello\n",
                   l.port);
    for (size_t i = 0; i < 2; i++)
        cm_inspection_free(inspect(sign_text(texts[i]), CM_LOOK_MANIFEST | CM_LOOK_DECLARED));
    struct pollfd knock = {.fd = l.socket, .events = POLLIN};
    ck_assert_int_eq(poll(&knock, 1, 0), 0);
    (void)close(l.socket);
    cm_buf_free(&png);
}
END_TEST

#ifdef CM_HTTP_CURL

/* Answers with bytes without end, until the other side has had enough. */
static void *endless(void *context) {
    static const char head[] =
        "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n\r\n";
    static uint8_t block[65536];
    const listener *l = context;
    size_t *sent = malloc(sizeof *sent);
    int client = accept(l->socket, NULL, NULL);
    ssize_t n = send(client, head, sizeof head - 1, MSG_NOSIGNAL);
    for (*sent = 0; n > 0 && *sent<(size_t)1 << 30; *sent += n> 0 ? (size_t)n : 0)
        n = send(client, block, sizeof block, MSG_NOSIGNAL);
    (void)close(client);
    return sent;
}

START_TEST(http_bodies_without_end) {
    listener l = listen_here();
    pthread_t server;
    char url[64];
    cm_tsa *tsa = NULL;
    cm_buf token = {0};
    void *sent = NULL;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", l.port);
    ck_assert_int_eq(pthread_create(&server, NULL, endless, &l), 0);
    ck_assert_int_eq(cm_tsa_remote(url, &tsa, NULL), CM_OK);
    double before = hostile_memory_begins();
    ck_assert_int_ne(cm_tsa_stamp(tsa, sign_text("message"), &token, NULL), CM_OK);
    ck_assert_double_lt(hostile_memory_since(before), 32);
    (void)pthread_join(server, &sent);
    ck_assert_uint_lt(*(size_t *)sent, 32 << 20); /* what fits into buffers on the way */
    free(sent);
    (void)close(l.socket);
    cm_tsa_close(tsa);
    cm_buf_free(&token);
}
END_TEST

#endif

Suite *suite_known_ways_in(void);
Suite *suite_known_ways_in(void) {
    enum { FILES = 22 };
    Suite *s = suite_create("known_ways_in");
    TCase *t = tcase_create("known_ways_in");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, the_starting_point_is_trusted);
    tcase_add_loop_test(t, no_file_costs_much, 0, FILES);
    tcase_add_test(t, lengths_shorter_than_their_headers);
    tcase_add_test(t, riff_nested_and_forged);
    tcase_add_test(t, text_chunks_too_short);
    tcase_add_test(t, hash_ranges_that_overflow);
    tcase_add_test(t, labels_that_end_too_soon);
    tcase_add_test(t, ocsp_without_certificates);
    tcase_add_test(t, markup_and_controls_in_text);
    tcase_add_test(t, nothing_is_fetched);
#ifdef CM_HTTP_CURL
    tcase_add_test(t, http_bodies_without_end);
#endif
    suite_add_tcase(s, t);
    return s;
}
