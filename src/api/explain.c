/* What each status code says to somebody who has not read the specification. */
#include <countermark/explain.h>

#include <string.h>

#include "sign/status.h"

#define KIND_SUCCESS "success"
#define KIND_INFORMATIONAL "informational"
#define KIND_FAILURE "failure"

#define ASK_SIGNER                                                                                 \
    "Ask whoever signed the file: their software made a manifest that breaks the rules."
#define GET_ORIGINAL "Get the file again from where it was published; don't rely on this copy."
#define GIVE_TIME_ANCHORS                                                                          \
    "Give the time-stamp authorities that you trust (--trust-tsa), such as C2PA's own list."

/* By name of the code: meaning, advice. */
#define T_BOXES_HASH_MATCH "Every part of the file is the one that was signed.", ""
#define T_DATA_HASH_MATCH "The file's bytes are the ones that were signed.", ""
#define T_ASSERTION_HASHED_URI_MATCH "An assertion is the one that the claim speaks of.", ""
#define T_CLAIM_SIGNATURE_INSIDE_VALIDITY "The signer's certificate was valid when it signed.", ""
#define T_CLAIM_SIGNATURE_VALIDATED "The claim's signature is right.", ""
#define T_INGREDIENT_CLAIM_SIGNATURE_VALIDATED                                                     \
    "Something was redacted from an ingredient's manifest, and its signature is still the one "    \
    "meant.",                                                                                      \
        ""
#define T_INGREDIENT_MANIFEST_VALIDATED "An ingredient's manifest is the one meant.", ""
#define T_CREDENTIAL_TRUSTED "The signer's certificate leads to an anchor that you trust.", ""
#define T_OCSP_NOT_REVOKED                                                                         \
    "The issuer confirmed that the signer's certificate was not revoked when it signed.", ""
#define T_TIME_STAMP_TRUSTED "An authority that you trust says when the file was signed.", ""
#define T_TIME_STAMP_VALIDATED                                                                     \
    "The time-stamp belongs to this signature and is itself rightly signed.", ""
#define T_DATA_HASH_ADDITIONAL_EXCLUSIONS                                                          \
    "The signer left bytes besides the manifest out of the hash: they may have been changed by "   \
    "anybody.",                                                                                    \
        "Don't rely on what stands in those bytes, such as metadata."
#define T_INGREDIENT_UNKNOWN_PROVENANCE                                                            \
    "Something that went into the file came without a manifest of its own.", ""
#define T_OCSP_SKIPPED                                                                             \
    "Whether the signer's certificate was revoked is not known: nothing in the file settles it, "  \
    "and nobody was asked.",                                                                       \
        ""
#define T_TIME_STAMP_MALFORMED                                                                     \
    "There is a time-stamp that can't be read; it counts for nothing.", ASK_SIGNER
#define T_TIME_STAMP_MISMATCH                                                                      \
    "The time-stamp was made for something else, or its own signature is wrong; it counts for "    \
    "nothing.",                                                                                    \
        ASK_SIGNER
#define T_TIME_STAMP_OUTSIDE_VALIDITY                                                              \
    "The authority's certificate wasn't valid when it stamped; the time counts for nothing.",      \
        ASK_SIGNER
#define T_TIME_STAMP_UNTRUSTED                                                                     \
    "The time-stamp is by an authority that you didn't say you trust; the time counts for "        \
    "nothing.",                                                                                    \
        GIVE_TIME_ANCHORS
#define T_IDENTITY_WELL_FORMED                                                                     \
    "Somebody else signed the manifest's statements too; whether they are who they say isn't "     \
    "checked.",                                                                                    \
        ""
#define T_IDENTITY_CBOR_INVALID                                                                    \
    "An identity assertion can't be read.", "Take it for not being there."
#define T_IDENTITY_PAD_INVALID                                                                     \
    "The padding of an identity assertion holds something.", "Take it for not being there."
#define T_IDENTITY_ASSERTION_MISMATCH                                                              \
    "An identity assertion was made for other statements than this manifest's.",                   \
        "Take it for not being there."
#define T_IDENTITY_ASSERTION_DUPLICATE                                                             \
    "An identity assertion names a statement twice.", "Take it for not being there."
