/* Splitting: the known patterns by hand against PCRE2, open stretches, patterns from outside, and
 * the table of character classes against PCRE2's. */
#include <check.h>
#include <stdlib.h>

#include "token/classes.h"
#include "token/dialect.h"
#include "each.h"
#include "token_support.h"

enum { PIECES_MAX = 1 << 14 };

typedef struct pieces {
    size_t ends[PIECES_MAX];
    size_t starts[PIECES_MAX];
    size_t count;
} pieces;

static cm_code note(void *context, size_t start, size_t end, cm_error *err) {
    pieces *p = context;
    (void)err;
    each_assert(p->count < PIECES_MAX);
    p->starts[p->count] = start;
    p->ends[p->count++] = end;
    return CM_OK;
}

/* Splits text[0, size), which has 32 readable bytes behind it; how far that went. */
static size_t split(const cm_stage *stage, const uint8_t *classes, const uint8_t *text, size_t size,
                    bool closed, pieces *out) {
    cm_stretch s = {.text = text, .end = size, .closed = closed, .classes = classes};
    cm_piece_sink sink = {.context = out, .put = note};
    cm_matcher m = {0};
    size_t consumed = 0;
    cm_error err = {0};
    out->count = 0;
    each_assert_msg(cm_split(stage, 1, &m, &s, 0, &sink, &consumed, &err) == CM_OK, "%s",
                    err.message);
    cm_matcher_free(&m);
    return consumed;
}

static void check_same(const pieces *a, const pieces *b, size_t count, const char *pattern) {
    for (size_t i = 0; i < count; i++)
        each_assert_msg(a->starts[i] == b->starts[i] && a->ends[i] == b->ends[i],
                        "%s: piece %zu is [%zu, %zu) and [%zu, %zu)", pattern, i, a->starts[i],
                        a->ends[i], b->starts[i], b->ends[i]);
}

static cm_buf padded(cm_buf text) {
    size_t size = text.size;
    cm_buf_fill(&text, 0, 32);
    text.size = size;
    return text;
}

