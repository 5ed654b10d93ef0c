/* The manifest's layer: container, verification, and what the report shows of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/inspect.h"
#include "api/verify_boxes.h"
#include "asset/asset.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/rfc3339.h"
#include "sign/verify.h"

/* A soft binding's value as text: ours is a number, others' may be text. It lives as long as the
 * manifest's report. */
static const char *binding_value(cm_report *r, const cm_report_binding *b) {
    bool text = strcmp(b->alg, CM_SOFT_BINDING_ALG) != 0;
    for (size_t i = 0; i < b->value.size; i++)
        text = text && b->value.data[i] >= 0x20 && b->value.data[i] < 0x7f;
    if (text)
        return cm_report_text(r, b->value);
    char *hex = cm_calloc(2 * b->value.size + 1, 1);
    if (hex == NULL)
        return "";
    cm_hex_encode(b->value.data, b->value.size, hex);
    const char *kept =
        cm_report_text(r, (cm_bytes){.data = (const uint8_t *)hex, .size = 2 * b->value.size});
    free(hex);
    return kept;
}

static cm_code show_lists(cm_findings *f, cm_error *err) {
    cm_report *r = f->manifest;
    f->bindings = cm_calloc(r->binding_count, sizeof *f->bindings);
    f->identities = cm_calloc(r->identity_count, sizeof *f->identities);
    f->status = cm_calloc(r->status_count, sizeof *f->status);
    if (f->bindings == NULL || f->identities == NULL || f->status == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < r->identity_count; i++)
        f->identities[i] = (cm_identity_line){.type = r->identities[i].type,
                                              .state = r->identities[i].state,
                                              .name = r->identities[i].name,
                                              .issuer = r->identities[i].issuer};
    for (size_t i = 0; i < r->binding_count; i++)
        f->bindings[i] = (cm_binding_line){.alg = r->bindings[i].alg,
                                           .value = binding_value(r, &r->bindings[i])};
    for (size_t i = 0; i < r->status_count; i++) {
        const cm_status *s = &r->status[i];
        f->status[i] = (cm_status_line){.code = cm_status_code(s->id),
                                        .url = s->url,
                                        .explanation = s->explanation,
                                        .ingredient = s->ingredient,
                                        .failure = cm_status_kind_of(s->id) == CM_STATUS_FAILURE};
    }
    return CM_OK;
}

static const char *policy_name(int policy) {
    return policy == CM_POLICY_2_2 ? "2.2" : policy == CM_POLICY_2_4 ? "2.4" : "2.5";
}

static cm_code show(const cm_inspector *i, cm_findings *f, cm_error *err) {
    const cm_report *r = f->manifest;
    cm_code code = show_lists(f, err);
    if (code != CM_OK)
        return code;
    bool timed = r->time_known && cm_rfc3339(r->time, f->time);
    f->manifest_shown = (cm_manifest_evidence){
        .state = cm_state_name(r->state),
        .policy = policy_name(i->options.policy),
        .remote = f->remote,
        .active = r->active,
        .claim_generator = r->claim_generator,
        .signer = r->signer_name,
        .issuer = r->signer_issuer,
        .alg = r->signer_alg != CM_SIG_NONE ? cm_sig_name(r->signer_alg) : NULL,
        .time = timed ? f->time : NULL,
        .digital_source_type = r->digital_source_type,
        .bindings = f->bindings,
        .binding_count = r->binding_count,
        .identities = f->identities,
        .identity_count = r->identity_count,
        .status = f->status,
        .status_count = r->status_count,
    };
    if (r->state != CM_STATE_INVALID) /* else nobody has said it */
        f->manifest_shown.statements = (cm_statements){.disclosure = r->disclosure,
                                                       .attestations = r->attestations,
                                                       .attestation_count = r->attestation_count,
                                                       .ai = r->ai,
                                                       .ai_count = r->ai_count};
    f->shown.manifest = &f->manifest_shown;
    for (size_t k = 0; k < r->limit_count; k++)
        cm_findings_note(f, "%s", r->limits[k]);
    return r->failed ? cm_fail_memory(err) : CM_OK;
}

/* A sidecar's store takes the place of the one in the file. */
static cm_code read_sidecar(const cm_inspector *i, cm_buf *store, cm_error *err) {
    cm_limits limits = i->limits;
    limits.file_bytes = limits.manifest_bytes;
    return cm_load_file(i->options.sidecar, &limits, store, err);
}

