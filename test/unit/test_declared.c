/* Declarations: found in every place they may stand in, and hostile metadata. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "asset/declared.h"

#define SAMPLES "test/data/asset/"
#define DST "http://cv.iptc.org/newscodes/digitalsourcetype/"

static cm_declarations read_bytes(cm_bytes file) {
    cm_source *in = NULL;
    cm_declarations d;
    cm_error err = {0};
    ck_assert_int_eq(cm_source_memory(file, &in, NULL), CM_OK);
    ck_assert_msg(cm_declared_read(in, &d, &err) == CM_OK, "%s", err.message);
    cm_source_close(in);
    return d;
}

static void expect(const cm_declarations *d, size_t i, const char *source, const char *field,
                   const char *value) {
    ck_assert_uint_lt(i, d->count);
    ck_assert_str_eq(d->items[i].source, source);
    ck_assert_str_eq(d->items[i].field, field);
    ck_assert_str_eq(d->items[i].value, value);
}

/* --- files made on the spot --- */

static void png_chunk(cm_buf *b, const char *type, cm_bytes data) {
    cm_buf_be32(b, (uint32_t)data.size);
    size_t at = b->size;
    cm_buf_text(b, type);
    cm_buf_put_bytes(b, data);
    cm_buf_be32(b, (uint32_t)crc32_z(0, b->data + at, b->size - at));
}

static cm_bytes literal(const char *text) {
    return (cm_bytes){.data = (const uint8_t *)text, .size = strlen(text)};
}

static cm_buf png_begin(void) {
    cm_buf b = {0};
    cm_buf_put(&b, "\x89PNG\r\n\x1a\n", 8);
    png_chunk(&b, "IHDR", (cm_bytes){(const uint8_t *)"\0\0\0\1\0\0\0\1\x8\0\0\0\0", 13});
    return b;
}

static cm_declarations png_end(cm_buf *b) {
    png_chunk(b, "IEND", (cm_bytes){0});
    cm_declarations d = read_bytes(cm_buf_bytes(b));
    cm_buf_free(b);
    return d;
}

static void add_text(cm_buf *png, const char *keyword, cm_bytes value) {
    cm_buf data = {0};
    cm_buf_text(&data, keyword);
    cm_buf_u8(&data, 0);
    cm_buf_put_bytes(&data, value);
    png_chunk(png, "tEXt", cm_buf_bytes(&data));
    cm_buf_free(&data);
}

static cm_declarations png_with_text(const char *keyword, cm_bytes value) {
    cm_buf png = png_begin();
    add_text(&png, keyword, value);
    return png_end(&png);
}

static cm_declarations png_with_xmp(cm_bytes packet) {
    cm_buf png = png_begin();
    cm_buf data = {0};
    cm_buf_put(&data, "XML:com.adobe.xmp\0\0\0\0\0", 22);
    cm_buf_put_bytes(&data, packet);
    png_chunk(&png, "iTXt", cm_buf_bytes(&data));
    cm_buf_free(&data);
    return png_end(&png);
}

/* `inside` goes into rdf:RDF. */
static cm_declarations png_with_rdf(const char *inside) {
    cm_buf packet = {0};
    cm_buf_text(&packet, "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF "
                         "xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
                         "xmlns:e='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' "
                         "xmlns:t='http://www.tc260.org.cn/ns/AIGC/1.0/' "
                         "xmlns:p='http://ns.adobe.com/photoshop/1.0/'>");
    cm_buf_text(&packet, inside);
    cm_buf_text(&packet, "</r:RDF></x:xmpmeta>");
    cm_declarations d = png_with_xmp(cm_buf_bytes(&packet));
    cm_buf_free(&packet);
    return d;
}

/* --- XMP --- */

