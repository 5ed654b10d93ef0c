/* A report while it is put together: the public view and what owns the things it shows. */
#ifndef CM_API_FINDINGS_H
#define CM_API_FINDINGS_H

#include <countermark/inspect.h>
#include <countermark/key.h>

#include "asset/asset.h"
#include "asset/declared.h"
#include "base/buf.h"
#include "base/rfc3339.h"
#include "detect/image.h"
#include "sign/report.h"
#include "sign/verify.h"

/* The one that was found, and the one that was asked for. */
enum { CM_FOREIGN_MAX = 2 };

enum { CM_NOTES = 32, CM_NOTE_SIZE = 240 };

/* The name under which a manifest's soft binding says that a cm-image-1 mark can be read, with its
 * value: the payload, eight bytes, big-endian. */
#define CM_SOFT_BINDING_ALG "countermark.cm-image-1"

typedef struct cm_findings {
    cm_inspection shown; /* first, so that a pointer to it is a pointer to this */
    char *path;
    char *remote; /* address of a manifest store that was to be fetched, or NULL */

    cm_report *manifest;
    cm_buf store;  /* the manifest store that was judged */
    time_t judged; /* when */
    cm_manifest_evidence manifest_shown;
    cm_binding_line *bindings;
    cm_identity_line *identities;
    cm_status_line *status;
    char time[CM_RFC3339_SIZE];

    cm_detection detection;
    cm_watermark_evidence watermark_shown;
    cm_watermark_evidence *others_shown;
    cm_mark_region (*regions)[CM_REGIONS]; /* of all of them, in that order */

    cm_foreign_evidence foreign_shown[CM_FOREIGN_MAX];
    char *foreign_text; /* their bits, owned */

    cm_text_mark_evidence text_shown;
    cm_mark_span *spans;

    cm_declarations declared;
    cm_declared_evidence declared_shown[CM_DECLARED_MAX];
    char *meanings[CM_DECLARED_MAX]; /* of those, owned */

    bool power;        /* a watermark was looked for, and would have been seen had there been one */
    bool hint;         /* a trace of a watermark, too weak to count */
    bool looked;       /* a watermark was looked for */
    bool time_anchors; /* there were trust anchors for time-stamps alone */

    uint32_t columns, rows; /* of the picture, pixels as displayed; 0 before it was decoded */
    cm_buf file;            /* the file's bytes, kept for the heat map */

    const char *notes[CM_NOTES];
    char note_text[CM_NOTES][CM_NOTE_SIZE];
} cm_findings;

/* Adds a line to `limits`, once; control characters are made '?'. What is too long is cut, what is
 * too many is left out. */
void cm_findings_note(cm_findings *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whose mark it is depends on who could use the key when: passes on what the key file says. */
void cm_findings_note_key(cm_findings *f, const cm_key *key);

/* What the verifier is to know of a store that was found in an asset. A place that the
 * specification merely advises against is no fault of its container (spec/manifest.md §5). */
cm_verify_input cm_found_input(const cm_asset_manifest *found, const cm_source *asset);

#endif
