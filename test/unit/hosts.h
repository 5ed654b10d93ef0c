/* Pictures for the tests of the image mark, made the same way on every run, and what is done to
 * them. All planes are released with cm_plane_free(). A failure ends the test. */
#ifndef CM_TEST_HOSTS_H
#define CM_TEST_HOSTS_H

#include <stdint.h>

#include "dsp/plane.h"
#include "mark/payload.h"

/* A payload of 64 bits. */
#define HOST_PAYLOAD(v) ((cm_payload){.bits = CM_PAYLOAD_BITS, .value = (v)})

/* A linear congruential generator (Knuth's MMIX): uniform in (0, 1), and standard normal. */
double host_uniform(uint64_t *state);
float host_normal(uint64_t *state);

/* Noise of amplitude 1/f, mean 128, deviation 40, clipped to 0..255: as textures are. */
cm_plane host_texture(int w, int h, uint64_t seed);

/* A texture of deviation `contrast` on a slope from dark to bright: as skies and walls are. */
cm_plane host_gradient(int w, int h, float contrast, uint64_t seed);

cm_plane host_constant(int w, int h, float level);

/* Luma of a picture in test/data. */
cm_plane host_photo(const char *path);

cm_plane host_copy(const cm_plane *p);
cm_plane host_crop(const cm_plane *p, int x, int y, int w, int h);
cm_plane host_turned(const cm_plane *p);   /* a quarter turn counter-clockwise, as displayed */
cm_plane host_mirrored(const cm_plane *p); /* left to right */
cm_plane host_scaled(const cm_plane *p, int w, int h);
/* Turned counter-clockwise about its centre and scaled, within the same frame; black outside. */
cm_plane host_rotated(const cm_plane *p, double degrees, double scale);
void host_add_noise(cm_plane *p, float deviation, uint64_t seed);
void host_round(cm_plane *p); /* to whole values of 0..255 */

/* `host` with a mark of default strength, rounded to 8 bits. */
cm_plane host_marked(const cm_plane *host, const uint8_t *layer_key, uint64_t payload);

#endif
