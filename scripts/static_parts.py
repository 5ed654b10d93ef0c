#!/usr/bin/env python3
"""What a program is made of, by the linker's map: kilobytes of each library in it, the largest first.

Strings and constants that several share are nobody's, and left out.

usage: static_parts.py MAP"""

import collections
import re
import sys

PART = re.compile(r"^ (\.[\w.$-]+|COMMON)?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$", re.MULTILINE)
NOT_COUNTED = (".debug", ".bss", ".comment", ".note", ".rodata.str", ".rodata.cst")


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
        text = file.read()
    sizes = collections.Counter()
    for section, address, size, file in PART.findall(text[text.index("Linker script and memory map"):]):
        if int(address, 16) == 0 or (section or "").startswith(NOT_COUNTED):
            continue
        archive = re.search(r"([^/]+)\.a\(", file)
        name = archive[1] if archive else "ours" if "build/" in file else "the compiler's"
        sizes["ours" if name == "libcountermark" else name] += int(size, 16)
    print(", ".join(f"{name} {size / 1e3:.0f}" for name, size in sizes.most_common(14)), "KB")


main()
