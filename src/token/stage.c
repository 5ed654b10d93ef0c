/* From a pattern to what splits by it. */
#include <string.h>

#include "token/dialect.h"
#include "token/split.h"

static const struct {
    const char *pattern;
    cm_stage stage;
} KNOWN[] = {
    {CM_PATTERN_GPT2, {.splitter = CM_SPLIT_GPT2}},
    {CM_PATTERN_CL100K, {.splitter = CM_SPLIT_CL100K, .digits = 3, .tail_whole = true}},
    {CM_PATTERN_LLAMA3, {.splitter = CM_SPLIT_CL100K, .digits = 3}},
    {CM_PATTERN_QWEN2, {.splitter = CM_SPLIT_CL100K, .digits = 1}},
    {CM_PATTERN_O200K, {.splitter = CM_SPLIT_O200K}},
    {"\\p{N}", {.splitter = CM_SPLIT_DIGITS}},
};

static bool same(cm_bytes pattern, const char *text) {
    return cm_bytes_equal(pattern, (cm_bytes){.data = (const uint8_t *)text, .size = strlen(text)});
}

cm_code cm_stage_from_pattern_compiled(cm_bytes pattern, cm_stage *out, cm_error *err) {
    cm_buf text = {0};
    *out = (cm_stage){.splitter = CM_SPLIT_PCRE};
    cm_code code = cm_dialect_translate(pattern, &text, err);
    if (code == CM_OK)
        code = cm_pattern_compile((const char *)text.data, text.size, &out->pattern, err);
    cm_buf_free(&text);
    return code;
}

cm_code cm_stage_from_pattern(cm_bytes pattern, cm_stage *out, cm_error *err) {
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++)
        if (same(pattern, KNOWN[i].pattern)) {
            *out = KNOWN[i].stage;
            return CM_OK;
        }
    return cm_stage_from_pattern_compiled(pattern, out, err);
}
