/* Reader and writer: bounds, latching, round trip. */
#include <check.h>

#include "base/buf.h"

START_TEST(reader_latches_past_the_end) {
    const uint8_t bytes[] = {1, 2, 3};
    cm_reader r = cm_reader_over((cm_bytes){bytes, sizeof bytes});
    ck_assert_uint_eq(cm_read_be16(&r), 0x0102);
    ck_assert_uint_eq(cm_read_be32(&r), 0);
    ck_assert(r.bad);
    ck_assert_uint_eq(cm_read_u8(&r), 0);
    ck_assert_uint_eq(cm_reader_left(&r), 0);
}
END_TEST

START_TEST(reader_refuses_lengths_that_wrap) {
    const uint8_t bytes[] = {1, 2, 3};
    cm_reader r = cm_reader_over((cm_bytes){bytes, sizeof bytes});
    cm_read_skip(&r, 2);
    cm_bytes b = cm_read_bytes(&r, SIZE_MAX);
    ck_assert_ptr_null(b.data);
    ck_assert(r.bad);
}
END_TEST

START_TEST(writer_and_reader_agree) {
    cm_buf b = {0};
    cm_buf_u8(&b, 7);
    cm_buf_be16(&b, 0x1234);
    cm_buf_be32(&b, 0xdeadbeef);
    cm_buf_be64(&b, 0x0123456789abcdef);
    cm_buf_le16(&b, 0x1234);
    cm_buf_le32(&b, 0xcafef00d);
    cm_buf_patch_be32(&b, 3, 0xfeedface);
    ck_assert_int_eq(cm_buf_status(&b, NULL), CM_OK);
    cm_reader r = cm_reader_over(cm_buf_bytes(&b));
    ck_assert_uint_eq(cm_read_u8(&r), 7);
    ck_assert_uint_eq(cm_read_be16(&r), 0x1234);
    ck_assert_uint_eq(cm_read_be32(&r), 0xfeedface);
    ck_assert(cm_read_be64(&r) == 0x0123456789abcdef);
    ck_assert_uint_eq(cm_read_le16(&r), 0x1234);
    ck_assert_uint_eq(cm_read_le32(&r), 0xcafef00d);
    ck_assert(!r.bad && cm_reader_left(&r) == 0);
    cm_buf_free(&b);
}
END_TEST

START_TEST(writer_keeps_to_its_limit) {
    cm_buf b = {.limit = 3};
    cm_error err = {0};
    cm_buf_be16(&b, 1);
    cm_buf_be16(&b, 2);
    cm_buf_u8(&b, 3); /* would fit, but the failure is latched */
    ck_assert_uint_eq(b.size, 2);
    ck_assert_int_eq(cm_buf_status(&b, &err), CM_ERR_LIMIT);
    cm_buf_free(&b);
}
END_TEST

START_TEST(error_messages_carry_no_control_characters) {
    cm_error err = {0};
    ck_assert_int_eq(cm_fail(&err, CM_ERR_FORMAT, "box \"%s\"", "\033[2J\n"), CM_ERR_FORMAT);
    ck_assert_str_eq(err.message, "box \"?[2J?\"");
}
END_TEST

Suite *suite_base(void);
Suite *suite_base(void) {
    Suite *s = suite_create("base");
    TCase *tc = tcase_create("bytes");
    tcase_add_test(tc, reader_latches_past_the_end);
    tcase_add_test(tc, reader_refuses_lengths_that_wrap);
    tcase_add_test(tc, writer_and_reader_agree);
    tcase_add_test(tc, writer_keeps_to_its_limit);
    tcase_add_test(tc, error_messages_carry_no_control_characters);
    suite_add_tcase(s, tc);
    return s;
}
