/* What is fetched, from where, and what isn't. A server of the test's own answers on this machine,
 * which the library contacts only where a test says so. */
#include <arpa/inet.h>
#include <check.h>
#include <unistd.h>
#include <zlib.h>

#include "api/describe.h"
#include "api/inspect.h"
#include "base/address.h"
#include "base/http.h"
#include "http_server.h"

static bool is_public(const char *text) {
    uint8_t address[16];
    bool six = strchr(text, ':') != NULL;
    ck_assert_msg(inet_pton(six ? AF_INET6 : AF_INET, text, address) == 1, "%s", text);
    return cm_address_public(address, six ? 16 : 4);
}

START_TEST(special_addresses_are_not_public) {
    static const char *const special[] = {"0.0.0.0",
                                          "0.1.2.3",
                                          "10.0.0.1",
                                          "10.255.255.255",
                                          "100.64.0.1",
                                          "100.127.255.255",
                                          "127.0.0.1",
                                          "127.255.0.1",
                                          "169.254.169.254",
                                          "172.16.0.1",
                                          "172.31.255.255",
                                          "192.0.0.8",
                                          "192.0.2.1",
                                          "192.88.99.1",
                                          "192.168.0.1",
                                          "198.18.0.1",
                                          "198.19.255.255",
                                          "198.51.100.7",
                                          "203.0.113.9",
                                          "224.0.0.1",
                                          "239.255.255.250",
                                          "240.0.0.1",
                                          "255.255.255.255",
                                          "::",
                                          "::1",
                                          "::ffff:8.8.8.8",
                                          "::ffff:127.0.0.1",
                                          "::8.8.8.8",
                                          "64:ff9b::8.8.8.8",
                                          "64:ff9b:1::1",
                                          "100::1",
                                          "2001::1",
                                          "2001:10::1",
                                          "2001:20::1",
                                          "2001:1ff:ffff::1",
                                          "2001:db8::1",
                                          "2002:7f00:1::1",
                                          "3fff::1",
                                          "5f00::1",
                                          "fc00::1",
                                          "fd12:3456::1",
                                          "fe80::1",
                                          "fec0::1",
                                          "ff02::1"};
    static const char *const normal[] = {"1.1.1.1",
                                         "8.8.8.8",
                                         "9.255.255.255",
                                         "11.0.0.0",
                                         "100.63.255.255",
                                         "100.128.0.0",
                                         "126.0.0.1",
                                         "128.0.0.1",
                                         "169.253.255.255",
                                         "172.15.255.255",
                                         "172.32.0.0",
                                         "192.0.1.1",
                                         "192.167.255.255",
                                         "192.169.0.0",
                                         "198.17.255.255",
                                         "198.20.0.0",
                                         "223.255.255.255",
                                         "2001:200::1",
                                         "2001:4860:4860::8888",
                                         "2606:4700::1111",
                                         "2a00:1450::1",
                                         "3ffe::1"};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        ck_assert_msg(!is_public(special[i]), "%s", special[i]);
    for (size_t i = 0; i < sizeof normal / sizeof normal[0]; i++)
        ck_assert_msg(is_public(normal[i]), "%s", normal[i]);
    ck_assert(!cm_address_public((const uint8_t *)"\x08\x08\x08", 3));
}
END_TEST

static cm_code get(const char *path, bool anywhere, cm_buf *out, cm_error *err) {
    cm_http_request r = {.url = http_url(path), .most = 100000, .anywhere = anywhere};
    return cm_http(&r, out, err);
}

START_TEST(answers_are_bounded) {
    static const struct {
        const char *path, *say; /* NULL: it is fetched */
    } cases[] = {{"/store", NULL}, {"/moved", NULL},        {"/round", "redirect"},
                 {"/file", ""},    {"/large", "more than"}, {"/gone", "HTTP"}};
    cm_buf_text(&http_world.store, "a store");
    http_open_port();
    http_start();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_buf out = {0};
        cm_error err = {0};
        cm_code code = get(cases[i].path, true, &out, &err);
        ck_assert_msg((code == CM_OK) == (cases[i].say == NULL), "%s: %s", cases[i].path,
                      err.message);
        if (cases[i].say == NULL)
            ck_assert(cm_bytes_equal(cm_buf_bytes(&out), cm_buf_bytes(&http_world.store)));
        else
            ck_assert_msg(strstr(err.message, cases[i].say) != NULL, "%s", err.message);
        cm_buf_free(&out);
    }
    cm_buf out = {0};
    cm_http_request post = {
        .url = http_url("/echo"), .body = sign_text("hello"), .most = 10, .anywhere = true};
    ck_assert_int_eq(cm_http(&post, &out, NULL), CM_OK);
    ck_assert_uint_le(out.size, 5); /* the server may have answered before the body came */
    cm_buf_free(&out);
    http_stop();
    cm_buf_free(&http_world.store);
}
END_TEST