#define T_IDENTITY_HARD_BINDING_MISSING                                                            \
    "An identity assertion says nothing of the file itself: it could be moved to another one.",    \
        "Take it for not being there."
#define T_IDENTITY_CREDENTIAL_INVALID                                                              \
    "The certificate in an identity assertion can't be read.", "Take it for not being there."
#define T_IDENTITY_CREDENTIAL_EXPIRED                                                              \
    "The certificate in an identity assertion is out of date, and no trusted time-stamp says "     \
    "that it wasn't.",                                                                             \
        "Take it for not being there."
#define T_IDENTITY_SIGNATURE_MISMATCH                                                              \
    "The signature of an identity assertion is wrong.", "Take it for not being there."
#define T_ALGORITHM_UNSUPPORTED                                                                    \
    "A hash or signature algorithm is missing, unknown, or not allowed by C2PA.", ASK_SIGNER
#define T_ACTION_INGREDIENT_MISMATCH                                                               \
    "An action speaks of an ingredient that isn't there, or is of another kind.", ASK_SIGNER
#define T_ACTION_MALFORMED                                                                         \
    "The list of what was done to the file breaks C2PA's rules: it doesn't begin with how the "    \
    "file came to be, say.",                                                                       \
        ASK_SIGNER
#define T_ACTION_REDACTED                                                                          \
    "A manifest hides what was done to an ingredient, which isn't allowed.", ASK_SIGNER
#define T_ACTION_REDACTION_MISMATCH                                                                \
    "An action tells of a redaction that the claim doesn't list.", ASK_SIGNER
#define T_ACTION_SOFT_BINDING_MISSING                                                              \
    "The manifest says that the file was watermarked, but not how the mark is read.", ASK_SIGNER
#define T_BOXES_HASH_MALFORMED                                                                     \
    "The list of the file's parts and their hashes is malformed.", ASK_SIGNER
#define T_BOXES_HASH_MISMATCH "A part of the file was changed after it was signed.", GET_ORIGINAL
#define T_BOXES_HASH_UNKNOWN_BOX                                                                   \
    "The file has parts that weren't there when it was signed, or lacks some.", GET_ORIGINAL
#define T_ASSERTION_CBOR_INVALID "An assertion can't be read.", ASK_SIGNER
#define T_DATA_HASH_MALFORMED                                                                      \
    "The hash over the file's bytes, or what it leaves out, is malformed.", ASK_SIGNER
#define T_DATA_HASH_MISMATCH                                                                       \
    "The file was changed after it was signed, or the manifest is another file's.", GET_ORIGINAL
#define T_DATA_HASH_REDACTED                                                                       \
    "A manifest hides what binds an ingredient, which isn't allowed.", ASK_SIGNER
#define T_ASSERTION_HASHED_URI_MISMATCH                                                            \
    "A statement in the manifest was changed after it was signed.", GET_ORIGINAL
#define T_INGREDIENT_MALFORMED "An ingredient's description breaks C2PA's rules.", ASK_SIGNER
#define T_ASSERTION_MISSING "A statement that was signed is gone.", GET_ORIGINAL
#define T_MULTIPLE_HARD_BINDINGS                                                                   \
    "The manifest binds the file in more than one way, and they could disagree.", ASK_SIGNER
#define T_ASSERTION_NOT_REDACTED "Something is said to be redacted, and is still there.", ASK_SIGNER
#define T_ASSERTION_OUTSIDE_MANIFEST                                                               \
    "A claim speaks of another manifest's statement as its own.", ASK_SIGNER
#define T_ASSERTION_SELF_REDACTED "A manifest redacts its own statement.", ASK_SIGNER
#define T_ASSERTION_UNDECLARED                                                                     \
    "There is a statement in the manifest that nobody signed.",                                    \
        "Don't believe that statement. " GET_ORIGINAL
#define T_CLAIM_CBOR_INVALID "The claim can't be read.", GET_ORIGINAL
#define T_HARD_BINDINGS_MISSING                                                                    \
    "Nothing binds the manifest to a file: it could be moved to any.", ASK_SIGNER
