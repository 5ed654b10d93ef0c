/* Manifests in SVG, TTML and WebVTT: where they go, what is found, and what isn't. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "asset/prose.h"
#include "base/base64.h"
#include "sign_support.h"

#define SVG_NS "xmlns=\"http://www.w3.org/2000/svg\""
#define C2PA_NS "xmlns:c2pa=\"http://c2pa.org/manifest\""
#define TT_NS "xmlns=\"http://www.w3.org/ns/ttml\""
#define M "<c2pa:manifest>$</c2pa:manifest>"
#define NOTE "NOTE " CM_BLOCK_BEGIN " " CM_BLOCK_DATA "$ " CM_BLOCK_END

enum { STORE_BYTES = 200 };

/* The pattern with a store's base64 in place of $. */
static cm_buf fill_in(const char *pattern, cm_bytes store) {
    cm_buf out = {0};
    for (; *pattern != '\0'; pattern++)
        if (*pattern == '$')
            cm_base64_encode(store, &out);
        else
            cm_buf_u8(&out, (uint8_t)*pattern);
    return out;
}

static cm_code insert(cm_bytes text, cm_bytes store, cm_buf *out, cm_span *where) {
    cm_asset_plan plan;
    cm_source *in = sign_source_over(text);
    cm_sink sink = cm_sink_buf(out);
    cm_code code = cm_asset_plan_make(in, store.size, &plan, NULL);
    if (code == CM_OK) {
        ck_assert_int_eq(cm_asset_write(in, &plan, store, &sink, NULL), CM_OK);
        ck_assert_uint_eq(out->size, plan.size);
        *where = plan.where;
        cm_asset_plan_free(&plan);
    }
    cm_source_close(in);
    return code;
}

/* What goes in, what comes out, and how much of that is the store's piece. */
static const struct {
    const char *text, *made, *piece;
} ROUNDS[] = {
    {"<svg " SVG_NS "><g/></svg>",
     "<svg " C2PA_NS " " SVG_NS "><metadata>" M "</metadata><g/></svg>", "$"},
    {"<?xml version=\"1.0\"?>\n<!-- x -->\n<s:svg xmlns:s='http://www.w3.org/2000/svg' a='>'>\n"
     "</s:svg>\n",
     "<?xml version=\"1.0\"?>\n<!-- x -->\n<s:svg " C2PA_NS
     " xmlns:s='http://www.w3.org/2000/svg' a='>'><s:metadata>" M "</s:metadata>\n</s:svg>\n",
     "$"},
    {"<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://x/svg11.dtd\">"
     "<svg " SVG_NS " " C2PA_NS "><metadata> <a xmlns='b'/></metadata></svg>",
     "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://x/svg11.dtd\">"
     "<svg " SVG_NS " " C2PA_NS "><metadata>" M " <a xmlns='b'/></metadata></svg>",
     "$"},
    {"<svg " SVG_NS "><g><metadata>x</metadata></g></svg>",
     "<svg " C2PA_NS " " SVG_NS "><metadata>" M "</metadata><g><metadata>x</metadata></g></svg>",
     "$"},
    {"<tt " TT_NS "><body/></tt>",
     "<tt " C2PA_NS " " TT_NS "><head><metadata>" M "</metadata></head><body/></tt>", M},
    {"<x:tt xmlns:x='http://www.w3.org/ns/ttml'>\n<x:head><x:styling/></x:head></x:tt>",
     "<x:tt " C2PA_NS " xmlns:x='http://www.w3.org/ns/ttml'>\n<x:head><x:metadata>" M
     "</x:metadata><x:styling/></x:head></x:tt>",
     M},
    {"<tt " TT_NS "><head><metadata>a</metadata></head></tt>",
     "<tt " C2PA_NS " " TT_NS "><head><metadata>" M "a</metadata></head></tt>", M},
    {"WEBVTT\n\n00:00.000 --> 00:05.000\nHi.\n",
     "WEBVTT\n\n" NOTE "\n\n00:00.000 --> 00:05.000\nHi.\n", NOTE "\n"},
    {"WEBVTT - title\r\nKind: x\r\n\r\n00:00.000 --> 00:05.000\r\nHi.",
     "WEBVTT - title\r\nKind: x\r\n\r\n" NOTE "\r\n\r\n00:00.000 --> 00:05.000\r\nHi.",
     NOTE "\r\n"},
};
enum { N_ROUNDS = sizeof ROUNDS / sizeof ROUNDS[0] };

