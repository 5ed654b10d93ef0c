/* What is reported of a manifest: the list of findings, and the table of status codes. */
#include <check.h>

#include "sign/report.h"
#include "sign_support.h"

static void note(cm_report *r, cm_status_id id, const char *url, const char *explanation) {
    cm_report_status(r, &(cm_status){.id = id, .url = url, .explanation = explanation});
}

START_TEST(reasons_carry_no_control_characters) {
    cm_report *r = cm_report_new();
    note(r, CM_ST_GENERAL_ERROR, "self#jumbf=a\033[2J", "x\ny\x7f");
    ck_assert_str_eq(r->status[0].url, "self#jumbf=a?[2J");
    ck_assert_str_eq(r->status[0].explanation, "x?y?");
    ck_assert_str_eq(cm_report_text(r, (cm_bytes){(const uint8_t *)"a\xff", 2}), "a?");
    cm_report_limit(r, "once");
    cm_report_limit(r, "once");
    ck_assert_uint_eq(r->limit_count, 1);
    cm_report_free(r);
}
END_TEST

START_TEST(a_flood_of_findings_hides_no_failure) {
    cm_report *r = cm_report_new();
    for (int i = 0; i < 20000; i++)
        note(r, CM_ST_ASSERTION_HASHED_URI_MATCH, "", "");
    note(r, CM_ST_CLAIM_SIGNATURE_MISMATCH, "", "");
    ck_assert(cm_report_has(r, CM_ST_CLAIM_SIGNATURE_MISMATCH));
    for (int i = 0; i < 20000; i++)
        note(r, CM_ST_ACTION_MALFORMED, "", "");
    ck_assert_uint_lt(r->status_count, 13000);
    ck_assert_uint_eq(r->limit_count, 1);
    cm_report_free(r);
}
END_TEST

START_TEST(every_code_names_its_clause) {
    for (cm_status_id i = 0; i < CM_STATUS_COUNT; i++) {
        ck_assert_uint_gt(strlen(cm_status_code(i)), 5);
        ck_assert_uint_gt(strlen(cm_status_clause(i)), 3);
        for (cm_status_id k = 0; k < i; k++)
            ck_assert_str_ne(cm_status_code(i), cm_status_code(k));
    }
}
END_TEST

/* The code's id; CM_STATUS_COUNT when there is none. */
static cm_status_id find_code(const char *code) {
    cm_status_id i = 0;
    while (i < CM_STATUS_COUNT && strcmp(cm_status_code(i), code) != 0)
        i++;
    return i;
}

/* By the specification's own tables: a code, and its kind in 2.2, 2.4 and 2.5, "-" for none. */
START_TEST(every_code_of_the_specification_is_known) {
    static const char *const kinds[] = {"success", "informational", "failure"};
    cm_buf list = sign_load("status-codes.tsv");
    cm_buf_u8(&list, '\0');
    size_t rows = 0;
    char code[96], kind[3][16];
    const char *line = strchr((const char *)list.data, '\n') + 1;
    for (; sscanf(line, "%95s %15s %15s %15s", code, kind[0], kind[1], kind[2]) == 4;
         line = strchr(line, '\n') + 1) {
        cm_status_id id = find_code(code);
        size_t newest = 2;
        while (newest > 0 && strcmp(kind[newest], "-") == 0)
            newest--;
        ck_assert_msg(id != CM_STATUS_COUNT, "%s is not in the table", code);
        ck_assert_msg(strcmp(kinds[cm_status_kind_of(id)], kind[newest]) == 0, "%s is a %s", code,
                      kind[newest]);
        rows++;
    }
    ck_assert_uint_eq(rows, 137);
    cm_buf_free(&list);
}
END_TEST

/* What was said since some point can be taken back, at any length of the list. */
START_TEST(findings_can_be_taken_back) {
    cm_report *r = cm_report_new();
    for (size_t mark = 0; mark < 40; mark++) {
        ck_assert(!cm_report_failed(r, mark));
        for (int i = 0; i < 9; i++)
            note(r, i == 7 ? CM_ST_GENERAL_ERROR : CM_ST_DATA_HASH_MATCH, "", "");
        ck_assert(cm_report_failed(r, mark));
        cm_report_take_back(r, mark);
        ck_assert_uint_eq(r->status_count, mark);
        note(r, CM_ST_DATA_HASH_MATCH, "a", "b");
    }
    for (size_t i = 0; i < 40; i++)
        ck_assert_str_eq(r->status[i].url, "a");
    cm_report_free(r);
}
END_TEST

Suite *suite_report(void);
Suite *suite_report(void) {
    Suite *s = suite_create("report");
    TCase *tc = tcase_create("report");
    tcase_add_test(tc, reasons_carry_no_control_characters);
    tcase_add_test(tc, a_flood_of_findings_hides_no_failure);
    tcase_add_test(tc, every_code_names_its_clause);
    tcase_add_test(tc, every_code_of_the_specification_is_known);
    tcase_add_test(tc, findings_can_be_taken_back);
    suite_add_tcase(s, tc);
    return s;
}