/* C2PA has codes for some faults of texts. */
static cm_status_id fault_code(const cm_asset_manifest *found) {
    bool several = found->fault == CM_ASSET_SEVERAL;
    if (found->carrier == CM_CARRIER_WRAPPER)
        return several ? CM_ST_TEXT_MULTIPLE : CM_ST_TEXT_CORRUPTED;
    if (found->carrier == CM_CARRIER_BLOCK)
        return several                          ? CM_ST_BLOCK_MULTIPLE
               : found->fault == CM_ASSET_EMPTY ? CM_ST_BLOCK_EMPTY
                                                : CM_ST_BLOCK_MALFORMED;
    return found->carrier == CM_CARRIER_SCRIPT && several ? CM_ST_HTML_MULTIPLE
                                                          : CM_ST_GENERAL_ERROR;
}

cm_verify_input cm_found_input(const cm_asset_manifest *found, const cm_source *asset) {
    bool sound = found->fault == CM_ASSET_SOUND || found->fault == CM_ASSET_MISPLACED;
    cm_verify_input input = {
        .store = cm_buf_bytes(&found->store),
        .asset = asset,
        .where = found->where,
        .spelt = found->spelt,
        .fault = sound ? NULL : cm_asset_fault_text(found->fault),
        .fault_code = fault_code(found),
        .as = found->carrier == CM_CARRIER_WRAPPER ? CM_VERIFY_TEXT_NFC
              : cm_format_is_text(found->format)   ? CM_VERIFY_TEXT_BYTES
                                                   : CM_VERIFY_BYTES,
    };
    input.where.length += found->padding;
    return input;
}

/* What stands in the file, beside it, or where the file says. */
typedef struct place {
    cm_asset_manifest found;
    cm_buf beside;
    bool detached; /* `beside` is the store to judge */
    bool away;     /* and was fetched */
} place;

static cm_code judge(const cm_inspector *i, const cm_source *source, cm_format format,
                     const place *p, cm_findings *f, cm_error *err) {
    cm_box_list boxes = {0};
    cm_code code = cm_box_list_read(source, &boxes, err);
    if (code == CM_OK) {
        cm_verify_input input = cm_found_input(&p->found, format == CM_FORMAT_C2PA ? NULL : source);
        input.boxes = boxes.list;
        input.box_count = boxes.count;
        input.embedded = cm_buf_bytes(&p->found.store);
        if (p->detached) {
            input.detached = !p->away;
            input.store = cm_buf_bytes(&p->beside);
            input.fault = NULL;
        }
        if (p->away)
            input.where = p->found.away;
        cm_verify_options options = {.signers = i->trust,
                                     .authorities = i->tsa_trust,
                                     .identities = i->identity_trust,
                                     .now = f->judged,
                                     .limits = &i->limits,
                                     .policy = (cm_c2pa)i->options.policy,
                                     .certificates = i->certificates};
        code = cm_verify(&input, &options, &f->manifest, err);
    }
    cm_box_list_free(&boxes);
    return code;
}

static cm_code find(const cm_inspector *i, const cm_source *source, cm_format format, place *p,
                    cm_findings *f, cm_error *err) {
    p->detached = i->options.sidecar != NULL;
    cm_code code = cm_asset_read(source, &i->limits, &p->found, err);
    if (code == CM_OK && p->detached)
        return read_sidecar(i, &p->beside, err);
    if (code == CM_OK)
        code = cm_inspect_remote(i, source, format, &p->found, f, &p->beside, err);
    p->detached = p->away = p->beside.size != 0;
    return code;
}

cm_code cm_inspect_manifest(const cm_inspector *i, const cm_source *source, cm_format format,
                            cm_findings *f, cm_error *err) {
    place p = {0};
    f->time_anchors = i->tsa_trust != i->trust;
    if (cm_format_is_text(format) && i->options.sidecar == NULL &&
        i->options.policy < CM_POLICY_2_4) {
        cm_findings_note(f, "C2PA 2.2 knows no manifests in texts: none was looked for");
        return CM_OK;
    }
    cm_code code = find(i, source, format, &p, f, err);
    f->judged = time(NULL);
    if (code == CM_OK && (p.found.found || p.detached))
        code = judge(i, source, format, &p, f, err);
    if (code == CM_OK && f->manifest != NULL)
        code = show(i, f, err);
    f->store = p.detached ? p.beside : p.found.store; /* taken over */
    *(p.detached ? &p.beside : &p.found.store) = (cm_buf){0};
    cm_buf_free(&p.beside);
    cm_asset_manifest_free(&p.found);
    return code;
}
