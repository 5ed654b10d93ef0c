/* All of C2PA's validation status codes, of 2.2 (§15.2.2), 2.4 (§15.2.2) and 2.5 (annex D), each
 * with its kind in the newest version that has it and the clause that makes it arise. Those that we
 * never report, and why, are in spec/status-codes.md. */
#ifndef CM_SIGN_STATUS_H
#define CM_SIGN_STATUS_H

typedef enum cm_status_kind {
    CM_STATUS_SUCCESS,
    CM_STATUS_INFORMATIONAL,
    CM_STATUS_FAILURE
} cm_status_kind;

/* X(name, code, kind, clause). Clauses are 2.2's; "2.4" and "2.5" mark codes that came later. */
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
    X(ASSERTION_ACCESSIBLE, "assertion.accessible", SUCCESS, "15.2.2.1")                           \
    X(ALTERNATIVE_MATCH, "assertion.alternativeContentRepresentation.match", SUCCESS,              \
      "2.4: 15.10.3.2.7")                                                                          \
    X(BMFF_HASH_MATCH, "assertion.bmffHash.match", SUCCESS, "15.12.2")                             \
    X(COLLECTION_HASH_MATCH, "assertion.collectionHash.match", SUCCESS, "15.12.5")                 \
    X(LINKED_MATCH, "assertion.linkedResourceIntegrity.match", SUCCESS, "2.5: 14.10.4.2.3")        \
    X(MULTI_ASSET_HASH_MATCH, "assertion.multiAssetHash.match", SUCCESS, "15.12.4")                \
    X(SEGMENT_HASH_MATCH, "assertion.segmentHash.match", SUCCESS, "2.5: 14.12.6.1")                \
    X(DATA_HASH_ADDITIONAL_EXCLUSIONS, "assertion.dataHash.additionalExclusionsPresent",           \
      INFORMATIONAL, "15.12.1")                                                                    \
    X(INGREDIENT_UNKNOWN_PROVENANCE, "ingredient.unknownProvenance", INFORMATIONAL, "15.11.3.3")   \
    X(OCSP_SKIPPED, "signingCredential.ocsp.skipped", INFORMATIONAL, "15.9")                       \
    X(TIME_STAMP_MALFORMED, "timeStamp.malformed", INFORMATIONAL, "15.8.2")                        \
    X(TIME_STAMP_MISMATCH, "timeStamp.mismatch", INFORMATIONAL, "15.8.2")                          \
    X(TIME_STAMP_OUTSIDE_VALIDITY, "timeStamp.outsideValidity", INFORMATIONAL, "15.8.2")           \
    X(TIME_STAMP_UNTRUSTED, "timeStamp.untrusted", INFORMATIONAL, "15.8.2")                        \
    X(ALGORITHM_DEPRECATED, "algorithm.deprecated", INFORMATIONAL, "15.4.3")                       \
    X(ACTION_INGREDIENT_LOCATION, "assertion.action.ingredientLocationMismatch", INFORMATIONAL,    \
      "2.5: 14.10.4.2.4")                                                                          \
    X(BMFF_HASH_ADDITIONAL_EXCLUSIONS, "assertion.bmffHash.additionalExclusionsPresent",           \
      INFORMATIONAL, "2.4: 15.12.2")                                                               \
    X(BOXES_HASH_ADDITIONAL_EXCLUSIONS, "assertion.boxesHash.additionalExclusionsPresent",         \
      INFORMATIONAL, "2.4: 15.12.3")                                                               \
    X(LINKED_FORMAT_MISMATCH, "assertion.linkedResourceIntegrity.formatMismatch", INFORMATIONAL,   \
      "2.5: 14.10.4.2.3")                                                                          \
    X(LINKED_HASH_MISMATCH, "assertion.linkedResourceIntegrity.hashMismatch", INFORMATIONAL,       \
      "2.5: 14.10.4.2.3")                                                                          \
    X(LINKED_INACCESSIBLE, "assertion.linkedResourceIntegrity.inaccessible", INFORMATIONAL,        \
      "2.5: 14.10.4.2.3")                                                                          \
    X(LINKED_SIZE_MISMATCH, "assertion.linkedResourceIntegrity.sizeMismatch", INFORMATIONAL,       \
      "2.5: 14.10.4.2.3")                                                                          \
    X(LINKED_SKIPPED, "assertion.linkedResourceIntegrity.skipped", INFORMATIONAL,                  \
      "2.5: 14.10.4.2.3")                                                                          \
    X(ASSERTION_REDACTED, "assertion.redacted", INFORMATIONAL, "2.5: 14.10.4.2.4")                 \
    X(MANIFEST_UNKNOWN_PROVENANCE, "manifest.unknownProvenance", INFORMATIONAL, "2.2: 5.1")        \
    X(OCSP_INACCESSIBLE, "signingCredential.ocsp.inaccessible", INFORMATIONAL, "15.9.2")           \
    X(OCSP_UNKNOWN, "signingCredential.ocsp.unknown", INFORMATIONAL, "15.9.2; in 2.2 a failure")   \
    X(TIME_OF_SIGNING_INSIDE, "timeOfSigning.insideValidity", INFORMATIONAL, "15.8.3")             \
    X(TIME_OF_SIGNING_OUTSIDE, "timeOfSigning.outsideValidity", INFORMATIONAL, "15.8.3")           \
    X(TIME_STAMP_CREDENTIAL_INVALID, "timeStamp.credentialInvalid", INFORMATIONAL, "2.4: 15.8.2")  \
    X(IDENTITY_WELL_FORMED, "cawg.identity.well-formed", SUCCESS, "CAWG identity 1.1: 7")          \
    X(IDENTITY_TRUSTED, "cawg.identity.trusted", SUCCESS, "CAWG identity 1.1: 7")                  \
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
    X(ALTERNATIVE_HASH_MISMATCH, "assertion.alternativeContentRepresentation.hashMismatch",        \
      FAILURE, "2.4: 15.10.3.2.7")                                                                 \
    X(ALTERNATIVE_MALFORMED, "assertion.alternativeContentRepresentation.malformed", FAILURE,      \
      "2.4: 15.10.3.2.7")                                                                          \
    X(ALTERNATIVE_MISSING, "assertion.alternativeContentRepresentation.missing", FAILURE,          \
      "2.4: 15.2.2.3")                                                                             \
    X(BMFF_HASH_MALFORMED, "assertion.bmffHash.malformed", FAILURE, "15.12.2")                     \
    X(BMFF_HASH_MISMATCH, "assertion.bmffHash.mismatch", FAILURE, "15.12.2")                       \
    X(CLOUD_DATA_ACTIONS, "assertion.cloud-data.actions", FAILURE, "15.10.3.2.1")                  \
    X(CLOUD_DATA_HARD_BINDING, "assertion.cloud-data.hardBinding", FAILURE, "15.10.3.2.1")         \
    X(CLOUD_DATA_LABEL_MISMATCH, "assertion.cloud-data.labelMismatch", FAILURE,                    \
      "2.4: 15.10.3.2.1")                                                                          \
    X(CLOUD_DATA_MALFORMED, "assertion.cloud-data.malformed", FAILURE, "15.10.3.2.1")              \
    X(COLLECTION_HASH_FILE_COUNT, "assertion.collectionHash.incorrectFileCount", FAILURE,          \
      "15.12.5")                                                                                   \
    X(COLLECTION_HASH_INVALID_URI, "assertion.collectionHash.invalidURI", FAILURE, "15.12.5")      \
    X(COLLECTION_HASH_MALFORMED, "assertion.collectionHash.malformed", FAILURE, "15.12.5")         \
    X(COLLECTION_HASH_MISMATCH, "assertion.collectionHash.mismatch", FAILURE, "15.12.5")           \
    X(EXTERNAL_CREATED, "assertion.external-reference.created", FAILURE, "2.4: 15.2.2.3")          \
    X(EXTERNAL_HASH_MISMATCH, "assertion.external-reference.hashMismatch", FAILURE,                \
      "2.4: 15.10.3.2.2")                                                                          \
    X(EXTERNAL_LABEL_MISMATCH, "assertion.external-reference.labelMismatch", FAILURE,              \
      "2.4: 15.10.3.2.2")                                                                          \
    X(EXTERNAL_MALFORMED, "assertion.external-reference.malformed", FAILURE, "2.4: 15.10.3.2.2")   \
    X(HARD_BINDING_REDACTED, "assertion.hardBinding.redacted", FAILURE, "2.4: 15.2.2.3")           \
    X(ASSERTION_INACCESSIBLE, "assertion.inaccessible", FAILURE, "15.2.2.3")                       \
    X(ASSERTION_JSON_INVALID, "assertion.json.invalid", FAILURE, "15.10.3.1")                      \
    X(LINKED_INVALID_URI, "assertion.linkedResourceIntegrity.invalidURI", FAILURE,                 \
      "2.5: 14.10.4.2.3")                                                                          \
    X(LINKED_MALFORMED, "assertion.linkedResourceIntegrity.malformed", FAILURE,                    \
      "2.5: 14.10.4.2.3")                                                                          \
    X(LINKED_NOT_CREATED, "assertion.linkedResourceIntegrity.notCreated", FAILURE,                 \
      "2.5: 14.10.4.2.3")                                                                          \
    X(METADATA_MALFORMED, "assertion.metadata.malformed", FAILURE, "2.5: 14.10.4.1")               \
    X(MULTI_ASSET_HASH_MALFORMED, "assertion.multiAssetHash.malformed", FAILURE, "15.12.4")        \
    X(MULTI_ASSET_HASH_MISMATCH, "assertion.multiAssetHash.mismatch", FAILURE, "15.12.4")          \
    X(MULTI_ASSET_HASH_MISSING_PART, "assertion.multiAssetHash.missingPart", FAILURE, "15.12.4")   \
    X(SEGMENT_HASH_MALFORMED, "assertion.segmentHash.malformed", FAILURE, "2.5: 14.12.6.1")        \
    X(SEGMENT_HASH_MISMATCH, "assertion.segmentHash.mismatch", FAILURE, "2.5: 14.12.6.1")          \
    X(SEGMENT_HASH_PARTIAL, "assertion.segmentHash.partialCoverage", FAILURE, "2.5: 14.12.6.2")    \
    X(SEGMENT_HASH_PREDECESSOR, "assertion.segmentHash.predecessorMismatch", FAILURE,              \
      "2.5: 14.12.6.3")                                                                            \
    X(TIME_STAMP_ASSERTION_MALFORMED, "assertion.timestamp.malformed", FAILURE, "15.10.3.2.4")     \
    X(ACTIONS_MISSING, "claim.actions.missing", FAILURE, "2.5: 14.10.1.2")                         \
    X(HASHED_URI_MISMATCH, "hashedURI.mismatch", FAILURE, "15.10.3.3")                             \
    X(HASHED_URI_MISSING, "hashedURI.missing", FAILURE, "15.10.3.3")                               \
    X(LIVE_ASSERTION_INVALID, "livevideo.assertion.invalid", FAILURE, "2.4: 15.2.2.3")             \
    X(LIVE_CONTINUITY_INVALID, "livevideo.continuityMethod.invalid", FAILURE, "2.4: 15.2.2.3")     \
    X(LIVE_INIT_INVALID, "livevideo.init.invalid", FAILURE, "2.4: 15.2.2.3")                       \
    X(LIVE_MANIFEST_INVALID, "livevideo.manifest.invalid", FAILURE, "2.4: 15.2.2.3")               \
    X(LIVE_SEGMENT_INVALID, "livevideo.segment.invalid", FAILURE, "2.4: 15.2.2.3")                 \
    X(LIVE_SESSION_KEY_INVALID, "livevideo.sessionkey.invalid", FAILURE, "2.4: 15.2.2.3")          \
    X(APPEND_ONLY_NO_SENTINEL, "manifest.appendOnlyText.noSentinel", FAILURE, "2.5: 14.5.2.5")     \
    X(MANIFEST_INACCESSIBLE, "manifest.inaccessible", FAILURE, "15.5.3.1")                         \
    X(MANIFEST_ENCRYPTED, "manifest.inaccessible.encrypted", FAILURE, "2.5: 14.5.2.1")             \
    X(MANIFEST_STORE_MALFORMED, "manifest.inaccessible.malformed", FAILURE, "2.5: 14.5.2.1")       \
    X(BLOCK_NONE, "manifest.structuredText.noManifest", FAILURE, "2.4: A.9.5")                     \
    X(BLOCK_NO_RESOLUTION, "manifest.structuredText.noResolutionPath", FAILURE, "2.4: 15.2.2.3")   \
    X(STAMP_MANIFEST_INVALID, "manifest.timestamp.invalid", FAILURE, "15.2.2.3")                   \
    X(STAMP_MANIFEST_WRONG_PARENTS, "manifest.timestamp.wrongParents", FAILURE, "15.2.2.3")        \
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
