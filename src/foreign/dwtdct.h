/* invisible-watermark's marks dwtDct and dwtDctSvd, read bit for bit (spec/image-peers.md §3). */
#ifndef CM_FOREIGN_DWTDCT_H
#define CM_FOREIGN_DWTDCT_H

#include "foreign/approx.h"

typedef enum cm_peer_method { CM_METHOD_DCT, CM_METHOD_SVD } cm_peer_method;

/* What each block says, 0 or 1, row by row: (w / 8) * (h / 8) of them. Free *said with free(). */
cm_code cm_dwtdct_read(cm_foreign_pixels pixels, cm_domain domain, cm_peer_method method,
                       uint8_t **said, size_t *blocks, cm_error *err);

#endif
