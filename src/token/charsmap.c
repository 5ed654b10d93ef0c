/* The map is a double array (darts-clone), behind its size, and the texts that rules put in, each
 * with a NUL behind it. In the array, a unit's children stand at the unit's own place XOR its
 * offset XOR a byte, and are recognised by having that byte as a label. The library checks none of
 * these places; here all that can be reached are visited, a byte of depth at a time. */
#include "token/charsmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BYTES = 256, SPACE_SIZE = 3 /* of U+2581, which a space becomes */ };

#define UNIT_LABEL 0x800000ffu
#define UNIT_LEAF 0x100u
#define UNIT_WIDE 0x200u
#define UNIT_VALUE 0x7fffffffu

typedef struct walk {
    const uint32_t *units;
    size_t count;
    cm_bytes texts;
    uint32_t *now, *next; /* units at this depth, and at the one below */
    size_t now_count, next_count;
    uint8_t *seen; /* the depth where a unit was met last */
    size_t depth;
} walk;

/* Where a unit's children stand, but for the byte. */
static size_t children(const walk *w, size_t at) {
    uint32_t unit = w->units[at];
    return at ^ (size_t)((unit >> 10) << ((unit & UNIT_WIDE) != 0 ? 8 : 0));
}

/* Whether a rule's text is there, and not much longer than what it is for. */
static bool text_is_good(const walk *w, uint32_t value) {
    size_t most = CM_CHARSMAP_GROWTH * w->depth, size = 0;
    if (value >= w->texts.size)
        return false;
    for (const uint8_t *p = w->texts.data + value; *p != '\0' && size <= most; p++)
        size += *p == ' ' ? SPACE_SIZE : 1;
    return size <= most;
}

static bool child_is_good(walk *w, size_t at) {
    size_t below = children(w, at);
    if ((below | (BYTES - 1)) >= w->count)
        return false;
    if ((w->units[at] & UNIT_LEAF) != 0 && !text_is_good(w, w->units[below] & UNIT_VALUE))
        return false;
    if (w->seen[at] != w->depth)
        w->next[w->next_count++] = (uint32_t)at;
    w->seen[at] = (uint8_t)w->depth;
    return true;
}

/* Visits the children of all units at this depth. */
static bool step(walk *w) {
    w->depth++;
    w->next_count = 0;
    for (size_t i = 0; i < w->now_count; i++) {
        size_t base = children(w, w->now[i]);
        for (size_t byte = 0; byte < BYTES; byte++)
            if ((w->units[base ^ byte] & UNIT_LABEL) == byte && !child_is_good(w, base ^ byte))
                return false;
    }
    uint32_t *spare = w->now;
    w->now = w->next;
    w->now_count = w->next_count;
    w->next = spare;
    return true;
}

static cm_code visit(walk *w, cm_error *err) {
    bool good = (children(w, 0) | (BYTES - 1)) < w->count;
    w->now[0] = 0;
    w->now_count = 1;
    while (good && w->now_count != 0 && w->depth <= CM_CHARSMAP_KEY)
        good = step(w);
    if (!good)
        return cm_fail(err, CM_ERR_FORMAT,
                       "a rule of normalisation leads out of the map, or to a text over %d times "
                       "as long",
                       CM_CHARSMAP_GROWTH);
    if (w->now_count != 0)
        return cm_fail(err, CM_ERR_LIMIT, "a rule of normalisation for over %d bytes",
                       CM_CHARSMAP_KEY);
    return CM_OK;
}

/* The array in words of this machine. */
static cm_code load(cm_bytes array, uint32_t **out, cm_error *err) {
    cm_reader r = cm_reader_over(array);
    uint32_t *units = malloc(array.size);
    if (units == NULL)
        return cm_fail_memory(err);
    for (size_t i = 0; i < array.size / sizeof *units; i++)
        units[i] = cm_read_le32(&r);
    *out = units;
    return CM_OK;
}

cm_code cm_charsmap_check(cm_bytes map, cm_error *err) {
    cm_reader r = cm_reader_over(map);
    uint32_t *units = NULL, size = cm_read_le32(&r);
    cm_bytes array = cm_read_bytes(&r, size);
    walk w = {.count = size / sizeof *units, .texts = cm_read_bytes(&r, cm_reader_left(&r))};
    if (r.bad || size % sizeof *units != 0 || w.count < BYTES || w.texts.size == 0 ||
        w.texts.data[w.texts.size - 1] != '\0')
        return cm_fail(err, CM_ERR_FORMAT, "the rules of normalisation are cut off or damaged");
    if (w.count > CM_CHARSMAP_UNITS)
        return cm_fail(err, CM_ERR_LIMIT, "more rules of normalisation than %d units hold",
                       CM_CHARSMAP_UNITS);
    cm_code code = load(array, &units, err);
    w.units = units;
    w.now = cm_calloc(w.count, sizeof *w.now);
    w.next = cm_calloc(w.count, sizeof *w.next);
    w.seen = cm_calloc(w.count, 1);
    if (code == CM_OK)
        code = w.now != NULL && w.next != NULL && w.seen != NULL ? visit(&w, err)
                                                                 : cm_fail_memory(err);
    free(units);
    free(w.now);
    free(w.next);
    free(w.seen);
    return code;
}
