/* Where manifests stand in HTML and in structured text, and where nothing does. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "asset/prose.h"
#include "base/base64.h"
#include "sign_support.h"

#define STORE_BYTES 200

static void expect(cm_bytes text, cm_carrier carrier, cm_asset_fault fault, bool found) {
    cm_asset_manifest m;
    ck_assert_int_eq(sign_read_asset(text, &m), CM_OK);
    ck_assert_msg(m.found == found && m.fault == fault && m.carrier == carrier,
                  "found %d, fault %d, carrier %d in %.60s", m.found, m.fault, m.carrier,
                  (const char *)text.data);
    cm_asset_manifest_free(&m);
}

/* --- HTML and blocks, with a store's base64 in place of $ --- */

static cm_buf fill_in(const char *pattern) {
    cm_buf store = sign_filler_store(STORE_BYTES), out = {0};
    for (; *pattern != '\0'; pattern++)
        if (*pattern == '$')
            cm_base64_encode(cm_buf_bytes(&store), &out);
        else
            cm_buf_u8(&out, (uint8_t)*pattern);
    cm_buf_free(&store);
    return out;
}

#define B CM_BLOCK_BEGIN
#define E CM_BLOCK_END
#define S "<script type=\"application/c2pa\">$</script>"

static const struct {
    const char *text;
    cm_carrier carrier;
    cm_asset_fault fault;
    bool found, elsewhere;
} PLACES[] = {
    /* A.7 */
    {"<html><head>" S "</head>", CM_CARRIER_SCRIPT, CM_ASSET_SOUND, true, false},
    {"<html><head><SCRIPT TYPE='application/C2PA' >\n $\t</Script >", CM_CARRIER_SCRIPT,
     CM_ASSET_SOUND, true, false},
    {"<html><head><script type=application/c2pa>$</script>", CM_CARRIER_SCRIPT, CM_ASSET_SOUND,
     true, false},
    {"<html><head>" S "<meta a>" S, CM_CARRIER_SCRIPT, CM_ASSET_SEVERAL, true, false},
    {"<html><head>" S "<link rel=c2pa-manifest href=x>", CM_CARRIER_SCRIPT, CM_ASSET_SEVERAL, true,
     true},
    {"<html><head>" S "<script type=application/c2pa>x</script>", CM_CARRIER_SCRIPT,
     CM_ASSET_SEVERAL, true, false},
    {"<html><head></head><body>" S, CM_CARRIER_NONE, CM_ASSET_SOUND, false, false},
    {"<html><p>" S, CM_CARRIER_NONE, CM_ASSET_SOUND, false, false},
    {"<html><!-- " S " --><head>", CM_CARRIER_NONE, CM_ASSET_SOUND, false, false},
    {"<html><title>" S "</title>", CM_CARRIER_NONE, CM_ASSET_SOUND, false, false},
    {"<html><script>'<!--" S, CM_CARRIER_NONE, CM_ASSET_SOUND, false, false},
    {"<html><script type=application/c2pa id=x>$</script>", CM_CARRIER_SCRIPT, CM_ASSET_CORRUPT,
     true, false},
    {"<html><script type=application/c2pa>$x</script>", CM_CARRIER_SCRIPT, CM_ASSET_CORRUPT, true,
     false},
    {"<html><script type=application/c2pa>$</script x>", CM_CARRIER_SCRIPT, CM_ASSET_CORRUPT, true,
     false},
    {"<html><script type=application/c2pa></script>", CM_CARRIER_SCRIPT, CM_ASSET_CORRUPT, true,
     false},
    {"<html><link href=x rel='a c2pa-manifest'>", CM_CARRIER_NONE, CM_ASSET_SOUND, false, true},
    {"<html><!-- " B " " CM_BLOCK_DATA "$ " E " -->", CM_CARRIER_NONE, CM_ASSET_SOUND, false,
     false},
    /* A.9 */
    {"# " B " " CM_BLOCK_DATA "$ " E "\nx", CM_CARRIER_BLOCK, CM_ASSET_SOUND, true, false},
    {"/* " B " " CM_BLOCK_DATA "$ " E " */\nx", CM_CARRIER_BLOCK, CM_ASSET_SOUND, true, false},
    {"a\n\n<!-- " B " " CM_BLOCK_DATA "$ " E " -->\nx", CM_CARRIER_BLOCK, CM_ASSET_SOUND, true,
     false},
    {"x\n-- " B " " CM_BLOCK_DATA "$ " E, CM_CARRIER_BLOCK, CM_ASSET_SOUND, true, false},
    {"---\na: b\n" B "\n" CM_BLOCK_DATA "$\n" E "\n---\n", CM_CARRIER_BLOCK, CM_ASSET_SOUND, true,
     false},
    {"pay 5 " B " " CM_BLOCK_DATA "$ " E "\nx", CM_CARRIER_NONE, CM_ASSET_SOUND, false, false},
    {"# " B " " CM_BLOCK_DATA "$ " E " pay 5\nx", CM_CARRIER_NONE, CM_ASSET_SOUND, false, false},
    {"/* " B " " CM_BLOCK_DATA "$ " E "\nx", CM_CARRIER_NONE, CM_ASSET_SOUND, false, false},
    {"# " B " " CM_BLOCK_DATA "$ \n" E "\nx", CM_CARRIER_NONE, CM_ASSET_SOUND, false, false},
    {"# " B " " CM_BLOCK_DATA "$ " E "\n# " B " " CM_BLOCK_DATA "$ " E "\n", CM_CARRIER_BLOCK,
     CM_ASSET_SEVERAL, true, false},
    {"# " B " " CM_BLOCK_DATA "$ " E "\n# " B " http://x/y " E "\n", CM_CARRIER_BLOCK,
     CM_ASSET_SEVERAL, true, true},
    {"# " B "  " E "\nx", CM_CARRIER_BLOCK, CM_ASSET_EMPTY, true, false},
    {"# " B " " CM_BLOCK_DATA "$= " E "\nx", CM_CARRIER_BLOCK, CM_ASSET_CORRUPT, true, false},
    {"x\n# " B " " CM_BLOCK_DATA "$= " E "\nx", CM_CARRIER_NONE, CM_ASSET_SOUND, false, false},
    {"# " B " data:text/plain;base64,$ " E "\nx", CM_CARRIER_BLOCK, CM_ASSET_CORRUPT, true, false},
    {"# " B " https://example.com/a.c2pa " E "\nx", CM_CARRIER_NONE, CM_ASSET_SOUND, false, true},
    {"Between " B " and " E " stands it.", CM_CARRIER_NONE, CM_ASSET_SOUND, false, false},
};
enum { N_PLACES = sizeof PLACES / sizeof PLACES[0] };

