/* Planning a store in the place of another one: an update manifest makes it longer, and what is
 * before and behind it was hashed. */
#include "asset/container.h"
#include "base/base64.h"

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
    if (found->carrier == CM_CARRIER_BLOCK)
        return refuse("validators don't agree where a manifest in such a text begins, and would "
                      "find it changed: sign the text anew",
                      err);
    if (found->fault != CM_ASSET_SOUND)
        return cm_fail(err, CM_ERR_UNSUPPORTED, "an update goes where the manifest is, and %s",
                       cm_asset_fault_text(found->fault));
    return CM_OK;
}

/* What is replaced, and how long that will be, which doesn't depend on its place. */
static cm_code measure(const cm_source *in, const cm_asset_manifest *found, cm_asset_plan *plan,
                       cm_span *old, uint64_t *length, cm_error *err) {
    cm_code code = CM_OK;
    plan->format = found->format;
    plan->carrier = found->carrier;
    *old = found->where;
    *length = plan->store_size; /* of a wrapper the store itself will tell */
    if (found->carrier == CM_CARRIER_NONE) {
        code = cm_asset_plan_make(in, plan->store_size, plan, err);
        *length = plan->where.length;
        plan->count = 0;
        plan->size = 0;
    } else if (found->carrier != CM_CARRIER_WRAPPER) { /* the base64 alone */
        *old = found->spelt;
        *length = cm_base64_size(plan->store_size);
        plan->carrier = CM_CARRIER_ELEMENT;
        plan->open = plan->close = "";
    }
    return code;
}

static cm_code replace(cm_asset_plan *plan, uint64_t size, cm_span old, uint64_t length,
                       cm_error *err) {
    uint64_t behind = old.start + old.length;
    cm_code code = cm_plan_copy(plan, (cm_span){0, old.start}, err);
    if (code == CM_OK)
        code = cm_plan_store(plan, length, err);
    return code == CM_OK ? cm_plan_copy(plan, (cm_span){behind, size - behind}, err) : code;
}

cm_code cm_asset_plan_update(const cm_source *in, uint64_t store_size, const cm_limits *limits,
                             cm_asset_plan *plan, cm_error *err) {
    cm_asset_manifest found = {0};
    cm_span old;
    uint64_t length;
    *plan = (cm_asset_plan){.store_size = store_size};
    cm_code code = cm_asset_read(in, limits, &found, err);
    if (code == CM_OK)
        code = check(&found, err);
    if (code == CM_OK)
        code = measure(in, &found, plan, &old, &length, err);
    if (code == CM_OK)
        code = replace(plan, cm_source_size(in), old, length, err);
    cm_asset_manifest_free(&found);
    if (code != CM_OK)
        cm_asset_plan_free(plan);
    return code;
}
