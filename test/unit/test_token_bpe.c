/* Merging: the ways that it is done agree, with each other and with the plainest one. */
#include <check.h>
#include <stdlib.h>

#include "each.h"
#include "token_support.h"

/* Merges the first pair of the lowest rank until there is none: the definition. */
static size_t plainest(const cm_bpe *b, cm_bytes piece, uint32_t *ids) {
    size_t n = piece.size;
    for (size_t i = 0; i < n; i++)
        ids[i] = b->byte_ids[piece.data[i]];
    for (;;) {
        const cm_merge *best = NULL;
        size_t at = 0;
        for (size_t i = 0; i + 1 < n; i++) {
            const cm_merge *m = cm_merges_find(&b->merges, ids[i], ids[i + 1]);
            if (m != NULL && (best == NULL || m->rank < best->rank)) {
                best = m;
                at = i;
            }
        }
        if (best == NULL)
            return n;
        ids[at] = best->id;
        n--;
        memmove(ids + at + 1, ids + at + 2, (n - at - 1) * sizeof *ids);
    }
}

/* A vocabulary of few letters and many random merges: much overlaps. */
static void make(cm_bpe *b, uint64_t *state, uint32_t letters, uint32_t merges) {
    uint8_t token[64];
    uint32_t id = 0;
    for (; id < letters; id++) {
        token[0] = (uint8_t)('a' + id);
        ck_assert_int_eq(cm_vocab_put(&b->vocab, id, (cm_bytes){.data = token, .size = 1}, NULL),
                         CM_OK);
    }
    for (uint32_t rank = 0; rank < merges; rank++) {
        cm_merge m = {.left = (uint32_t)(token_random(state) % id),
                      .right = (uint32_t)(token_random(state) % id),
                      .rank = rank};
        cm_bytes left = cm_vocab_token(&b->vocab, m.left);
        cm_bytes right = cm_vocab_token(&b->vocab, m.right);
        if (left.size + right.size > 12)
            continue;
        memcpy(token, left.data, left.size);
        memcpy(token + left.size, right.data, right.size);
        cm_bytes both = {.data = token, .size = left.size + right.size};
        m.id = cm_vocab_find(&b->vocab, both);
        if (m.id == CM_NO_TOKEN) {
            m.id = id++;
            ck_assert_int_eq(cm_vocab_put(&b->vocab, m.id, both, NULL), CM_OK);
        }
        ck_assert_int_eq(cm_merges_put(&b->merges, m, true, NULL), CM_OK);
    }
    cm_bpe_find_bytes(b);
    b->unknown = CM_NO_TOKEN;
}

static void check_same(const uint32_t *want, size_t n, const cm_bpe_scratch *s, size_t got,
                       const char *how) {
    ck_assert_msg(n == got, "%s: %zu tokens; %zu are right", how, got, n);
    for (size_t i = 0; i < n; i++)
        each_assert_msg(s->parts[i].id == want[i], "%s: token %zu", how, i);
}

START_TEST(all_ways_agree) {
    enum { LONGEST = 200 };
    uint64_t state = 17;
    uint8_t text[LONGEST];
    uint32_t ids[LONGEST];
    for (int round = 0; round < 60; round++) {
        cm_bpe b = {0};
        cm_bpe_scratch s = {0};
        uint32_t letters = 1 + (uint32_t)(token_random(&state) % 4);
        make(&b, &state, letters, 1 + (uint32_t)(token_random(&state) % 80));
        ck_assert_int_eq(cm_bpe_reserve(&s, LONGEST, NULL), CM_OK);
        for (int i = 0; i < 200; i++) {
            size_t n = 1 + token_random(&state) % LONGEST;
            for (size_t j = 0; j < n; j++) /* one letter more than there are tokens for */
                text[j] = (uint8_t)('a' + token_random(&state) % (letters + (i % 4 == 0)));
            cm_bytes piece = {.data = text, .size = n};
            size_t want = plainest(&b, piece, ids);
            check_same(ids, want, &s, cm_bpe_merge_short(&b, piece, &s), "short");
            check_same(ids, want, &s, cm_bpe_merge_long(&b, piece, &s), "long");
        }
        cm_bpe_scratch_free(&s);
        cm_bpe_free(&b);
    }
}
END_TEST

/* Quadratic time would be 10^13 steps here. */
START_TEST(the_longest_piece_takes_no_time) {
    uint64_t state = 23;
    cm_bpe b = {0};
    cm_bpe_scratch s = {0};
    size_t count = 0;
    uint8_t *text = malloc(CM_PIECE_MAX + 1);
    ck_assert_ptr_nonnull(text);
    make(&b, &state, 1, 30);
    memset(text, 'a', CM_PIECE_MAX + 1);
    cm_bytes piece = {.data = text, .size = CM_PIECE_MAX};
    ck_assert_int_eq(cm_bpe_encode(&b, piece, &s, &count, NULL), CM_OK);
    ck_assert_uint_gt(count, CM_PIECE_MAX / 13);
    piece.size++;
    ck_assert_int_eq(cm_bpe_encode(&b, piece, &s, &count, NULL), CM_ERR_LIMIT);
    free(text);
    cm_bpe_scratch_free(&s);
    cm_bpe_free(&b);
}
END_TEST

