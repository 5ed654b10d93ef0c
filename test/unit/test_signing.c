/* Parts of signing in full: maps, numbers, manifests taken over, redaction, commands, time-stamps.
 */
#include <check.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"
#include "sign/carried.h"
#include "sign/cbor_map.h"
#include "sign/cose.h"
#include "sign/ocsp.h"
#include "sign/tsa.h"
#include "sign_support.h"

static void check_hex(const cm_buf *b, const char *hex) {
    cm_buf expected = sign_hex(hex);
    ck_assert_msg(cm_bytes_equal(cm_buf_bytes(b), cm_buf_bytes(&expected)), "not %s", hex);
    cm_buf_free(&expected);
}

START_TEST(maps_are_sorted_and_hold_a_key_once) {
    cm_cbor_map m = {0};
    cm_cbor_map more = {0};
    cm_buf out = {0};
    cm_cbor_map_text(&m, "bb", "x");
    cm_cbor_put_uint(cm_cbor_map_key(&m, "c"), 1);
    cm_cbor_map_text_if(&m, "left out", NULL);
    cm_cbor_put_null(cm_cbor_map_key(&more, "a"));
    cm_cbor_map_add_all(&m, &more);
    cm_cbor_map_put(&m, &out);
    check_hex(&out, "a3 6161 f6 6163 01 626262 6178");
    ck_assert(cm_cbor_map_has(&m, "bb"));
    ck_assert(!cm_cbor_map_has(&m, "b"));
    cm_cbor_map_add_all(&m, &more);
    out.size = 0;
    cm_cbor_map_put(&m, &out);
    ck_assert_int_eq(out.failed, CM_ERR_ARGUMENT);
    cm_buf_free(&out);
    cm_cbor_map_free(&m);
    cm_cbor_map_free(&more);
}
END_TEST

START_TEST(numbers_take_their_shortest_form) {
    static const struct {
        double value;
        const char *hex; /* RFC 8949 appendix A */
    } cases[] = {
        {0.0, "f90000"},
        {-0.0, "f98000"},
        {1.0, "f93c00"},
        {1.1, "fb3ff199999999999a"},
        {1.5, "f93e00"},
        {65504.0, "f97bff"},
        {100000.0, "fa47c35000"},
        {3.4028234663852886e+38, "fa7f7fffff"},
        {1.0e+300, "fb7e37e43c8800759c"},
        {5.960464477539063e-8, "f90001"},
        {0.00006103515625, "f90400"},
        {-4.0, "f9c400"},
        {-4.1, "fbc010666666666666"},
        {INFINITY, "f97c00"},
        {-INFINITY, "f9fc00"},
        {2.9802322387695312e-8, "fa33000000"}, /* half of the least half-precision number */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_buf out = {0};
        cm_cbor_put_double(&out, cases[i].value);
        check_hex(&out, cases[i].hex);
        cm_buf_free(&out);
    }
}
END_TEST

/* A store with a note in it, by these credentials. */
static sign_asset noted(const sign_credentials *c, const char *title) {
    static const uint8_t NOTE[] = {0x64, 'h', 'u', 's', 'h'};
    cm_extra_spec note = {.label = "com.example.note", .content = {NOTE, sizeof NOTE}};
    cm_manifest_spec spec = {.title = title, .extras = &note, .extra_count = 1};
    return sign_make_asset(&spec, c->signer);
}

static cm_bytes store_of(const sign_asset *a) {
    return (cm_bytes){a->bytes.data + a->where.start, (size_t)a->where.length};
}

