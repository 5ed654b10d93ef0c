/* Writing a JPEG from the coefficients of another, with luma moved. */
#include <stdlib.h>

#include "base/mem.h"
#include "media/jpeg.h"
#include "media/jpeg_change.h"
#include "media/jpeg_markers.h"

static const float PLAIN_ROUNDING = 0.5f;

/* A component that is changed, and its rows where libjpeg needs them but once. */
typedef struct changed {
    cm_jpeg_plane plane;
    cm_jpeg_changer changer;
    jvirt_barray_ptr array;
    int16_t *levels; /* as many rows as libjpeg asks for at a time */
    JBLOCKROW row[MAX_SAMP_FACTOR];
} changed;

typedef JBLOCKARRAY array_access(j_common_ptr lib, jvirt_barray_ptr array, JDIMENSION first,
                                 JDIMENSION count, boolean writable);

typedef struct write_job {
    cm_jpeg_out out; /* first: libjpeg hands it to make_rows() */
    const cm_picture *p;
    cm_jpeg_state *s;
    cm_rows_in *change;
    cm_seen *seen;
    cm_buf *into;
    int marked; /* components 0 .. marked - 1 are changed */
    changed components[CM_JPEG_COMPONENTS];
    array_access *libs_own;
} write_job;

/* --- what is changed, and how ------------------------------------------------------------------
 */

/* How the component answers to more light. In CMYK and YCCK the stored sense hangs on Adobe's
 * marker: with it C, M and Y hold 255 for no ink, and Y of YCCK is the luma of the complement. */
static float gain_of(const cm_jpeg_state *s) {
    switch (s->in.lib.jpeg_color_space) {
    case JCS_CMYK:
        return s->in.lib.saw_Adobe_marker ? 1.0f : -1.0f;
    case JCS_YCCK: /* never without the marker */
        return -1.0f;
    default:
        return 1.0f;
    }
}

static int marked_components(const cm_jpeg_state *s) {
    J_COLOR_SPACE space = s->in.lib.jpeg_color_space;
    return space == JCS_RGB || space == JCS_CMYK ? 3 : 1;
}

static cm_jpeg_plane plan(const cm_picture *p, int component, const cm_encode_options *options) {
    const cm_jpeg_state *s = p->state;
    cm_jpeg_plane plane = cm_jpeg_plane_of(s, component);
    plane.gain = gain_of(s);
    plane.threshold = options->jpeg_threshold > 0 ? options->jpeg_threshold : PLAIN_ROUNDING;
    if (cm_jpeg_has_luma(s))
        (void)cm_jpeg_plane_refine(&plane, options->jpeg_band, options->jpeg_finest_step);
    return plane;
}

/* --- headers -----------------------------------------------------------------------------------
 */

/* Gives the plane's new table to its component, in a slot of its own when another one uses it. */
static void set_table(write_job *job, int component) {
    struct jpeg_compress_struct *lib = &job->out.lib;
    jpeg_component_info *c = &lib->comp_info[component];
    bool used[NUM_QUANT_TBLS] = {false};
    for (int i = 0; i < lib->num_components; i++)
        if (i != component)
            used[lib->comp_info[i].quant_tbl_no] = true;
    int slot = c->quant_tbl_no;
    for (int i = 0; used[slot]; i++) /* at most three others, four slots */
        slot = i;
    c->quant_tbl_no = slot;
    if (lib->quant_tbl_ptrs[slot] == NULL)
        lib->quant_tbl_ptrs[slot] = jpeg_alloc_quant_table((j_common_ptr)lib);
    for (int i = 0; i < CM_DCT_SIZE; i++)
        lib->quant_tbl_ptrs[slot]->quantval[i] = job->components[component].plane.new_steps[i];
}

static bool same_table(const JHUFF_TBL *a, const JHUFF_TBL *b) {
    return a != NULL && b != NULL && memcmp(a->bits, b->bits, sizeof a->bits) == 0 &&
           memcmp(a->huffval, b->huffval, sizeof a->huffval) == 0;
}

/* A file with the standard Huffman tables (ITU-T T.81, annex K), which can code anything, keeps
 * them; any other gets tables made for it, as it has now. */
static bool has_standard_tables(const write_job *job) {
    const struct jpeg_decompress_struct *in = &job->s->in.lib;
    const struct jpeg_compress_struct *out = &job->out.lib;
    int slots = in->num_components > 1 ? 2 : 1;
    for (int i = 0; i < slots; i++)
        if (!same_table(in->dc_huff_tbl_ptrs[i], out->dc_huff_tbl_ptrs[i]) ||
            !same_table(in->ac_huff_tbl_ptrs[i], out->ac_huff_tbl_ptrs[i]))
            return false;
    return true;
}

