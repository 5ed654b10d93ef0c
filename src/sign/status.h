/* C2PA's validation status codes (2.2 §15.2.2 and later additions), each with the clause of the
 * specification that makes it arise. */
#ifndef CM_SIGN_STATUS_H
#define CM_SIGN_STATUS_H

typedef enum cm_status_kind {
    CM_STATUS_SUCCESS,
    CM_STATUS_INFORMATIONAL,
    CM_STATUS_FAILURE
} cm_status_kind;

/* X(name, code, kind, clause). Clauses are 2.2's; "2.4" marks codes that came later. */
#define CM_STATUS_CODES(X)                                                                         \
    X(BOXES_HASH_MATCH, "assertion.boxesHash.match", SUCCESS, "15.12.3")                           \
    X(DATA_HASH_MATCH, "assertion.dataHash.match", SUCCESS, "15.12.1")                             \
    X(ASSERTION_HASHED_URI_MATCH, "assertion.hashedURI.match", SUCCESS, "15.10.3.1")               \
    X(CLAIM_SIGNATURE_INSIDE_VALIDITY, "claimSignature.insideValidity", SUCCESS, "15.8")           \
    X(CLAIM_SIGNATURE_VALIDATED, "claimSignature.validated", SUCCESS, "15.7")                      \
    X(INGREDIENT_CLAIM_SIGNATURE_VALIDATED, "ingredient.claimSignature.validated", SUCCESS,        \
      "15.11.3.2.2")                                                                               \
    X(INGREDIENT_MANIFEST_VALIDATED, "ingredient.manifest.validated", SUCCESS, "15.11.3.2.1")      \
    X(CREDENTIAL_TRUSTED, "signingCredential.trusted", SUCCESS, "15.7")                            \
    X(OCSP_NOT_REVOKED, "signingCredential.ocsp.notRevoked", SUCCESS, "15.9.1")                    \
    X(TIME_STAMP_TRUSTED, "timeStamp.trusted", SUCCESS, "15.8.2")                                  \
    X(TIME_STAMP_VALIDATED, "timeStamp.validated", SUCCESS, "15.8.2")                              \
    X(DATA_HASH_ADDITIONAL_EXCLUSIONS, "assertion.dataHash.additionalExclusionsPresent",           \
      INFORMATIONAL, "15.12.1")                                                                    \
    X(INGREDIENT_UNKNOWN_PROVENANCE, "ingredient.unknownProvenance", INFORMATIONAL, "15.11.3.3")   \
    X(OCSP_SKIPPED, "signingCredential.ocsp.skipped", INFORMATIONAL, "15.9")                       \
    X(TIME_STAMP_MALFORMED, "timeStamp.malformed", INFORMATIONAL, "15.8.2")                        \
    X(TIME_STAMP_MISMATCH, "timeStamp.mismatch", INFORMATIONAL, "15.8.2")                          \
    X(TIME_STAMP_OUTSIDE_VALIDITY, "timeStamp.outsideValidity", INFORMATIONAL, "15.8.2")           \
    X(TIME_STAMP_UNTRUSTED, "timeStamp.untrusted", INFORMATIONAL, "15.8.2")                        \
    X(IDENTITY_WELL_FORMED, "cawg.identity.well-formed", SUCCESS, "CAWG identity 1.1: 7")          \
    X(IDENTITY_CBOR_INVALID, "cawg.identity.cbor.invalid", INFORMATIONAL, "CAWG identity 1.1: 7")  \
    X(IDENTITY_PAD_INVALID, "cawg.identity.pad.invalid", INFORMATIONAL, "CAWG identity 1.1: 7")    \
    X(IDENTITY_ASSERTION_MISMATCH, "cawg.identity.assertion.mismatch", INFORMATIONAL,              \
      "CAWG identity 1.1: 7")                                                                      \
    X(IDENTITY_ASSERTION_DUPLICATE, "cawg.identity.assertion.duplicate", INFORMATIONAL,            \
      "CAWG identity 1.1: 7")                                                                      \
    X(IDENTITY_HARD_BINDING_MISSING, "cawg.identity.hard_binding_missing", INFORMATIONAL,          \
      "CAWG identity 1.1: 7")                                                                      \
    X(IDENTITY_CREDENTIAL_INVALID, "cawg.x509.credential.invalid", INFORMATIONAL,                  \
      "CAWG identity 1.1: 8.2")                                                                    \
    X(IDENTITY_CREDENTIAL_EXPIRED, "cawg.x509.credential.expired", INFORMATIONAL,                  \
      "CAWG identity 1.1: 8.2")                                                                    \
    X(IDENTITY_SIGNATURE_MISMATCH, "cawg.x509.signature.mismatch", INFORMATIONAL,                  \
      "CAWG identity 1.1: 8.2")                                                                    \
    X(ALGORITHM_UNSUPPORTED, "algorithm.unsupported", FAILURE, "15.4")                             \
    X(ACTION_INGREDIENT_MISMATCH, "assertion.action.ingredientMismatch", FAILURE, "15.10.3.2.2")   \
    X(ACTION_MALFORMED, "assertion.action.malformed", FAILURE, "15.10.3.2.2")                      \
    X(ACTION_REDACTED, "assertion.action.redacted", FAILURE, "15.10.3.1")                          \
    X(ACTION_REDACTION_MISMATCH, "assertion.action.redactionMismatch", FAILURE, "15.10.3.2.2")     \
    X(ACTION_SOFT_BINDING_MISSING, "assertion.action.softBindingMissing", FAILURE, "2.4: 15.10.3") \
    X(BOXES_HASH_MALFORMED, "assertion.boxesHash.malformed", FAILURE, "15.12.3")                   \
    X(BOXES_HASH_MISMATCH, "assertion.boxesHash.mismatch", FAILURE, "15.12.3")                     \
    X(BOXES_HASH_UNKNOWN_BOX, "assertion.boxesHash.unknownBox", FAILURE, "15.12.3")                \
    X(ASSERTION_CBOR_INVALID, "assertion.cbor.invalid", FAILURE, "15.10.3.1")                      \
    X(DATA_HASH_MALFORMED, "assertion.dataHash.malformed", FAILURE, "15.12.1")                     \
    X(DATA_HASH_MISMATCH, "assertion.dataHash.mismatch", FAILURE, "15.12.1")                       \
    X(DATA_HASH_REDACTED, "assertion.dataHash.redacted", FAILURE, "15.10.3.1")                     \
    X(ASSERTION_HASHED_URI_MISMATCH, "assertion.hashedURI.mismatch", FAILURE, "15.10.3.1")         \
    X(INGREDIENT_MALFORMED, "assertion.ingredient.malformed", FAILURE, "15.11.3")                  \
    X(ASSERTION_MISSING, "assertion.missing", FAILURE, "15.10.3.1")                                \
    X(MULTIPLE_HARD_BINDINGS, "assertion.multipleHardBindings", FAILURE, "15.10.1")                \
    X(ASSERTION_NOT_REDACTED, "assertion.notRedacted", FAILURE, "15.11.2")                         \
    X(ASSERTION_OUTSIDE_MANIFEST, "assertion.outsideManifest", FAILURE, "15.10.3.1")               \
    X(ASSERTION_SELF_REDACTED, "assertion.selfRedacted", FAILURE, "15.10.3.3")                     \
    X(ASSERTION_UNDECLARED, "assertion.undeclared", FAILURE, "15.10.3.1")                          \
    X(CLAIM_CBOR_INVALID, "claim.cbor.invalid", FAILURE, "15.6")                                   \
    X(HARD_BINDINGS_MISSING, "claim.hardBindings.missing", FAILURE, "15.10.1")                     \
    X(CLAIM_MALFORMED, "claim.malformed", FAILURE, "15.6")                                         \
    X(CLAIM_MISSING, "claim.missing", FAILURE, "15.6")                                             \
    X(CLAIM_MULTIPLE, "claim.multiple", FAILURE, "15.6")                                           \
    X(CLAIM_SIGNATURE_MISSING, "claimSignature.missing", FAILURE, "15.7")                          \
    X(CLAIM_SIGNATURE_MISMATCH, "claimSignature.mismatch", FAILURE, "15.7")                        \
    X(CLAIM_SIGNATURE_OUTSIDE_VALIDITY, "claimSignature.outsideValidity", FAILURE, "15.8")         \
    X(GENERAL_ERROR, "general.error", FAILURE, "15.2.2")                                           \
    X(INGREDIENT_CLAIM_SIGNATURE_MISSING, "ingredient.claimSignature.missing", FAILURE,            \
      "15.11.3.2.2")                                                                               \
    X(INGREDIENT_CLAIM_SIGNATURE_MISMATCH, "ingredient.claimSignature.mismatch", FAILURE,          \
      "15.11.3.2.2")                                                                               \
    X(INGREDIENT_MANIFEST_MISSING, "ingredient.manifest.missing", FAILURE, "15.11.3.1")            \
    X(INGREDIENT_MANIFEST_MISMATCH, "ingredient.manifest.mismatch", FAILURE, "15.11.3.2.1")        \
    X(MANIFEST_COMPRESSED_INVALID, "manifest.compressed.invalid", FAILURE, "15.5.4")               \
    X(MANIFEST_MULTIPLE_PARENTS, "manifest.multipleParents", FAILURE, "15.10.1")                   \
    X(BLOCK_EMPTY, "manifest.structuredText.emptyReference", FAILURE, "2.4: A.9.5")                \
    X(BLOCK_MALFORMED, "manifest.structuredText.malformedReference", FAILURE, "2.4: A.9.5")        \
    X(BLOCK_MULTIPLE, "manifest.structuredText.multipleReferences", FAILURE, "2.4: A.9.3")         \
    X(TEXT_CORRUPTED, "manifest.text.corruptedWrapper", FAILURE, "2.4: A.8.7.1")                   \
    X(TEXT_MULTIPLE, "manifest.text.multipleWrappers", FAILURE, "2.4: A.8.7.1")                    \
    X(HTML_MULTIPLE, "manifest.html.multipleManifests", FAILURE, "2.4: A.7.1.4")                   \
    X(MANIFEST_UPDATE_INVALID, "manifest.update.invalid", FAILURE, "15.10.1")                      \
    X(MANIFEST_UPDATE_WRONG_PARENTS, "manifest.update.wrongParents", FAILURE, "15.10.1")           \
    X(CREDENTIAL_INVALID, "signingCredential.invalid", FAILURE, "15.7, 14.5")                      \
    X(OCSP_REVOKED, "signingCredential.ocsp.revoked", FAILURE, "15.9.1")                           \
    X(CREDENTIAL_UNTRUSTED, "signingCredential.untrusted", FAILURE, "15.7, 14.4")

typedef enum cm_status_id {
#define X(name, code, kind, clause) CM_ST_##name,
    CM_STATUS_CODES(X)
#undef X
        CM_STATUS_COUNT
} cm_status_id;

const char *cm_status_code(cm_status_id id);
cm_status_kind cm_status_kind_of(cm_status_id id);
const char *cm_status_clause(cm_status_id id);

#endif
