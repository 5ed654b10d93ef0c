/* What marking a picture takes, whether its pixels come from a file or from the caller. */
#ifndef CM_API_MARKING_H
#define CM_API_MARKING_H

#include <countermark/earlier.h>
#include <countermark/payload.h>
#include <countermark/survive.h>

#include "api/candidates.h"
#include "embed/image.h"

/* What the detector must answer on the untouched result: far below the threshold for a finding, so
 * that something is left for what the picture will go through. The same share of the mark's power
 * for every length: of 64 bits the number of payloads takes most of it. */
double cm_target_log10_p(int payload_bits);

/* What a mark is to be like; the key's layers, and the payload. */
typedef struct cm_marking_choice {
    const cm_key *key;
    bool private_layer, both_layers;
    cm_payload_length payload_length; /* not CM_PAYLOAD_LONGEST */
    const uint64_t *payload;          /* NULL: random bits */
} cm_marking_choice;

typedef struct cm_marking {
    cm_candidate layer[2]; /* one, or both of the key's */
    size_t layers;
    int width, height; /* of the picture */
    cm_payload payload;
    cm_host host;
    cm_plane change; /* at canonical scale */
    cm_embed_report report;
    int threads; /* as in cm_protect_options */
} cm_marking;

/* CM_ERR_KEY for a key that may not mark today, CM_ERR_ARGUMENT for a strength out of range. */
cm_code cm_marking_allowed(const cm_key *key, float strength, cm_error *err);

/* The strength that an option asks for. */
static inline float cm_strength_limit(float option) {
    return option != 0 ? option : CM_STRENGTH_NORMAL;
}

/* Why CM_PAYLOAD_LONGEST and a payload don't go together. */
#define CM_PAYLOAD_HAS_LENGTH                                                                      \
    "a payload of your own has a length already: ask for that, not for the longest that fits"

/* The length to try after one that the picture didn't hold, where any will do; false: there is
 * none. */
bool cm_marking_shorter(cm_payload_length *length);

/* Derives the layers' keys, and draws a payload where none is given. CM_ERR_ARGUMENT for a payload
 * that doesn't fit its length. Undo with cm_marking_end(), also after a failure. */
cm_code cm_marking_begin(cm_marking *m, const cm_marking_choice *choice, cm_error *err);

/* Claims the planes for a picture of this size; the caller then fills in host.luma. */
cm_code cm_marking_claim(cm_marking *m, uint32_t width, uint32_t height, cm_error *err);
void cm_marking_end(cm_marking *m);

/* With the host whitened: CM_ERR_EXISTS when it carries a mark of one of these layers already. A
 * second one would fight the first. Marks of the keys in `others` are only told of. */
cm_code cm_marking_refuse_marked(const cm_marking *m, const cm_key *const *others, size_t count,
                                 cm_earlier_mark *earlier, cm_error *err);

/* With the host whitened: fills in the change and the report. */
cm_code cm_marking_make(cm_marking *m, float strength, cm_error *err);

/* Asks the detector about the luma of the result, of cm_canvas_size(): *holds when it read every
 * layer's payload clearly enough. */
cm_code cm_marking_judge(const cm_marking *m, const cm_plane *seen, double *log10_p, bool *holds,
                         cm_error *err);

/* dB, of 8-bit luma; 99 for no difference. */
double cm_psnr(double mean_square);

#endif
