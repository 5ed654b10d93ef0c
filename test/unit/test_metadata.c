/* Labels written into metadata: what was there stays, what is written is read. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asset/declared.h"
#include "asset/exif.h"
#include "asset/exif_write.h"
#include "asset/metadata.h"
#include "sign_support.h"

#define NS_EXT "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
#define NS_RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define TYPE "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
#define LABEL "{\"AIGC\":{\"Label\":\"1\",\"ContentProducer\":\"x\"}}"

static const cm_xmp_value VALUES[] = {
    {NS_EXT, "Iptc4xmpExt", "DigitalSourceType", TYPE},
    {"http://www.tc260.org.cn/ns/AIGC/1.0/", "TC260", "AIGC", "{\"Label\":\"1\",\"a\":\"<&>\"}"}};

static const char *const FILES[] = {
    "test/data/photos/astronaut.png", "test/data/photos/coffee.jpg",
    "test/data/photos/chelsea.webp",  "test/data/asset/rich.png",
    "test/data/asset/rich.jpg",       "test/data/asset/rich.webp",
    "test/data/asset/lossless.webp",  "test/data/asset/progressive.jpg",
    "test/data/media/small-130.png"};

enum { N_FILES = sizeof FILES / sizeof FILES[0] };

static cm_buf load(const char *path) {
    cm_buf b = {0};
    cm_source *in = NULL;
    ck_assert_int_eq(cm_source_open(path, NULL, &in, NULL), CM_OK);
    ck_assert_int_eq(cm_source_load(in, 0, cm_source_size(in), &b, NULL), CM_OK);
    cm_source_close(in);
    return b;
}

static cm_code label(cm_bytes file, cm_buf *out, bool *commented) {
    const cm_metadata m = {VALUES, 2, "{\"Label\":\"1\"}", LABEL};
    cm_source *in = sign_source_over(file);
    *out = (cm_buf){0};
    cm_code code = cm_metadata_write(in, &m, out, commented, NULL);
    cm_source_close(in);
    return code;
}

static size_t count_of(const cm_declarations *d, const char *field, const char *value) {
    size_t n = 0;
    for (size_t i = 0; i < d->count; i++)
        n += strcmp(d->items[i].field, field) == 0 && strstr(d->items[i].value, value) != NULL;
    return n;
}

START_TEST(what_is_written_is_read_and_written_again_is_the_same) {
    cm_buf file = load(FILES[_i]), once, twice;
    bool commented;
    cm_declarations d;
    ck_assert_int_eq(label(cm_buf_bytes(&file), &once, &commented), CM_OK);
    ck_assert_int_eq(commented, strstr(FILES[_i], ".jpg") != NULL);
    cm_source *in = sign_source_over(cm_buf_bytes(&once));
    ck_assert_int_eq(cm_declared_read(in, &d, NULL), CM_OK);
    ck_assert(!d.incomplete);
    ck_assert_uint_eq(count_of(&d, "Iptc4xmpExt:DigitalSourceType", TYPE), 1);
    ck_assert_uint_eq(count_of(&d, "TC260:AIGC", "{\"Label\":\"1\",\"a\":\"<&>\"}"), 1);
    ck_assert_uint_eq(count_of(&d, "AIGC", "{\"Label\":\"1\"}"), strstr(FILES[_i], "png") != NULL);
    ck_assert_uint_eq(count_of(&d, "UserComment", LABEL), commented);
    cm_declared_free(&d);
    cm_source_close(in);
    ck_assert_int_eq(label(cm_buf_bytes(&once), &twice, &commented), CM_OK);
    ck_assert(cm_bytes_equal(cm_buf_bytes(&once), cm_buf_bytes(&twice)));
    cm_buf_free(&twice);
    cm_buf_free(&once);
    cm_buf_free(&file);
}
END_TEST

START_TEST(damaged_files_are_survived) {
    cm_buf file = load(FILES[3 + _i]);
    sign_random random = {(uint64_t)_i + 1};
    for (int n = 0; n < 400; n++) {
        cm_buf copy = {0}, out;
        bool commented;
        cm_buf_put_bytes(&copy, cm_buf_bytes(&file));
        for (int k = 0; k < 1 + n % 4; k++)
            copy.data[sign_next(&random) % (copy.size < 2000 ? copy.size : 2000)] ^=
                (uint8_t)(1u << (sign_next(&random) % 8));
        copy.size -= n % 3 == 0 ? sign_next(&random) % copy.size : 0;
        (void)label(cm_buf_bytes(&copy), &out, &commented);
        cm_buf_free(&out);
        cm_buf_free(&copy);
    }
    cm_buf_free(&file);
}
END_TEST

START_TEST(a_segment_of_a_jpeg_has_an_end) {
    for (int over = 0; over < 2; over++) {
        cm_buf jpeg = {0}, out;
        bool commented;
        static const char HEAD[] = "http://ns.adobe.com/xap/1.0/";
        static const char PACKET[] = "<a:RDF xmlns:a='" NS_RDF "'></a:RDF>";
        size_t n = sizeof HEAD + sizeof PACKET - 1, fill = over != 0 ? 65000 : 64000;
        cm_buf_put(&jpeg, "\xff\xd8\xff\xe1", 4);
        cm_buf_be16(&jpeg, (uint16_t)(2 + n + fill + 7));
        cm_buf_put(&jpeg, HEAD, sizeof HEAD);
        cm_buf_text(&jpeg, PACKET);
        cm_buf_text(&jpeg, "<!--");
        cm_buf_fill(&jpeg, 'x', fill);
        cm_buf_text(&jpeg, "-->");
        cm_buf_put(&jpeg, "\xff\xd9", 2);
        ck_assert_int_eq(label(cm_buf_bytes(&jpeg), &out, &commented),
                         over != 0 ? CM_ERR_LIMIT : CM_OK);
        cm_buf_free(&out);
        cm_buf_free(&jpeg);
    }
}
END_TEST

/* --- XMP --- */

