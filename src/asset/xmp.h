/* XMP packets (ISO 16684-1): the properties of the picture itself that we ask for. */
#ifndef CM_ASSET_XMP_H
#define CM_ASSET_XMP_H

#include "base/error.h"
#include "base/reader.h"

/* Namespaces of labels. The last one is ours (spec/labels.md). */
#define CM_NS_IPTC_EXT "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
#define CM_NS_TC260 "http://www.tc260.org.cn/ns/AIGC/1.0/"
#define CM_NS_DCTERMS "http://purl.org/dc/terms/"
#define CM_NS_DISCLOSURE "https://countermark.org/ns/disclosure/1.0/"

typedef struct cm_xmp_property {
    const char *name_space;
    const char *name;
} cm_xmp_property;

/* Called for each value of a wanted property; `value` is UTF-8 and lives until the return. A code
 * other than CM_OK ends the scan, and is what it returns. */
typedef cm_code cm_xmp_found(void *context, size_t which, cm_bytes value, cm_error *err);

/* Scans a packet for properties of the picture, as attribute, element, or rdf:resource; the same
 * names deeper down, which speak of ingredients, are passed over. CM_ERR_FORMAT for what isn't
 * XML, CM_ERR_UNSUPPORTED for a document type declaration (entities could be declared there),
 * CM_ERR_LIMIT when nested too deep; values found before that were reported. */
cm_code cm_xmp_scan(cm_bytes packet, const cm_xmp_property *wanted, size_t count,
                    cm_xmp_found *found, void *context, cm_error *err);

#endif