START_TEST(bytes_without_a_token_vanish_or_are_unknown) {
    uint64_t state = 29;
    cm_bpe b = {0};
    cm_bpe_scratch s = {0};
    size_t count = 0;
    cm_bytes piece = cm_text_bytes("zzaz");
    make(&b, &state, 1, 0);
    ck_assert_int_eq(cm_bpe_encode(&b, piece, &s, &count, NULL), CM_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(s.parts[0].start, 2);
    b.close_gaps = true;
    ck_assert_int_eq(cm_bpe_encode(&b, cm_text_bytes("zzz"), &s, &count, NULL), CM_OK);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(cm_bpe_merge_long(&b, cm_text_bytes("zzz"), &s), 0);
    ck_assert_uint_eq(cm_bpe_merge_long(&b, piece, &s), 1);
    ck_assert_uint_eq(s.parts[0].start, 2);
    b.close_gaps = false;
    b.unknown = 7;
    ck_assert_int_eq(cm_bpe_encode(&b, piece, &s, &count, NULL), CM_OK);
    ck_assert_uint_eq(count, 4);
    ck_assert_uint_eq(s.parts[3].id, 7);
    b.fuse_unknown = true;
    ck_assert_int_eq(cm_bpe_encode(&b, piece, &s, &count, NULL), CM_OK);
    ck_assert_uint_eq(count, 3);
    cm_bpe_scratch_free(&s);
    cm_bpe_free(&b);
}
END_TEST

START_TEST(gaps_close_before_or_stay) {
    cm_bpe b = {.unknown = CM_NO_TOKEN};
    cm_bpe_scratch s = {0};
    size_t count = 0;
    cm_bytes piece = cm_text_bytes("aza");
    ck_assert_int_eq(cm_vocab_put(&b.vocab, 0, cm_text_bytes("a"), NULL), CM_OK);
    ck_assert_int_eq(cm_vocab_put(&b.vocab, 1, cm_text_bytes("aa"), NULL), CM_OK);
    ck_assert_int_eq(cm_merges_put(&b.merges, (cm_merge){.id = 1}, true, NULL), CM_OK);
    cm_bpe_find_bytes(&b);
    ck_assert_int_eq(cm_bpe_encode(&b, piece, &s, &count, NULL), CM_OK);
    ck_assert_uint_eq(count, 2);
    b.close_gaps = true;
    ck_assert_int_eq(cm_bpe_encode(&b, piece, &s, &count, NULL), CM_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(s.parts[0].id, 1);
    cm_bpe_scratch_free(&s);
    cm_bpe_free(&b);
}
END_TEST

START_TEST(a_whole_piece_may_come_first) {
    cm_bpe b = {.unknown = CM_NO_TOKEN};
    cm_bpe_scratch s = {0};
    size_t count = 0;
    ck_assert_int_eq(cm_vocab_put(&b.vocab, 0, cm_text_bytes("a"), NULL), CM_OK);
    ck_assert_int_eq(cm_vocab_put(&b.vocab, 1, cm_text_bytes("aa"), NULL), CM_OK);
    cm_bpe_find_bytes(&b);
    ck_assert_int_eq(cm_bpe_encode(&b, cm_text_bytes("aa"), &s, &count, NULL), CM_OK);
    ck_assert_uint_eq(count, 2);
    b.whole_first = true;
    ck_assert_int_eq(cm_bpe_encode(&b, cm_text_bytes("aa"), &s, &count, NULL), CM_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(s.parts[0].id, 1);
    cm_bpe_scratch_free(&s);
    cm_bpe_free(&b);
}
END_TEST

START_TEST(a_vocabulary_has_no_doubles_and_a_limit) {
    cm_vocab v = {0};
    ck_assert_int_eq(cm_vocab_put(&v, 5, cm_text_bytes("a"), NULL), CM_OK);
    ck_assert_int_eq(cm_vocab_put(&v, 5, cm_text_bytes("b"), NULL), CM_ERR_FORMAT);
    ck_assert_int_eq(cm_vocab_put(&v, 6, cm_text_bytes("a"), NULL), CM_ERR_FORMAT);
    ck_assert_int_eq(cm_vocab_put(&v, 6, cm_text_bytes(""), NULL), CM_ERR_FORMAT);
    ck_assert_int_eq(cm_vocab_put(&v, CM_VOCAB_IDS, cm_text_bytes("c"), NULL), CM_ERR_LIMIT);
    ck_assert_int_eq(cm_vocab_put(&v, UINT32_MAX, cm_text_bytes("c"), NULL), CM_ERR_LIMIT);
    ck_assert_uint_eq(cm_vocab_find(&v, cm_text_bytes("a")), 5);
    ck_assert_uint_eq(cm_vocab_find(&v, cm_text_bytes("b")), CM_NO_TOKEN);
    ck_assert_int_eq(cm_vocab_put_plain(&v, 5, cm_text_bytes("a"), NULL), CM_OK);
    ck_assert_uint_eq(cm_vocab_find(&v, cm_text_bytes("a")), CM_NO_TOKEN);
    cm_vocab_free(&v);
}
END_TEST

Suite *suite_token_bpe(void);
Suite *suite_token_bpe(void) {
    Suite *s = suite_create("token_bpe");
    TCase *c = tcase_create("bpe");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, all_ways_agree);
    tcase_add_test(c, the_longest_piece_takes_no_time);
    tcase_add_test(c, bytes_without_a_token_vanish_or_are_unknown);
    tcase_add_test(c, gaps_close_before_or_stay);
    tcase_add_test(c, a_whole_piece_may_come_first);
    tcase_add_test(c, a_vocabulary_has_no_doubles_and_a_limit);
    suite_add_tcase(s, c);
    return s;
}