START_TEST(places_are_told) {
    cm_buf text = fill_in(PLACES[_i].text);
    cm_asset_manifest m;
    expect(cm_buf_bytes(&text), PLACES[_i].carrier, PLACES[_i].fault, PLACES[_i].found);
    ck_assert_int_eq(sign_read_asset(cm_buf_bytes(&text), &m), CM_OK);
    ck_assert_int_eq(m.elsewhere, PLACES[_i].elsewhere);
    cm_asset_manifest_free(&m);
    cm_buf_free(&text);
}
END_TEST

/* Patterns by which a search that starts over at each of them would take hours. */
START_TEST(hostile_texts_are_gone_through_once) {
    static const char *const CASES[][2] = {{"<html><title>", "</title "},
                                           {"<html><title>", "</a "},
                                           {"<html>", "<!--"},
                                           {"<html>", "<meta a=\""},
                                           {"<html><a ", "a"},
                                           {"", B "\n"},
                                           {"", "# " B " "},
                                           {"", "\xef\xbb\xbf"},
                                           {"x", "\xef\xbb\xbf\xf3\xa0\x84\xb3"},
                                           {"---\n", B "\nx\n" E "x\n"},
                                           {"", "-----BEGIN C2PA MANIFEST"}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        cm_buf text = {0};
        cm_asset_manifest m;
        cm_buf_text(&text, CASES[i][0]);
        while (text.size < 4u << 20)
            cm_buf_text(&text, CASES[i][1]);
        ck_assert_int_eq(sign_read_asset(cm_buf_bytes(&text), &m), CM_OK);
        ck_assert(!m.found);
        cm_asset_manifest_free(&m);
        cm_buf_free(&text);
    }
}
END_TEST

Suite *suite_text_places(void);
Suite *suite_text_places(void) {
    Suite *s = suite_create("text_places");
    TCase *tc = tcase_create("text_places");
    tcase_add_loop_test(tc, places_are_told, 0, N_PLACES);
    tcase_add_test(tc, hostile_texts_are_gone_through_once);
    suite_add_tcase(s, tc);
    return s;
}
