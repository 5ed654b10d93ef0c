/* Declarations: what unsigned metadata says of a picture's origin.
 *
 * Weak evidence, since anyone can write or remove it; reported for what it is. Only fields that
 * speak of generation and of nothing else are read: see spec/containers.md for the list. */
#ifndef CM_ASSET_DECLARED_H
#define CM_ASSET_DECLARED_H

#include "base/stream.h"

typedef struct cm_declaration {
    const char *source; /* static: "xmp", "exif", "png:tEXt", "png:zTXt", "png:iTXt", "webp:AIGC" */
    const char *field;  /* static: "Iptc4xmpExt:DigitalSourceType", "AIGC", "parameters", … */
    char *value;        /* UTF-8; may hold control characters, which whoever prints must defuse */
    bool shortened;     /* the value was longer than CM_DECLARED_VALUE bytes */
    bool generated;     /* it says that the picture, or part of it, was generated. Only a
                         * DigitalSourceType can say something else, such as digitalCapture */
    bool bare; /* a DigitalSourceType that is the code alone, where IPTC has the full URI */
} cm_declaration;

enum { CM_DECLARED_VALUE = 4096, CM_DECLARED_MAX = 64 };

typedef struct cm_declarations {
    cm_declaration items[CM_DECLARED_MAX]; /* in the order of the file */
    size_t count;
    char *provenance; /* address of a manifest store that lies elsewhere (dcterms:provenance in XMP,
                       * C2PA 2.2 §15.5.3.1), UTF-8; NULL for none */
    bool incomplete;  /* some metadata was damaged, too large or too much, and was passed over */
} cm_declarations;

/* Reads the declarations of a PNG, JPEG or WebP file; other files have none. Damaged metadata is no
 * error but makes the answer incomplete; CM_ERR_FORMAT means that the container can't be walked. On
 * failure *out is empty. Free with cm_declared_free(). */
cm_code cm_declared_read(const cm_source *in, cm_declarations *out, cm_error *err);
void cm_declared_free(cm_declarations *d);

/* Whether a term of IPTC's digital source types, as a URI or alone, says that something was
 * generated. */
bool cm_source_type_is_generated(cm_bytes term);

#endif
