/* Small lettering for the legends of heat maps: letters of 5 x 7 dots, magnified. */
#ifndef CM_API_LETTERING_H
#define CM_API_LETTERING_H

#include <stdint.h>

enum { CM_LETTER_WIDTH = 6, CM_LETTER_HEIGHT = 7 }; /* with the gap to the next one */

/* Writes a text of a-z, 0-9 and - . , : ^ into an RGB picture of `width` columns, `dot` pixels a
 * dot, its upper left corner at (x, y); other characters leave a gap. What doesn't fit the width is
 * cut; the caller sees to the height. */
void cm_lettering(uint8_t *rgb, uint32_t width, uint32_t x, uint32_t y, uint32_t dot,
                  const uint8_t colour[3], const char *text);

/* A square of `side` pixels, as a letter's dots are. */
void cm_lettering_square(uint8_t *rgb, uint32_t width, uint32_t x, uint32_t y, uint32_t side,
                         const uint8_t colour[3]);

#endif
