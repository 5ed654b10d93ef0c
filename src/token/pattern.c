/* Split patterns by PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "token/split.h"

enum {
    MATCH_LIMIT = 1 << 13, /* steps from one place in the text: some 20 us */
    HEAP_LIMIT = 1 << 14,  /* KiB, without JIT */
    STACK_FIRST = 1 << 15,
    STACK_LAST = 1 << 20
};

struct cm_pattern {
    pcre2_code *code;
};

void cm_pattern_free(cm_pattern *p) {
    if (p == NULL)
        return;
    pcre2_code_free(p->code);
    free(p);
}

static cm_code refuse(int number, cm_error *err) {
    PCRE2_UCHAR message[128];
    if (number == PCRE2_ERROR_NOMEMORY || number == PCRE2_ERROR_HEAP_FAILED)
        return cm_fail_memory(err);
    (void)pcre2_get_error_message(number, message, sizeof message);
    return cm_fail(err, CM_ERR_UNSUPPORTED, "split pattern: %s", (const char *)message);
}

/* A stage sees its pieces one stretch at a time, so a pattern must not look at what is behind it;
 * and peers disagree about matches of nothing. */
static cm_code check(const pcre2_code *code, cm_error *err) {
    uint32_t behind = 0, nothing = 0, options = 0;
    (void)pcre2_pattern_info(code, PCRE2_INFO_MAXLOOKBEHIND, &behind);
    (void)pcre2_pattern_info(code, PCRE2_INFO_MATCHEMPTY, &nothing);
    (void)pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
    if (behind != 0 || (options & PCRE2_ANCHORED) != 0)
        return cm_fail(err, CM_ERR_UNSUPPORTED, "a split pattern that looks behind");
    if (nothing != 0)
        return cm_fail(err, CM_ERR_UNSUPPORTED, "a split pattern that can match nothing");
    return CM_OK;
}

cm_code cm_pattern_compile(const char *pattern, size_t size, cm_pattern **out, cm_error *err) {
    const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
    int number = 0;
    PCRE2_SIZE where = 0;
    cm_pattern *p = calloc(1, sizeof *p);
    *out = NULL;
    if (p == NULL)
        return cm_fail_memory(err);
    p->code = pcre2_compile((PCRE2_SPTR)pattern, size, options, &number, &where, NULL);
    cm_code code = p->code != NULL ? check(p->code, err) : refuse(number, err);
    if (code != CM_OK) {
        cm_pattern_free(p);
        return code;
    }
    /* Without JIT, or room for it, matching is slower and no different. */
    (void)pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE | PCRE2_JIT_PARTIAL_HARD);
    *out = p;
    return CM_OK;
}

void cm_matcher_free(cm_matcher *m) {
    pcre2_match_data_free(m->data);
    pcre2_match_context_free(m->context);
    pcre2_jit_stack_free(m->stack);
    *m = (cm_matcher){0};
}

static cm_code prepare(cm_matcher *m, cm_error *err) {
    m->data = pcre2_match_data_create(1, NULL);
    m->context = pcre2_match_context_create(NULL);
    m->stack = pcre2_jit_stack_create(STACK_FIRST, STACK_LAST, NULL);
    if (m->data == NULL || m->context == NULL || m->stack == NULL) {
        cm_matcher_free(m);
        return cm_fail_memory(err);
    }
    (void)pcre2_set_match_limit(m->context, MATCH_LIMIT);
    (void)pcre2_set_heap_limit(m->context, HEAP_LIMIT);
    pcre2_jit_stack_assign(m->context, NULL, m->stack);
    return CM_OK;
}

/* A hard partial match comes before any whole one that the end of the text had a say in, so that
 * a whole one in an open stretch stays what it is whatever follows. */
cm_code cm_pattern_match(const cm_pattern *p, cm_matcher *m, const cm_stretch *s, size_t at,
                         cm_match *out, cm_error *err) {
    uint32_t options = PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY;
    if (!s->closed)
        options |= PCRE2_PARTIAL_HARD;
    if (m->data == NULL) {
        cm_code code = prepare(m, err);
        if (code != CM_OK)
            return code;
    }
    int got = pcre2_match(p->code, s->text, s->end, at, options, m->data, m->context);
    const PCRE2_SIZE *where = pcre2_get_ovector_pointer(m->data);
    if (got == PCRE2_ERROR_NOMATCH)
        *out = (cm_match){.found = CM_FOUND_NONE};
    else if (got == PCRE2_ERROR_PARTIAL)
        *out = (cm_match){.found = CM_FOUND_MORE, .start = where[0]};
    else if (got >= 0)
        *out = (cm_match){.found = CM_FOUND_PIECE, .start = where[0], .end = where[1]};
    else if (got == PCRE2_ERROR_NOMEMORY || got == PCRE2_ERROR_HEAPLIMIT ||
             got == PCRE2_ERROR_MATCHLIMIT || got == PCRE2_ERROR_DEPTHLIMIT ||
             got == PCRE2_ERROR_JIT_STACKLIMIT)
        return cm_fail(err, CM_ERR_LIMIT, "the tokenizer's split pattern takes too long");
    else
        return refuse(got, err);
    return CM_OK;
}
