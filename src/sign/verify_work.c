/* What judging a store may cost. A small file can name much work: boxes to be searched for again
 * and again, lists to be gone through for each finding, signatures by slow keys. Each kind has a
 * budget, the greater the larger the store is; bench/hostile measures that none of them lets a
 * store of 300 KB take more than a tenth of a second. */
#include "sign/verify_internal.h"

enum {
    MOST_CBOR_ITEMS = 1 << 19,    /* that are kept: 24 MiB */
    STEPS_PLUS = 8 * 1000 * 1000, /* some nanoseconds each: boxes gone past, strings compared, */
    STEPS_OVER = 8,               /* and as many times the store's size more */
    HASHED_OVER = 16,             /* times the store's size, */
    HASHED_PLUS = 16 << 20,       /* and as many bytes more */
    SIGNATURES_PLUS = 3000,       /* in the units of cm_sig_cost(): 30 ms, */
    SIGNATURES_PER = 32,          /* and one more for so many bytes of the store */
    COST_OF_ONE = 15,             /* what OpenSSL adds to any signature's cost, */
    COST_OF_STAMP = 40,           /* to a time-stamp's as well, */
    COST_OF_CERTIFICATE = 12      /* and what reading a certificate does */
};

void cm_verify_budget(cm_verifier *v, size_t size) {
    v->items_left = MOST_CBOR_ITEMS;
    v->steps_left = (uint64_t)size * STEPS_OVER + STEPS_PLUS;
    v->hashing_left = (uint64_t)size * HASHED_OVER + HASHED_PLUS;
    v->unpacking_left = cm_unpacking_budget(size);
    v->signing_left = size / SIGNATURES_PER + SIGNATURES_PLUS;
}

void cm_verify_give_up(cm_verifier *v, const char *why) {
    if (!v->exhausted) {
        cm_report_status(
            v->report,
            &(cm_status){.id = CM_ST_GENERAL_ERROR, .url = "", .explanation = why, .limit = true});
        cm_report_limit(v->report, "the file's manifests are more than this program judges in one "
                                   "file: that says nothing against them");
    }
    v->report->exhausted = true;
    v->exhausted = true; /* what is found from here on isn't noted: it is found for want of work */
    v->steps_left = v->hashing_left = v->unpacking_left = v->signing_left = 0;
}

void cm_verify_exhaust(cm_verifier *v) {
    cm_verify_give_up(v, "the store asks for more work than allowed");
}

static bool take(cm_verifier *v, uint64_t *from, uint64_t cost) {
    if (v->exhausted || *from < cost) {
        cm_verify_exhaust(v);
        return false;
    }
    *from -= cost;
    return true;
}

bool cm_verify_steps(cm_verifier *v, uint64_t steps) {
    return take(v, &v->steps_left, steps);
}

bool cm_verify_hashing(cm_verifier *v, uint64_t bytes) {
    return take(v, &v->hashing_left, bytes);
}

bool cm_verify_signing(cm_verifier *v, const EVP_PKEY *key) {
    return take(v, &v->signing_left, cm_sig_cost(key) + COST_OF_ONE);
}

bool cm_verify_certificates(cm_verifier *v, size_t count) {
    return take(v, &v->signing_left, count * COST_OF_CERTIFICATE);
}

bool cm_verify_stamping(cm_verifier *v) {
    return take(v, &v->signing_left, COST_OF_STAMP);
}

void cm_verify_stamped(cm_verifier *v, const cm_stamp *t) {
    (void)take(v, &v->signing_left, t->cost);
}
