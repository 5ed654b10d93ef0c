#include "media/jpeg_lib.h"

enum { BITS_PER_BYTE = 8 };

/* jerror.h as the list of messages that it also is; its macros use functions that we ban. */
#define JERROR_H
#define JMESSAGE(code, text) code,
enum jpeg_message {
#include <jerror.h>
};

static cm_code code_of(int message) {
    switch (message) {
    case JERR_OUT_OF_MEMORY:
        return CM_ERR_MEMORY;
    case JERR_SOF_UNSUPPORTED:
    case JERR_BAD_PRECISION:
    case JERR_ARITH_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
        return CM_ERR_UNSUPPORTED;
    default:
        return CM_ERR_FORMAT;
    }
}

static void on_error(j_common_ptr lib) {
    char text[JMSG_LENGTH_MAX];
    (*lib->err->format_message)(lib, text);
    cm_guard_fail(lib->client_data, code_of(lib->err->msg_code), "JPEG: %s", text);
}

/* Warnings that cost no pixel: bytes to spare between segments, odd version and parameter fields.
 * All others mean that libjpeg made pixels up. */
static bool is_harmless(int message) {
    return message == JWRN_EXTRANEOUS_DATA || message == JWRN_ADOBE_XFORM ||
           message == JWRN_JFIF_MAJOR || message == JWRN_NOT_SEQUENTIAL;
}

static void on_message(j_common_ptr lib, int level) {
    if (level < 0 && !is_harmless(lib->err->msg_code))
        on_error(lib);
}

static void on_output(j_common_ptr lib) {
    (void)lib;
}

static void set_errors(struct jpeg_error_mgr *errors) {
    (void)jpeg_std_error(errors);
    errors->error_exit = on_error;
    errors->emit_message = on_message;
    errors->output_message = on_output;
}

static void on_progress(j_common_ptr lib) {
    cm_jpeg_in *in = (cm_jpeg_in *)lib;
    if ((uint32_t)in->lib.input_scan_number > in->scan_limit)
        cm_guard_fail(&in->guard, CM_ERR_LIMIT, "JPEG: more than %u scans", in->scan_limit);
}

/* Every coded block takes at least one bit, so that a small file can't claim much memory. */
static void check_plausible(cm_jpeg_in *in, const cm_picture *p) {
    uint64_t blocks = 0;
    for (int i = 0; i < in->lib.num_components; i++)
        blocks +=
            (uint64_t)in->lib.comp_info[i].width_in_blocks * in->lib.comp_info[i].height_in_blocks;
    if (blocks > (uint64_t)p->file.size * BITS_PER_BYTE)
        cm_guard_fail(&in->guard, CM_ERR_FORMAT,
                      "JPEG: truncated: %zu bytes can't hold %u x %u pixels", p->file.size,
                      in->lib.image_width, in->lib.image_height);
}

static bool is_supported(J_COLOR_SPACE space) {
    return space == JCS_GRAYSCALE || space == JCS_YCbCr || space == JCS_RGB || space == JCS_CMYK ||
           space == JCS_YCCK;
}

void cm_jpeg_start(cm_jpeg_in *in, const cm_picture *p) {
    cm_error err;
    set_errors(&in->errors);
    in->lib.err = &in->errors;
    in->lib.client_data = &in->guard;
    jpeg_create_decompress(&in->lib); /* keeps err and client_data */
    in->lib.mem->max_memory_to_use = 0;
    in->scan_limit = p->limits.jpeg_scans;
    in->progress.progress_monitor = on_progress;
    in->lib.progress = &in->progress;
    jpeg_mem_src(&in->lib, p->file.data, p->file.size);
    (void)jpeg_read_header(&in->lib, TRUE);
    cm_code code = cm_picture_allow(p, in->lib.image_width, in->lib.image_height, &err);
    if (code != CM_OK)
        cm_guard_fail(&in->guard, code, "JPEG: %s", err.message);
    if (in->lib.arith_code || !is_supported(in->lib.jpeg_color_space))
        cm_guard_fail(&in->guard, CM_ERR_UNSUPPORTED, "JPEG: %s",
                      in->lib.arith_code ? "arithmetic coding; save the picture as a baseline JPEG"
                                         : "an unknown colour space");
    check_plausible(in, p);
}

static void sink_reset(cm_jpeg_out *out) {
    out->sink.next_output_byte = out->pending;
    out->sink.free_in_buffer = sizeof out->pending;
}

void cm_jpeg_out_flush(cm_jpeg_out *out) {
    cm_buf_put(out->out, out->pending, sizeof out->pending - out->sink.free_in_buffer);
    sink_reset(out);
    if (out->out->failed != CM_OK)
        cm_guard_fail(&out->guard, out->out->failed, "JPEG: the output can't hold the picture");
}

static void sink_start(j_compress_ptr lib) {
    sink_reset((cm_jpeg_out *)lib);
}

/* libjpeg calls this when the buffer is full, whatever free_in_buffer says at that moment. */
static boolean sink_full(j_compress_ptr lib) {
    cm_jpeg_out *out = (cm_jpeg_out *)lib;
    out->sink.free_in_buffer = 0;
    cm_jpeg_out_flush(out);
    return TRUE;
}

static void sink_end(j_compress_ptr lib) {
    cm_jpeg_out_flush((cm_jpeg_out *)lib);
}

void cm_jpeg_out_start(cm_jpeg_out *out, cm_buf *into) {
    set_errors(&out->errors);
    out->lib.err = &out->errors;
    out->lib.client_data = &out->guard;
    jpeg_create_compress(&out->lib);
    out->lib.mem->max_memory_to_use = 0;
    out->out = into;
    out->sink.init_destination = sink_start;
    out->sink.empty_output_buffer = sink_full;
    out->sink.term_destination = sink_end;
    out->lib.dest = &out->sink;
}