START_TEST(manifests_are_taken_over_once) {
    sign_credentials c = sign_make_credentials(CM_SIG_ED25519);
    sign_asset a = noted(&c, "first");
    sign_asset b = noted(&c, "second");
    cm_carried carried = {0};
    size_t active = 9;
    ck_assert_int_eq(cm_carried_add(&carried, store_of(&a), &active, NULL), CM_OK);
    ck_assert_uint_eq(active, 0);
    ck_assert_int_eq(cm_carried_add(&carried, store_of(&b), &active, NULL), CM_OK);
    ck_assert_int_eq(cm_carried_add(&carried, store_of(&a), &active, NULL), CM_OK);
    ck_assert_uint_eq(active, 0);
    ck_assert_uint_eq(carried.count, 2);

    char uri[256];
    const cm_box *box = cm_carried_at(&carried, 1);
    size_t before = box->whole.size;
    (void)snprintf(uri, sizeof uri, "self#jumbf=/c2pa/%.*s/c2pa.assertions/com.example.note",
                   (int)box->label.size, (const char *)box->label.data);
    ck_assert_int_eq(cm_carried_redact(&carried, uri, NULL), CM_OK);
    ck_assert_uint_lt(cm_carried_at(&carried, 1)->whole.size, before);
    ck_assert_int_eq(cm_carried_redact(&carried, uri, NULL), CM_ERR_ARGUMENT); /* gone */
    (void)snprintf(uri, sizeof uri, "self#jumbf=/c2pa/%.*s/c2pa.assertions/c2pa.hash.data",
                   (int)cm_carried_at(&carried, 0)->label.size,
                   (const char *)cm_carried_at(&carried, 0)->label.data);
    ck_assert_int_eq(cm_carried_redact(&carried, uri, NULL), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_carried_redact(&carried, "self#jumbf=/c2pa/", NULL), CM_ERR_ARGUMENT);
    /* the one that was redacted and the one that wasn't go by one name */
    ck_assert_int_eq(cm_carried_add(&carried, store_of(&b), &active, NULL), CM_ERR_FORMAT);
    cm_carried_free(&carried);
    sign_free_asset(&a);
    sign_free_asset(&b);
    sign_free_credentials(&c);
}
END_TEST

/* Boxes that are no manifests are passed over, as the verifier does it; a store that it wouldn't
 * take for one isn't taken over. */
START_TEST(only_manifests_are_taken_over) {
    sign_credentials c = sign_make_credentials(CM_SIG_ED25519);
    sign_asset a = noted(&c, "first");
    cm_carried carried = {0};
    size_t active = 9;
    cm_buf more = {0};
    cm_buf_put_bytes(&more, store_of(&a));
    size_t other = cm_jumbf_open(&more, CM_KIND_CBOR, "a stranger", NULL);
    cm_jumbf_close(&more, other);
    cm_buf_patch_be32(&more, 0, (uint32_t)more.size);
    ck_assert_int_eq(cm_carried_add(&carried, cm_buf_bytes(&more), &active, NULL), CM_OK);
    ck_assert_uint_eq(active, 0);
    ck_assert_uint_eq(carried.count, 1);
    ck_assert_uint_eq(cm_carried_at(&carried, 0)->kind, CM_KIND_MANIFEST);
    enum { KIND = 16, TOGGLES = 32, NAME = 33 }; /* of the root's description */
    static const size_t PLACES[] = {KIND, TOGGLES, NAME};
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++) {
        more.data[PLACES[i]] ^= 1;
        ck_assert_int_eq(cm_carried_add(&carried, cm_buf_bytes(&more), &active, NULL),
                         CM_ERR_FORMAT);
        more.data[PLACES[i]] ^= 1;
    }
    ck_assert_int_eq(cm_carried_add(&carried, cm_buf_bytes(&more), &active, NULL), CM_OK);
    cm_carried_free(&carried);
    cm_buf_free(&more);
    sign_free_asset(&a);
    sign_free_credentials(&c);
}
END_TEST

START_TEST(an_update_needs_one_parent_with_a_manifest) {
    sign_credentials c = sign_make_credentials(CM_SIG_ED25519);
    cm_manifest *m = NULL;
    cm_ingredient_spec bare[2] = {{.relation = CM_RELATION_PARENT},
                                  {.relation = CM_RELATION_PARENT}};
    cm_manifest_spec update = {.binding = CM_BINDING_NONE};
    ck_assert_int_eq(cm_manifest_new(&update, c.signer, &m, NULL), CM_ERR_ARGUMENT);
    update.ingredients = bare;
    update.ingredient_count = 1;
    ck_assert_int_eq(cm_manifest_new(&update, c.signer, &m, NULL), CM_ERR_ARGUMENT);
    cm_manifest_spec two = {.ingredients = bare, .ingredient_count = 2};
    ck_assert_int_eq(cm_manifest_new(&two, c.signer, &m, NULL), CM_ERR_ARGUMENT);
    static const char *const label[] = {"com.example.note"};
    cm_manifest_spec orphan = {.redactions = label, .redaction_count = 1};
    ck_assert_int_eq(cm_manifest_new(&orphan, c.signer, &m, NULL), CM_ERR_ARGUMENT);
    sign_free_credentials(&c);
}
END_TEST