START_TEST(samples_of_each_format) {
    static const char *const NAMES[] = {"rich.jpg", "rich.webp", "rich.png"};
    char path[64];
    cm_source *in = NULL;
    cm_declarations d;
    (void)snprintf(path, sizeof path, SAMPLES "%s", NAMES[_i]);
    ck_assert_int_eq(cm_source_open(path, NULL, &in, NULL), CM_OK);
    ck_assert_int_eq(cm_declared_read(in, &d, NULL), CM_OK);
    size_t first = _i == 2 ? 2 : 0;
    if (_i == 2) {
        expect(&d, 0, "png:tEXt", "parameters", "a castle, Steps: 20, Sampler: Euler, Seed: 1");
        expect(&d, 1, "png:zTXt", "AIGC",
               "{\"AIGC\":{\"Label\":\"1\",\"ContentProducer\":\"001\"}}");
    }
    ck_assert_uint_eq(d.count, first + 2);
    expect(&d, first, "xmp", "Iptc4xmpExt:DigitalSourceType", DST "trainedAlgorithmicMedia");
    expect(&d, first + 1, "xmp", "TC260:AIGC", "{\"Label\":\"1\",\"ContentProducer\":\"001\"}");
    ck_assert(d.items[first].generated && d.items[first + 1].generated);
    ck_assert(!d.incomplete);
    cm_declared_free(&d);
    cm_source_close(in);
}
END_TEST

START_TEST(xmp_in_every_form) {
    static const char *const FORMS[] = {
        "<r:Description e:DigitalSourceType='" DST "trainedAlgorithmicMedia'/>",
        "<r:Description><e:DigitalSourceType>\n " DST
        "trainedAlgorithmicMedia </e:DigitalSourceType></r:Description>",
        "<r:Description><e:DigitalSourceType r:resource='" DST
        "trainedAlgorithmicMedia'/></r:Description>",
        "<r:Description/><r:Description><e:DigitalSourceType><r:Bag><r:li>" DST
        "trainedAlgorithmicMedia</r:li></r:Bag></e:DigitalSourceType></r:Description>",
    };
    cm_declarations d = png_with_rdf(FORMS[_i]);
    ck_assert_uint_eq(d.count, 1);
    expect(&d, 0, "xmp", "Iptc4xmpExt:DigitalSourceType", DST "trainedAlgorithmicMedia");
    ck_assert(d.items[0].generated);
    cm_declared_free(&d);
}
END_TEST

START_TEST(xmp_of_an_ingredient_is_not_ours) {
    cm_declarations d = png_with_rdf(
        "<r:Description><e:Other><r:Description e:DigitalSourceType='" DST
        "trainedAlgorithmicMedia'><t:AIGC>x</t:AIGC></r:Description></e:Other></r:Description>");
    ck_assert_uint_eq(d.count, 0);
    ck_assert(!d.incomplete);
}
END_TEST

