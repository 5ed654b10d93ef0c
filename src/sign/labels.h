/* The names that C2PA gives to boxes, assertions and actions (2.2 §11.1.4, §18). One spelling for
 * who writes them and who reads them. */
#ifndef CM_SIGN_LABELS_H
#define CM_SIGN_LABELS_H

#define CM_LABEL_STORE "c2pa"
#define CM_LABEL_ASSERTIONS "c2pa.assertions"
#define CM_LABEL_CLAIM "c2pa.claim"
#define CM_LABEL_CLAIM_V2 "c2pa.claim.v2"
#define CM_LABEL_SIGNATURE "c2pa.signature"

#define CM_LABEL_ACTIONS "c2pa.actions"
#define CM_LABEL_ACTIONS_V2 "c2pa.actions.v2"
#define CM_LABEL_SOFT_BINDING "c2pa.soft-binding"
#define CM_LABEL_HASH_DATA "c2pa.hash.data"
#define CM_LABEL_HASH_BOXES "c2pa.hash.boxes"
#define CM_LABEL_HASH_MULTI_ASSET "c2pa.hash.multi-asset"
#define CM_LABEL_REPRESENTATION "c2pa.alternative-content-representation"
#define CM_LABEL_IDENTITY "cawg.identity"
#define CM_LABEL_CERTIFICATE_STATUS "c2pa.certificate-status"
#define CM_LABEL_TIME_STAMP "c2pa.time-stamp"
#define CM_LABEL_AI_DISCLOSURE "c2pa.ai-disclosure"
/* Of our own namespace (spec/labels.md). */
#define CM_LABEL_DISCLOSURE "org.countermark.disclosure"
#define CM_LABEL_ATTESTATIONS "org.countermark.attestations"
#define CM_LABEL_EMBEDDED_DATA "c2pa.embedded-data"
#define CM_LABEL_ICON "c2pa.icon"
#define CM_LABEL_THUMBNAIL_CLAIM "c2pa.thumbnail.claim"
#define CM_LABEL_THUMBNAIL_INGREDIENT "c2pa.thumbnail.ingredient"
#define CM_LABEL_INGREDIENT "c2pa.ingredient"
#define CM_LABEL_INGREDIENT_V2 "c2pa.ingredient.v2"
#define CM_LABEL_INGREDIENT_V3 "c2pa.ingredient.v3"

#define CM_ACTION_CREATED "c2pa.created"
#define CM_ACTION_DELETED "c2pa.deleted"
#define CM_ACTION_OPENED "c2pa.opened"
#define CM_ACTION_PLACED "c2pa.placed"
#define CM_ACTION_REMOVED "c2pa.removed"
#define CM_ACTION_REPACKAGED "c2pa.repackaged"
#define CM_ACTION_TRANSCODED "c2pa.transcoded"
#define CM_ACTION_TRANSLATED "c2pa.translated"
#define CM_ACTION_REDACTED "c2pa.redacted"
#define CM_ACTION_WATERMARKED "c2pa.watermarked"
#define CM_ACTION_WATERMARKED_BOUND "c2pa.watermarked.bound"

#define CM_URI_SELF "self#jumbf="

#endif
