#!/usr/bin/env python3
"""Writes src/token/classes_table.h: which characters are letters, numbers, white space and so on,
as the split patterns of tokenizers ask (Unicode 16, as tiktoken and tokenizers have it), and which
ones tokenizers' NFC acts on (Unicode 9: it leaves younger ones alone, so its own code is asked):

    pip install unicodedata2==16.0.0 tokenizers==0.23.3
    python3 test/oracle/classes.py > src/token/classes_table.h"""

import sys

import unicodedata2 as unicode
from tokenizers import normalizers

VERSION = "16.0.0"
LETTER, NUMBER, SPACE, UPPER, LOWER, NEWLINE, COMBINES = (1 << i for i in range(7))
UPPERISH = {"Lu", "Lt", "Lm", "Lo", "Mn", "Mc", "Me"}
LOWERISH = {"Ll", "Lm", "Lo", "Mn", "Mc", "Me"}
# White_Space that isn't a separator (Z*); U+180E is neither since Unicode 6.3.
CONTROLS = {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85}

nfc = normalizers.NFC().normalize_str


def second_of_composition():
    """Characters that may fuse with one before them: NFC's quick check says "maybe"."""
    jamo = set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
    pairs = set()
    for point in range(sys.maxunicode + 1):
        parts = unicode.decomposition(chr(point)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            if nfc("".join(chr(int(part, 16)) for part in parts)) == chr(point):
                pairs.add(int(parts[1], 16))
    return jamo | pairs


def is_reordered(char):
    """Whether it has a combining class: then it trades places with one of 1 or of 230."""
    return nfc(char + "\u0334") != char + "\u0334" or nfc("\u0301" + char) != "\u0301" + char


def main():
    assert unicode.unidata_version == VERSION, unicode.unidata_version
    maybe = second_of_composition()
    runs, last = [], None
    for point in range(sys.maxunicode + 1):
        char = chr(point)
        category = unicode.category(char)
        flags = LETTER * (category[0] == "L") | NUMBER * (category[0] == "N")
        flags |= SPACE * (category[0] == "Z" or point in CONTROLS)
        flags |= UPPER * (category in UPPERISH) | LOWER * (category in LOWERISH)
        flags |= NEWLINE * (char in "\r\n")
        if point < 0xD800 or point > 0xDFFF:
            flags |= COMBINES * (point in maybe or nfc(char) != char or is_reordered(char))
        if flags != last:
            runs.append(point << 8 | flags)
            last = flags
    print("/* Made by test/oracle/classes.py from Unicode", VERSION, "and tokenizers 0.23.3: do not edit.\n *\n"
          " * Runs of characters of one class: the first of them shifted by 8, and the class. */")
    print("#ifndef CM_TOKEN_CLASSES_TABLE_H\n#define CM_TOKEN_CLASSES_TABLE_H\n")
    print("#include <stdint.h>\n")
    print("static const uint32_t CM_CLASS_RUNS[] = {")
    for i in range(0, len(runs), 8):
        print("    " + ", ".join(f"0x{run:08x}" for run in runs[i:i + 8]) + ",")
    print("};\n\n#endif")


if __name__ == "__main__":
    main()