START_TEST(a_camera_is_not_a_generator) {
    cm_declarations d = png_with_rdf("<r:Description e:DigitalSourceType='" DST
                                     "digitalCapture' p:Credit='Jane Doe'/>");
    ck_assert_uint_eq(d.count, 1);
    ck_assert(!d.items[0].generated);
    cm_declared_free(&d);
    d = png_with_rdf("<r:Description e:DigitalSourceType='compositeSynthetic' "
                     "p:Credit='Made with Google AI' e:AISystemUsed='X'/>");
    ck_assert_uint_eq(d.count, 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert(d.items[i].generated);
    cm_declared_free(&d);
}
END_TEST

START_TEST(the_namespace_counts_not_the_prefix) {
    cm_declarations d = png_with_rdf("<r:Description xmlns:Iptc4xmpExt='http://example.com/' "
                                     "Iptc4xmpExt:DigitalSourceType='trainedAlgorithmicMedia'/>");
    ck_assert_uint_eq(d.count, 0);
}
END_TEST

START_TEST(entities_are_refused) {
    cm_declarations d = png_with_xmp(literal(
        "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]><x>&b;</x>"));
    ck_assert_uint_eq(d.count, 0);
    ck_assert(d.incomplete);
}
END_TEST

START_TEST(what_stood_before_the_damage_counts) {
    cm_declarations d = png_with_rdf("<r:Description e:DigitalSourceType='x'/><broken");
    ck_assert_uint_eq(d.count, 1);
    ck_assert(d.incomplete);
    cm_declared_free(&d);
}
END_TEST

START_TEST(deep_xmp_is_given_up) {
    cm_buf inside = {0};
    for (int i = 0; i < 100000; i++)
        cm_buf_text(&inside, "<a>");
    cm_buf_u8(&inside, 0);
    cm_declarations d = png_with_rdf((const char *)inside.data);
    ck_assert(d.incomplete);
    cm_buf_free(&inside);
}
END_TEST

/* --- PNG text --- */

START_TEST(generators_texts) {
    static const struct {
        const char *keyword;
        const char *value;
        bool counts;
    } CASES[] = {
        {"parameters", "a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1", true},
        {"parameters", "threshold=3", false},
        {"prompt", "{\"3\": {\"class_type\": \"KSampler\"}}", true},
        {"prompt", "Enter a number", false},
        {"workflow", " {\"nodes\": []}", true},
        {"workflow", "approved", false},
        {"Software", "NovelAI", true},
        {"Software", "GIMP", false},
        {"AIGC", "{\"Label\":\"1\"}", true},
        {"aigc", "{\"Label\":\"1\"}", false},
        {"AIGC", "", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        cm_declarations d = png_with_text(CASES[i].keyword, literal(CASES[i].value));
        ck_assert_msg(d.count == CASES[i].counts, "%s: %s", CASES[i].keyword, CASES[i].value);
        ck_assert(!d.incomplete);
        cm_declared_free(&d);
    }
}
END_TEST

START_TEST(text_becomes_utf8) {
    static const struct {
        const char *raw;
        size_t size;
        const char *want;
    } CASES[] = {
        {"caf\xe9", 4, "caf\xc3\xa9"},     /* Latin-1 */
        {"caf\xc3\xa9", 5, "caf\xc3\xa9"}, /* UTF-8 all the same */
        {"a\0b", 3,
         "a\xef\xbf\xbd"
         "b"},                                           /* NUL */
        {"\xf0\x9f\x98\x80", 4, "\xf0\x9f\x98\x80"},     /* four bytes */
        {"\xc0\xaf", 2, "\xc3\x80\xc2\xaf"},             /* overlong: not UTF-8 */
        {"\xed\xa0\x80", 3, "\xc3\xad\xc2\xa0\xc2\x80"}, /* surrogate: not UTF-8 */
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        cm_declarations d =
            png_with_text("AIGC", (cm_bytes){(const uint8_t *)CASES[i].raw, CASES[i].size});
        expect(&d, 0, "png:tEXt", "AIGC", CASES[i].want);
        cm_declared_free(&d);
    }
}
END_TEST

START_TEST(long_values_are_cut_between_characters) {
    cm_buf value = {0};
    for (int i = 0; i < 3000; i++)
        cm_buf_text(&value, "\xe2\x82\xac");
    cm_declarations d = png_with_text("AIGC", cm_buf_bytes(&value));
    ck_assert(d.items[0].shortened);
    ck_assert_uint_eq(strlen(d.items[0].value), CM_DECLARED_VALUE / 3 * 3);
    cm_declared_free(&d);
    cm_buf_free(&value);
}
END_TEST

START_TEST(many_declarations_are_bounded) {
    cm_buf png = png_begin();
    for (int i = 0; i < 1000; i++)
        add_text(&png, "AIGC", literal("x"));
    cm_declarations d = png_end(&png);
    ck_assert_uint_eq(d.count, CM_DECLARED_MAX);
    ck_assert(d.incomplete);
    cm_declared_free(&d);
}
END_TEST

START_TEST(a_bomb_is_not_unpacked) {
    uLong plain = 64ul << 20;
    uLong packed = compressBound(plain);
    uint8_t *from = calloc(1, plain);
    uint8_t *to = malloc(packed);
    cm_buf png = png_begin();
    cm_buf data = {0};
    memset(from, 'x', plain);
    ck_assert_int_eq(compress(to, &packed, from, plain), Z_OK);
    cm_buf_put(&data, "AIGC\0\0", 6);
    cm_buf_put(&data, to, packed);
    for (int i = 0; i < 50; i++) /* the budget is for the file, not for each chunk */
        png_chunk(&png, "zTXt", cm_buf_bytes(&data));
    cm_declarations d = png_end(&png);
    ck_assert(d.incomplete);
    ck_assert_uint_eq(d.count, 0);
    cm_buf_free(&data);
    free(from);
    free(to);
}
END_TEST

/* --- EXIF --- */

/* A TIFF structure whose EXIF directory holds one UserComment. */
static cm_buf make_exif(const char *code, cm_bytes text) {
    cm_buf b = {0};
    cm_buf_put(&b, "MM\0*\0\0\0\x08", 8);
    cm_buf_put(&b, "\0\1\x87\x69\0\4\0\0\0\1\0\0\0\x1a\0\0\0\0", 18);
    cm_buf_put(&b, "\0\1\x92\x86\0\7", 6);
    cm_buf_be32(&b, (uint32_t)text.size + 8);
    cm_buf_be32(&b, 44);
    cm_buf_be32(&b, 0);
    cm_buf_put(&b, code, 8);
    cm_buf_put_bytes(&b, text);
    return b;
}

static cm_declarations png_with_exif(const cm_buf *exif) {
    cm_buf png = png_begin();
    png_chunk(&png, "eXIf", cm_buf_bytes(exif));
    return png_end(&png);
}

START_TEST(user_comments) {
    cm_buf exif = make_exif("ASCII\0\0", literal("{\"AIGC\":{\"Label\":\"2\"}}"));
    cm_declarations d = png_with_exif(&exif);
    expect(&d, 0, "exif", "UserComment", "{\"AIGC\":{\"Label\":\"2\"}}");
    cm_declared_free(&d);
    cm_buf_free(&exif);
    cm_buf wide = {0};
    for (const char *c = "x, Steps: 2, Seed: 1"; *c != '\0'; c++) {
        cm_buf_u8(&wide, 0);
        cm_buf_u8(&wide, (uint8_t)*c);
    }
    exif = make_exif("UNICODE", cm_buf_bytes(&wide));
    d = png_with_exif(&exif);
    expect(&d, 0, "exif", "UserComment", "x, Steps: 2, Seed: 1");
    cm_declared_free(&d);
    cm_buf_free(&exif);
    cm_buf_free(&wide);
    exif = make_exif("ASCII\0\0", literal("holiday"));
    d = png_with_exif(&exif);
    ck_assert_uint_eq(d.count, 0);
    cm_buf_free(&exif);
}
END_TEST

/* --- extended XMP --- */

static void app1(cm_buf *jpeg, const char *name, size_t name_size, cm_bytes payload) {
    cm_buf_be16(jpeg, 0xffe1);
    cm_buf_be16(jpeg, (uint16_t)(2 + name_size + payload.size));
    cm_buf_put(jpeg, name, name_size);
    cm_buf_put_bytes(jpeg, payload);
}

static void extension(cm_buf *jpeg, const char *guid, uint32_t length, uint32_t offset,
                      cm_bytes part) {
    static const char NAME[] = "http://ns.adobe.com/xmp/extension/";
    cm_buf payload = {0};
    cm_buf_text(&payload, guid);
    cm_buf_be32(&payload, length);
    cm_buf_be32(&payload, offset);
    cm_buf_put_bytes(&payload, part);
    app1(jpeg, NAME, sizeof NAME, cm_buf_bytes(&payload));
    cm_buf_free(&payload);
}

#define GUID "0123456789ABCDEF0123456789ABCDEF"
#define RDF_OPEN "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><r:Description "

static cm_declarations jpeg_with_extension(const char *guid, uint32_t second_at) {
    static const char NAME[] = "http://ns.adobe.com/xap/1.0/";
    static const char MAIN[] = RDF_OPEN "xmlns:n='http://ns.adobe.com/xmp/note/' "
                                        "n:HasExtendedXMP='" GUID "'/></r:RDF>";
    static const char MORE[] = RDF_OPEN "xmlns:t='http://www.tc260.org.cn/ns/AIGC/1.0/' "
                                        "t:AIGC='{1}'/></r:RDF>";
    uint32_t length = sizeof MORE - 1;
    cm_buf jpeg = {0};
    cm_buf_be16(&jpeg, 0xffd8);
    app1(&jpeg, NAME, sizeof NAME, literal(MAIN));
    extension(&jpeg, guid, length, 0, (cm_bytes){(const uint8_t *)MORE, 50});
    extension(&jpeg, guid, length, second_at, literal(MORE + 50));
    cm_buf_be16(&jpeg, 0xffd9);
    cm_declarations d = read_bytes(cm_buf_bytes(&jpeg));
    cm_buf_free(&jpeg);
    return d;
}

START_TEST(extended_xmp) {
    cm_declarations d = jpeg_with_extension(GUID, 50);
    expect(&d, 0, "xmp", "TC260:AIGC", "{1}");
    ck_assert(!d.incomplete);
    cm_declared_free(&d);
    d = jpeg_with_extension("F123456789ABCDEF0123456789ABCDEF", 50); /* somebody else's */
    ck_assert(d.count == 0 && d.incomplete);
    d = jpeg_with_extension(GUID, 49);
    ck_assert(d.count == 0 && d.incomplete);
}
END_TEST

/* --- hostile bytes --- */

static void survive(cm_bytes bytes) {
    cm_source *in = NULL;
    cm_declarations d;
    ck_assert_int_eq(cm_source_memory(bytes, &in, NULL), CM_OK);
    cm_code code = cm_declared_read(in, &d, NULL);
    ck_assert(code == CM_OK || code == CM_ERR_FORMAT);
    cm_declared_free(&d);
    cm_source_close(in);
}

START_TEST(mutated_and_truncated_files_are_survived) {
    static const char *const NAMES[] = {"rich.jpg", "rich.png", "rich.webp"};
    char path[64];
    cm_source *in = NULL;
    cm_buf file = {0};
    uint32_t x = 88172645u + (uint32_t)_i;
    (void)snprintf(path, sizeof path, SAMPLES "%s", NAMES[_i]);
    ck_assert_int_eq(cm_source_open(path, NULL, &in, NULL), CM_OK);
    ck_assert_int_eq(cm_source_load(in, 0, cm_source_size(in), &file, NULL), CM_OK);
    cm_source_close(in);
    for (size_t n = 0; n < file.size; n++) {
        uint8_t *exact = malloc(n + 1);
        memcpy(exact, file.data, n);
        survive((cm_bytes){exact, n});
        free(exact);
    }
    for (int round = 0; round < 5000; round++) {
        uint8_t *copy = malloc(file.size);
        memcpy(copy, file.data, file.size);
        for (int k = 0; k < 1 + round % 6; k++) {
            x ^= x << 13, x ^= x >> 17, x ^= x << 5;
            copy[x % file.size] = (uint8_t)(x >> 24);
        }
        survive((cm_bytes){copy, file.size});
        free(copy);
    }
    cm_buf_free(&file);
}
END_TEST

Suite *suite_declared(void);
Suite *suite_declared(void) {
    Suite *s = suite_create("declared");
    TCase *tc = tcase_create("declared");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, samples_of_each_format, 0, 3);
    tcase_add_loop_test(tc, xmp_in_every_form, 0, 4);
    tcase_add_test(tc, xmp_of_an_ingredient_is_not_ours);
    tcase_add_test(tc, a_camera_is_not_a_generator);
    tcase_add_test(tc, the_namespace_counts_not_the_prefix);
    tcase_add_test(tc, entities_are_refused);
    tcase_add_test(tc, what_stood_before_the_damage_counts);
    tcase_add_test(tc, deep_xmp_is_given_up);
    tcase_add_test(tc, generators_texts);
    tcase_add_test(tc, text_becomes_utf8);
    tcase_add_test(tc, long_values_are_cut_between_characters);
    tcase_add_test(tc, many_declarations_are_bounded);
    tcase_add_test(tc, a_bomb_is_not_unpacked);
    tcase_add_test(tc, user_comments);
    tcase_add_test(tc, extended_xmp);
    tcase_add_loop_test(tc, mutated_and_truncated_files_are_survived, 0, 3);
    suite_add_tcase(s, tc);
    return s;
}
