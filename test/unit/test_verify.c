/* Verification of other people's manifests, good and bad, and of bytes that nobody signed. */
#include <check.h>

#include "asset/asset.h"
#include "sign/cbor.h"
#include "sign/jumbf.h"
#include "sign_support.h"

/* Anchors for the files in test/data/sign. */
static cm_trust *anchors(void) {
    cm_buf pem = sign_load("anchors.pem");
    cm_trust *trust = NULL;
    ck_assert_int_eq(cm_trust_new(cm_buf_bytes(&pem), &trust, NULL), CM_OK);
    cm_buf_free(&pem);
    return trust;
}

static cm_source *open_data(const char *name) {
    char path[256];
    cm_source *s = NULL;
    (void)snprintf(path, sizeof path, SIGN_DATA "%s", name);
    ck_assert_msg(cm_source_open(path, NULL, &s, NULL) == CM_OK, "%s is missing", path);
    return s;
}

/* Verifies a file, with its own store or with another file's. */
static cm_report *verify_by(const char *name, const char *sidecar, const cm_trust *trust,
                            cm_c2pa policy) {
    cm_asset_manifest found = {0};
    cm_buf beside = {0};
    cm_report *report = NULL;
    cm_error err = {0};
    cm_source *source = open_data(name);
    ck_assert_msg(cm_asset_read(source, NULL, &found, &err) == CM_OK, "%s: %s", name, err.message);
    if (sidecar != NULL)
        beside = sign_load(sidecar);
    cm_verify_box boxes[64];
    size_t box_count = sign_boxes(source, boxes, 64);
    cm_verify_input input = {
        .store = cm_buf_bytes(sidecar != NULL ? &beside : &found.store),
        .asset = source,
        .boxes = box_count != 0 ? boxes : NULL,
        .box_count = box_count,
        .where = {found.where.start, found.where.length + found.padding},
        .detached = sidecar != NULL,
        .embedded = cm_buf_bytes(&found.store),
    };
    cm_verify_options options = {.signers = trust, .now = time(NULL), .policy = policy};
    ck_assert_msg(cm_verify(&input, &options, &report, &err) == CM_OK, "%s: %s", name, err.message);
    cm_asset_manifest_free(&found);
    cm_buf_free(&beside);
    cm_source_close(source);
    return report;
}

static cm_report *verify_file(const char *name, const char *sidecar, const cm_trust *trust) {
    return verify_by(name, sidecar, trust, CM_C2PA_NEWEST);
}

/* What each file is, and the failure codes that say why. */
static const struct {
    const char *name;
    cm_state state;
    const char *failures;
} FILES[] = {
    {"ok_v2_es256.png", CM_STATE_TRUSTED, ""},
    {"ok_v2_es256.jpg", CM_STATE_TRUSTED, ""},
    {"ok_v2_es512.png", CM_STATE_TRUSTED, ""},
    {"ok_v2_ps512.png", CM_STATE_TRUSTED, ""},
    {"ok_v2_ed25519.webp", CM_STATE_TRUSTED, ""},
    {"ok_v1claim_es256.png", CM_STATE_TRUSTED, ""},
    {"ok_softbinding_watermarked_bound.png", CM_STATE_TRUSTED, ""},
    {"ok_update.png", CM_STATE_TRUSTED, ""},
    {"ok_edit_parent.png", CM_STATE_TRUSTED, ""},
    {"r_control.png", CM_STATE_TRUSTED, ""},
    {"ok_compressed.png", CM_STATE_TRUSTED, ""},
    {"bad_noactions.png", CM_STATE_INVALID, "claim.actions.missing"},
    {"bad_firstedited.png", CM_STATE_INVALID, "assertion.action.malformed"},
    {"bad_created_nodst.png", CM_STATE_INVALID, "assertion.action.malformed"},
    {"bad_watermarkedbound_nosoftbinding.png", CM_STATE_INVALID,
     "assertion.action.softBindingMissing"},
    {"t_assertion_dst.png", CM_STATE_INVALID, "assertion.hashedURI.mismatch"},
    {"t_claim_title.png", CM_STATE_INVALID, "claimSignature.mismatch"},
    {"t_manifest_urn.png", CM_STATE_INVALID, "claim.malformed"},
    {"t_label_claim.png", CM_STATE_INVALID, "claim.missing"},
    {"t_label_root.png", CM_STATE_INVALID, "manifest.inaccessible.malformed"},
    {"t_jumbf_lbox_zero.png", CM_STATE_INVALID, "manifest.inaccessible.malformed"},
    {"t_jumbf_inner_lbox_small.png", CM_STATE_INVALID, "manifest.inaccessible.malformed"},
    {"t_cbor_huge_bstr.png", CM_STATE_INVALID, "claim.cbor.invalid"},
    {"t_cbor_indef_nobreak.png", CM_STATE_INVALID, "claim.cbor.invalid"},
    {"t_store_no_manifest.png", CM_STATE_INVALID, "claim.missing"},
    {"t_append_trailing.png", CM_STATE_INVALID, "assertion.dataHash.mismatch"},
    {"t_transplant_other_image.png", CM_STATE_INVALID, "assertion.dataHash.mismatch"},
    {"t_alg_sha256_to_sha999.png", CM_STATE_INVALID, "claimSignature.mismatch"},
    {"c_bad_ca_true.png", CM_STATE_INVALID, "signingCredential.invalid"},
    {"c_bad_eku_none.png", CM_STATE_INVALID, "signingCredential.invalid"},
    {"c_bad_rsa1024.png", CM_STATE_INVALID, "signingCredential.invalid"},
    {"r_cose_crit_header.png", CM_STATE_INVALID, "claimSignature.mismatch"},
    {"r_cose_x5chain_none.png", CM_STATE_INVALID, "signingCredential.invalid"},
    {"r_excl_start_shift.png", CM_STATE_INVALID, "assertion.dataHash.mismatch"},
};
enum { FILE_COUNT = sizeof FILES / sizeof FILES[0] };