START_TEST(this_machine_is_not_asked) {
    static const char *const hosts[] = {"127.0.0.1",  "localhost", "[::ffff:127.0.0.1]",
                                        "2130706433", "0",         "[::1]"};
    http_open_port();
    http_start();
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        char text[64];
        cm_buf out = {0};
        cm_error err = {0};
        (void)snprintf(text, sizeof text, "http://%s:%u/store", hosts[i], http_world.port);
        cm_http_request r = {.url = text, .most = 1000};
        ck_assert_int_eq(cm_http(&r, &out, &err), CM_ERR_IO);
        ck_assert_msg(strstr(err.message, "public") != NULL, "%s", err.message);
        cm_buf_free(&out);
    }
    cm_buf out = {0};
    cm_http_request named = {.url = "http://me:secret@example.com/", .most = 1000};
    ck_assert_int_eq(cm_http(&named, &out, NULL), CM_ERR_IO);
    cm_buf_free(&out);
    ck_assert_uint_eq(http_connections(), 0);
    close(http_world.asked);
}
END_TEST

static void put_chunk(cm_buf *png, const char *type, cm_bytes data) {
    uLong crc = crc32(0, (const Bytef *)type, 4);
    cm_buf_be32(png, (uint32_t)data.size);
    cm_buf_text(png, type);
    cm_buf_put_bytes(png, data);
    cm_buf_be32(png, (uint32_t)(data.size > 0 ? crc32(crc, data.data, (uInt)data.size) : crc));
}

/* A PNG whose XMP says that its manifest lies there. */
static cm_buf picture(const char *address) {
    static const uint8_t header[] = {0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0};
    cm_buf png = {0}, text = {0};
    cm_buf_put(&png, "\x89PNG\r\n\x1a\n", 8);
    put_chunk(&png, "IHDR", (cm_bytes){header, sizeof header});
    cm_buf_put(&text, "XML:com.adobe.xmp\0\0\0\0\0", 22);
    cm_buf_text(&text, "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/"
                       "1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
                       "xmlns:dcterms='http://purl.org/dc/terms/' dcterms:provenance='");
    cm_buf_text(&text, address);
    cm_buf_text(&text, "'/></rdf:RDF></x:xmpmeta>");
    put_chunk(&png, "iTXt", cm_buf_bytes(&text));
    put_chunk(&png, "IDAT", (cm_bytes){0});
    put_chunk(&png, "IEND", (cm_bytes){0});
    cm_buf_free(&text);
    return png;
}

/* The manifest of an asset that doesn't hold it. */
static cm_buf sign_apart(const cm_buf *asset, const cm_signer *signer) {
    cm_manifest_spec spec = {.title = "remote"};
    cm_manifest *m = NULL;
    cm_digest digest;
    cm_buf store = {0};
    ck_assert_int_eq(cm_manifest_new(&spec, signer, &m, NULL), CM_OK);
    ck_assert_int_eq(cm_hash_bytes(cm_manifest_hash(m), cm_buf_bytes(asset), &digest, NULL), CM_OK);
    ck_assert_int_eq(cm_manifest_sign(m, &digest, (cm_span){0}, &store, NULL), CM_OK);
    cm_manifest_free(m);
    return store;
}

static cm_findings *inspect(cm_bytes bytes, bool online, bool anywhere) {
    cm_inspect_options options = {.layers = CM_LOOK_MANIFEST, .online = online};
    cm_inspector *i = NULL;
    cm_findings *f = NULL;
    cm_error err = {0};
    cm_source *source = sign_source_over(bytes);
    ck_assert_msg(cm_inspector_new(&options, &i, &err) == CM_OK, "%s", err.message);
    i->anywhere = anywhere;
    ck_assert_int_eq(cm_findings_new("x", &f, NULL), CM_OK);
    cm_format format;
    ck_assert_int_eq(cm_asset_format(source, &format, NULL), CM_OK);
    ck_assert_msg(cm_inspect_source(i, source, format, f, &err) == CM_OK, "%s", err.message);
    cm_source_close(source);
    cm_inspector_free(i);
    return f;
}

static bool limits_say(const cm_findings *f, const char *text) {
    for (size_t i = 0; i < f->shown.limit_count; i++)
        if (strstr(f->shown.limits[i], text) != NULL)
            return true;
    return false;
}

static void expect(cm_bytes bytes, bool anywhere, cm_verdict verdict, const char *code) {
    cm_findings *f = inspect(bytes, true, anywhere);
    bool found = false;
    ck_assert_msg(f->shown.verdict == verdict, "%s", cm_verdict_name(f->shown.verdict));
    ck_assert_ptr_nonnull(f->shown.manifest);
    ck_assert_ptr_nonnull(f->shown.manifest->remote);
    for (size_t i = 0; i < f->shown.manifest->status_count; i++)
        found = found || strcmp(f->shown.manifest->status[i].code, code) == 0;
    ck_assert_msg(found, "%s", code);
    cm_inspection_free(&f->shown);
}

