/* An answer as an object of JSON on a line. */
#ifndef GENERATE_JSON_H
#define GENERATE_JSON_H

#include "session.h"

/* What the session doesn't know. */
typedef struct generate_facts {
    const char *scheme; /* NULL: the default */
    const cm_text_param *params;
    size_t param_count;
    bool probabilities;
} generate_facts;

/* False when standard output can't be written, or memory has run out. */
bool generate_json(const session *s, const generate_facts *facts, const char *prompt,
                   uint32_t number, const answer *a);

#endif