START_TEST(what_does_not_fit_fits_when_it_has_grown) {
    sign_credentials c = sign_make_credentials(CM_SIG_ES256);
    for (size_t size = 0; size < 700; size += 7) {
        sign_fake f = {.size = size, .byte = 7};
        cm_cose_more more = {.stamp = sign_make_fake, .context = &f};
        cm_manifest_spec spec = {.more = &more, .signature_reserve = 300};
        cm_manifest *m = NULL;
        cm_buf store = {0};
        ck_assert_int_eq(cm_manifest_new(&spec, c.signer, &m, NULL), CM_OK);
        cm_digest digest = {.size = cm_hash_size(cm_manifest_hash(m))};
        cm_code code = cm_manifest_sign(m, &digest, (cm_span){0}, &store, NULL);
        if (code == CM_ERR_LIMIT) {
            ck_assert(cm_manifest_grow(m));
            cm_buf_free(&store);
            code = cm_manifest_sign(m, &digest, (cm_span){0}, &store, NULL);
            ck_assert_int_eq(f.made, 2);
        }
        ck_assert_int_eq(code, CM_OK);
        ck_assert_uint_eq(store.size, cm_manifest_size(m));
        ck_assert(!cm_manifest_grow(m));
        cm_buf_free(&store);
        cm_manifest_free(m);
    }
    sign_free_credentials(&c);
}
END_TEST

static cm_code run(const char *command, const char *input, size_t limit, cm_buf *out) {
    *out = (cm_buf){.limit = limit};
    return cm_process_run(command, sign_text(input), 2, out, NULL);
}

START_TEST(commands_run_within_bounds) {
    cm_buf out;
    ck_assert_int_eq(run("cat", "in and out", 100, &out), CM_OK);
    ck_assert(cm_bytes_equal(cm_buf_bytes(&out), sign_text("in and out")));
    cm_buf_free(&out);
    ck_assert_int_eq(run("  echo  $HOME \t;ls ", "", 100, &out), CM_OK); /* no shell */
    ck_assert(cm_bytes_equal(cm_buf_bytes(&out), sign_text("$HOME ;ls\n")));
    cm_buf_free(&out);
    ck_assert_int_eq(run("cat", "more than that", 5, &out), CM_ERR_IO);
    cm_buf_free(&out);
    ck_assert_int_eq(run("sleep 100", "", 5, &out), CM_ERR_IO);
    cm_buf_free(&out);
    ck_assert_int_eq(run("false", "", 5, &out), CM_ERR_IO);
    ck_assert_int_eq(run("/no/such/command", "", 5, &out), CM_ERR_IO);
    ck_assert_int_eq(run(" \t", "", 5, &out), CM_ERR_ARGUMENT);

    /* one that doesn't read what it is given must not end us */
    cm_buf large = {0};
    cm_buf_fill(&large, 'x', 1 << 20);
    out = (cm_buf){.limit = 10};
    ck_assert_int_eq(cm_process_run("true", cm_buf_bytes(&large), 2, &out, NULL), CM_OK);
    cm_buf_free(&out);
    out = (cm_buf){.limit = 2 << 20};
    ck_assert_int_eq(cm_process_run("cat", cm_buf_bytes(&large), 10, &out, NULL), CM_OK);
    ck_assert_uint_eq(out.size, large.size);
    cm_buf_free(&out);
    cm_buf_free(&large);
}
END_TEST

static void write_file(const char *path, cm_bytes text, mode_t mode) {
    cm_output_options options = {0};
    ck_assert_int_eq(cm_output_bytes(path, &options, text, NULL), CM_OK);
    ck_assert_int_eq(chmod(path, mode), 0);
}

