/* What each container format does for asset.c, and what they share. */
#ifndef CM_ASSET_CONTAINER_H
#define CM_ASSET_CONTAINER_H

#include "asset/asset.h"

typedef struct cm_container {
    cm_format format;
    /* Fills in everything but `format`. */
    cm_code (*read)(const cm_source *in, const cm_limits *limits, cm_asset_manifest *out,
                    cm_error *err);
    /* Appends the pieces; `plan` comes with format and store_size set. */
    cm_code (*plan)(const cm_source *in, cm_asset_plan *plan, cm_error *err);
    /* Writes the store in its chunk or segments: plan->where.length bytes. */
    cm_code (*write_store)(const cm_asset_plan *plan, cm_bytes store, const cm_sink *sink,
                           cm_error *err);
    /* Lists boxes and trailing bytes; NULL where there's no list of names. */
    cm_code (*boxes)(const cm_source *in, cm_asset_boxes *out, cm_error *err);
} cm_container;

extern const cm_container cm_container_png;
extern const cm_container cm_container_jpeg;
extern const cm_container cm_container_webp;
extern const cm_container cm_container_text;
extern const cm_container cm_container_html;

/* Keeps the first fault. */
void cm_manifest_fault(cm_asset_manifest *m, cm_asset_fault fault);

/* Appends bytes of the source to the store; CM_ERR_LIMIT when it gets larger than allowed. */
cm_code cm_manifest_load(cm_asset_manifest *m, const cm_source *in, cm_span from,
                         const cm_limits *limits, cm_error *err);

/* CM_ERR_LIMIT when `count`, the chunks or segments met so far, is over CM_ASSET_UNITS. */
cm_code cm_count_unit(uint32_t *count, cm_error *err);

/* Append a piece; copies that touch become one. */
cm_code cm_plan_copy(cm_asset_plan *plan, cm_span from, cm_error *err);
cm_code cm_plan_literal(cm_asset_plan *plan, const void *bytes, uint32_t n, cm_error *err);

/* Where the store goes; `length` bytes with its chunk or segment headers. */
cm_code cm_plan_store(cm_asset_plan *plan, uint64_t length, cm_error *err);

/* Appends a box. */
cm_code cm_boxes_add(cm_asset_boxes *boxes, const char *name, cm_span where, cm_error *err);

/* What C2PA calls the box of its own store. */
#define CM_STORE_BOX "C2PA"

#endif
