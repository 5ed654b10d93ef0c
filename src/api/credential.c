#include <countermark/credential.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "api/protect.h"
#include "base/mem.h"
#include "base/stream.h"
#include "sign/certgen.h"

/* One of the files of a credential. */
typedef struct part {
    const char *name;
    cm_bytes text;
    bool secret;
} part;

/* "<directory>/<name>"; free() it. NULL when memory is short. */
static char *join(const char *directory, const char *name) {
    size_t room = strlen(directory) + strlen(name) + 2;
    char *path = cm_calloc(room, 1);
    if (path != NULL)
        snprintf(path, room, "%s/%s", directory, name);
    return path;
}

static cm_code refuse_existing(const char *path, cm_error *err) {
    struct stat st;
    if (lstat(path, &st) == 0)
        return cm_fail(err, CM_ERR_EXISTS, "%s: exists already and is not overwritten", path);
    return CM_OK;
}

static cm_code for_part(const char *directory, const part *p, bool write, cm_error *err) {
    cm_output_options options = {.owner_only = p->secret, .keep = true};
    char *path = join(directory, p->name);
    if (path == NULL)
        return cm_fail_memory(err);
    cm_code code =
        write ? cm_output_bytes(path, &options, p->text, err) : refuse_existing(path, err);
    free(path);
    return code;
}

static cm_code write_parts(const char *directory, const part *parts, size_t count, cm_error *err) {
    cm_code code = CM_OK;
    if (mkdir(directory, 0777) != 0 && errno != EEXIST)
        return cm_fail_errno(err, errno, directory);
    for (size_t i = 0; i < 2 * count && code == CM_OK; i++)
        code = for_part(directory, &parts[i % count], i >= count, err);
    return code;
}

cm_code cm_credential_make(const char *directory, const cm_credential_options *options,
                           cm_error *err) {
    cm_certgen made = {0};
    cm_certgen_options how = {.common_name = options->common_name,
                              .organisation = options->organisation,
                              .time_stamps = options->time_stamps,
                              .days = options->days,
                              .now = time(NULL)};
    if (options->request && options->time_stamps)
        return cm_fail(err, CM_ERR_ARGUMENT, "time-stamp authorities are made for tests alone");
    cm_code code = cm_alg_from_name(options->alg, &how.alg, err);
    if (code != CM_OK)
        return code;
    code = options->request ? cm_certgen_request(&how, &made, err)
                            : cm_certgen_chain(&how, &made, err);
    if (code == CM_OK) {
        const part key = {"key.pem", cm_buf_bytes(&made.key), true};
        const part request[] = {key, {"request.pem", cm_buf_bytes(&made.chain), false}};
        const part chain[] = {key,
                              {"chain.pem", cm_buf_bytes(&made.chain), false},
                              {"root.pem", cm_buf_bytes(&made.root), false}};
        code = options->request ? write_parts(directory, request, 2, err)
                                : write_parts(directory, chain, 3, err);
    }
    cm_certgen_free(&made);
    return code;
}
