#!/usr/bin/env python3
"""Checks who includes whom, as spec'd by the layout: each room sees only the rooms below it, each
third-party header stays in its own room, and the tools see only the public headers."""

import pathlib
import re
import sys

# A room may include itself and these. Only api joins the rooms in the middle.
ROOMS = {
    "base": set(),
    "dsp": {"base"},
    "mark": {"base", "dsp"},
    "text": {"base", "mark"},
    "token": {"base"},
    "embed": {"base", "dsp", "mark"},
    "detect": {"base", "dsp", "mark"},
    "media": {"base", "dsp"},
    "asset": {"base"},
    "foreign": {"base"},
    "sign": {"base"},
    "registry": {"base"},
    "api": {"base", "dsp", "mark", "embed", "detect", "media", "asset", "sign", "registry",
            "text", "token", "foreign"},
}

# Third-party header -> where it may appear (a file or a directory).
HOMES = [
    (r"png\.h|jpeglib\.h|jerror\.h|webp/.*|setjmp\.h", ["src/media/"]),
    (r"fftw3\.h", ["src/dsp/fft_fftw.c"]),
    (r"kiss_?fft.*", ["src/dsp/fft_kiss.c"]),
    (r"openssl/.*", ["src/sign/", "src/mark/", "src/text/", "src/base/hash.c"]),
    (r"curl/.*", ["src/base/curl.h"]),
    (r"expat\.h", ["src/asset/"]),
    (r"jansson\.h", ["src/api/", "src/token/", "src/text/synthid_model.c", "tools/"]),
    (r"pcre2\.h", ["src/token/pattern.c"]),
    (r"utf8proc\.h", ["src/token/normalise.c", "src/base/nfc.c", "src/base/printable.c"]),
    (r"sentencepiece_\w+\.h", ["src/token/sentencepiece.cc"]),
]

# The one file that isn't C.
CPP = "src/token/sentencepiece.cc"

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def faults(path):
    text = path.read_text()
    place = path.as_posix()
    for bracket, name in INCLUDE.findall(text):
        for pattern, homes in HOMES:
            if re.fullmatch(pattern, name) and not any(place.startswith(h) for h in homes):
                if not place.startswith(("test/", "bench/")):
                    yield f"<{name}> belongs in {', '.join(homes)}"
        room = name.split("/")[0]
        if place.startswith("src/") and bracket == '"':
            here = place.split("/")[1]
            if here not in ROOMS:
                yield f"{here} is not a room of the layout"
            elif room != here and room not in ROOMS[here]:
                yield f'{here} may not include "{name}"'
        if place.startswith("tools/") and bracket == '"' and "/" in name:
            yield f'tools see only <countermark/...>, not "{name}"'
        if place.startswith("include/") and bracket == '"':
            yield f'public headers include <countermark/...>, not "{name}"'
    if path.suffix == ".cc" and path.as_posix() != CPP:
        yield f"C++ stands in {CPP} alone"
    if re.search(r"\bCM_API\b", text) and place.startswith("src/"):
        yield "CM_API stands in public headers only"


def main():
    found = 0
    for top in ("src", "include", "tools", "test", "bench", "fuzz"):
        for path in sorted(p for p in pathlib.Path(top).rglob("*.*") if p.suffix in (".c", ".cc", ".h")):
            for fault in faults(path):
                print(f"{path}: {fault}", file=sys.stderr)
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
