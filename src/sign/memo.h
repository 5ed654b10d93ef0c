/* Things that were worked out before, a few of them, for whoever meets the same few over and over.
 * The oldest makes room for the next. Threads may share them. */
#ifndef CM_SIGN_MEMO_H
#define CM_SIGN_MEMO_H

#include <stdbool.h>

typedef struct cm_memo cm_memo;

/* NULL when memory is short. `drop` frees one thing. Free with cm_memo_free(). */
cm_memo *cm_memo_new(void (*drop)(void *thing));
void cm_memo_free(cm_memo *m); /* NULL is allowed */

/* Shows things to `fits` until it says so; no other thread changes them meanwhile. False when none
 * does, or `m` is NULL. */
bool cm_memo_find(cm_memo *m, bool (*fits)(const void *thing, void *context), void *context);

/* Takes the thing over; two threads may both add the same, which does no harm. */
void cm_memo_add(cm_memo *m, void *thing);

#endif
