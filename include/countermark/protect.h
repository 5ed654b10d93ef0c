/* Protecting a file: the watermark, the signed manifest, or both. */
#ifndef COUNTERMARK_PROTECT_H
#define COUNTERMARK_PROTECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <countermark/earlier.h>
#include <countermark/error.h>
#include <countermark/key.h>
#include <countermark/labels.h>
#include <countermark/limits.h>
#include <countermark/payload.h>
#include <countermark/survive.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cm_protect_options {
    /* The watermark. */
    const cm_key *key;  /* secret; NULL: no watermark */
    bool private_layer; /* mark for the owner alone instead of for holders of the public key */
    bool both_layers;   /* mark for either; each layer gets half of the power */
    cm_payload_length payload_length;
    bool has_payload; /* false: random bits */
    uint64_t payload; /* one's own, not with CM_PAYLOAD_LONGEST: below 2^16 of 16 bits */
    float strength;   /* how visible it may become: CM_STRENGTH_…; 0 means NORMAL, 4 the most */
    /* A list of changes (countermark/survive.h): the mark takes the least strength, up to the one
     * above, that survives them; that one itself where nothing less will do, or NULL. */
    const char *survive;
    /* Leave out the manifest that is there: without a new one, instead of refusing to break it;
     * with a new one, instead of keeping it as the parent's. */
    bool drop_manifest;
    bool keep_tables; /* JPEG: rather fail than refine quantisation tables */
    /* Other keys whose marks are looked for first, by the fast search. A mark of theirs is no
     * reason to refuse: two lie over one another, each the weaker for it. */
    const cm_key *const *look_for;
    size_t look_for_count;

    /* The manifest. */
    const char *chain;    /* PEM file, leaf first; NULL: no manifest */
    const char *sign_key; /* PEM file, owner-only, or a token's URI, "pkcs11:…"; or */
    /* a command that signs: the bytes on its standard input, the signature on its standard output.
     * Run without a shell, its words stand between blanks; within a minute. NULL: none. */
    const char *sign_command;
    const char *sign_alg;  /* "es256", "es384", "ps256", "ed25519", …; NULL: what fits the key */
    const char *generator; /* who generated the picture; NULL: this library */
    const char *title;     /* NULL: none */
    const char *source_type; /* IPTC digital source type URI; NULL: trainedAlgorithmicMedia */
    /* A text in a language with comments: what introduces one, "#" or "<!--"; the manifest goes
     * into a comment on the first line. NULL: as the text's start says (spec/containers.md §8). */
    const char *comment;
    const char *sidecar; /* writes the manifest store to this file instead of into the picture */
    /* A definition (JSON) as c2patool takes it, spec/manifest.md §1.2. What is said here goes
     * before what it says. */
    const char *definition;
    /* Ingredients: files whose manifests are kept in the new one's store. What the picture was made
     * from by editing (by default the picture itself when it carries a manifest), what became a
     * part of it, and what was given to the generator. */
    const char *parent;
    const char *const *components;
    size_t component_count;
    const char *const *inputs;
    size_t input_count;
    bool bind_boxes; /* PNG, JPEG: hashes by boxes, so that the store may later move */
    bool update;     /* an update manifest: the file and its binding stay as they are */
    /* Assertions of ingredients that are taken out: labels of the parent's, or whole URIs. */
    const char *const *redactions;
    size_t redaction_count;
    const char *redaction_reason; /* NULL: "c2pa.PII.present" */
    /* A time-stamp (RFC 3161) on the signature: from an authority at a URL, http:// or https://, or
     * made with an authority's chain and key (PEM files). NULL: none. */
    const char *tsa_url;
    const char *tsa_chain;
    const char *tsa_key;
    const char *ocsp; /* file: an OCSP response (DER) that goes with the signature; NULL: none */
    /* What the signer states of the system (spec/labels.md §3): a JSON file of attestations, and
     * one of C2PA's AI disclosure, or that JSON itself, beginning with "{". NULL: nothing. */
    const char *attestations;
    const char *ai_disclosure;
    /* Where the manifest store will be had from as well, http:// or https://: written into XMP as
     * dcterms:provenance. NULL: nowhere. */
    const char *remote_url;

    /* Labels in the metadata, with a manifest or without one; what of them has a place in the
     * manifest is signed too. CM_ERR_EXISTS: there is an AIGC label by another producer. */
    cm_labels labels;

    /* For output that comes out the same each time, as far as the signature does (Ed25519 alone):
     * when the picture was made, in seconds since 1970, instead of now, and a text that the
     * manifest's names and salts follow from, instead of from random bits. Another file takes
     * another text: names tell manifests apart, and whoever knows the text can guess at what was
     * redacted. 0 and NULL: neither. */
    int64_t time;
    const char *ids_from;

    const cm_limits *limits;                      /* NULL: the default */
    void (*progress)(void *context, double done); /* 0..1, now and then; NULL for none */
    void *progress_context;
    int threads; /* that look for marks and rehearse `survive`; as in cm_inspect_options */
} cm_protect_options;

/* What was done. */
typedef struct cm_protection {
    bool marked;
    bool has_manifest;
    int payload_bits; /* 64, 16 or 0 */
    uint64_t payload;
    double log10_p;     /* of the detector on the finished picture; of two layers the weaker */
    double psnr;        /* dB, luma of the finished picture against the host's */
    double ssim;        /* mean, of luma; as the embedder predicts it */
    double strength;    /* that was taken */
    int survival_count; /* of the changes that were tried, in the order of the list */
    cm_survival survival[CM_SURVIVE_MAX]; /* on the host's luma, before it was written */
    bool steps_taken;    /* JPEG: whole quantiser steps were taken where they are masked */
    bool tables_refined; /* JPEG: tables were too coarse and were refined: a larger file */
    uint64_t size;       /* of the output, bytes */
    cm_earlier_mark earlier;
    unsigned labels;                     /* CM_LABELS_… that were written */
    char content_id[CM_CONTENT_ID_SIZE]; /* with CA or CN; otherwise "" */
    bool exif_comment; /* CN in a JPEG: the label is in EXIF's UserComment, too. It isn't where
                        * there is another comment, or EXIF that can't be added to */
} cm_protection;

/* Reads `in` ("-": standard input), writes `out` ("-": standard output) whole or not at all.
 *
 * The detector runs on the finished picture, so success means that the mark is there.
 * CM_ERR_EXISTS: it carries a mark of this layer already. CM_ERR_CAPACITY: too small or too flat
 * for a mark. CM_ERR_KEY: key, certificate or chain can't be used, and why. `result` may be NULL.
 */
CM_API cm_code cm_protect(const char *in, const char *out, const cm_protect_options *options,
                          cm_protection *result, cm_error *err);

/* What was done, as JSON (spec/report.md §5). Free with free(). */
CM_API cm_code cm_protection_json(const char *in, const char *out, const cm_protection *done,
                                  bool one_line, char **text, cm_error *err);

#ifdef __cplusplus
}
#endif
#endif
