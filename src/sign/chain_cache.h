/* Chains that led to an anchor before. The signatures in them are most of what judging a small file
 * costs, and whoever judges many files meets the same few chains. Whether a good chain stays good
 * hangs on the time alone (there are no revocation lists in it), so that what is kept is the way to
 * the anchor, each certificate of which has to be valid at the time that is asked about. Refusals
 * aren't kept. */
#ifndef CM_SIGN_CHAIN_CACHE_H
#define CM_SIGN_CHAIN_CACHE_H

#include <openssl/x509.h>
#include <time.h>

#include "sign/cert.h"
#include "sign/memo.h"

/* Of one list of anchors, which doesn't change any more. NULL when memory is short, which costs
 * time and nothing else. Free with cm_memo_free(). */
cm_memo *cm_chain_cache_new(void);

/* True when these very certificates, in this order, were found good for this use, and the way that
 * was found is valid at that time. The cache may be NULL, and threads may share it. */
bool cm_chain_known(cm_memo *c, STACK_OF(X509) * chain, cm_cert_use use, time_t at);

/* Keeps that `way` leads from chain[0] to an anchor. */
void cm_chain_keep(cm_memo *c, STACK_OF(X509) * chain, cm_cert_use use, STACK_OF(X509) * way);

#endif
