#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "verbs.h"

enum { PATH_SIZE = 4096 };

static const char SECRET_SUFFIX[] = ".key", PUBLIC_SUFFIX[] = ".pub";

/* "NAME.key" to "NAME.pub"; anything else gets ".pub" added. */
static bool public_path(const char *secret, char *path) {
    size_t n = strlen(secret), suffix = sizeof SECRET_SUFFIX - 1;
    if (n >= suffix && strcmp(secret + n - suffix, SECRET_SUFFIX) == 0)
        n -= suffix;
    int length = snprintf(path, PATH_SIZE, "%.*s%s", (int)n, secret, PUBLIC_SUFFIX);
    return length > 0 && length < PATH_SIZE;
}

/* The public file goes first: should the secret one fail, nothing of worth is left behind. */
static cm_code write_pair(const cm_key *key, const char *secret, const char *public,
                          cm_error *err) {
    FILE *there = fopen(secret, "rb");
    if (there != NULL) {
        fclose(there);
        *err = (cm_error){.code = CM_ERR_EXISTS};
        snprintf(err->message, sizeof err->message, "%s: exists already and is not overwritten",
                 secret);
        return CM_ERR_EXISTS;
    }
    cm_code code = cm_key_write_public(key, public, err);
    if (code == CM_OK && cm_key_has_secret(key)) {
        code = cm_key_write_secret(key, secret, err);
        if (code != CM_OK)
            (void)remove(public);
    }
    return code;
}

static cm_code make_key(const cm_key_options *options, const char *revoke, const char *date,
                        cm_key **out, cm_error *err) {
    cm_key *old = NULL;
    if (revoke == NULL)
        return cm_key_generate(options, out, err);
    cm_code code = tool_key(revoke, &old, err);
    if (code == CM_OK)
        code = cm_key_revoke(old, date, out, err);
    cm_key_free(old);
    return code;
}

static int generate(const tool_verb *verb, const cm_key_options *options, const char *revoke,
                    const char *date, const char *output) {
    char public[PATH_SIZE];
    cm_key *key = NULL;
    cm_error err = {0};
    if (!public_path(output, public))
        return tool_usage(verb, "the path is too long");
    cm_code code = make_key(options, revoke, date, &key, &err);
    if (code == CM_OK)
        code = write_pair(key, output, public, &err);
    if (code != CM_OK) {
        cm_key_free(key);
        return tool_failed(verb, NULL, &err);
    }
    if (cm_key_has_secret(key))
        printf("%s  secret: marks and detects; keep it to yourself, and a copy in a safe place\n",
               output);
    printf("%s  public: detects; give it to anyone\n", public);
    cm_key_free(key);
    return 0;
}

static int run(const tool_verb *verb, int argc, char **argv) {
    cm_key_options options = {0};
    const char *epoch = NULL, *output = NULL, *revoke = NULL, *date = NULL;
    const tool_option table[] = {
        {"name", 'n', "NAME", .text = &options.name, .help = "name of the key, shown in reports"},
        {"output", 'o', "FILE", .text = &output, .help = "NAME.key; NAME.pub is put beside it"},
        {"epoch", 0, "N", .text = &epoch, .help = "generation of the key; default 1"},
        {"valid-until", 0, "DATE", .text = &options.valid_until,
         .help = "last day for marking, YYYY-MM-DD"},
        {"revoke", 0, "FILE", .text = &revoke, .help = "copy this key as revoked, from --date on"},
        {"date", 0, "DATE", .text = &date, .help = "with --revoke: first day without trust"},
    };
    int first = 0;
    int code = tool_parse(verb, table, sizeof table / sizeof table[0], argc, argv, &first);
    if (code != TOOL_GO_ON)
        return code;
    if (first != argc)
        return tool_usage(verb, "no files are expected: %s", argv[first]);
    if (output == NULL || (options.name == NULL) == (revoke == NULL))
        return tool_usage(verb, "-o and either --name or --revoke are needed");
    if ((revoke == NULL) != (date == NULL))
        return tool_usage(verb, "--revoke and --date go together");
    if (epoch != NULL) {
        char *end = NULL;
        errno = 0;
        unsigned long n = strtoul(epoch, &end, 10);
        if (*epoch < '1' || *epoch > '9' || *end != '\0' || errno != 0 || n > 999999)
            return tool_usage(verb, "--epoch is 1 to 999999");
        options.epoch = (unsigned)n;
    }
    return generate(verb, &options, revoke, date, output);
}

const tool_verb tool_verb_keygen = {
    .name = "keygen",
    .summary = "make a watermark key: a secret half and a public half",
    .usage = "--name NAME -o NAME.key [OPTIONS]",
    .about =
        "Writes NAME.key (secret, readable by its owner alone) and NAME.pub (detects the public\n"
        "layer). Existing files are never overwritten.",
    .example = "countermark keygen --name \"Example AI\" -o example.key",
    .run = run,
};
