"""What our token ids and their peers' are compared over: text in many languages, and text made to be
awkward; and our ids of a text."""

import gzip
import html
import os
import pathlib
import random
import re
import subprocess
import tempfile

PROGRAM = os.environ.get("COUNTERMARK", "build/countermark")


def is_in(page, language):
    parts = [*page.parent.parts, *page.suffixes]
    return any(part.lstrip(".").split("-")[0] == language for part in parts)


def manuals(directory, most, language=None):
    """The text of HTML and plain pages below a directory, about `most` bytes, of all languages or
    of one."""
    pages = sorted(p for p in pathlib.Path(directory).rglob("*")
                   if p.is_file() and p.suffix in (".html", ".txt", ".gz"))
    random.Random(1).shuffle(pages)
    parts, size = [], 0
    for page in pages:
        if size >= most:
            break
        if language and not is_in(page, language):
            continue
        data = page.read_bytes()
        if page.suffix == ".gz":
            if ".txt" not in page.name and ".html" not in page.name:
                continue
            data = gzip.decompress(data)
        text = data.decode("utf-8", errors="replace")
        if ".html" in page.name:
            text = html.unescape(re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<(script|style).*?</\1>", "", text)))
        parts.append(text)
        size += len(text.encode())
    return "".join(parts)


def awkward(count):
    """Random characters from everywhere, with the ones that patterns look at often among them."""
    rng = random.Random(7)
    special = ["'", "'s", "'LL", "'\u017f", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "1", "23",
               "a", "B", "\u0301", "\u00e9", "e\u0301", "\u180e", "\u0130", "/", "...", "<|endoftext|>",
               "<think>", "<|im_start|>", "\u1e9b\u0323", "\u0344", "\uac00\u11a8", "\u1100\u1161\u11a8",
               "\u01c5", "\u02b0", "\u0663", "\u00bd", "\u2028", "\x85", "\x00", "\U0001f469\u200d\U0001f467"]
    out = []
    for _ in range(count):
        kind = rng.random()
        if kind < 0.6:
            out.append(rng.choice(special))
        elif kind < 0.7:
            out.append(rng.choice(special) * rng.randrange(1, 60))
        elif kind < 0.9:
            out.append(chr(rng.randrange(0x20, 0x3000)))
        else:
            point = rng.randrange(0x110000 - 0x800)
            out.append(chr(point if point < 0xD800 else point + 0x800))
    return "".join(out)


def ours(path, text):
    with tempfile.NamedTemporaryFile() as file:
        file.write(text.encode())
        file.flush()
        done = subprocess.run([PROGRAM, "tokenize", file.name, "--tokenizer", str(path)],
                              check=True, capture_output=True)
    return list(map(int, done.stdout.split()))
