/* CBOR: the RFC's own examples, what is refused, what is written, hostile bytes. */
#include <check.h>

#include "sign/cbor.h"
#include "sign_support.h"

static cm_code parse_hex(const char *hex, cm_cbor *doc) {
    static cm_buf bytes; /* the document borrows it until the next call */
    cm_buf_free(&bytes);
    bytes = sign_hex(hex);
    return cm_cbor_parse(cm_buf_bytes(&bytes), NULL, doc, NULL);
}

/* RFC 8949 appendix A: encodings and what they are. */
START_TEST(examples_of_the_rfc_are_read) {
    static const struct {
        const char *hex;
        cm_cbor_type type;
        uint64_t number;
        size_t items;
    } examples[] = {
        {"00", CM_CBOR_UINT, 0, 1},
        {"17", CM_CBOR_UINT, 23, 1},
        {"1818", CM_CBOR_UINT, 24, 1},
        {"1903e8", CM_CBOR_UINT, 1000, 1},
        {"1a000f4240", CM_CBOR_UINT, 1000000, 1},
        {"1b000000e8d4a51000", CM_CBOR_UINT, 1000000000000, 1},
        {"1bffffffffffffffff", CM_CBOR_UINT, UINT64_MAX, 1},
        {"3bffffffffffffffff", CM_CBOR_NEGATIVE, UINT64_MAX, 1},
        {"20", CM_CBOR_NEGATIVE, 0, 1},
        {"3903e7", CM_CBOR_NEGATIVE, 999, 1},
        {"f90000", CM_CBOR_SIMPLE, 0, 1},
        {"fa47c35000", CM_CBOR_SIMPLE, 0x47c35000, 1},
        {"fb7e37e43c8800759c", CM_CBOR_SIMPLE, 0x7e37e43c8800759c, 1},
        {"f4", CM_CBOR_SIMPLE, 20, 1},
        {"f6", CM_CBOR_SIMPLE, 22, 1},
        {"f7", CM_CBOR_SIMPLE, 23, 1},
        {"f8ff", CM_CBOR_SIMPLE, 255, 1},
        {"c074323031332d30332d32315432303a30343a30305a", CM_CBOR_TAG, 0, 2},
        {"d818456449455446", CM_CBOR_TAG, 24, 2},
        {"4401020304", CM_CBOR_BYTES, 4, 1},
        {"62c3bc", CM_CBOR_TEXT, 2, 1},
        {"64f0908591", CM_CBOR_TEXT, 4, 1},
        {"80", CM_CBOR_ARRAY, 0, 1},
        {"8301820203820405", CM_CBOR_ARRAY, 0, 8},
        {"a26161016162820203", CM_CBOR_MAP, 0, 7},
        {"9f018202039f0405ffff", CM_CBOR_ARRAY, 0, 8},
        {"bf61610161629f0203ffff", CM_CBOR_MAP, 0, 7},
        {"9fff", CM_CBOR_ARRAY, 0, 1},
    };
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        cm_cbor doc = {0};
        ck_assert_msg(parse_hex(examples[i].hex, &doc) == CM_OK, "%s", examples[i].hex);
        ck_assert_int_eq(doc.items[0].type, examples[i].type);
        ck_assert_msg(doc.items[0].number == examples[i].number, "%s", examples[i].hex);
        ck_assert_uint_eq(doc.count, examples[i].items);
        ck_assert_uint_eq(doc.items[0].span, doc.count);
        cm_cbor_free(&doc);
    }
}
END_TEST

START_TEST(what_is_not_one_sound_item_is_refused) {
    static const char *const wrong[] = {
        "",                   /* nothing */
        "0000",               /* two items */
        "18",                 /* ends in a head */
        "1c",                 /* reserved */
        "ff",                 /* a break alone */
        "f818",               /* badly coded simple value */
        "1f",                 /* indefinite integer */
        "df00",               /* indefinite tag */
        "5f42010243030405ff", /* indefinite strings */
        "7f657374726561646d696e67ff",
        "42 01", /* string past the end */
        "5b ffffffffffffffff 00",
        "9b ffffffffffffffff 00", /* more elements than bytes */
        "bb 7fffffffffffffff 00",
        "82 01",                      /* an element is missing */
        "9f 01",                      /* no break */
        "bf 01 ff",                   /* a key without a value */
        "a1 ff 00",                   /* a break for a key */
        "c0",                         /* a tag on nothing */
        "61 ff",                      /* text that isn't UTF-8, */
        "62 c080",                    /* overlong, */
        "63 eda080",                  /* a surrogate, */
        "64 f4908080",                /* beyond U+10FFFF, */
        "61 c3",                      /* cut off */
        "a2 6161 01 6161 02",         /* the same key twice, */
        "a2 01 01 1801 02",           /* in two codings, */
        "bf 6161 01 6161 02 ff",      /* in a map of no given length, */
        "a2 82 01 02 00 82 01 02 00", /* an array for a key */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cm_cbor doc = {0};
        ck_assert_msg(parse_hex(wrong[i], &doc) == CM_ERR_FORMAT, "%s", wrong[i]);
        ck_assert_ptr_null(doc.items);
    }
}
END_TEST

