/* Planning a store in the place of another one: an update manifest makes it longer, and what is
 * before and behind it was hashed. */
#include "asset/container.h"

static cm_code refuse(const char *why, cm_error *err) {
    return cm_fail(err, CM_ERR_UNSUPPORTED, "%s", why);
}

static cm_code check(const cm_asset_manifest *found, cm_error *err) {
    if (!found->found)
        return refuse("there is no manifest to update", err);
    if (found->format == CM_FORMAT_WEBP)
        return refuse("WebP says its own length, which was signed: a longer store would break the "
                      "manifest that it updates",
                      err);
    if (found->carrier == CM_CARRIER_BLOCK || found->carrier == CM_CARRIER_ELEMENT)
        return refuse("validators don't agree where a manifest in such a text begins, and would "
                      "find it changed: sign the text anew",
                      err);
    if (found->fault != CM_ASSET_SOUND)
        return cm_fail(err, CM_ERR_UNSUPPORTED, "an update goes where the manifest is, and %s",
                       cm_asset_fault_text(found->fault));
    return CM_OK;
}

/* How long the container will be, which doesn't depend on its place: of a wrapper it is told by
 * the store alone, later. */
static cm_code measure(const cm_source *in, const cm_asset_manifest *found, cm_asset_plan *plan,
                       cm_error *err) {
    uint64_t store_size = plan->store_size;
    if (found->carrier != CM_CARRIER_WRAPPER)
        return cm_asset_plan_make(in, store_size, plan, err);
    plan->format = found->format;
    plan->carrier = found->carrier;
    plan->where.length = store_size;
    return CM_OK;
}

static cm_code put_in_place(cm_asset_plan *plan, uint64_t size, cm_span old, cm_error *err) {
    uint64_t behind = old.start + old.length;
    uint64_t length = plan->where.length;
    plan->count = 0;
    plan->size = 0;
    cm_code code = cm_plan_copy(plan, (cm_span){0, old.start}, err);
    if (code == CM_OK)
        code = cm_plan_store(plan, length, err);
    return code == CM_OK ? cm_plan_copy(plan, (cm_span){behind, size - behind}, err) : code;
}

cm_code cm_asset_plan_update(const cm_source *in, uint64_t store_size, const cm_limits *limits,
                             cm_asset_plan *plan, cm_error *err) {
    cm_asset_manifest found = {0};
    *plan = (cm_asset_plan){.store_size = store_size};
    cm_code code = cm_asset_read(in, limits, &found, err);
    if (code == CM_OK)
        code = check(&found, err);
    if (code == CM_OK)
        code = measure(in, &found, plan, err);
    if (code == CM_OK)
        code = put_in_place(plan, cm_source_size(in), found.where, err);
    cm_asset_manifest_free(&found);
    if (code != CM_OK)
        cm_asset_plan_free(plan);
    return code;
}