/* All characters in one text, so that one class is one scan. */
static cm_buf everything(void) {
    cm_buf out = {0};
    for (uint32_t c = 1; c < CM_CODE_POINTS; c++) {
        if (c >= 0xd800 && c < 0xe000)
            continue;
        if (c < 0x80) {
            cm_buf_u8(&out, (uint8_t)c);
            continue;
        }
        if (c >= 0x10000) {
            cm_buf_u8(&out, (uint8_t)(0xf0 | c >> 18));
            cm_buf_u8(&out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
        } else if (c >= 0x800)
            cm_buf_u8(&out, (uint8_t)(0xe0 | c >> 12));
        if (c >= 0x800)
            cm_buf_u8(&out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
        else
            cm_buf_u8(&out, (uint8_t)(0xc0 | c >> 6));
        cm_buf_u8(&out, (uint8_t)(0x80 | (c & 0x3f)));
    }
    return padded(out);
}

/* Sets member[c] for the characters of a class, by PCRE2. */
static void members(const char *class, const cm_buf *text, uint8_t *member) {
    cm_pattern *p = NULL;
    cm_matcher m = {0};
    cm_match found = {.end = 0};
    cm_stretch s = {.text = text->data, .end = text->size, .closed = true};
    memset(member, 0, CM_CODE_POINTS);
    ck_assert_int_eq(cm_pattern_compile(class, strlen(class), &p, NULL), CM_OK);
    for (size_t at = 0, n; at < text->size; at = found.end) {
        each_assert(cm_pattern_match(p, &m, &s, at, &found, NULL) == CM_OK);
        if (found.found != CM_FOUND_PIECE)
            break;
        for (size_t i = found.start; i < found.end; i += n)
            member[cm_utf8_at(text->data + i, &n)] = 1;
    }
    cm_matcher_free(&m);
    cm_pattern_free(p);
}

static const char *const KNOWN[] = {CM_PATTERN_GPT2,  CM_PATTERN_CL100K, CM_PATTERN_LLAMA3,
                                    CM_PATTERN_QWEN2, CM_PATTERN_O200K,  "\\p{N}"};

/* Whether a text keeps to characters that PCRE2's Unicode has: it may be older than our table's. */
static bool is_known(const cm_buf *text, const uint8_t *known, const uint8_t *classes) {
    for (size_t i = 0, n; i < text->size; i += n) {
        uint32_t c = cm_utf8_at(text->data + i, &n);
        if (!known[c] && classes[c] != 0)
            return false;
    }
    return true;
}

/* cl100k's `$` is not in the dialect of files, so PCRE2 gets that pattern as it stands. */
START_TEST(by_hand_is_as_by_pcre2) {
    uint64_t state = 1;
    cm_stage by_hand = {0}, compiled = {0};
    uint8_t *classes = NULL;
    pieces *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    const char *pattern = KNOWN[_i];
    uint8_t *known = malloc(CM_CODE_POINTS);
    cm_buf all = everything();
    int compared = 0;
    ck_assert(a != NULL && b != NULL && known != NULL);
    members("\\P{Cn}+", &all, known);
    ck_assert_int_eq(cm_classes_new(&classes, NULL), CM_OK);
    ck_assert_int_eq(cm_stage_from_pattern(cm_text_bytes(pattern), &by_hand, NULL), CM_OK);
    ck_assert_int_ne(by_hand.splitter, CM_SPLIT_PCRE);
    if (strchr(pattern, '$') != NULL)
        ck_assert_int_eq(cm_pattern_compile(pattern, strlen(pattern), &compiled.pattern, NULL),
                         CM_OK);
    else
        ck_assert_int_eq(cm_stage_from_pattern_compiled(cm_text_bytes(pattern), &compiled, NULL),
                         CM_OK);
    for (int i = 0; i < 4000; i++) {
        cm_buf text = padded(token_awkward(&state, 1 + token_random(&state) % 40));
        bool dollar = strchr(pattern, '$') != NULL;
        for (size_t j = 0; dollar && j + 2 < text.size; j++)
            if (memcmp(text.data + j, "\xe1\xa0\x8e", 3) == 0) /* PCRE2's \s has U+180E */
                memcpy(text.data + j, "\xe3\x80\x80", 3);
        if (is_known(&text, known, classes)) {
            split(&by_hand, classes, text.data, text.size, true, a);
            split(&compiled, classes, text.data, text.size, true, b);
            each_assert(a->count == b->count);
            check_same(a, b, a->count, pattern);
            compared++;
        }
        cm_buf_free(&text);
    }
    ck_assert_int_gt(compared, 3000);
    cm_buf_free(&all);
    free(known);
    cm_pattern_free(compiled.pattern);
    free(classes);
    free(a);
    free(b);
}
END_TEST

/* What is decided in an open stretch stays so, whatever follows. */
static void check_open(const cm_stage *stage, const char *pattern) {
    uint64_t state = 2;
    uint8_t *classes = NULL;
    pieces *whole = malloc(sizeof *whole), *part = malloc(sizeof *part);
    ck_assert(whole != NULL && part != NULL);
    ck_assert_int_eq(cm_classes_new(&classes, NULL), CM_OK);
    for (int i = 0; i < 1000; i++) {
        cm_buf text = padded(token_awkward(&state, 1 + token_random(&state) % 20));
        split(stage, classes, text.data, text.size, true, whole);
        for (size_t n = 1; n < text.size; n++) {
            if ((text.data[n] & 0xc0) == 0x80)
                continue;
            uint8_t *copy = calloc(1, n + 32);
            each_assert(copy != NULL);
            memcpy(copy, text.data, n);
            size_t consumed = split(stage, classes, copy, n, false, part);
            each_assert(part->count <= whole->count);
            check_same(part, whole, part->count, pattern);
            each_assert(consumed == (part->count != 0 ? part->ends[part->count - 1] : 0));
            free(copy);
        }
        cm_buf_free(&text);
    }
    free(classes);
    free(whole);
    free(part);
}

START_TEST(open_stretches_by_hand) {
    cm_stage stage = {0};
    ck_assert_int_eq(cm_stage_from_pattern(cm_text_bytes(KNOWN[_i]), &stage, NULL), CM_OK);
    check_open(&stage, KNOWN[_i]);
}
END_TEST

START_TEST(open_stretches_by_pcre2) {
    cm_stage stage = {0};
    ck_assert_int_eq(cm_stage_from_pattern_compiled(cm_text_bytes(KNOWN[_i]), &stage, NULL), CM_OK);
    check_open(&stage, KNOWN[_i]);
    cm_pattern_free(stage.pattern);
}
END_TEST

START_TEST(classes_are_as_pcre2_has_them) {
    static const struct {
        const char *pattern;
        unsigned flag;
    } CLASSES[] = {
        {"\\p{L}+", CM_CLASS_LETTER},
        {"\\p{N}+", CM_CLASS_NUMBER},
        {"[\\t-\\r\\x{85}\\p{Z}]+", CM_CLASS_SPACE},
        {"[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+", CM_CLASS_UPPER},
        {"[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+", CM_CLASS_LOWER},
        {"[\\r\\n]+", CM_CLASS_NEWLINE},
    };
    cm_buf text = everything();
    uint8_t *classes = NULL, *known = malloc(CM_CODE_POINTS), *member = malloc(CM_CODE_POINTS);
    ck_assert(known != NULL && member != NULL);
    ck_assert_int_eq(cm_classes_new(&classes, NULL), CM_OK);
    members("\\P{Cn}+", &text, known); /* characters that its Unicode has */
    for (size_t i = 0; i < sizeof CLASSES / sizeof CLASSES[0]; i++) {
        size_t compared = 0;
        members(CLASSES[i].pattern, &text, member);
        for (uint32_t c = 1; c < CM_CODE_POINTS; c++) {
            bool ours = (classes[c] & CLASSES[i].flag) != 0;
            each_assert_msg(!known[c] || ours == (member[c] != 0), "U+%04X in %s", (unsigned)c,
                            CLASSES[i].pattern);
            compared += known[c];
        }
        ck_assert_uint_gt(compared, 280000); /* private use among them */
    }
    free(classes);
    free(known);
    free(member);
    cm_buf_free(&text);
}
END_TEST

START_TEST(what_engines_read_differently_is_refused) {
    static const char *const WRONG[] = {
        "",        "^a",    "a$",          "(?<=a)b", "(?<!a)b", "a*",     "a|",        "\\b",
        "\\w+",    "\\h",   "[[:alpha:]]", "[a&&b]",  "(?x) a",  "(?m:a)", "(*FAIL)",   "(a)\\1",
        "a{1,3}+", "a{,3}", "\\",          "[a",      "(a",      "a)",     "\\p{Nope}", "\\pL",
        "\\Aa",    "\\x41", "(?#c)a",      "\\Ga",    "\\Ka",    "[]a]",   "(?P<n>a)",  "a{2,1}",
        "(?R)",    "\\C",   "[\\S]",       "(?1)a",   "\\p{L",   "a#",
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        cm_stage stage = {0};
        cm_error err = {0};
        cm_code code = cm_stage_from_pattern(cm_text_bytes(WRONG[i]), &stage, &err);
        ck_assert_msg(code != CM_OK, "%s", WRONG[i]);
        ck_assert_ptr_null(stage.pattern);
        ck_assert_uint_gt(strlen(err.message), 5);
    }
}
END_TEST

/* Patterns that take forever, or are enormous, must end soon: one way or the other. */
START_TEST(bombs_end_soon) {
    static const char *const BOMBS[] = {
        "(?:a|a)+b",
        "(?:a+)+b",
        "(?:(?:a|aa)+)+b",
        "(?:a{0,9}a{0,9}a{0,9}a{0,9}a{0,9}a{0,9})+b",
        "(?=(?:a|a)+b)a",
        "(?:(?:(?:(?:(?:a+)+)+)+)+)+b",
        "(?:(?:(?:a{1,99}){1,99}){1,99}){1,99}b",
        "[^b]+[^b]+[^b]+[^b]+b",
    };
    uint8_t *text = malloc(4096 + 32);
    pieces *out = malloc(sizeof *out);
    ck_assert(text != NULL && out != NULL);
    memset(text, 'a', 4096);
    memset(text + 4096, 0, 32);
    for (size_t i = 0; i < sizeof BOMBS / sizeof BOMBS[0]; i++) {
        cm_stage stage = {0};
        cm_error err = {0};
        cm_stretch s = {.text = text, .end = 4096, .closed = true};
        cm_piece_sink sink = {.context = out, .put = note};
        cm_matcher m = {0};
        size_t consumed;
        out->count = 0;
        if (cm_stage_from_pattern(cm_text_bytes(BOMBS[i]), &stage, &err) != CM_OK)
            continue;
        cm_code code = cm_split(&stage, 1, &m, &s, 0, &sink, &consumed, &err);
        ck_assert_msg(code == CM_OK || code == CM_ERR_LIMIT, "%s: %s", BOMBS[i], err.message);
        cm_matcher_free(&m);
        cm_pattern_free(stage.pattern);
    }
    free(text);
    free(out);
}
END_TEST

Suite *suite_token_split(void);
Suite *suite_token_split(void) {
    Suite *s = suite_create("token_split");
    TCase *c = tcase_create("split");
    int known = (int)(sizeof KNOWN / sizeof KNOWN[0]);
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, by_hand_is_as_by_pcre2, 0, known);
    tcase_add_loop_test(c, open_stretches_by_hand, 0, known);
    for (int i = 0; i < known; i++)
        if (strchr(KNOWN[i], '$') == NULL)
            tcase_add_loop_test(c, open_stretches_by_pcre2, i, i + 1);
    tcase_add_test(c, classes_are_as_pcre2_has_them);
    tcase_add_test(c, what_engines_read_differently_is_refused);
    tcase_add_test(c, bombs_end_soon);
    suite_add_tcase(s, c);
    return s;
}
