#include "manifest.h"

#include <stdlib.h>
#include <string.h>

#define MOST_SECONDS 253402300799 /* the end of the year 9999 */

size_t tool_manifest_options(tool_make *make, tool_option *options, size_t count) {
    cm_protect_options *o = &make->options;
    const tool_option own[] = {
        {"cert", 0, "PEM", .text = &make->chain, .help = "certificate chain, leaf first"},
        {"sign-key", 0, "PEM", .text = &make->sign_key, .help = "the leaf's private key"},
        {"signer-command", 0, "CMD", .text = &o->sign_command,
         .help = "instead: signs stdin to stdout"},
        {"alg", 0, "NAME", .text = &o->sign_alg, .help = "es256, es384, ps256, ed25519, ..."},
        {"generator", 0, "TEXT", .text = &o->generator, .help = "what generated it, \"Name/1.2\""},
        {"title", 0, "TEXT", .text = &o->title, .help = "title of the work"},
        {"source-type", 0, "URI", .text = &o->source_type, .help = "IPTC digital source type"},
        {"manifest", 'm', "JSON", .text = &o->definition,
         .help = "what the manifest says, as c2patool has it"},
        {"parent", 0, "FILE", .text = &o->parent, .help = "what it was made from by editing"},
        {"ingredient", 0, "FILE", .list = &make->components,
         .help = "what is a part of it; repeatable"},
        {"input", 0, "FILE", .list = &make->inputs,
         .help = "what the generator was given; repeatable"},
        {"drop-manifest", 0, NULL, .flag = &o->drop_manifest,
         .help = "don't keep the manifest that is there"},
        {"redact", 0, "LABEL", .list = &make->redactions,
         .help = "leave out the parent's assertion; repeatable"},
        {"redact-reason", 0, "NAME", .text = &o->redaction_reason,
         .help = "why; default: c2pa.PII.present"},
        {"binding", 0, "KIND", .text = &make->binding, .help = "data (default) or boxes"},
        {"tsa", 0, "URL", .text = &o->tsa_url, .help = "time-stamp authority to ask"},
        {"tsa-cert", 0, "PEM", .text = &o->tsa_chain, .help = "a time-stamp authority's own chain"},
        {"tsa-key", 0, "PEM", .text = &o->tsa_key, .help = "and its key"},
        {"ocsp", 0, "FILE", .text = &o->ocsp, .help = "OCSP response (DER) to put in"},
        {"sidecar", 0, "FILE", .text = &o->sidecar, .help = "write the manifest there instead"},
        {"time", 0, "SECONDS", .text = &make->time,
         .help = "since 1970: when it was made; default: now"},
        {"ids-from", 0, "TEXT", .text = &o->ids_from,
         .help = "make names and salts from this, not at random"},
        {"remote-url", 0, "URL", .text = &o->remote_url,
         .help = "where the manifest will be had from, too"},
        {"attestations", 0, "JSON", .text = &o->attestations,
         .help = "evaluations of the system that the signer states"},
        {"ai-disclosure", 0, "JSON", .text = &o->ai_disclosure,
         .help = "C2PA's AI disclosure: a file, or {...}"},
    };
    memcpy(options + count, own, sizeof own);
    return count + sizeof own / sizeof own[0];
}

bool tool_manifest_lacks(const tool_make *make) {
    const cm_protect_options *o = &make->options;
    bool key = make->sign_key != NULL || o->sign_command != NULL;
    return o->definition == NULL && (make->chain == NULL || !key);
}

int tool_manifest_convert(const tool_verb *verb, tool_make *make) {
    cm_protect_options *o = &make->options;
    o->chain = make->chain;
    o->sign_key = make->sign_key;
    o->components = make->components.items;
    o->component_count = make->components.count;
    o->inputs = make->inputs.items;
    o->input_count = make->inputs.count;
    o->redactions = make->redactions.items;
    o->redaction_count = make->redactions.count;
    if (make->time != NULL) {
        char *end = NULL;
        o->time = strtoll(make->time, &end, 10);
        if (*end != '\0' || o->time <= 0 || o->time > MOST_SECONDS)
            return tool_usage(verb, "--time is in whole seconds since 1970");
    }
    if (make->binding != NULL) {
        o->bind_boxes = strcmp(make->binding, "boxes") == 0;
        if (!o->bind_boxes && strcmp(make->binding, "data") != 0)
            return tool_usage(verb, "--binding is data or boxes");
    }
    return 0;
}
