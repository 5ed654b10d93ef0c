/* Labels that rules ask for: what a file says of its generation in plain, beside its signed
 * manifest and its watermark. spec/labels.md says which fields each is made of. */
#ifndef COUNTERMARK_LABELS_H
#define COUNTERMARK_LABELS_H

#ifdef __cplusplus
extern "C" {
#endif

/* Which labels, to be joined with |. */
enum {
    CM_LABELS_EU = 1, /* EU AI Act art. 50(2): IPTC's digital source type in XMP */
    CM_LABELS_CA = 2, /* California SB 942: provider, system and version, time, identifier */
    CM_LABELS_CN = 4, /* China GB 45438-2025: the AIGC label */
    CM_LABELS_ALL = 7
};

/* Texts are UTF-8 without control characters, of at most CM_LABEL_TEXT bytes; NULL: not given. */
typedef struct cm_labels {
    unsigned kinds;         /* CM_LABELS_…; 0: none */
    const char *provider;   /* who offers the system; needed for CA */
    const char *system;     /* what generated it, "Name/1.2"; NULL: the generator's name */
    const char *content_id; /* NULL: "urn:uuid:…", drawn */
    /* China's label: who produced the content (NULL: the provider) and their number for it (NULL:
     * the content's identifier); who passed it on, and theirs (NULL: nobody yet). */
    const char *producer, *produce_id;
    const char *propagator, *propagate_id;
} cm_labels;

enum { CM_LABEL_TEXT = 1024, CM_CONTENT_ID_SIZE = CM_LABEL_TEXT + 1 };

#ifdef __cplusplus
}
#endif
#endif
