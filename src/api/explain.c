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

#define NEVER_FETCHED "Never reported: nothing of the kind is fetched."
#define OTHER_FORMATS "Never reported: only files of other kinds than are read here have this."
#define NOBODY_IS_ASKED "Never reported: issuers are not asked, only responses in the file count."
#define NO_STAMP_MANIFESTS "Never reported: such manifests are not defined any more since C2PA 2.2."

#define CLAIMED_TIME                                                                               \
    "Never reported: the time that a signer claims proves nothing. A time-stamp does."

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
#define T_IDENTITY_TRUSTED                                                                         \
    "Somebody else, whose certificate leads to an anchor that you trust for identities, signed "   \
    "the manifest's statements too.",                                                              \
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
    "The manifest store, or the place where it stands, is damaged, or asks for too much work.",    \
        GET_ORIGINAL
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

#define T_ASSERTION_ACCESSIBLE                                                                     \
    "An assertion that lies somewhere else could be fetched.", NEVER_FETCHED
#define T_ALTERNATIVE_MATCH                                                                        \
    "An original that the file was made from is the one that was signed.", ""
#define T_BMFF_HASH_MATCH                                                                          \
    "A video's or HEIF picture's boxes are the ones that were signed.", OTHER_FORMATS
#define T_COLLECTION_HASH_MATCH                                                                    \
    "All files of a collection are the ones that were signed.", OTHER_FORMATS
#define T_LINKED_MATCH "Something that a page links to is what was signed.", NEVER_FETCHED
#define T_MULTI_ASSET_HASH_MATCH                                                                   \
    "A part of a file that holds several is the one that was signed.", ""
#define T_SEGMENT_HASH_MATCH "A stretch of a log is the one that was signed.", OTHER_FORMATS
#define T_ALGORITHM_DEPRECATED                                                                     \
    "An algorithm was used that signers should not use any more.",                                 \
        "Never reported: C2PA's list of these is empty so far."
#define T_ACTION_INGREDIENT_LOCATION                                                               \
    "The signer vouches for an action and not for the ingredient that it speaks of, or the other " \
    "way round.",                                                                                  \
        ""
#define T_BMFF_HASH_ADDITIONAL_EXCLUSIONS                                                          \
    "The signer left boxes of a video out of the hash.", OTHER_FORMATS
#define T_BOXES_HASH_ADDITIONAL_EXCLUSIONS                                                         \
    "The signer left parts of the file besides the manifest out of the hash: they may have been "  \
    "changed by anybody.",                                                                         \
        "Don't rely on what stands in those parts, such as metadata."
#define T_LINKED_FORMAT_MISMATCH                                                                   \
    "Something that a page links to is of another kind than was signed.", NEVER_FETCHED
#define T_LINKED_HASH_MISMATCH                                                                     \
    "Something that a page links to isn't what was signed.", NEVER_FETCHED
#define T_LINKED_INACCESSIBLE "Something that a page links to could not be fetched.", NEVER_FETCHED
#define T_LINKED_SIZE_MISMATCH                                                                     \
    "Something that a page links to is of another size than was signed.", NEVER_FETCHED
#define T_LINKED_SKIPPED                                                                           \
    "The signer vouches for something that a page links to, and it was not fetched.",              \
        "It is not known whether it is still what was signed."
#define T_ASSERTION_REDACTED "Something speaks of a statement that was redacted since.", ""
#define T_MANIFEST_UNKNOWN_PROVENANCE                                                              \
    "A manifest was passed over, as it uses what the validator doesn't know.",                     \
        "Never reported: the state of such manifests is unsupported, and what isn't known is "     \
        "said."
#define T_OCSP_INACCESSIBLE                                                                        \
    "The issuer was asked whether the signer's certificate was revoked, and didn't answer.",       \
        NOBODY_IS_ASKED
