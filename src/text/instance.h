/* A scheme that was made: its entry in the table, and what the entry made. */
#ifndef CM_TEXT_INSTANCE_H
#define CM_TEXT_INSTANCE_H

#include "text/scheme.h"

struct cm_text_scheme {
    const cm_scheme_kind *kind;
    void *self;
    uint32_t vocabulary;
    bool keyed;
    cm_key terms; /* what the key says of its use, without the key itself; where keyed */
};

#endif
