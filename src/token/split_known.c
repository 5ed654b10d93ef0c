/* The well-known split patterns by hand. Each reads as its pattern does, alternative by
 * alternative; test_tokenizer.c holds them against PCRE2. */
#include <string.h>

#include "token/classes.h"
#include "token/split.h"

const char CM_PATTERN_GPT2[] =
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const char CM_PATTERN_CL100K[] =
    "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+|"
    " ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s";
const char CM_PATTERN_LLAMA3[] =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
    " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const char CM_PATTERN_QWEN2[] = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|"
                                " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const char CM_PATTERN_O200K[] =
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
    "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

enum {
    LETTER = CM_CLASS_LETTER,
    NUMBER = CM_CLASS_NUMBER,
    SPACE = CM_CLASS_SPACE,
    UPPER = CM_CLASS_UPPER,
    LOWER = CM_CLASS_LOWER,
    NEWLINE = CM_CLASS_NEWLINE,
    WORDLY = LETTER | NUMBER | SPACE /* what [^\s\p{L}\p{N}] leaves out */
};

/* A run that reached the end of an open stretch could go on. */
static bool cut_off(const cm_stretch *s, size_t at) {
    return at >= s->end && !s->closed;
}

static cm_match piece(size_t start, size_t end) {
    return (cm_match){.found = CM_FOUND_PIECE, .start = start, .end = end};
}

static cm_match more(size_t start) {
    return (cm_match){.found = CM_FOUND_MORE, .start = start};
}

/* A piece that what follows its end has a say in. */
static cm_match piece_if_ended(const cm_stretch *s, size_t start, size_t end) {
    return cut_off(s, end) ? more(start) : piece(start, end);
}

/* The class of the character at `at`, which is before the end. */
static inline unsigned class_at(const cm_stretch *s, size_t at, size_t *length) {
    if (s->text[at] < 0x80) {
        *length = 1;
        return s->classes[s->text[at]];
    }
    return s->classes[cm_utf8_at(s->text + at, length)];
}

/* As above, and 0 at the end. */
static inline unsigned class_or_none(const cm_stretch *s, size_t at, size_t *length) {
    *length = 0;
    return at < s->end ? class_at(s, at, length) : 0;
}

/* The end of the run of characters that have one of `any`. */
static inline size_t run_of(const cm_stretch *s, size_t at, unsigned any) {
    size_t n;
    while (at < s->end && (class_at(s, at, &n) & any) != 0)
        at += n;
    return at;
}

/* [^\s\p{L}\p{N}]* */
static inline size_t run_of_others(const cm_stretch *s, size_t at) {
    size_t n;
    while (at < s->end && (class_at(s, at, &n) & WORDLY) == 0)
        at += n;
    return at;
}

static inline bool other_at(const cm_stretch *s, size_t at) {
    size_t n;
    return at < s->end && (class_at(s, at, &n) & WORDLY) == 0;
}

enum { LONGEST_CONTRACTION = 3 };

/* The length of 's, 't, 're, 've, 'm, 'll or 'd at `at`, or 0. With `fold` in any case; the long s
 * is an s then, too. */
static size_t contraction(const cm_stretch *s, size_t at, bool fold) {
    size_t left = s->end - at;
    if (left < 2 || s->text[at] != '\'')
        return 0;
    uint8_t bit = fold ? 0x20 : 0;
    uint8_t a = s->text[at + 1] | bit, b = left > 2 ? s->text[at + 2] | bit : 0;
    if (a == 's' || a == 't' || a == 'm' || a == 'd')
        return 2;
    if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l'))
        return 3;
    bool long_s = fold && left > 2 && s->text[at + 1] == 0xc5 && s->text[at + 2] == 0xbf;
    return long_s ? 3 : 0;
}

/* Whether the end hides if a contraction stands at `at`. */
static bool contraction_cut_off(const cm_stretch *s, size_t at) {
    return !s->closed && s->end - at < LONGEST_CONTRACTION && (at == s->end || s->text[at] == '\'');
}

/* \s+(?!\S)|\s+ with the run [at, end), followed by something: its last character goes with what
 * follows, unless it is all there is. */
static size_t all_but_last(const cm_stretch *s, size_t at, size_t end) {
    size_t last = end - 1;
    while ((s->text[last] & 0xc0) == 0x80)
        last--;
    return last > at ? last : end;
}

/* \s*[\r\n]+|\s+(?!\S)|\s+ */
static cm_match spaces(const cm_stretch *s, size_t at, bool tail_whole) {
    size_t end = run_of(s, at, SPACE);
    if (cut_off(s, end))
        return more(at);
    if (end == s->end && tail_whole)
        return piece(at, end);
    for (size_t i = end; i > at; i--)
        if (s->text[i - 1] == '\n' || s->text[i - 1] == '\r')
            return piece(at, i);
    return piece(at, end == s->end ? end : all_but_last(s, at, end));
}

