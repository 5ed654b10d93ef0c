/* What a manifest store is, and which of its boxes are manifests (C2PA 2.2 §11.1.4): for whoever
 * judges one, shows one or takes one over. */
#ifndef CM_SIGN_STORE_H
#define CM_SIGN_STORE_H

#include "sign/jumbf.h"

/* The root of a parsed file. */
bool cm_store_is(const cm_box *root);

/* A standard manifest, in its form of today or of old. */
bool cm_manifest_is_standard(const cm_box *b);

/* Superboxes of other kinds, such as the time-stamp manifests of 2.1, are to be ignored
 * (§11.1.4.1, §15.11.2.3). */
bool cm_manifest_is(const cm_box *b);

/* The first manifest behind `b`, a child of the root; of all of them for NULL. NULL at the end. The
 * last one is active (§15.5). */
const cm_box *cm_manifest_next(const cm_box *root, const cm_box *b);

#endif