#define T_OCSP_UNKNOWN                                                                             \
    "The issuer was asked whether the signer's certificate was revoked, and doesn't know it.",     \
        NOBODY_IS_ASKED
#define T_TIME_OF_SIGNING_INSIDE                                                                   \
    "The time of signing that the signer claims lies within its certificate's time.", CLAIMED_TIME
#define T_TIME_OF_SIGNING_OUTSIDE                                                                  \
    "The time of signing that the signer claims lies outside its certificate's time, or after "    \
    "the time-stamp.",                                                                             \
        CLAIMED_TIME
#define T_TIME_STAMP_CREDENTIAL_INVALID                                                            \
    "The time-stamp's certificate isn't one that may sign time-stamps.", ASK_SIGNER
#define T_ALTERNATIVE_HASH_MISMATCH                                                                \
    "An original that the file was made from isn't the one that was signed.", GET_ORIGINAL
#define T_ALTERNATIVE_MALFORMED                                                                    \
    "What is said of an original that the file was made from breaks C2PA's rules.", ASK_SIGNER
#define T_ALTERNATIVE_MISSING "An original that the file was made from is gone.", GET_ORIGINAL
#define T_BMFF_HASH_MALFORMED "The hash over a video's boxes is malformed.", OTHER_FORMATS
#define T_BMFF_HASH_MISMATCH                                                                       \
    "A video or HEIF picture was changed after it was signed.", OTHER_FORMATS
#define T_CLOUD_DATA_ACTIONS                                                                       \
    "A manifest that only adds to another one keeps a list of actions somewhere else.", ASK_SIGNER
#define T_CLOUD_DATA_HARD_BINDING                                                                  \
    "What binds the manifest to the file is kept somewhere else.", ASK_SIGNER
#define T_CLOUD_DATA_LABEL_MISMATCH                                                                \
    "A statement that was fetched is of another kind than was signed.", NEVER_FETCHED
#define T_CLOUD_DATA_MALFORMED                                                                     \
    "What is said of a statement that is kept somewhere else breaks C2PA's rules.", ASK_SIGNER
#define T_COLLECTION_HASH_FILE_COUNT "A file of a signed collection is missing.", OTHER_FORMATS
#define T_COLLECTION_HASH_INVALID_URI                                                              \
    "A signed collection names files outside of it.", OTHER_FORMATS
#define T_COLLECTION_HASH_MALFORMED                                                                \
    "The list of a collection's files and their hashes is malformed.", OTHER_FORMATS
#define T_COLLECTION_HASH_MISMATCH                                                                 \
    "A file of a collection was changed after it was signed.", OTHER_FORMATS
#define T_EXTERNAL_CREATED                                                                         \
    "The signer vouches for something that lies somewhere else as if it had made it.", ASK_SIGNER
#define T_EXTERNAL_HASH_MISMATCH "Something that was fetched isn't what was signed.", NEVER_FETCHED
#define T_EXTERNAL_LABEL_MISMATCH                                                                  \
    "Something that was fetched is of another kind than was signed.", NEVER_FETCHED
#define T_EXTERNAL_MALFORMED                                                                       \
    "What is said of something that lies somewhere else breaks C2PA's rules.", ASK_SIGNER
#define T_HARD_BINDING_REDACTED                                                                    \
    "A manifest hides what binds an ingredient, which isn't allowed.", ASK_SIGNER
#define T_ASSERTION_INACCESSIBLE                                                                   \
    "An assertion that lies somewhere else could not be fetched.", NEVER_FETCHED
#define T_ASSERTION_JSON_INVALID "An assertion can't be read.", ASK_SIGNER
#define T_LINKED_INVALID_URI "A list of what a page links to leads out of its folder.", ASK_SIGNER
#define T_LINKED_MALFORMED "The list of what a page links to is malformed.", ASK_SIGNER
#define T_LINKED_NOT_CREATED                                                                       \
    "The signer doesn't vouch for the list of what a page links to.", ASK_SIGNER