#define T_CLAIM_MALFORMED "The claim lacks what C2PA asks for, or says it wrongly.", ASK_SIGNER
#define T_CLAIM_MISSING "There is a manifest without a claim: nobody claims anything.", GET_ORIGINAL
#define T_CLAIM_MULTIPLE "A manifest has more than one claim.", ASK_SIGNER
#define T_CLAIM_SIGNATURE_MISSING "The claim isn't signed.", GET_ORIGINAL
#define T_CLAIM_SIGNATURE_MISMATCH                                                                 \
    "The signature is wrong: the claim was changed, or the signature is another one's.",           \
        GET_ORIGINAL
#define T_CLAIM_SIGNATURE_OUTSIDE_VALIDITY                                                         \
    "The signer's certificate has run out or isn't valid yet, and no trusted time-stamp says "     \
    "that it was valid when it signed.",                                                           \
        GIVE_TIME_ANCHORS " Without one the file has to be signed again."
#define T_GENERAL_ERROR                                                                            \
    "The manifest store, or the place where it stands in the file, is damaged.", GET_ORIGINAL
#define T_INGREDIENT_CLAIM_SIGNATURE_MISSING                                                       \
    "Something was redacted from an ingredient's manifest, and nothing shows that it is still "    \
    "that one.",                                                                                   \
        ASK_SIGNER
#define T_INGREDIENT_CLAIM_SIGNATURE_MISMATCH                                                      \
    "An ingredient's manifest was exchanged for another one.", GET_ORIGINAL
#define T_INGREDIENT_MANIFEST_MISSING "An ingredient's manifest is gone.", GET_ORIGINAL
#define T_INGREDIENT_MANIFEST_MISMATCH "An ingredient's manifest was changed.", GET_ORIGINAL
#define T_MANIFEST_COMPRESSED_INVALID                                                              \
    "A compressed manifest is damaged, or something else is in it.", GET_ORIGINAL
#define T_MANIFEST_MULTIPLE_PARENTS                                                                \
    "The file is said to come from more than one parent.", ASK_SIGNER
#define T_BLOCK_EMPTY "A text has a block for a manifest, with nothing in it.", GET_ORIGINAL
#define T_BLOCK_MALFORMED "A text has a block for a manifest that can't be read.", GET_ORIGINAL
#define T_BLOCK_MULTIPLE "A text has more than one block for a manifest.", GET_ORIGINAL
#define T_TEXT_CORRUPTED                                                                           \
    "A text's invisible manifest is damaged: some of its characters were lost or changed.",        \
        "Texts lose such characters when they are copied by way of some programs. " GET_ORIGINAL
#define T_TEXT_MULTIPLE                                                                            \
    "A text has more than one invisible manifest: it was put together from others.", GET_ORIGINAL
#define T_HTML_MULTIPLE "A page has more than one manifest.", GET_ORIGINAL
#define T_MANIFEST_UPDATE_INVALID                                                                  \
    "A manifest that only adds to another one does more than it may.", ASK_SIGNER
#define T_MANIFEST_UPDATE_WRONG_PARENTS                                                            \
    "A manifest that only adds to another one doesn't say to which, or names others.", ASK_SIGNER
#define T_CREDENTIAL_INVALID                                                                       \
    "The signer's certificate is missing, or isn't one that may sign claims.", ASK_SIGNER
#define T_OCSP_REVOKED                                                                             \
    "The issuer took the signer's certificate back: somebody else may hold its key.",              \
        "Don't believe the manifest."
#define T_CREDENTIAL_UNTRUSTED                                                                     \
    "The signer's certificate doesn't lead to any anchor that you gave: the name in it is not "    \
    "vouched for.",                                                                                \
        "Give the anchors that you trust (--trust), such as C2PA's trust list."

static const cm_explanation EXPLANATIONS[] = {
#define ENTRY(code, kind, clause, ...)                                                             \
    { code, kind, clause, __VA_ARGS__ }
#define X(name, code, kind, clause) [CM_ST_##name] = ENTRY(code, KIND_##kind, clause, T_##name),
    CM_STATUS_CODES(X)
#undef X
};

const cm_explanation *cm_explain_at(size_t index) {
    return index < CM_STATUS_COUNT ? &EXPLANATIONS[index] : NULL;
}

const cm_explanation *cm_explain(const char *code) {
    for (size_t i = 0; i < CM_STATUS_COUNT; i++)
        if (strcmp(EXPLANATIONS[i].code, code) == 0)
            return &EXPLANATIONS[i];
    return NULL;
}