static int component_index(const struct jpeg_decompress_struct *lib, uint8_t id) {
    for (int i = 0; i < lib->num_components; i++)
        if (lib->comp_info[i].component_id == id)
            return i;
    return 0;
}

static jpeg_scan_info read_scan(const struct jpeg_decompress_struct *lib, cm_bytes header) {
    jpeg_scan_info scan = {0};
    cm_reader r = cm_reader_over(header);
    scan.comps_in_scan = cm_read_u8(&r);
    if (scan.comps_in_scan > MAX_COMPS_IN_SCAN)
        scan.comps_in_scan = MAX_COMPS_IN_SCAN;
    for (int i = 0; i < scan.comps_in_scan; i++) {
        scan.component_index[i] = component_index(lib, cm_read_u8(&r));
        cm_read_skip(&r, 1);
    }
    scan.Ss = cm_read_u8(&r);
    scan.Se = cm_read_u8(&r);
    uint8_t approximation = cm_read_u8(&r);
    scan.Ah = approximation >> 4;
    scan.Al = approximation & 15;
    if (!lib->progressive_mode) { /* some encoders leave rubbish there */
        scan.Ss = scan.Ah = scan.Al = 0;
        scan.Se = CM_DCT_SIZE - 1;
    }
    return scan;
}

/* Same scans in the same order, so that the picture builds up on a screen as it did. */
static void copy_script(write_job *job) {
    const struct jpeg_decompress_struct *in = &job->s->in.lib;
    struct jpeg_compress_struct *lib = &job->out.lib;
    int count = in->input_scan_number;
    if (count <= 1 && !in->progressive_mode)
        return;
    jpeg_scan_info *script =
        lib->mem->alloc_large((j_common_ptr)lib, JPOOL_IMAGE, (size_t)count * sizeof *script);
    cm_reader r = cm_reader_over(job->p->file);
    cm_jpeg_segment segment;
    int found = 0;
    cm_read_skip(&r, 2);
    while (found < count && cm_jpeg_next(&r, &segment) && segment.marker != CM_JPEG_EOI)
        if (segment.marker == CM_JPEG_SOS)
            script[found++] = read_scan(in, segment.payload);
    lib->scan_info = script;
    lib->num_scans = found;
}

static void set_parameters(write_job *job) {
    struct jpeg_compress_struct *lib = &job->out.lib;
    struct jpeg_decompress_struct *in = &job->s->in.lib;
    jpeg_copy_critical_parameters(in, lib); /* only reads `in` */
    lib->write_JFIF_header = FALSE;         /* the original's own come with the other segments */
    lib->write_Adobe_marker = FALSE;
    lib->restart_interval = in->restart_interval;
    lib->optimize_coding = has_standard_tables(job) ? FALSE : TRUE;
    copy_script(job);
    for (int i = 0; i < job->marked; i++)
        if (memcmp(job->components[i].plane.old_steps, job->components[i].plane.new_steps,
                   sizeof job->components[i].plane.old_steps) != 0)
            set_table(job, i);
}

/* All metadata segments, in their order, before the picture. Returns where the file's end-of-image
 * marker ends. */
static size_t copy_segments(write_job *job) {
    cm_reader r = cm_reader_over(job->p->file);
    cm_jpeg_segment segment;
    cm_jpeg_out_flush(&job->out);
    cm_read_skip(&r, 2);
    while (cm_jpeg_next(&r, &segment) && segment.marker != CM_JPEG_EOI)
        if (cm_jpeg_is_metadata(segment.marker))
            cm_buf_put_bytes(job->out.out, segment.whole);
    return r.at;
}

/* --- coefficients ------------------------------------------------------------------------------
 */

static JDIMENSION up_to(JDIMENSION n, int factor) {
    JDIMENSION f = (JDIMENSION)factor;
    return (n + f - 1) / f * f;
}

/* In place of libjpeg's own access to its arrays: rows of blocks that are made when it comes to
 * write them, and forgotten. */
static JBLOCKARRAY make_rows(j_common_ptr lib, jvirt_barray_ptr array, JDIMENSION first,
                             JDIMENSION count, boolean writable) {
    write_job *job = (write_job *)lib;
    for (int i = 0; i < job->marked; i++) {
        changed *c = &job->components[i];
        if (c->array != array)
            continue;
        for (JDIMENSION j = 0; j < count && first + j < c->plane.blocks_down; j++)
            cm_jpeg_changer_row(&c->changer, first + j, c->row[j][0]);
        return c->row;
    }
    return job->libs_own(lib, array, first, count, writable);
}

