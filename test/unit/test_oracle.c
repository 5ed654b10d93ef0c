/* A mark that test/oracle/image_small.py made from the specification alone, and what the detector
 * there finds in it, step by step. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "detect/image.h"
#include "detect/levels.h"
#include "detect/trial.h"
#include "hosts.h"

static const char PICTURE[] = "test/data/image/small.png", ANSWERS[] = "test/data/image/small.tsv";
static const char TEST_KEY[] = "0ae86b8f0fbc77d23cbd74ce06dedf1861afe4194fb5e18f333d47c629e6ad30";
static const uint64_t PAYLOAD = 0x0123456789abcdef;

enum { MOST = 32, BLOCK = 4 };

typedef struct answers {
    int count;
    char name[MOST][64];
    double value[MOST];
} answers;

static answers read_answers(void) {
    char line[128];
    answers a = {0};
    FILE *f = fopen(ANSWERS, "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f) != NULL) {
        char *tab = strchr(line, '\t');
        ck_assert(a.count < MOST && tab != NULL && tab - line < (long)sizeof a.name[0]);
        *tab = '\0';
        memcpy(a.name[a.count], line, (size_t)(tab - line) + 1);
        a.value[a.count++] = strtod(tab + 1, NULL);
    }
    (void)fclose(f);
    return a;
}

/* Crosses the answer off, so that none is forgotten. */
static void expect(answers *a, const char *name, double got, double tolerance) {
    for (int i = 0; i < a->count; i++)
        if (strcmp(a->name[i], name) == 0) {
            ck_assert_msg(fabs(got - a->value[i]) <= tolerance, "%s: %.9g, by the oracle %.9g",
                          name, got, a->value[i]);
            a->name[i][0] = '\0';
            return;
        }
    ck_abort_msg("no answer named %s", name);
}

static void expect_near(answers *a, const char *name, double got) {
    expect(a, name, got, 1e-5 * fabs(got));
}

static void check_residual(answers *a, const cm_plane *r) {
    expect(a, "residual 0 0", (double)cm_plane_row(r, 0)[0], 2e-5);
    expect(a, "residual 100 77", (double)cm_plane_row(r, 77)[100], 2e-5);
    expect(a, "residual 214 208", (double)cm_plane_row(r, 208)[214], 2e-5);
    expect_near(a, "residual mean square", cm_plane_mean_square(r));
}

static void check_blocks(answers *a, const cm_layout *l, const cm_blocks *b) {
    cm_complex sum[CM_MESSAGE_MAX] = {0};
    const cm_complex *pilot = b->pilot + (size_t)BLOCK * CM_PILOTS;
    int blocks = b->columns * b->rows;
    expect(a, "blocks", blocks, 0);
    expect(a, "pilot 0 of block 4 real", (double)crealf(pilot[0]), 1e-3);
    expect(a, "pilot 0 of block 4 imaginary", (double)cimagf(pilot[0]), 1e-3);
    expect(a, "pilot 95 of block 4 real", (double)crealf(pilot[95]), 1e-3);
    expect(a, "pilot 95 of block 4 imaginary", (double)cimagf(pilot[95]), 1e-3);
    for (int i = 0; i < blocks * l->messages; i++)
        sum[i % l->messages] += b->message[i];
    cm_levels levels = cm_levels_of(l, sum);
    expect_near(a, "level root 8", (double)cm_level_root(&levels, 8));
    expect_near(a, "level root 18.5", (double)cm_level_root(&levels, 18.5f));
    expect_near(a, "level root 34", (double)cm_level_root(&levels, 34));
}

static void check_trial(answers *a, const cm_trial *t) {
    expect_near(a, "pilots ln p", t->pilot_ln_p);
    expect(a, "shift x", (double)t->shift.x, 0);
    expect(a, "shift y", (double)t->shift.y, 0);
    expect_near(a, "message correlation", t->reading.word.correlation);
    expect_near(a, "message ln p", t->reading.ln_p);
    expect(a, "bits corrected", t->reading.bits_corrected, 0);
    expect_near(a, "log10 p", cm_trial_ln_p(t) / log(10));
    ck_assert(t->reading.word.valid);
    ck_assert_uint_eq(t->reading.word.payload.value, PAYLOAD);
}

/* A lattice that lies beside the mark's, so that blocks must be followed. */
static void check_slanted(answers *a, const cm_trial *t) {
    const cm_lattice slanted = {.xx = 1.025 / CM_TILE,
                                .xy = 0.008 / CM_TILE,
                                .yx = -0.012 / CM_TILE,
                                .yy = 0.985 / CM_TILE};
    cm_blocks b;
    cm_shift peaks[CM_PEAKS];
    cm_reading r;
    ck_assert_int_eq(cm_fold(t->residual, t->layout, slanted, false, 1, &b, NULL), CM_OK);
    ck_assert_int_eq(cm_sync_shifts(&b, t->layout, t->shifts, peaks, NULL), CM_OK);
    expect_near(a, "slanted pilots ln p", peaks[0].ln_p);
    ck_assert_int_eq(
        cm_message_read(&b, t->layout, &peaks[0], CM_MOTION_RIGID, t->reader, &r, NULL), CM_OK);
    expect_near(a, "slanted rigid correlation", r.word.correlation);
    expect(a, "slanted rigid bits corrected", r.bits_corrected, 0);
    cm_reading_free(&r);
    ck_assert_int_eq(
        cm_message_read(&b, t->layout, &peaks[0], CM_MOTION_PERSPECTIVE, t->reader, &r, NULL),
        CM_OK);
    /* where two steps of the fit are all but equal, rounding chooses */
    expect(a, "slanted followed correlation", r.word.correlation, 5);
    expect(a, "slanted followed bits corrected", r.bits_corrected, 2);
    cm_reading_free(&r);
    cm_blocks_free(&b);
}

START_TEST(every_step_is_the_oracles) {
    uint8_t key[CM_KEY_BYTES];
    cm_plane p = host_photo(PICTURE);
    cm_canvas canvas;
    static cm_shift_table shifts;
    cm_trial t = {.shifts = &shifts};
    cm_word_reader reader;
    cm_layout *layout = NULL;
    answers a = read_answers();
    cm_shift_table_fill(CM_SHIFT_GRID, &shifts);
    ck_assert(cm_hex_decode(TEST_KEY, sizeof key, key));
    ck_assert_int_eq(cm_layout_new(key, &layout, NULL), CM_OK);
    ck_assert_int_eq(cm_word_reader_new(&reader, NULL), CM_OK);
    t.reader = &reader;
    ck_assert_int_eq(cm_canvas_new(&p, p.w, p.h, NULL, &canvas, NULL), CM_OK);
    t.residual = canvas.residual;
    t.layout = layout;
    ck_assert_int_eq(cm_trial_try(&t, canvas.nominal, NULL), CM_OK);
    check_residual(&a, canvas.residual);
    check_blocks(&a, layout, &t.blocks);
    check_trial(&a, &t);
    check_slanted(&a, &t);
    for (int i = 0; i < a.count; i++)
        ck_assert_msg(a.name[i][0] == '\0', "%s wasn't compared", a.name[i]);
    cm_word_reader_free(&reader);
    cm_trial_free(&t);
    cm_canvas_free(&canvas);
    cm_plane_free(&p);
    free(layout);
}
END_TEST

Suite *suite_oracle(void);
Suite *suite_oracle(void) {
    Suite *s = suite_create("oracle");
    TCase *tc = tcase_create("oracle");
    tcase_add_test(tc, every_step_is_the_oracles);
    suite_add_tcase(s, tc);
    return s;
}