START_TEST(a_store_goes_where_it_belongs) {
    cm_buf store = sign_filler_store(STORE_BYTES), other = sign_filler_store(STORE_BYTES + 77);
    cm_buf want = fill_in(ROUNDS[_i].made, cm_buf_bytes(&store)), out = {0}, again = {0};
    cm_buf piece = fill_in(ROUNDS[_i].piece, cm_buf_bytes(&store));
    cm_buf second = fill_in(ROUNDS[_i].made, cm_buf_bytes(&other));
    cm_span where;
    cm_asset_manifest m;
    ck_assert_int_eq(insert(sign_text(ROUNDS[_i].text), cm_buf_bytes(&store), &out, &where), CM_OK);
    cm_buf_u8(&out, 0);
    cm_buf_u8(&want, 0);
    ck_assert_str_eq((const char *)out.data, (const char *)want.data);
    out.size--;
    ck_assert(cm_bytes_equal(cm_part(cm_buf_bytes(&out), where.start, where.start + where.length),
                             cm_buf_bytes(&piece)));
    ck_assert_int_eq(sign_read_asset(cm_buf_bytes(&out), &m), CM_OK);
    ck_assert(m.found && m.fault == CM_ASSET_SOUND);
    ck_assert(cm_bytes_equal(cm_buf_bytes(&m.store), cm_buf_bytes(&store)));
    ck_assert(m.where.start <= where.start &&
              m.where.start + m.where.length >= where.start + where.length);
    cm_asset_manifest_free(&m);
    /* another one takes its place; what was put around it stays */
    ck_assert_int_eq(insert(cm_buf_bytes(&out), cm_buf_bytes(&other), &again, &where), CM_OK);
    ck_assert_int_eq(sign_read_asset(cm_buf_bytes(&again), &m), CM_OK);
    ck_assert(m.found && m.fault == CM_ASSET_SOUND);
    ck_assert(cm_bytes_equal(cm_buf_bytes(&m.store), cm_buf_bytes(&other)));
    ck_assert(cm_bytes_equal(cm_buf_bytes(&again), cm_buf_bytes(&second)));
    cm_asset_manifest_free(&m);
    cm_buf *const all[] = {&store, &other, &want, &out, &again, &piece, &second};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        cm_buf_free(all[i]);
}
END_TEST

#define HEAD "<svg " SVG_NS " " C2PA_NS "><metadata>"
#define TAIL "</metadata></svg>"

static const struct {
    const char *text;
    cm_carrier carrier;
    cm_asset_fault fault;
} PLACES[] = {
    {HEAD M TAIL, CM_CARRIER_ELEMENT, CM_ASSET_SOUND},
    {HEAD "<c2pa:manifest>\n $\t</c2pa:manifest >" TAIL, CM_CARRIER_ELEMENT, CM_ASSET_SOUND},
    {"<svg " SVG_NS
     "><metadata><x:manifest xmlns:x = 'http://c2pa.org/manifest' >$</x:manifest>" TAIL,
     CM_CARRIER_ELEMENT, CM_ASSET_SOUND},
    {"<svg " SVG_NS "><metadata><manifest xmlns=\"http://c2pa.org/manifest\">$</manifest>" TAIL,
     CM_CARRIER_ELEMENT, CM_ASSET_SOUND},
    {HEAD "</metadata><metadata>" M TAIL, CM_CARRIER_ELEMENT, CM_ASSET_SOUND},
    {HEAD M M TAIL, CM_CARRIER_ELEMENT, CM_ASSET_SEVERAL},
    {HEAD "<c2pa:manifest id='x'>$</c2pa:manifest>" TAIL, CM_CARRIER_ELEMENT, CM_ASSET_CORRUPT},
    {HEAD "<c2pa:manifest>$<!-- x --></c2pa:manifest>" TAIL, CM_CARRIER_ELEMENT, CM_ASSET_CORRUPT},
    {HEAD "<c2pa:manifest>$<b/></c2pa:manifest>" TAIL, CM_CARRIER_ELEMENT, CM_ASSET_CORRUPT},
    {HEAD "<c2pa:manifest><![CDATA[$]]></c2pa:manifest>" TAIL, CM_CARRIER_ELEMENT,
     CM_ASSET_CORRUPT},
    {HEAD "<c2pa:manifest>$&#65;</c2pa:manifest>" TAIL, CM_CARRIER_ELEMENT, CM_ASSET_CORRUPT},
    {HEAD "<c2pa:manifest>$$</c2pa:manifest>" TAIL, CM_CARRIER_ELEMENT, CM_ASSET_CORRUPT},
    {HEAD "<c2pa:manifest></c2pa:manifest>" TAIL, CM_CARRIER_ELEMENT, CM_ASSET_EMPTY},
    {HEAD "<c2pa:manifest/>" TAIL, CM_CARRIER_ELEMENT, CM_ASSET_CORRUPT},
    {HEAD "<!-- " M " -->" TAIL, CM_CARRIER_NONE, CM_ASSET_SOUND},
    {HEAD "<a>" M "</a>" TAIL, CM_CARRIER_NONE, CM_ASSET_SOUND},
    {"<svg " SVG_NS " " C2PA_NS "><g><metadata>" M "</metadata></g></svg>", CM_CARRIER_NONE,
     CM_ASSET_SOUND},
    {"<svg " SVG_NS " " C2PA_NS ">" M "</svg>", CM_CARRIER_NONE, CM_ASSET_SOUND},
    {"<rss " C2PA_NS "><metadata>" M "</metadata></rss>", CM_CARRIER_NONE, CM_ASSET_SOUND},
    {HEAD M "</metadata><g></svg>", CM_CARRIER_NONE, CM_ASSET_SOUND},
    {"<!DOCTYPE svg [<!ENTITY a 'b'>]>" HEAD M TAIL, CM_CARRIER_NONE, CM_ASSET_SOUND},
    {"<svg " SVG_NS
     " xmlns:c2pa=\"http://c2pa.org/other\" x=\"http://c2pa.org/manifest\"><metadata>" M TAIL,
     CM_CARRIER_NONE, CM_ASSET_SOUND},
    {"<tt " TT_NS " " C2PA_NS "><head><metadata>" M "</metadata></head></tt>", CM_CARRIER_ELEMENT,
     CM_ASSET_SOUND},
    {"<tt " TT_NS " " C2PA_NS "><metadata>" M "</metadata></tt>", CM_CARRIER_NONE, CM_ASSET_SOUND},
    {"<tt " TT_NS " " C2PA_NS "><head/><body><metadata>" M "</metadata></body></tt>",
     CM_CARRIER_NONE, CM_ASSET_SOUND},
};
enum { N_PLACES = sizeof PLACES / sizeof PLACES[0] };

