/* Text of others, shown so that it can't act on whoever reads it: characters that move a cursor,
 * turn the direction of writing, or don't show at all stand as escapes. */
#ifndef CM_BASE_PRINTABLE_H
#define CM_BASE_PRINTABLE_H

#include "base/buf.h"

/* Whether a character shows as itself. False for controls, for formats (Unicode's Cf: directions
 * of writing, zero widths, tags), for separators of lines, for whatever is meant to be ignored
 * where it isn't known (variation selectors, fillers), and for code points that name no character.
 */
bool cm_shows(uint32_t code_point);

/* Appends `text`. What doesn't show becomes \u{202e}; a byte that is no UTF-8, \x{ff}. */
void cm_put_printable(cm_buf *out, const char *text);

/* Appends JSON that is well-formed, with \u202e for what doesn't show, and for '<', '>' and '&', by
 * which a string could close a page's script: it means the same to whoever parses it. */
void cm_put_guarded_json(cm_buf *out, const char *json);

#endif