START_TEST(many_keys_are_checked_too) {
    cm_buf b = {0};
    cm_cbor doc = {0};
    cm_cbor_put_map(&b, 1000);
    for (uint64_t i = 0; i < 1000; i++) {
        cm_cbor_put_uint(&b, i * 7919 % 1000);
        cm_cbor_put_null(&b);
    }
    ck_assert_int_eq(cm_cbor_parse(cm_buf_bytes(&b), NULL, &doc, NULL), CM_OK);
    ck_assert(!doc.deterministic);
    ck_assert(cm_cbor_null(cm_cbor_get_int(cm_cbor_root(&doc), 999)));
    cm_cbor_free(&doc);
    cm_buf_free(&b);
    cm_cbor_put_map(&b, 20);
    for (uint64_t i = 0; i < 20; i++) {
        cm_cbor_put_uint(&b, i < 19 ? i : 4);
        cm_cbor_put_null(&b);
    }
    ck_assert_int_eq(cm_cbor_parse(cm_buf_bytes(&b), NULL, &doc, NULL), CM_ERR_FORMAT);
    cm_buf_free(&b);
}
END_TEST

START_TEST(determinism_is_noticed) {
    static const struct {
        const char *hex;
        bool deterministic;
    } cases[] = {
        {"a2 01 00 6161 00", true},
        {"a2 6161 00 01 00", false},
        {"a2 6162 00 6161 00", false},
        {"a2 6162 00 626161 00", true},
        {"1817", false},
        {"1818", true},
        {"1900ff", false},
        {"9f ff", false},
        {"80", true},
        {"5801 00", false},
        {"fa00000000", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cm_cbor doc = {0};
        ck_assert_int_eq(parse_hex(cases[i].hex, &doc), CM_OK);
        ck_assert_msg(doc.deterministic == cases[i].deterministic, "%s", cases[i].hex);
        cm_cbor_free(&doc);
    }
}
END_TEST

START_TEST(nesting_and_size_are_bounded) {
    cm_limits limits = cm_limits_default();
    cm_buf b = {0};
    cm_cbor doc = {0};
    cm_buf_fill(&b, 0x81, limits.depth);
    cm_buf_u8(&b, 0);
    ck_assert_int_eq(cm_cbor_parse(cm_buf_bytes(&b), &limits, &doc, NULL), CM_OK);
    cm_cbor_free(&doc);
    cm_buf_free(&b);
    cm_buf_fill(&b, 0x81, limits.depth + 1);
    cm_buf_u8(&b, 0);
    ck_assert_int_eq(cm_cbor_parse(cm_buf_bytes(&b), &limits, &doc, NULL), CM_ERR_LIMIT);
    cm_buf_free(&b);
    cm_buf_fill(&b, 0xc1, 100000); /* tags nest too */
    ck_assert_int_eq(cm_cbor_parse(cm_buf_bytes(&b), &limits, &doc, NULL), CM_ERR_LIMIT);
    cm_buf_free(&b);
    cm_cbor_put_array(&b, CM_CBOR_ITEMS);
    cm_buf_fill(&b, 0, CM_CBOR_ITEMS);
    ck_assert_int_eq(cm_cbor_parse(cm_buf_bytes(&b), &limits, &doc, NULL), CM_ERR_LIMIT);
    cm_buf_free(&b);
}
END_TEST

START_TEST(looking_around_takes_anything) {
    cm_cbor doc = {0};
    int64_t number;
    uint64_t unsigned_number;
    bool truth;
    ck_assert_int_eq(parse_hex("a3 01 26 6161 83 f5 6162 4101 18 21 3863", &doc), CM_OK);
    const cm_cbor_item *root = cm_cbor_root(&doc);
    ck_assert(cm_cbor_int(cm_cbor_get_int(root, 1), &number) && number == -7);
    ck_assert(cm_cbor_int(cm_cbor_get_int(root, 33), &number) && number == -100);
    ck_assert(!cm_cbor_uint(cm_cbor_get_int(root, 1), &unsigned_number));
    const cm_cbor_item *list = cm_cbor_get(root, "a");
    ck_assert(cm_cbor_bool(cm_cbor_at(list, 0), &truth) && truth);
    ck_assert(cm_cbor_is_text(cm_cbor_at(list, 1), "b"));
    ck_assert_uint_eq(cm_cbor_string(cm_cbor_at(list, 2)).size, 1);
    ck_assert_ptr_null(cm_cbor_at(list, 3));
    ck_assert_ptr_null(cm_cbor_get(list, "a"));
    ck_assert_ptr_null(cm_cbor_get(NULL, "a"));
    ck_assert_ptr_null(cm_cbor_first(cm_cbor_at(list, 0)));
    ck_assert_ptr_null(cm_cbor_first(root)); /* `count` of a map counts pairs */
    ck_assert_ptr_null(cm_cbor_first_key(list));
    ck_assert_ptr_eq(cm_cbor_first_key(root), root + 1);
    ck_assert_ptr_null(cm_cbor_tagged(root, 18));
    ck_assert_ptr_null(cm_cbor_text(cm_cbor_at(list, 0)).data);
    ck_assert(!cm_cbor_null(NULL) && !cm_cbor_bool(NULL, &truth) && !cm_cbor_int(NULL, &number));
    cm_cbor_free(&doc);
}
END_TEST

START_TEST(the_writer_uses_the_shortest_form) {
    cm_buf b = {0};
    static const uint64_t numbers[] = {
        0, 23, 24, 255, 256, 65535, 65536, UINT32_MAX, UINT32_MAX + 1ull, UINT64_MAX};
    cm_cbor doc = {0};
    cm_cbor_put_array(&b, 10 + 6);
    for (size_t i = 0; i < 10; i++)
        cm_cbor_put_uint(&b, numbers[i]);
    cm_cbor_put_int(&b, -1);
    cm_cbor_put_int(&b, INT64_MIN);
    cm_cbor_put_bool(&b, true);
    cm_cbor_put_null(&b);
    cm_cbor_put_tag(&b, 18);
    cm_cbor_put_text(&b, "x");
    cm_cbor_put_bytes(&b, sign_text("yz"));
    ck_assert_int_eq(cm_cbor_parse(cm_buf_bytes(&b), NULL, &doc, NULL), CM_OK);
    ck_assert(doc.deterministic);
    for (size_t i = 0; i < 10; i++) {
        uint64_t v;
        ck_assert(cm_cbor_uint(cm_cbor_at(doc.items, i), &v) && v == numbers[i]);
    }
    int64_t least;
    ck_assert(cm_cbor_int(cm_cbor_at(doc.items, 11), &least) && least == INT64_MIN);
    cm_cbor_free(&doc);
    cm_buf_free(&b);
}
END_TEST

START_TEST(padding_is_exact_where_it_can_be) {
    for (size_t total = 0; total < 70000; total += total < 600 || total > 65530 ? 1 : 997) {
        cm_buf b = {0};
        cm_cbor doc = {0};
        bool hole = total == 0 || total == 25 || total == 258 || total == 65539 || total == 65540;
        cm_cbor_put_padding(&b, total);
        ck_assert_msg(cm_cbor_can_pad(total) == !hole, "%zu", total);
        ck_assert_int_eq(b.failed, hole ? CM_ERR_ARGUMENT : CM_OK);
        if (!hole) {
            ck_assert_uint_eq(b.size, total);
            ck_assert_int_eq(cm_cbor_parse(cm_buf_bytes(&b), NULL, &doc, NULL), CM_OK);
            ck_assert(doc.deterministic);
            cm_cbor_free(&doc);
        }
        cm_buf_free(&b);
    }
}
END_TEST

/* Whatever is read can be gone through without leaving its bounds. */
static size_t walk(const cm_cbor *doc) {
    size_t sum = 0;
    for (size_t i = 0; i < doc->count; i++) {
        const cm_cbor_item *item = &doc->items[i];
        ck_assert_uint_le(i + item->span, doc->count);
        for (size_t k = 0; k < item->bytes.size; k++)
            sum += item->bytes.data[k];
        for (const cm_cbor_item *c = cm_cbor_first(item); c != NULL; c = cm_cbor_next(item, c))
            sum++;
    }
    return sum;
}

/* {"b": [1, -2, h'03'], "a": "x", 10: true, "aa": 32(null)} in that order, with long heads. */
START_TEST(items_are_encoded_anew) {
    cm_limits limits = cm_limits_default();
    cm_buf in = sign_hex("b804 6162 9f 1801 21 4103 ff 7801 61 6178 0a f5 626161 d820 f6");
    cm_buf wanted = sign_hex("a4 0a f5 6161 6178 6162 83 01 21 4103 626161 d820 f6"), out = {0};
    cm_cbor doc;
    ck_assert_int_eq(cm_cbor_parse(cm_buf_bytes(&in), &limits, &doc, NULL), CM_OK);
    ck_assert(!doc.deterministic);
    cm_cbor_put_canonical(&out, cm_cbor_root(&doc));
    ck_assert_int_eq(out.failed, CM_OK);
    ck_assert(cm_bytes_equal(cm_buf_bytes(&out), cm_buf_bytes(&wanted)));
    cm_cbor_free(&doc);
    cm_buf_free(&in);
    cm_buf_free(&out);
    in = sign_hex("f93c00");
    ck_assert_int_eq(cm_cbor_parse(cm_buf_bytes(&in), &limits, &doc, NULL), CM_OK);
    cm_cbor_put_canonical(&out, cm_cbor_root(&doc));
    ck_assert_int_eq(out.failed, CM_ERR_UNSUPPORTED);
    cm_cbor_free(&doc);
    cm_buf_free(&in);
    cm_buf_free(&out);
    cm_buf_free(&wanted);
}
END_TEST

START_TEST(hostile_bytes_are_survived) {
    cm_buf claim = sign_load("stamped.claim");
    sign_random random = {1};
    size_t read = 0;
    for (size_t n = 0; n <= claim.size; n++) {
        cm_cbor doc = {0};
        cm_code code = cm_cbor_parse((cm_bytes){claim.data, n}, NULL, &doc, NULL);
        ck_assert(code == CM_OK ? n == claim.size : code == CM_ERR_FORMAT);
        cm_cbor_free(&doc);
    }
    for (int i = 0; i < 20000; i++) {
        cm_cbor doc = {0};
        size_t at = sign_next(&random) % claim.size;
        uint8_t old = claim.data[at];
        claim.data[at] = (uint8_t)sign_next(&random);
        if (cm_cbor_parse(cm_buf_bytes(&claim), NULL, &doc, NULL) == CM_OK)
            read += walk(&doc) > 0;
        cm_cbor_free(&doc);
        if (i % 3 != 0)
            claim.data[at] = old;
        if (i % 500 == 0) {
            cm_buf_free(&claim);
            claim = sign_load("stamped.claim");
        }
    }
    ck_assert_uint_gt(read, 100);
    cm_buf_free(&claim);
}
END_TEST

START_TEST(numbers_of_every_kind_are_read) {
    static const struct {
        const char *hex;
        bool is;
        double value;
    } CASES[] = {
        {"00", true, 0},
        {"1903e8", true, 1000},
        {"20", true, -1},
        {"f93c00", true, 1},
        {"f9c400", true, -4},
        {"f90001", true, 5.960464477539063e-8},
        {"f97bff", true, 65504},
        {"fa47c35000", true, 100000},
        {"fb3ff199999999999a", true, 1.1},
        {"f97c00", false, 0},
        {"fa7f800000", false, 0},
        {"fb7ff8000000000000", false, 0},
        {"f5", false, 0},
        {"6131", false, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        cm_buf bytes = sign_hex(CASES[i].hex);
        cm_cbor doc = {0};
        double value = 0;
        cm_limits limits = cm_limits_default();
        ck_assert_int_eq(cm_cbor_parse(cm_buf_bytes(&bytes), &limits, &doc, NULL), CM_OK);
        ck_assert_msg(cm_cbor_number(cm_cbor_root(&doc), &value) == CASES[i].is, "%s",
                      CASES[i].hex);
        ck_assert(!CASES[i].is || value == CASES[i].value);
        cm_cbor_free(&doc);
        cm_buf_free(&bytes);
    }
    double value;
    ck_assert(!cm_cbor_number(NULL, &value));
}
END_TEST

Suite *suite_cbor(void);
Suite *suite_cbor(void) {
    Suite *s = suite_create("cbor");
    TCase *tc = tcase_create("cbor");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, examples_of_the_rfc_are_read);
    tcase_add_test(tc, what_is_not_one_sound_item_is_refused);
    tcase_add_test(tc, many_keys_are_checked_too);
    tcase_add_test(tc, determinism_is_noticed);
    tcase_add_test(tc, nesting_and_size_are_bounded);
    tcase_add_test(tc, looking_around_takes_anything);
    tcase_add_test(tc, numbers_of_every_kind_are_read);
    tcase_add_test(tc, the_writer_uses_the_shortest_form);
    tcase_add_test(tc, items_are_encoded_anew);
    tcase_add_test(tc, padding_is_exact_where_it_can_be);
    tcase_add_test(tc, hostile_bytes_are_survived);
    suite_add_tcase(s, tc);
    return s;
}
