#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common.h"
#include "verbs.h"

static int make(const tool_verb *verb, const char *directory,
                const cm_credential_options *options) {
    cm_error err = {0};
    if (cm_credential_make(directory, options, &err) != CM_OK)
        return tool_failed(verb, NULL, &err);
    printf("%s/key.pem      private key: keep it to yourself\n", directory);
    if (options->request)
        printf("%s/request.pem  for a certificate authority to answer with a chain\n", directory);
    else {
        printf("%s/chain.pem    certificate chain, leaf first: for signing\n", directory);
        printf("%s/root.pem     trust anchor, for tests only: for checking\n", directory);
    }
    return 0;
}

static int run(const tool_verb *verb, int argc, char **argv) {
    cm_credential_options o = {0};
    const char *output = NULL, *days = NULL;
    const tool_option options[] = {
        {"output", 'o', "DIR", .text = &output, .help = "directory; made when it isn't there"},
        {"alg", 0, "NAME", .text = &o.alg, .help = "es256 (default), es384, ps256, ed25519, ..."},
        {"name", 'n', "TEXT", .text = &o.common_name, .help = "common name of the signer"},
        {"organisation", 0, "TEXT", .text = &o.organisation, .help = "organisation of the signer"},
        {"days", 0, "N", .text = &days, .help = "validity; default 365"},
        {"tsa", 0, NULL, .flag = &o.time_stamps,
         .help = "a time-stamp authority for tests: --tsa-cert"},
        {"csr", 0, NULL, .flag = &o.request, .help = "a request for a real authority instead"},
    };
    int first = 0;
    int code = tool_parse(verb, options, sizeof options / sizeof options[0], argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    if (output == NULL || first != argc)
        return tool_usage(verb, "-o DIR is needed, and nothing else");
    if (days != NULL) {
        char *end = NULL;
        errno = 0;
        unsigned long n = strtoul(days, &end, 10);
        if (*days < '1' || *days > '9' || *end != '\0' || errno != 0 || n > 36500)
            return tool_usage(verb, "--days is 1 to 36500");
        o.days = (unsigned)n;
    }
    return make(verb, output, &o);
}

const tool_verb tool_verb_cert = {
    .name = "cert",
    .summary = "make a signing key with a certificate chain for tests, or a request (CSR)",
    .usage = "-o DIR [OPTIONS]",
    .about = "Writes DIR/key.pem, DIR/chain.pem and DIR/root.pem: a chain that C2PA validators "
             "accept once\n"
             "they are told to trust the root. For the public, use --csr and a real authority.",
    .example = "countermark cert -o credentials --name \"Example AI\"",
    .run = run,
};
