/* Between the parts that look at actions. */
#ifndef CM_SIGN_VERIFY_ACTIONS_H
#define CM_SIGN_VERIFY_ACTIONS_H

#include "sign/verify_internal.h"

/* Where an action stands, for the notes about it. */
typedef struct cm_place {
    cm_verifier *v;
    const cm_view *m;
    const cm_declared *assertion;
} cm_place;

/* Judges one action by its name. */
void cm_verify_action(const cm_place *p, const cm_cbor_item *action);

#endif
