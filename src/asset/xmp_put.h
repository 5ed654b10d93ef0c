/* XMP of our own making: a node, and a packet around one. */
#ifndef CM_ASSET_XMP_PUT_H
#define CM_ASSET_XMP_PUT_H

#include "asset/xmp_write.h"

#define CM_NS_RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

/* What goes into rdf:RDF: one node with all properties, about the same thing as the others. */
void cm_xmp_put_node(cm_buf *out, const char *about, const cm_xmp_value *values, size_t count);

/* A whole packet. */
void cm_xmp_put_packet(cm_buf *out, const cm_xmp_value *values, size_t count);

#endif