START_TEST(remote_manifests_are_fetched_when_asked_for) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    http_open_port();
    cm_buf png = picture(http_url("/moved")), gone = picture(http_url("/gone"));
    cm_buf junk = picture(http_url("/junk")), other = picture("ftp://example.com/x.c2pa");
    http_world.store = sign_apart(&png, c.signer);
    http_start();

    cm_findings *f = inspect(cm_buf_bytes(&png), false, true);
    ck_assert_int_eq(f->shown.verdict, CM_VERDICT_NONE);
    ck_assert_ptr_null(f->shown.manifest);
    ck_assert(limits_say(f, "not fetched: http://127.0.0.1"));
    cm_inspection_free(&f->shown);

    expect(cm_buf_bytes(&png), true, CM_VERDICT_UNTRUSTED, "assertion.dataHash.match");
    expect(cm_buf_bytes(&png), false, CM_VERDICT_INCONCLUSIVE, "manifest.inaccessible");
    expect(cm_buf_bytes(&gone), true, CM_VERDICT_INCONCLUSIVE, "manifest.inaccessible");
    expect(cm_buf_bytes(&other), true, CM_VERDICT_INCONCLUSIVE, "manifest.inaccessible");
    expect(cm_buf_bytes(&junk), true, CM_VERDICT_INVALID, "manifest.inaccessible.malformed");
    png.data[png.size - 1] ^= 1; /* IEND's CRC */
    expect(cm_buf_bytes(&png), true, CM_VERDICT_INVALID, "assertion.dataHash.mismatch");
    ck_assert_uint_eq(http_connections(), 6); /* two for each of those that were moved */
    close(http_world.asked);
    cm_buf_free(&png);
    cm_buf_free(&gone);
    cm_buf_free(&junk);
    cm_buf_free(&other);
    cm_buf_free(&http_world.store);
    sign_free_credentials(&c);
}
END_TEST

START_TEST(a_manifest_in_the_file_goes_first) {
    cm_buf own = sign_load("ok_v2_es256.png");
    cm_buf png = picture("http://example.com/store"), both = {0};
    size_t at = 8 + 25; /* behind IHDR, in both */
    cm_reader r = cm_reader_over((cm_bytes){png.data + at, 4});
    size_t text = cm_read_be32(&r) + 12;
    cm_buf_put(&both, own.data, at);
    cm_buf_put(&both, png.data + at, text);
    cm_buf_put(&both, own.data + at, own.size - at);
    cm_findings *f = inspect(cm_buf_bytes(&both), true, false);
    ck_assert_int_eq(f->shown.verdict, CM_VERDICT_INVALID); /* something was added */
    ck_assert_ptr_null(f->shown.manifest->remote);
    ck_assert(limits_say(f, "not fetched: http://example.com/store"));
    cm_inspection_free(&f->shown);
    cm_buf_free(&own);
    cm_buf_free(&png);
    cm_buf_free(&both);
}
END_TEST

/* The block that holds the address is left out of the hash. */
START_TEST(texts_name_manifests_too) {
    char text[256];
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    cm_manifest_spec spec = {.title = "remote"};
    cm_manifest *m = NULL;
    cm_digest digest;
    http_open_port();
    int n = snprintf(text, sizeof text,
                     "-----BEGIN C2PA MANIFEST-----\n%s\n-----END C2PA MANIFEST-----\nWords.\n",
                     http_url("/store"));
    size_t block = (size_t)n - strlen("Words.\n");
    ck_assert_int_eq(cm_manifest_new(&spec, c.signer, &m, NULL), CM_OK);
    ck_assert_int_eq(cm_hash_bytes(cm_manifest_hash(m), sign_text("Words.\n"), &digest, NULL),
                     CM_OK);
    ck_assert_int_eq(cm_manifest_sign(m, &digest, (cm_span){0, block}, &http_world.store, NULL),
                     CM_OK);
    cm_manifest_free(m);
    http_start();
    expect(sign_text(text), true, CM_VERDICT_UNTRUSTED, "assertion.dataHash.match");
    text[block] = 'w';
    expect(sign_text(text), true, CM_VERDICT_INVALID, "assertion.dataHash.mismatch");
    http_stop();
    cm_buf_free(&http_world.store);
    sign_free_credentials(&c);
}
END_TEST

Suite *suite_online(void);
Suite *suite_online(void) {
    Suite *s = suite_create("online");
    TCase *tc = tcase_create("online");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, special_addresses_are_not_public);
    if (cm_http_available()) {
        tcase_add_test(tc, answers_are_bounded);
        tcase_add_test(tc, this_machine_is_not_asked);
        tcase_add_test(tc, remote_manifests_are_fetched_when_asked_for);
        tcase_add_test(tc, a_manifest_in_the_file_goes_first);
        tcase_add_test(tc, texts_name_manifests_too);
    }
    suite_add_tcase(s, tc);
    return s;
}