START_TEST(files_are_judged_as_they_are) {
    cm_trust *trust = anchors();
    char failures[1024];
    cm_report *r = verify_file(FILES[_i].name, NULL, trust);
    sign_failures(r, failures, sizeof failures);
    ck_assert_msg(r->state == FILES[_i].state, "%s: %s (%s)", FILES[_i].name,
                  cm_state_name(r->state), failures);
    ck_assert_msg(strstr(failures, FILES[_i].failures) != NULL, "%s: %s", FILES[_i].name, failures);
    ck_assert_msg(FILES[_i].failures[0] != '\0' || failures[0] == '\0', "%s: %s", FILES[_i].name,
                  failures);
    cm_report_free(r);
    cm_trust_free(trust);
}
END_TEST

/* Failures of 2.2 and of 2.4, where they differ from the newest's. */
START_TEST(older_policies_have_their_own_codes) {
    static const struct {
        const char *name, *failures[2];
    } files[] = {
        {"bad_noactions.png", {"assertion.action.malformed", "assertion.action.malformed"}},
        {"t_label_root.png", {"general.error", "general.error"}},
        {"bad_watermarkedbound_nosoftbinding.png", {"", "assertion.action.softBindingMissing"}},
    };
    cm_trust *trust = anchors();
    char failures[1024];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        for (size_t k = 0; k < 2; k++) {
            cm_report *r =
                verify_by(files[i].name, NULL, trust, k == 0 ? CM_C2PA_2_2 : CM_C2PA_2_4);
            sign_failures(r, failures, sizeof failures);
            ck_assert_str_eq(failures, files[i].failures[k]);
            cm_report_free(r);
        }
    cm_trust_free(trust);
}
END_TEST

START_TEST(a_signer_nobody_vouches_for_is_not_trusted) {
    for (size_t i = 0; i < FILE_COUNT; i++) {
        cm_report *r = verify_file(FILES[i].name, NULL, NULL);
        if (FILES[i].state == CM_STATE_TRUSTED) {
            ck_assert_msg(r->state == CM_STATE_VALID, "%s: %s", FILES[i].name,
                          cm_state_name(r->state));
            ck_assert(cm_report_has(r, CM_ST_CREDENTIAL_UNTRUSTED));
        } else {
            ck_assert_msg(r->state <= CM_STATE_UNSUPPORTED, "%s", FILES[i].name);
        }
        cm_report_free(r);
    }
}
END_TEST

START_TEST(sidecars_are_held_against_their_asset) {
    cm_trust *trust = anchors();
    static const struct {
        const char *asset;
        const char *sidecar;
        cm_state state;
    } pairs[] = {
        {"ok_v2_es256.png", "ok_detached_of_embedded.c2pa", CM_STATE_TRUSTED},
        {"ok_v2_es512.png", "ok_detached_of_embedded.c2pa", CM_STATE_INVALID},
        {"t_detached_exclusion_overwrite.png", "t_detached_exclusion_overwrite.c2pa",
         CM_STATE_INVALID},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        cm_report *r = verify_file(pairs[i].asset, pairs[i].sidecar, trust);
        ck_assert_msg(r->state == pairs[i].state, "%s: %s", pairs[i].asset,
                      cm_state_name(r->state));
        if (r->state == CM_STATE_INVALID)
            ck_assert(cm_report_has(r, CM_ST_DATA_HASH_MISMATCH));
        cm_report_free(r);
    }
    cm_trust_free(trust);
}
END_TEST