START_TEST(places_are_told) {
    cm_buf store = sign_filler_store(STORE_BYTES);
    cm_buf text = fill_in(PLACES[_i].text, cm_buf_bytes(&store));
    cm_asset_manifest m;
    ck_assert_int_eq(sign_read_asset(cm_buf_bytes(&text), &m), CM_OK);
    ck_assert_int_eq(m.carrier, PLACES[_i].carrier);
    ck_assert_int_eq(m.fault, PLACES[_i].fault);
    ck_assert_int_eq(m.found, PLACES[_i].carrier != CM_CARRIER_NONE);
    cm_asset_manifest_free(&m);
    cm_buf_free(&text);
    cm_buf_free(&store);
}
END_TEST

START_TEST(texts_without_a_place_are_refused) {
    static const char *const TEXTS[] = {
        "<svg " SVG_NS "/>",
        "<svg " SVG_NS "><g></svg>",
        "<svg " SVG_NS " xmlns:c2pa='x'></svg>",
        "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg " SVG_NS ">&a;</svg>",
        "<tt " TT_NS "/>",
        "WEBVTT\n",
        "WEBVTT\n\n",
        "WEBVTT",
    };
    cm_buf store = sign_filler_store(STORE_BYTES);
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        cm_buf out = {0};
        cm_span where;
        ck_assert_msg(insert(sign_text(TEXTS[i]), cm_buf_bytes(&store), &out, &where) ==
                          CM_ERR_UNSUPPORTED,
                      "%s", TEXTS[i]);
        cm_buf_free(&out);
    }
    cm_buf_free(&store);
}
END_TEST

/* Cut and changed anywhere: an answer, and nothing read beyond the end. */
START_TEST(damaged_xml_is_survived) {
    cm_buf store = sign_filler_store(40);
    cm_buf text = fill_in("<tt " TT_NS " " C2PA_NS "><head><metadata>" M "</metadata></head></tt>",
                          cm_buf_bytes(&store));
    sign_random random = {3};
    for (int round = 0; round < 4000; round++) {
        cm_buf copy = {0};
        cm_asset_manifest m;
        cm_buf_put(&copy, text.data, round < (int)text.size ? (size_t)round : text.size);
        for (int k = round < (int)text.size ? 0 : 3; k > 0; k--)
            copy.data[sign_next(&random) % copy.size] =
                (uint8_t) "<>/\"'=: \tx"[sign_next(&random) % 10];
        if (copy.size != 0 && sign_read_asset(cm_buf_bytes(&copy), &m) == CM_OK)
            cm_asset_manifest_free(&m);
        cm_buf_free(&copy);
    }
    cm_buf_free(&text);
    cm_buf_free(&store);
}
END_TEST

/* A million open elements, behind a manifest. */
START_TEST(deep_xml_is_given_up) {
    cm_buf store = sign_filler_store(STORE_BYTES);
    cm_buf text = fill_in(HEAD M "</metadata>", cm_buf_bytes(&store));
    cm_asset_manifest m;
    for (int i = 0; i < 1000000; i++)
        cm_buf_text(&text, "<a>");
    ck_assert_int_eq(sign_read_asset(cm_buf_bytes(&text), &m), CM_OK);
    ck_assert(!m.found);
    cm_asset_manifest_free(&m);
    cm_buf_free(&text);
    cm_buf_free(&store);
}
END_TEST

Suite *suite_text_xml(void);
Suite *suite_text_xml(void) {
    Suite *s = suite_create("text_xml");
    TCase *t = tcase_create("text_xml");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_store_goes_where_it_belongs, 0, N_ROUNDS);
    tcase_add_loop_test(t, places_are_told, 0, N_PLACES);
    tcase_add_test(t, texts_without_a_place_are_refused);
    tcase_add_test(t, damaged_xml_is_survived);
    tcase_add_test(t, deep_xml_is_given_up);
    suite_add_tcase(s, t);
    return s;
}
