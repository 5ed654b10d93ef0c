/* How much an image mark says. */
#ifndef COUNTERMARK_PAYLOAD_H
#define COUNTERMARK_PAYLOAD_H

#ifdef __cplusplus
extern "C" {
#endif

/* The less a mark says, the smaller and the more damaged a picture may be that it is still found
 * in. An identifier that a registry resolves needs 64 bits. */
typedef enum cm_payload_length {
    CM_PAYLOAD_64 = 0, /* 64 bits: the default */
    CM_PAYLOAD_16,     /* 16 bits */
    CM_PAYLOAD_NONE,   /* no bits: the mark says that it is there, and by its key whose it is */
    CM_PAYLOAD_LONGEST /* the longest of these that the picture holds */
} cm_payload_length;

#ifdef __cplusplus
}
#endif
#endif