static cm_code merge(const char *packet, cm_buf *out) {
    *out = (cm_buf){0};
    cm_code code = cm_xmp_merge(sign_text(packet), VALUES, 1, out, NULL);
    cm_buf_u8(out, 0);
    return code;
}

#define BEFORE                                                                                     \
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='" NS_RDF "' xmlns:e='" NS_EXT             \
    "' xmlns:d='urn:d'>"
#define BEHIND "</r:RDF></x:xmpmeta>"
#define ADDED(about)                                                                               \
    "\n  <rdf:Description xmlns:rdf=\"" NS_RDF "\" rdf:about=\"" about                             \
    "\"\n    xmlns:Iptc4xmpExt=\"" NS_EXT "\">\n   <Iptc4xmpExt:DigitalSourceType>" TYPE           \
    "</Iptc4xmpExt:DigitalSourceType>\n  </rdf:Description>"

START_TEST(a_property_is_replaced_in_every_form) {
    static const struct {
        const char *inside, *left, *added;
    } CASES[] = {
        {"", "", ADDED("")},
        {"<r:Description r:about='a&amp;b' d:x='1' e:DigitalSourceType = \"a>'b\" d:y='2'/>",
         "<r:Description r:about='a&amp;b' d:x='1' d:y='2'/>", ADDED("a&amp;b")},
        {"<r:Description xmlns:q='urn:q' e:DigitalSourceType='x' q:z='3'><d:k/></r:Description>",
         "<r:Description xmlns:q='urn:q' q:z='3'><d:k/></r:Description>", ADDED("")},
        {"<r:Description><d:a>1</d:a> <e:DigitalSourceType r:resource='x'/><d:b/></r:Description>",
         "<r:Description><d:a>1</d:a><d:b/></r:Description>", ADDED("")},
        {"<r:Description><e:DigitalSourceType>\n<r:Bag><r:li>y</r:li></r:Bag></e:DigitalSourceType>"
         "<d:b>e:DigitalSourceType</d:b></r:Description>",
         "<r:Description><d:b>e:DigitalSourceType</d:b></r:Description>", ADDED("")},
        /* a node that held nothing else goes, one that held nothing at all stays */
        {"<r:Description r:about='' e:DigitalSourceType='x'></r:Description><r:Description/>",
         "<r:Description/>", ADDED("")},
        {"<r:Description e:DigitalSourceType='x'/>", "", ADDED("")},
        /* an ingredient's is not ours */
        {"<r:Description><d:i r:parseType='Resource'><e:DigitalSourceType>z</e:DigitalSourceType>"
         "</d:i></r:Description>",
         "<r:Description><d:i r:parseType='Resource'><e:DigitalSourceType>z</e:DigitalSourceType>"
         "</d:i></r:Description>",
         ADDED("")},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char packet[2048], wanted[4096];
        cm_buf out;
        (void)snprintf(packet, sizeof packet, BEFORE "%s" BEHIND, CASES[i].inside);
        (void)snprintf(wanted, sizeof wanted, BEFORE "%s%s" BEHIND, CASES[i].left, CASES[i].added);
        ck_assert_int_eq(merge(packet, &out), CM_OK);
        ck_assert_str_eq((const char *)out.data, wanted);
        cm_buf_free(&out);
    }
}
END_TEST

START_TEST(padding_makes_up_for_what_is_added) {
    char packet[4096];
    cm_buf out;
    int n = snprintf(packet, sizeof packet, BEFORE BEHIND "%2000s<?xpacket end='w'?>", "\n");
    ck_assert_int_eq(merge(packet, &out), CM_OK);
    ck_assert_uint_eq(out.size - 1, (size_t)n);
    ck_assert_ptr_nonnull(strstr((const char *)out.data, TYPE));
    cm_buf_free(&out);
}
END_TEST