START_TEST(a_sidecar_alone_says_what_was_not_looked_at) {
    cm_trust *trust = anchors();
    cm_buf store = sign_load("ok_detached_of_embedded.c2pa");
    cm_verify_input input = {.store = cm_buf_bytes(&store), .detached = true};
    cm_verify_options options = {.signers = trust, .now = time(NULL)};
    cm_report *r = NULL;
    ck_assert_int_eq(cm_verify(&input, &options, &r, NULL), CM_OK);
    ck_assert_int_eq(r->state, CM_STATE_TRUSTED);
    ck_assert_uint_eq(r->limit_count, 1);
    ck_assert(!cm_report_has(r, CM_ST_DATA_HASH_MATCH));
    cm_report_free(r);
    input.fault = "two stores"; /* a container that is wrong makes the manifest worthless */
    ck_assert_int_eq(cm_verify(&input, &options, &r, NULL), CM_OK);
    ck_assert_int_eq(r->state, CM_STATE_INVALID);
    cm_report_free(r);
    cm_buf_free(&store);
    cm_trust_free(trust);
}
END_TEST

START_TEST(an_update_manifest_leads_to_what_it_updates) {
    cm_trust *trust = anchors();
    cm_report *r = verify_file("ok_update.png", NULL, trust);
    ck_assert(cm_report_has(r, CM_ST_DATA_HASH_MATCH));
    ck_assert(cm_report_has(r, CM_ST_INGREDIENT_MANIFEST_VALIDATED));
    cm_report_free(r);
    cm_trust_free(trust);
}
END_TEST

/* A certificate that has run out since counts while a trusted authority says that it was valid when
 * it signed. */
START_TEST(a_trusted_time_stamp_outlives_the_certificate) {
    const time_t year_2040 = 2208988800;
    cm_buf store = sign_load("stamped.c2pa");
    cm_buf pem = sign_load("stamp-anchor.pem");
    cm_trust *signers = anchors();
    cm_trust *authorities = NULL;
    ck_assert_int_eq(cm_trust_new(cm_buf_bytes(&pem), &authorities, NULL), CM_OK);
    cm_verify_input input = {.store = cm_buf_bytes(&store), .detached = true};
    cm_verify_options options = {.signers = signers, .now = year_2040};
    cm_report *r = NULL;
    ck_assert_int_eq(cm_verify(&input, &options, &r, NULL), CM_OK);
    ck_assert_int_eq(r->state, CM_STATE_INVALID);
    ck_assert(cm_report_has(r, CM_ST_CLAIM_SIGNATURE_OUTSIDE_VALIDITY));
    ck_assert(cm_report_has(r, CM_ST_TIME_STAMP_UNTRUSTED));
    ck_assert(!r->time_known);
    cm_report_free(r);
    options.authorities = authorities;
    ck_assert_int_eq(cm_verify(&input, &options, &r, NULL), CM_OK);
    ck_assert_int_eq(r->state, CM_STATE_TRUSTED);
    ck_assert(cm_report_has(r, CM_ST_TIME_STAMP_TRUSTED));
    ck_assert(r->time_known && r->time < options.now);
    ck_assert_str_eq(r->time_authority, "DigiCert SHA256 RSA4096 Timestamp Responder 2025 1");
    cm_report_free(r);
    options.signers = authorities; /* it vouches for times, not for claims */
    ck_assert_int_eq(cm_verify(&input, &options, &r, NULL), CM_OK);
    ck_assert_int_eq(r->state, CM_STATE_VALID);
    cm_report_free(r);
    cm_trust_free(signers);
    cm_trust_free(authorities);
    cm_buf_free(&store);
    cm_buf_free(&pem);
}
END_TEST

static cm_report *verify_stamped(const cm_buf *store) {
    cm_verify_input input = {.store = cm_buf_bytes(store)};
    cm_verify_options options = {.now = time(NULL)};
    cm_report *r = NULL;
    ck_assert_int_eq(cm_verify(&input, &options, &r, NULL), CM_OK);
    return r;
}

/* One signed over its payload as it is stored, by c2pa-rs; one over it as RFC 8949 would have it.
 */
START_TEST(identities_are_verified) {
    cm_buf store = sign_load("stamped.c2pa");
    cm_report *reports[] = {verify_stamped(&store), verify_file("cawg_canonical.png", NULL, NULL)};
    const char *names[] = {"C2PA Signer", "CAWG Identity 1.2 ES256 Test Actor"};
    for (size_t i = 0; i < 2; i++) {
        cm_report *r = reports[i];
        ck_assert_uint_eq(r->identity_count, 1);
        ck_assert_str_eq(r->identities[0].state, "valid");
        ck_assert_str_eq(r->identities[0].type, "cawg.x509.cose");
        ck_assert_str_eq(r->identities[0].name, names[i]);
        ck_assert(cm_report_has(r, CM_ST_IDENTITY_WELL_FORMED));
        cm_report_free(r);
    }
    cm_buf_free(&store);
}
END_TEST

