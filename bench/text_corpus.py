#!/usr/bin/env python3
"""Usage: text_corpus.py DIRECTORY

Makes DIRECTORY/corpus/PART.LANGUAGE.txt of what bench/text_corpus.sh unpacked: plain text, each file
of one kind in one language."""

import collections
import gzip
import html
import pathlib
import re
import sys

BLOCKS = re.compile(r"(?is)<(script|style|head)\b.*?</\1>")
TAGS = re.compile(r"(?s)<[^>]*>")
SPACES = re.compile(r"[ \t\r]+"), re.compile(r" ?\n[ \n]*")


def text_of_page(page):
    text = html.unescape(TAGS.sub(" ", BLOCKS.sub("", page)))
    return SPACES[1].sub("\n", SPACES[0].sub(" ", text)).strip() + "\n"


def read(path):
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return data.decode("utf-8", errors="replace")


def handbook(packages):
    for page in sorted(packages.glob("debian-handbook/usr/share/doc/debian-handbook/html/*/*.html")):
        yield f"handbook.{page.parent.name}", text_of_page(read(page))


def reference(packages):
    for page in sorted(packages.glob("debian-reference-*/usr/share/**/*.html")):
        language = page.parents[-2].name
        language = page.relative_to(packages).parts[0].removeprefix("debian-reference-")
        yield f"reference.{language}", text_of_page(read(page))


def sayings(packages):
    for path in sorted(packages.glob("fortunes*/usr/share/games/fortunes/**/*")):
        language = path.relative_to(packages).parts[0].removeprefix("fortunes").lstrip("-") or "en"
        if path.is_file() and path.suffix in ("", ".fortunes"):
            yield f"fortunes.{language}", re.sub(r"(?m)^%$\n?", "\n", read(path))


def brown(directory):
    """Words with their classes after a slash."""
    for path in sorted((directory / "npm/brown").rglob("c[a-r][0-9][0-9]*")):
        words = re.findall(r"(\S+)/\S+", read(path))
        yield "brown.en", re.sub(r" ([.,;:?!)])", r"\1", " ".join(words)) + "\n"


def main():
    directory = pathlib.Path(sys.argv[1])
    target = directory / "corpus"
    target.mkdir(exist_ok=True)
    parts = collections.defaultdict(list)
    packages = directory / "packages/unpacked"
    for source in (handbook(packages), reference(packages), sayings(packages), brown(directory)):
        for name, text in source:
            parts[name].append(text)
    total = 0
    for name, texts in sorted(parts.items()):
        data = "".join(texts).encode()
        (target / f"{name}.txt").write_bytes(data)
        total += len(data)
        print(f"{len(data):10} {name}")
    languages = {name.split(".")[1].split("-")[0] for name in parts}
    print(f"{total} bytes in {len(languages)} languages: {' '.join(sorted(languages))}")
    (target / "ready").touch()


if __name__ == "__main__":
    main()