cm_match cm_split_gpt2(const cm_stretch *s, size_t at) {
    size_t n, short_form;
    unsigned class = class_at(s, at, &n);
    size_t from = at;
    if (s->text[at] == '\'') {
        if (contraction_cut_off(s, at))
            return more(at);
        if ((short_form = contraction(s, at, false)) != 0)
            return piece(at, at + short_form);
    }
    if (s->text[at] == ' ') {
        if (cut_off(s, at + 1))
            return more(at);
        if (at + 1 < s->end) {
            unsigned next = class_at(s, at + 1, &n);
            if ((next & SPACE) == 0) {
                class = next;
                from = at + 1;
            }
        }
    }
    if ((class & SPACE) != 0) {
        size_t end = run_of(s, at, SPACE);
        if (cut_off(s, end))
            return more(at);
        return piece(at, end == s->end ? end : all_but_last(s, at, end));
    }
    size_t end = (class & LETTER) != 0   ? run_of(s, from, LETTER)
                 : (class & NUMBER) != 0 ? run_of(s, from, NUMBER)
                                         : run_of_others(s, from);
    return piece_if_ended(s, at, end);
}

/* \p{N}{1,most}, at a number. */
static cm_match number(const cm_stretch *s, size_t at, size_t most) {
    size_t end = at, n;
    for (size_t i = 0; i < most && end < s->end; i++) {
        if ((class_at(s, end, &n) & NUMBER) == 0)
            return piece(at, end);
        end += n;
        if (i + 1 == most)
            return piece(at, end);
    }
    return piece_if_ended(s, at, end);
}

/* ` ?[^\s\p{L}\p{N}]+` and a tail of line ends (and slashes): the others begin at `from`. */
static cm_match others(const cm_stretch *s, size_t at, size_t from, bool slashes) {
    size_t end = run_of_others(s, from);
    while (end < s->end &&
           (s->text[end] == '\r' || s->text[end] == '\n' || (slashes && s->text[end] == '/')))
        end++;
    return piece_if_ended(s, at, end);
}

cm_match cm_split_cl100k(const cm_stretch *s, const cm_stage *stage, size_t at) {
    size_t n, skip, short_form;
    unsigned class = class_at(s, at, &n);
    if ((class & LETTER) != 0)
        return piece_if_ended(s, at, run_of(s, at + n, LETTER));
    if ((class & NUMBER) != 0)
        return number(s, at, stage->digits);
    if (s->text[at] == '\'') {
        if (contraction_cut_off(s, at))
            return more(at);
        if ((short_form = contraction(s, at, true)) != 0)
            return piece(at, at + short_form);
    }
    if ((class & NEWLINE) == 0) {
        if (cut_off(s, at + n))
            return more(at);
        if ((class_or_none(s, at + n, &skip) & LETTER) != 0)
            return piece_if_ended(s, at, run_of(s, at + n, LETTER));
    }
    if ((class & SPACE) == 0)
        return others(s, at, at, false);
    if (s->text[at] == ' ' && other_at(s, at + 1))
        return others(s, at, at + 1, false);
    return spaces(s, at, stage->tail_whole);
}

/* The ends of the two kinds of o200k's words, begun at `at`; 0 when there is none. *touched says
 * that the end of the text was met. */
static size_t mixed_word(const cm_stretch *s, size_t at, bool *touched) {
    size_t n, last_lower = 0, end = at; /* [upper]*[lower]+ */
    while (end < s->end) {
        unsigned class = class_at(s, end, &n);
        if ((class & UPPER) == 0)
            break;
        end += n;
        if ((class & LOWER) != 0)
            last_lower = end;
    }
    size_t lower = run_of(s, end, LOWER);
    *touched = *touched || lower >= s->end;
    return lower > end ? lower : last_lower;
}

static size_t capital_word(const cm_stretch *s, size_t at, bool *touched) {
    size_t upper = run_of(s, at, UPPER); /* [upper]+[lower]* */
    size_t end = upper > at ? run_of(s, upper, LOWER) : 0;
    *touched = *touched || end >= s->end;
    return end;
}

/* The first two alternatives: a word, with one character before it that is neither letter nor
 * number nor line end, and a contraction behind. 0 when none begins at `at`. */
static size_t word(const cm_stretch *s, size_t at, size_t n, unsigned class, bool *touched) {
    bool lead = (class & (LETTER | NUMBER | NEWLINE)) == 0, starts = (class & (UPPER | LOWER)) != 0;
    size_t end = 0;
    *touched = lead && at + n >= s->end;
    if (lead)
        end = mixed_word(s, at + n, touched);
    if (end == 0 && starts)
        end = mixed_word(s, at, touched);
    if (end == 0 && lead)
        end = capital_word(s, at + n, touched);
    if (end == 0 && starts)
        end = capital_word(s, at, touched);
    if (end == 0)
        return 0;
    *touched = *touched || contraction_cut_off(s, end);
    return end + contraction(s, end, true);
}

cm_match cm_split_o200k(const cm_stretch *s, size_t at) {
    size_t n;
    bool touched;
    unsigned class = class_at(s, at, &n);
    if ((class & NUMBER) != 0)
        return number(s, at, 3);
    size_t end = word(s, at, n, class, &touched);
    if (touched && !s->closed)
        return more(at);
    if (end != 0)
        return piece(at, end);
    if ((class & SPACE) == 0)
        return others(s, at, at, true);
    if (s->text[at] == ' ' && other_at(s, at + 1))
        return others(s, at, at + 1, true);
    return spaces(s, at, false);
}

cm_match cm_split_digits(const cm_stretch *s, size_t at) {
    size_t n;
    for (size_t i = at; i < s->end; i += n)
        if ((class_at(s, i, &n) & NUMBER) != 0)
            return piece(i, i + n);
    return (cm_match){.found = CM_FOUND_NONE};
}