START_TEST(what_can_not_be_kept_is_refused) {
    static const char *const PACKETS[] = {
        "<?xml version='1.0' encoding='iso-8859-1'?>" BEFORE BEHIND,
        "<!DOCTYPE x [<!ENTITY a 'b'>]>" BEFORE BEHIND,
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        BEFORE,
        "nothing of the kind",
    };
    cm_buf out = {0};
    for (size_t i = 0; i < sizeof PACKETS / sizeof PACKETS[0]; i++) {
        ck_assert_int_ne(merge(PACKETS[i], &out), CM_OK);
        cm_buf_free(&out);
    }
    cm_bytes wide = {(const uint8_t *)"\xff\xfe<\0x\0/\0>\0", 10};
    ck_assert_int_eq(cm_xmp_merge(wide, VALUES, 1, &out, NULL), CM_ERR_UNSUPPORTED);
    cm_xmp_value bad = {NS_EXT, "e", "x", "a\nb"};
    ck_assert_int_eq(cm_xmp_merge((cm_bytes){0}, &bad, 1, &out, NULL), CM_ERR_ARGUMENT);
    bad.value = "a\xef\xbf\xbf";
    ck_assert_int_eq(cm_xmp_merge((cm_bytes){0}, &bad, 1, &out, NULL), CM_ERR_ARGUMENT);
    bad.value = "a\xef\xbf\xbd\xf0\x9f\x98\x80";
    ck_assert_int_eq(cm_xmp_merge((cm_bytes){0}, &bad, 1, &out, NULL), CM_OK);
    cm_buf_free(&out);
}
END_TEST

/* --- EXIF --- */

static void expect_comment(cm_bytes tiff, const char *wanted) {
    cm_bytes text;
    cm_encoding encoding;
    ck_assert(cm_exif_user_comment(tiff, &text, &encoding));
    ck_assert(cm_bytes_equal(text, sign_text(wanted)));
}

/* A structure with a maker's note at a place of its own, and IFD1. */
static cm_buf camera(bool little, bool exif, const char *comment) {
    cm_buf b = {0};
    const char *hex =
        little ? exif ? "49492a0008000000 0100 6987 0400 01000000 1a000000 00000000 0200 7c92 0700"
                        "04000000 41424344 8692 0700 10000000 38000000 00000000"
                      : "49492a0008000000 0100 0f01 0200 04000000 41424300 64000000"
               : "4d4d002a00000008 0001 8769 0004 00000001 0000001a 00000000 0001 927c 0007"
                 "00000004 41424344 00000000";
    b = sign_hex(hex);
    if (comment != NULL)
        cm_buf_put(&b, comment, 16);
    return b;
}

START_TEST(a_comment_goes_into_exif) {
    cm_buf out = {0}, tiff = {0};
    bool made;
    ck_assert_int_eq(cm_exif_put_comment((cm_bytes){0}, LABEL, &out, &made, NULL), CM_OK);
    ck_assert(made);
    expect_comment(cm_buf_bytes(&out), LABEL);
    for (int i = 0; i < 4; i++) {
        cm_buf more = {0};
        static const char BLANK[] = "ASCII\0\0\0\0\0\0\0\0\0\0";
        tiff = camera(i < 3, i != 1, i == 2 ? BLANK : i == 0 ? BLANK : NULL);
        ck_assert_int_eq(cm_exif_put_comment(cm_buf_bytes(&tiff), LABEL, &more, &made, NULL),
                         CM_OK);
        ck_assert(made);
        expect_comment(cm_buf_bytes(&more), LABEL);
        ck_assert_uint_gt(more.size, tiff.size);
        /* all but the pointers that had to change stays in its place */
        size_t changed = 0;
        for (size_t k = 0; k < tiff.size; k++)
            changed += tiff.data[k] != more.data[k];
        ck_assert_uint_le(changed, 8);
        cm_buf_free(&more);
        cm_buf_free(&tiff);
    }
    cm_buf_free(&out);
}
END_TEST

START_TEST(somebody_elses_comment_stays) {
    cm_buf out = {0}, tiff = camera(true, true, "ASCII\0\0\0a holiday");
    bool made;
    ck_assert_int_eq(cm_exif_put_comment(cm_buf_bytes(&tiff), LABEL, &out, &made, NULL), CM_OK);
    ck_assert(!made);
    cm_buf_free(&tiff);
    tiff = sign_hex("49492a00ffffff00 0100");
    ck_assert_int_eq(cm_exif_put_comment(cm_buf_bytes(&tiff), LABEL, &out, &made, NULL), CM_OK);
    ck_assert(!made);
    cm_buf_free(&tiff);
    cm_buf_free(&out);
}
END_TEST

Suite *suite_metadata(void);
Suite *suite_metadata(void) {
    Suite *s = suite_create("metadata");
    TCase *tc = tcase_create("metadata");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, what_is_written_is_read_and_written_again_is_the_same, 0, N_FILES);
    tcase_add_loop_test(tc, damaged_files_are_survived, 0, 5);
    tcase_add_test(tc, a_segment_of_a_jpeg_has_an_end);
    tcase_add_test(tc, a_property_is_replaced_in_every_form);
    tcase_add_test(tc, padding_makes_up_for_what_is_added);
    tcase_add_test(tc, what_can_not_be_kept_is_refused);
    tcase_add_test(tc, a_comment_goes_into_exif);
    tcase_add_test(tc, somebody_elses_comment_stays);
    suite_add_tcase(s, tc);
    return s;
}
