/* Which tests a text undergoes. */
#ifndef CM_API_TEXT_INSPECTOR_H
#define CM_API_TEXT_INSPECTOR_H

#include <countermark/calibrate.h>
#include <countermark/inspect_text.h>

/* One scheme under one key: a test that every text undergoes. */
typedef struct cm_text_test {
    cm_text_scheme *scheme;
    const cm_key *key;   /* NULL where the scheme takes none */
    const char *variant; /* of cm-text-1, or "" */
    bool public_layer;
} cm_text_test;

struct cm_text_inspector {
    cm_text_inspect_options options;
    cm_limits limits;
    cm_text_test *tests;
    size_t count, room;
    char identity[5]; /* four hexadecimal digits that tell these tests from others */
};

#endif