START_TEST(time_stamps_are_made_and_believed) {
    char directory[] = "/tmp/cm-tsa-XXXXXX";
    char chain[64], key[64];
    cm_certgen made = {0};
    cm_certgen_options options = {.time_stamps = true, .now = time(NULL)};
    ck_assert_ptr_nonnull(mkdtemp(directory));
    (void)snprintf(chain, sizeof chain, "%s/chain.pem", directory);
    (void)snprintf(key, sizeof key, "%s/key.pem", directory);
    ck_assert_int_eq(cm_certgen_chain(&options, &made, NULL), CM_OK);
    write_file(chain, cm_buf_bytes(&made.chain), 0644);
    write_file(key, cm_buf_bytes(&made.key), 0600);
    cm_tsa *tsa = NULL;
    ck_assert_int_eq(cm_tsa_local(chain, key, &tsa, NULL), CM_OK);

    sign_credentials c = sign_make_credentials(CM_SIG_ES384);
    cm_cose_more more = {.stamp = cm_tsa_stamp, .context = tsa};
    cm_manifest_spec spec = {.more = &more};
    ck_assert_int_eq(cm_tsa_reserve(tsa, &spec.signature_reserve, NULL), CM_OK);
    ck_assert_uint_lt(spec.signature_reserve, CM_TSA_RESERVE);
    sign_asset a = sign_make_asset(&spec, c.signer);
    cm_source *source = NULL;
    cm_report *report = NULL;
    cm_trust *authorities = NULL;
    ck_assert_int_eq(cm_trust_new(cm_buf_bytes(&made.root), &authorities, NULL), CM_OK);
    ck_assert_int_eq(cm_source_memory(cm_buf_bytes(&a.bytes), &source, NULL), CM_OK);
    cm_verify_input input = {.store = store_of(&a), .asset = source, .where = a.where};
    cm_verify_options how = {
        .signers = c.trust, .authorities = authorities, .now = time(NULL) + 400 * 86400};
    ck_assert_int_eq(cm_verify(&input, &how, &report, NULL), CM_OK);
    ck_assert(report->time_known); /* so that it outlives its certificate */
    ck_assert_int_eq(report->state, CM_STATE_TRUSTED);
    cm_report_free(report);

    cm_certgen_free(&made);
    options.time_stamps = false; /* a signer's certificate is none for time-stamps */
    ck_assert_int_eq(cm_certgen_chain(&options, &made, NULL), CM_OK);
    write_file(chain, cm_buf_bytes(&made.chain), 0644);
    cm_tsa *other = NULL;
    ck_assert_int_eq(cm_tsa_local(chain, key, &other, NULL), CM_ERR_KEY);
    write_file(key, cm_buf_bytes(&made.key), 0600);
    ck_assert_int_eq(cm_tsa_local(chain, key, &other, NULL), CM_ERR_KEY);
    ck_assert_int_eq(cm_tsa_remote("file:///etc/passwd", &other, NULL), CM_ERR_ARGUMENT);
    ck_assert_int_eq(cm_ocsp_check(sign_text("no response"), c.signer, NULL), CM_ERR_FORMAT);
    (void)unlink(chain);
    (void)unlink(key);
    (void)rmdir(directory);
    cm_source_close(source);
    cm_trust_free(authorities);
    cm_tsa_close(tsa);
    cm_certgen_free(&made);
    sign_free_asset(&a);
    sign_free_credentials(&c);
}
END_TEST

Suite *suite_signing(void);
Suite *suite_signing(void) {
    Suite *s = suite_create("signing");
    TCase *tc = tcase_create("signing");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, maps_are_sorted_and_hold_a_key_once);
    tcase_add_test(tc, numbers_take_their_shortest_form);
    tcase_add_test(tc, manifests_are_taken_over_once);
    tcase_add_test(tc, only_manifests_are_taken_over);
    tcase_add_test(tc, an_update_needs_one_parent_with_a_manifest);
    tcase_add_test(tc, what_does_not_fit_fits_when_it_has_grown);
    tcase_add_test(tc, commands_run_within_bounds);
    tcase_add_test(tc, time_stamps_are_made_and_believed);
    suite_add_tcase(s, tc);
    return s;
}
