/* Time-stamps of the claim's signature: in its own header, or in a time-stamp assertion of a
 * manifest that came later (C2PA 2.2 §15.8.1, §18.17). */
#include "sign/verify_internal.h"

#include "base/mem.h"

enum { MOST_STAMPS = 64 /* each may cost three signatures and a chain */ };

static void keep(cm_verifier *v, cm_bytes manifest, cm_bytes token) {
    if (v->stamps == NULL)
        v->stamps = cm_calloc(MOST_STAMPS, sizeof *v->stamps);
    if (v->stamps == NULL)
        cm_verify_fail(v, cm_fail_memory(v->err));
    else if (v->stamp_count < MOST_STAMPS)
        v->stamps[v->stamp_count++] = (cm_kept_stamp){manifest, token};
    else
        cm_report_limit(v->report, "there were more time-stamps than are looked at");
}

/* {manifest: token, …}, one at least. */
static void keep_map(cm_verifier *v, const cm_view *m, const cm_declared *d) {
    const cm_cbor_item *map = cm_cbor_root(&d->cbor);
    bool sound = cm_cbor_first_key(map) != NULL;
    for (const cm_cbor_item *k = cm_cbor_first_key(map); k != NULL;) {
        const cm_cbor_item *value = cm_cbor_next(map, k);
        if (cm_cbor_is(k, CM_CBOR_TEXT) && cm_cbor_is(value, CM_CBOR_BYTES))
            keep(v, cm_cbor_text(k), cm_cbor_string(value));
        else
            sound = false;
        k = cm_cbor_next(map, value);
    }
    if (!sound)
        cm_note_assertion(v, m, CM_ST_TIME_STAMP_ASSERTION_MALFORMED, d->box->label,
                          "not a map from manifests to time-stamps");
}

void cm_verify_keep_stamps(cm_verifier *v, const cm_view *m) {
    for (size_t i = 0; i < m->declared_count && v->failed == CM_OK; i++)
        if (cm_bytes_are(m->declared[i].base, CM_LABEL_TIME_STAMP))
            keep_map(v, m, &m->declared[i]);
}

/* An assertion's token stamps the signature as one in the header would (§18.17.3). c2pa-rs stamps
 * the bare bytes of the signature, which are no less this signature's. */
static void judge_kept(cm_verifier *v, const cm_cose *cose, cm_bytes token, cm_stamp *out) {
    cm_buf message = {0};
    *out = (cm_stamp){0};
    if (!cm_verify_stamping(v))
        return;
    cm_cose_to_be_stamped(&message, cose->protected_bytes, cose->signature);
    cm_stamp_judge(token, cm_buf_bytes(&message), v->options->authorities, out);
    cm_verify_stamped(v, out);
    if (out->result == CM_STAMP_MISMATCH && cm_verify_stamping(v)) {
        cm_stamp_judge(token, cose->signature, v->options->authorities, out);
        cm_verify_stamped(v, out);
    }
    cm_buf_free(&message);
}

/* The best of those kept for this manifest: each is tried until one is trusted. */
static void best_kept(cm_verifier *v, const cm_view *m, const cm_cose *cose, cm_stamp *out) {
    *out = (cm_stamp){0};
    for (size_t i = 0; i < v->stamp_count && out->result != CM_STAMP_TRUSTED; i++) {
        cm_stamp one;
        if (!cm_bytes_equal(v->stamps[i].manifest, m->box->label))
            continue;
        judge_kept(v, cose, v->stamps[i].token, &one);
        if (one.result > out->result)
            *out = one;
    }
}

static void note(cm_verifier *v, const cm_view *m, const cm_stamp *t, const char *url) {
    switch (t->result) {
    case CM_STAMP_ABSENT:
        return;
    case CM_STAMP_MALFORMED:
        cm_note(v, m, CM_ST_TIME_STAMP_MALFORMED, url, "time-stamp: %s", t->why);
        return;
    case CM_STAMP_MISMATCH:
        cm_note(v, m, CM_ST_TIME_STAMP_MISMATCH, url, "time-stamp: %s", t->why);
        return;
    case CM_STAMP_OUTSIDE_VALIDITY:
        cm_note(v, m, CM_ST_TIME_STAMP_OUTSIDE_VALIDITY, url, "time-stamp: %s", t->why);
        return;
    case CM_STAMP_UNTRUSTED:
        if (t->unfit)
            cm_note(v, m, CM_ST_TIME_STAMP_CREDENTIAL_INVALID, url,
                    "time-stamp: its certificate isn't for time-stamps");
        cm_note(v, m, CM_ST_TIME_STAMP_VALIDATED, url, "time-stamp by %s", t->authority);
        cm_note(v, m, CM_ST_TIME_STAMP_UNTRUSTED, url, "time-stamp: %s", t->why);
        return;
    case CM_STAMP_TRUSTED:
        cm_note(v, m, CM_ST_TIME_STAMP_VALIDATED, url, "time-stamp by %s", t->authority);
        cm_note(v, m, CM_ST_TIME_STAMP_TRUSTED, url, "time-stamp by %s", t->authority);
        return;
    }
}

void cm_verify_stamp(cm_verifier *v, const cm_view *m, const cm_cose *cose, const char *url,
                     cm_stamp *out) {
    cm_stamp kept;
    *out = (cm_stamp){0};
    if (cm_stamp_present(cose) && cm_verify_stamping(v)) {
        cm_stamp_check(cose, m->claim_bytes, v->options->authorities, out);
        cm_verify_stamped(v, out);
    }
    note(v, m, out, url);
    if (out->result == CM_STAMP_TRUSTED)
        return;
    best_kept(v, m, cose, &kept);
    note(v, m, &kept, url);
    if (kept.result > out->result)
        *out = kept;
}
