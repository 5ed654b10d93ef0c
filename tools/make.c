#include "make.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "labels.h"
#include "manifest.h"
#include "ring.h"

static bool parse_length(const char *text, cm_payload_length *length) {
    static const struct named {
        const char *name;
        cm_payload_length length;
    } names[] = {{"64", CM_PAYLOAD_64},
                 {"16", CM_PAYLOAD_16},
                 {"0", CM_PAYLOAD_NONE},
                 {"auto", CM_PAYLOAD_LONGEST}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i].name) == 0) {
            *length = names[i].length;
            return true;
        }
    return false;
}

/* As many hexadecimal digits as the payload has, and nothing else. */
static bool parse_payload(const char *text, cm_payload_length length, uint64_t *payload) {
    size_t digits = length == CM_PAYLOAD_64 ? 16 : length == CM_PAYLOAD_16 ? 4 : 0;
    if (digits == 0 || strlen(text) != digits || strspn(text, "0123456789abcdefABCDEF") != digits)
        return false;
    *payload = strtoull(text, NULL, 16);
    return true;
}

static bool parse_strength(const char *text, float *strength) {
    static const struct named {
        const char *name;
        float strength;
    } names[] = {{"faint", CM_STRENGTH_FAINT},
                 {"normal", CM_STRENGTH_NORMAL},
                 {"strong", CM_STRENGTH_STRONG}};
    char *end = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i].name) == 0) {
            *strength = names[i].strength;
            return true;
        }
    errno = 0;
    *strength = strtof(text, &end);
    return end != text && *end == '\0' && errno == 0 && *strength > 0 && *strength <= 4;
}

static int convert(const tool_verb *verb, tool_make *make) {
    cm_protect_options *o = &make->options;
    if (make->output == NULL)
        return tool_usage(verb, "-o is needed: where to write");
    if (make->payload_bits != NULL && !parse_length(make->payload_bits, &o->payload_length))
        return tool_usage(verb, "--payload-bits is 64 (the default), 16, 0 or auto");
    if (make->payload != NULL) {
        o->has_payload = true;
        if (!parse_payload(make->payload, o->payload_length, &o->payload))
            return tool_usage(verb, "--payload is 16 hexadecimal digits, or with --payload-bits 16 "
                                    "four");
    }
    if (make->strength != NULL && !parse_strength(make->strength, &o->strength))
        return tool_usage(verb, "--strength is faint, normal (the default), strong, or a number "
                                "above 0, at most 4; normal is 1");
    if (make->survive != NULL)
        o->survive = strcmp(make->survive, "default") == 0 ? CM_SURVIVE_DEFAULT : make->survive;
    if (make->layer != NULL) {
        o->private_layer = strcmp(make->layer, "private") == 0;
        o->both_layers = strcmp(make->layer, "both") == 0;
        if (!o->private_layer && !o->both_layers && strcmp(make->layer, "public") != 0)
            return tool_usage(verb, "--layer is public, private or both");
    }
    if (!tool_threads(make->threads, &o->threads))
        return tool_usage(verb, "--threads is a number, 0 for all processors");
    int code = tool_label_convert(verb, make);
    return code != 0 ? code : tool_manifest_convert(verb, make);
}

static int fail(const tool_verb *verb, const tool_make *make, const char *file,
                const cm_error *what) {
    return make->json ? tool_failed_json(verb, file, what, false) : tool_failed(verb, file, what);
}

/* How the rehearsed changes ended, one a line. */
static void describe_survival(FILE *to, const cm_protection *p) {
    if (p->survival_count > 0)
        fprintf(to, "  tried   at strength %.2f:\n", p->strength);
    for (int i = 0; i < p->survival_count; i++)
        fprintf(to, "    %-22s %s, 10^%.0f\n", p->survival[i].change,
                p->survival[i].read ? "payload read" : "NOT SURVIVED", p->survival[i].log10_p);
}

/* What was done, on stderr when the picture itself goes to stdout. */
static void describe(const tool_make *make, const char *in, const cm_protection *p) {
    FILE *to = strcmp(make->output, "-") == 0 ? stderr : stdout;
    char payload[32] = "without payload";
    if (p->payload_bits > 0)
        (void)snprintf(payload, sizeof payload, "payload %0*llx", p->payload_bits / 4,
                       (unsigned long long)p->payload);
    fprintf(to, "%s -> %s\n", in, make->output);
    if (p->marked)
        fprintf(to, "  marked  %s, PSNR %.1f dB, SSIM %.4f; the detector answers with 10^%.0f\n",
                payload, p->psnr, p->ssim, p->log10_p);
    describe_survival(to, p);
    if (p->earlier.key[0] != '\0')
        fprintf(to,
                "  WARNING there was a mark of key \"%s\" already, 10^%.0f: the new one lies over "
                "it, and each is the weaker for it\n",
                p->earlier.key, p->earlier.log10_p);
    if (p->tables_refined)
        fputs("  note    the JPEG's quantisation tables were too coarse for the mark and were "
              "refined: the file is larger\n",
              to);
    else if (p->steps_taken)
        fputs("  note    the JPEG's quantisation tables are coarse: whole steps were taken where "
              "they are masked\n",
              to);
    tool_describe_labels(to, p);
    if (p->has_manifest)
        fputs("  signed  C2PA manifest\n", to);
}

static int report(const tool_verb *verb, const tool_make *make, const char *in,
                  const cm_protection *done) {
    cm_error err = {0};
    char *text = NULL;
    if (!make->json || strcmp(make->output, "-") == 0) {
        describe(make, in, done);
        return 0;
    }
    if (cm_protection_json(in, make->output, done, false, &text, &err) != CM_OK)
        return fail(verb, make, in, &err);
    return tool_print(text);
}

static void show_progress(void *context, double done) {
    const char *const *file = context;
    tool_progress(*file, done);
}

int tool_protect(const tool_verb *verb, tool_make *make, char **files, size_t count) {
    cm_key *key = NULL;
    tool_ring others;
    cm_protection done;
    cm_error err = {0};
    int code = convert(verb, make);
    if (code != 0)
        return code;
    if (count != 1)
        return tool_usage(verb, "one input file is needed, not %zu", count);
    if (make->key != NULL && tool_key(make->key, &key, &err) != CM_OK)
        return fail(verb, make, make->key, &err);
    if (tool_ring_open(&make->look_for, NULL, &others, &err) != CM_OK) {
        code = fail(verb, make, others.culprit, &err);
        tool_ring_close(&others);
        cm_key_free(key);
        return code;
    }
    make->options.key = key;
    make->options.look_for = (const cm_key *const *)others.keys;
    make->options.look_for_count = others.count;
    make->options.progress = show_progress;
    make->options.progress_context = files;
    if (cm_protect(files[0], make->output, &make->options, &done, &err) != CM_OK)
        code = fail(verb, make, files[0], &err);
    else {
        tool_progress_end();
        code = report(verb, make, files[0], &done);
    }
    tool_ring_close(&others);
    cm_key_free(key);
    return code;
}
