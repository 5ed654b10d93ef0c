/* How far the message that a text's scores favour may be relied upon (spec/text-mark.md §6.4). */
#ifndef CM_TEXT_NATIVE_PAYLOAD_H
#define CM_TEXT_NATIVE_PAYLOAD_H

#include "text/native_heard.h"

typedef struct cm_payload_case {
    const cm_hearing *how;
    const cm_code_table *table;
    const cm_heard *heard;
    size_t count;
    uint64_t message;
    bool
        weighted; /* the table's ratios are by different strengths: they say more than its scores */
} cm_payload_case;

/* ln of what the p-value of an arc of so many stages is multiplied by: the number of messages that
 * differ from a given one on just that arc, over the arc's share of the risk. All shares are below
 * 0.89 together. */
double cm_payload_arc_weight(const cm_code_table *t, int length);

/* ln of a bound of the probability, over keys, that a message is favoured so clearly and isn't the
 * text's: however weak the mark is, wherever the text was edited, and whatever the text, so long as
 * it has one message (native_second.h). It holds up to 1/50. */
cm_code cm_payload_log_error(const cm_payload_case *c, double *out, cm_error *err);

#endif
