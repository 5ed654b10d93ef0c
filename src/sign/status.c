#include "sign/status.h"

static const struct {
    const char *code;
    cm_status_kind kind;
    const char *clause;
} CODES[] = {
#define X(name, code, kind, clause) [CM_ST_##name] = {code, CM_STATUS_##kind, clause},
    CM_STATUS_CODES(X)
#undef X
};

const char *cm_status_code(cm_status_id id) {
    return CODES[id].code;
}

cm_status_kind cm_status_kind_of(cm_status_id id) {
    return CODES[id].kind;
}

const char *cm_status_clause(cm_status_id id) {
    return CODES[id].clause;
}
