#include "base/utf8.h"

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool cm_utf8_valid(cm_bytes text) {
    static const uint32_t LEAST[] = {0, 0x80, 0x800, 0x10000};
    for (size_t i = 0; i < text.size;) {
        uint8_t c = text.data[i++];
        if (c < 0x80)
            continue;
        size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        if (c < 0xc2 || c > 0xf4 || text.size - i < more)
            return false;
        uint32_t point = c & (0x3fu >> more);
        for (size_t k = 0; k < more; k++, i++) {
            if ((text.data[i] & 0xc0) != 0x80)
                return false;
            point = point << 6 | (text.data[i] & 0x3f);
        }
        if (point < LEAST[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
            return false;
    }
    return true;
}