#define T_METADATA_MALFORMED                                                                       \
    "A statement is said to have been finished before it was begun.", ASK_SIGNER
#define T_MULTI_ASSET_HASH_MALFORMED                                                               \
    "The list of a file's parts, each of which is bound by itself, is malformed.", ASK_SIGNER
#define T_MULTI_ASSET_HASH_MISMATCH                                                                \
    "A part of a file that holds several was changed after it was signed.", GET_ORIGINAL
#define T_MULTI_ASSET_HASH_MISSING_PART "A part of a file that holds several is gone.", GET_ORIGINAL
#define T_SEGMENT_HASH_MALFORMED "The hash over a stretch of a log is malformed.", OTHER_FORMATS
#define T_SEGMENT_HASH_MISMATCH "A stretch of a log was changed after it was signed.", OTHER_FORMATS
#define T_SEGMENT_HASH_PARTIAL "Parts of a log are covered by no signature.", OTHER_FORMATS
#define T_SEGMENT_HASH_PREDECESSOR                                                                 \
    "A stretch of a log follows on another one than was signed.", OTHER_FORMATS
#define T_TIME_STAMP_ASSERTION_MALFORMED                                                           \
    "A list of time-stamps for other manifests is malformed.", ASK_SIGNER
#define T_ACTIONS_MISSING                                                                          \
    "The manifest doesn't say what was done to the file, nor how it came to be.", ASK_SIGNER
#define T_HASHED_URI_MISMATCH                                                                      \
    "Something that a statement refers to, such as a thumbnail, was changed after it was signed.", \
        GET_ORIGINAL
#define T_HASHED_URI_MISSING                                                                       \
    "Something that a statement refers to, such as a thumbnail, is gone.", GET_ORIGINAL
#define T_LIVE_ASSERTION_INVALID "A segment of a stream isn't the one that follows.", OTHER_FORMATS
#define T_LIVE_CONTINUITY_INVALID                                                                  \
    "It isn't known how the segments of a stream follow one another.", OTHER_FORMATS
#define T_LIVE_INIT_INVALID "A stream begins with what doesn't belong there.", OTHER_FORMATS
#define T_LIVE_MANIFEST_INVALID "The manifest of a stream doesn't hold.", OTHER_FORMATS
#define T_LIVE_SEGMENT_INVALID                                                                     \
    "A segment of a stream was changed, or nothing binds it.", OTHER_FORMATS
#define T_LIVE_SESSION_KEY_INVALID                                                                 \
    "A key that signs the segments of a stream isn't the signer's.", OTHER_FORMATS
#define T_APPEND_ONLY_NO_SENTINEL "A log holds no checkpoint.", OTHER_FORMATS
#define T_MANIFEST_INACCESSIBLE                                                                    \
    "The file names a manifest that lies somewhere else, and it could not be had.",                \
        "Try again, or ask whoever published the file for its manifest (--sidecar)."
#define T_MANIFEST_ENCRYPTED "The manifest is encrypted.", OTHER_FORMATS
#define T_MANIFEST_STORE_MALFORMED                                                                 \
    "What stands where the manifest should be isn't one, or is damaged.", GET_ORIGINAL
#define T_BLOCK_NONE                                                                               \
    "A text has no block for a manifest.",                                                         \
        "Never reported: most texts have none, which is no failure."
#define T_BLOCK_NO_RESOLUTION                                                                      \
    "A text's block for a manifest says where it lies in a way that isn't known.",                 \
        "Never reported: such a block is reported as a malformed reference."
#define T_STAMP_MANIFEST_INVALID                                                                   \
    "A manifest that only stamps another one does more than it may.", NO_STAMP_MANIFESTS
#define T_STAMP_MANIFEST_WRONG_PARENTS                                                             \
    "A manifest that only stamps another one doesn't say which.", NO_STAMP_MANIFESTS

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
