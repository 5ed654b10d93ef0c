#include "foreign/payloads.h"

/* Bytes of a text are much alike: their highest bit is never set, the next ones mostly are. A
 * texture that comes again every 64 pixels would be taken for that, and any other text, too; so the
 * two that are long enough are tested for what they say beyond it. */
const cm_peer_payload CM_PEER_PAYLOADS[CM_PAYLOADS] = {
    {"Stable Diffusion 1", CM_DOMAIN_BYTES, 136, 8, "StableDiffusionV1"},
    {"Stable Diffusion 1 inpainting", CM_DOMAIN_BYTES, 224, 8, "StableDiffusionV1-Inpainting"},
    {"Stable Diffusion 2", CM_DOMAIN_BYTES, 32, 1, "SDV2"},
    {"Stable Diffusion XL", CM_DOMAIN_FLOATS, 48, 1, "\xB3\xEC\x90\x7B\xB1\x9E"},
    {"FLUX.1", CM_DOMAIN_FLOATS, 46, 1, "\xAB\xFA\x1E\x73\xD4\xB8"},
};

void cm_payload_bits(const cm_peer_payload *p, uint8_t bits[CM_PAYLOAD_BITS_MAX]) {
    for (size_t i = 0; i < p->n; i++) {
        unsigned byte = (uint8_t)p->bytes[i / 8];
        bits[i] = byte >> (7 - i % 8) & 1u;
    }
}
