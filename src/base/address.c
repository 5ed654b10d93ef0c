#include "base/address.h"

#include <string.h>

typedef struct block {
    uint8_t start[8];
    uint8_t bits;
} block;

/* RFC 6890 and the registry that it set up. */
static const block V4[] = {
    {{0}, 8},             /* this network */
    {{10}, 8},            /* private */
    {{100, 64}, 10},      /* shared, RFC 6598 */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local; clouds' metadata */
    {{172, 16}, 12},      /* private */
    {{192, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2}, 24},    /* documentation */
    {{192, 31, 196}, 24}, /* AS112 */
    {{192, 52, 193}, 24}, /* AMT */
    {{192, 88, 99}, 24},  /* 6to4's relays */
    {{192, 168}, 16},     /* private */
    {{192, 175, 48}, 24}, /* AS112 */
    {{198, 18}, 15},      /* benchmarks */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 4},           /* multicast */
    {{240}, 4},           /* reserved, broadcast */
};

/* Of 2000::/3, which alone is for hosts: everything else, from ::1 to fc00::/7 and 64:ff9b::/96, is
 * outside of it. */
static const block V6[] = {
    {{0x20, 0x01}, 23},             /* protocol assignments: Teredo, ORCHID and others */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02}, 16},             /* 6to4 */
    {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48}, /* AS112 */
    {{0x3f, 0xff}, 20},                         /* documentation */
};

static bool in(const uint8_t *address, const block *b) {
    size_t whole = b->bits / 8;
    unsigned rest = b->bits % 8;
    unsigned mask = 0xffu << (8 - rest) & 0xffu;
    return memcmp(address, b->start, whole) == 0 &&
           (rest == 0 || (address[whole] & mask) == (b->start[whole] & mask));
}

static bool in_any(const uint8_t *address, const block *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (in(address, &list[i]))
            return true;
    return false;
}

bool cm_address_public(const uint8_t *address, size_t size) {
    static const block hosts = {{0x20}, 3};
    if (size == 4)
        return !in_any(address, V4, sizeof V4 / sizeof V4[0]);
    return size == 16 && in(address, &hosts) && !in_any(address, V6, sizeof V6 / sizeof V6[0]);
}