/* Rows are as long as libjpeg's own, up to whole MCUs. */
static void claim_rows(write_job *job, changed *c, const jpeg_component_info *info) {
    size_t across = up_to(info->width_in_blocks, info->h_samp_factor);
    c->levels = cm_calloc(across * (size_t)info->v_samp_factor, CM_DCT_SIZE * sizeof *c->levels);
    if (c->levels == NULL)
        cm_guard_fail(&job->out.guard, CM_ERR_MEMORY, "JPEG: out of memory");
    for (size_t j = 0; j < (size_t)info->v_samp_factor; j++)
        c->row[j] = (JBLOCKROW)(void *)(c->levels + j * across * CM_DCT_SIZE);
}

/* A first pass for the Huffman tables, or several scans: libjpeg comes back for the rows. */
static bool needs_rows_again(const write_job *job) {
    return job->out.lib.optimize_coding || job->s->in.lib.progressive_mode;
}

/* The arrays to write: new ones for marked components, the original's for the others. Where rows
 * are made as they are written the new array is only a name. */
static void name_arrays(write_job *job, jvirt_barray_ptr arrays[CM_JPEG_COMPONENTS]) {
    j_common_ptr lib = (j_common_ptr)&job->out.lib;
    bool kept = needs_rows_again(job);
    for (int i = 0; i < job->out.lib.num_components; i++) {
        const jpeg_component_info *info = &job->s->in.lib.comp_info[i];
        int h = info->h_samp_factor, v = info->v_samp_factor;
        changed *c = &job->components[i];
        arrays[i] = job->s->arrays[i];
        if (i >= job->marked)
            continue;
        c->array = arrays[i] = lib->mem->request_virt_barray(
            lib, JPOOL_IMAGE, TRUE, kept ? up_to(info->width_in_blocks, h) : 1,
            kept ? up_to(info->height_in_blocks, v) : (JDIMENSION)v, (JDIMENSION)v);
        if (!kept)
            claim_rows(job, c, info);
    }
    lib->mem->realize_virt_arrays(lib);
}

static void fill_array(write_job *job, changed *c) {
    j_common_ptr lib = (j_common_ptr)&job->out.lib;
    for (uint32_t j = 0; j < c->plane.blocks_down; j++) {
        int16_t *to = lib->mem->access_virt_barray(lib, c->array, j, 1, TRUE)[0][0];
        cm_jpeg_changer_row(&c->changer, j, to);
    }
}

static void change_all(write_job *job, jvirt_barray_ptr arrays[CM_JPEG_COMPONENTS]) {
    cm_error err;
    name_arrays(job, arrays);
    for (int i = 0; i < job->marked; i++) {
        changed *c = &job->components[i];
        cm_code code = cm_jpeg_changer_begin(&c->changer, job->p, i, &c->plane, job->change,
                                             i == 0 ? job->seen : NULL, &err);
        if (code != CM_OK)
            cm_guard_fail(&job->out.guard, code, "JPEG: %s", err.message);
        if (needs_rows_again(job))
            fill_array(job, c);
    }
    if (needs_rows_again(job))
        return;
    job->libs_own = job->out.lib.mem->access_virt_barray;
    job->out.lib.mem->access_virt_barray = make_rows;
}

static void write_body(void *context) {
    write_job *job = context;
    jvirt_barray_ptr arrays[CM_JPEG_COMPONENTS];
    struct jpeg_compress_struct *lib = &job->out.lib;
    cm_jpeg_out_start(&job->out, job->into);
    set_parameters(job);
    change_all(job, arrays);
    jpeg_write_coefficients(lib, arrays);
    size_t end = copy_segments(job);
    jpeg_finish_compress(lib);
    cm_buf_put(job->out.out, job->p->file.data + end, job->p->file.size - end);
}

cm_code cm_jpeg_encode(const cm_picture *p, cm_rows_in *change, const cm_encode_options *options,
                       cm_buf *out, cm_error *err) {
    write_job *job = cm_calloc(1, sizeof *job);
    if (job == NULL)
        return cm_fail_memory(err);
    job->p = p;
    job->s = p->state;
    job->change = change;
    job->seen = options->seen;
    job->into = out;
    job->marked = marked_components(job->s);
    for (int i = 0; i < job->marked; i++)
        job->components[i].plane = plan(p, i, options);
    cm_code code = cm_guard_run(&job->out.guard, write_body, job, err);
    jpeg_destroy_compress(&job->out.lib);
    for (int i = 0; i < job->marked; i++) {
        cm_jpeg_changer_end(&job->components[i].changer);
        free(job->components[i].levels);
    }
    free(job);
    return code != CM_OK ? code : cm_buf_status(out, err);
}