/* Whatever byte of what was signed is changed, the identity isn't there any more. */
START_TEST(a_changed_identity_does_not_hold) {
    cm_limits limits = cm_limits_default();
    cm_buf store = sign_load("stamped.c2pa");
    cm_jumbf tree;
    ck_assert_int_eq(cm_jumbf_parse(cm_buf_bytes(&store), &limits, &tree, NULL), CM_OK);
    const cm_box *manifest = cm_box_first(tree.boxes);
    const cm_box *box = cm_box_named(cm_box_named(manifest, "c2pa.assertions"), "cawg.identity");
    ck_assert_ptr_nonnull(box);
    cm_cbor doc;
    ck_assert_int_eq(cm_cbor_parse(cm_box_of_type(box, CM_BOX_CBOR)->content, &limits, &doc, NULL),
                     CM_OK);
    cm_bytes content = cm_cbor_get(cm_cbor_root(&doc), "signer_payload")->bytes;
    size_t start = (size_t)(content.data - store.data);
    for (size_t i = start; i < start + content.size; i++) {
        store.data[i] ^= 1;
        cm_report *r = verify_stamped(&store);
        ck_assert_int_eq(r->state, CM_STATE_INVALID);
        ck_assert_msg(r->identity_count == 0 || strcmp(r->identities[0].state, "valid") != 0,
                      "byte %zu of %zu", i - start, content.size);
        cm_report_free(r);
        store.data[i] ^= 1;
    }
    cm_cbor_free(&doc);
    cm_jumbf_free(&tree);
    cm_buf_free(&store);
}
END_TEST

/* Changed, cut and doubled stores: a verdict each time, and never a better one than before. */
START_TEST(hostile_stores_get_a_verdict) {
    static const char *const names[] = {"ok_v2_es256.png", "ok_update.png", "ok_edit_parent.png",
                                        "ok_v1claim_es256.png"};
    cm_trust *trust = anchors();
    cm_asset_manifest found = {0};
    cm_source *source = open_data(names[_i]);
    ck_assert_int_eq(cm_asset_read(source, NULL, &found, NULL), CM_OK);
    cm_verify_options options = {.signers = trust, .now = time(NULL)};
    sign_random random = {(uint64_t)_i};
    cm_buf store = {0};
    for (int round = 0; round < 3000; round++) {
        cm_report *r = NULL;
        cm_buf_free(&store);
        cm_buf_put_bytes(&store, cm_buf_bytes(&found.store));
        for (uint32_t n = sign_next(&random) % 4; n != UINT32_MAX; n--) {
            size_t at = sign_next(&random) % store.size;
            size_t from = sign_next(&random) % store.size;
            size_t length = sign_next(&random) % 64;
            if (sign_next(&random) % 3 != 0)
                store.data[at] = (uint8_t)sign_next(&random);
            else if (at + length <= store.size && from + length <= store.size)
                memmove(store.data + at, store.data + from, length);
        }
        if (round % 10 == 0)
            store.size = sign_next(&random) % store.size;
        cm_verify_input input = {
            .store = cm_buf_bytes(&store), .asset = source, .where = found.where};
        ck_assert_int_eq(cm_verify(&input, &options, &r, NULL), CM_OK);
        ck_assert(r->state <= CM_STATE_TRUSTED);
        ck_assert(r->state != CM_STATE_INVALID || r->status_count > 0);
        cm_report_free(r);
    }
    cm_buf_free(&store);
    cm_asset_manifest_free(&found);
    cm_source_close(source);
    cm_trust_free(trust);
}
END_TEST

Suite *suite_verify(void);
Suite *suite_verify(void) {
    Suite *s = suite_create("verify");
    TCase *tc = tcase_create("verify");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, files_are_judged_as_they_are, 0, FILE_COUNT);
    tcase_add_test(tc, older_policies_have_their_own_codes);
    tcase_add_test(tc, a_signer_nobody_vouches_for_is_not_trusted);
    tcase_add_test(tc, sidecars_are_held_against_their_asset);
    tcase_add_test(tc, a_sidecar_alone_says_what_was_not_looked_at);
    tcase_add_test(tc, an_update_manifest_leads_to_what_it_updates);
    tcase_add_test(tc, a_trusted_time_stamp_outlives_the_certificate);
    tcase_add_test(tc, identities_are_verified);
    tcase_add_test(tc, a_changed_identity_does_not_hold);
    tcase_add_loop_test(tc, hostile_stores_get_a_verdict, 0, 4);
    suite_add_tcase(s, tc);
    return s;
}
