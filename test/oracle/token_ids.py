#!/usr/bin/env python3
"""Usage: token_ids.py VOCABULARIES TEXT-DIRECTORY [MEGABYTES]

Holds the ids of `countermark tokenize` against those of tiktoken and of Hugging Face's tokenizers
(special tokens as ordinary text), over text in many languages and over text made to be awkward.
Exits with 1 when one differs. test/oracle/token_ids.sh fetches what it needs."""

import gzip
import html
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile

import tiktoken
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from tiktoken.load import load_tiktoken_bpe

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


def gguf_strings(path, wanted):
    """Lists of strings in a GGUF file's metadata, by their keys."""
    sizes = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
    found = {}
    with open(path, "rb") as file:
        def number(form):
            return struct.unpack("<" + form, file.read(struct.calcsize(form)))[0]

        def value(kind):
            if kind == 8:
                return file.read(number("Q")).decode()
            if kind == 9:
                item, count = number("I"), number("Q")
                return [value(item) for _ in range(count)]
            file.read(sizes[kind])
            return None

        file.seek(16)
        for _ in range(number("Q")):
            key = value(8)
            what = value(number("I"))
            if key in wanted:
                found[key] = what
    return found


def from_gguf(path):
    """SmolLM2's own tokenizer.json says how it splits; tokens and merges are the file's."""
    keys = ("tokenizer.ggml.tokens", "tokenizer.ggml.merges")
    tokens, merges = map(gguf_strings(path, keys).get, keys)
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)},
                                     [tuple(merge.split(" ")) for merge in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True),
         pre_tokenizers.ByteLevel(add_prefix_space=False)])
    return tokenizer


def peers(directory):
    """Name, our file, and the peer's function from text to ids."""
    patterns = {}
    import tiktoken_ext.openai_public as public
    for name in ("cl100k_base", "o200k_base", "r50k_base", "p50k_base"):
        path = directory / f"{name}.tiktoken"
        if not path.exists():
            continue
        original = public.load_tiktoken_bpe
        public.load_tiktoken_bpe = lambda *_, **__: {}
        patterns[name] = getattr(public, name)()["pat_str"]
        public.load_tiktoken_bpe = original
        encoding = tiktoken.Encoding(name, pat_str=patterns[name], special_tokens={},
                                     mergeable_ranks=load_tiktoken_bpe(str(path.resolve())))
        yield name, path, encoding.encode_ordinary
    for name in ("llama3", "qwen3"):
        path = directory / f"{name}.json"
        if path.exists():
            tokenizer = Tokenizer.from_file(str(path))
            tokenizer.encode_special_tokens = True
            yield name, path, lambda text, t=tokenizer: t.encode(text, add_special_tokens=False).ids
    path = directory / "gpt2/encoder.json"
    if path.exists():
        tokenizer = Tokenizer(models.BPE.from_file(str(path), str(directory / "gpt2/vocab.bpe")))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        yield "gpt2", path, lambda text, t=tokenizer: t.encode(text, add_special_tokens=False).ids


    path = directory / "smollm2.gguf"
    if path.exists():
        tokenizer = from_gguf(path)
        yield "smollm2", path, lambda text, t=tokenizer: t.encode(text, add_special_tokens=False).ids


def ours(path, text):
    with tempfile.NamedTemporaryFile() as file:
        file.write(text.encode())
        file.flush()
        done = subprocess.run([PROGRAM, "tokenize", file.name, "--tokenizer", str(path)],
                              check=True, capture_output=True)
    return list(map(int, done.stdout.split()))


def main():
    directory = pathlib.Path(sys.argv[1])
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 16
    texts = {"manuals": manuals(sys.argv[2], most << 20), "awkward": awkward(200000)}
    differing = 0
    for name, path, encode in peers(directory):
        for kind, text in texts.items():
            if path.suffix == ".gguf":  # lacks these bytes, for which llama.cpp differs from the peer
                text = re.sub("[\U00040000-\U0010ffff]", "", text)
            have, want = ours(path, text), encode(text)
            same = have == want
            at = next((i for i, (a, b) in enumerate(zip(have, want)) if a != b),
                      min(len(have), len(want)))
            differing += not same
            print(f"{name}: {kind}, {len(text.encode()) / 1e6:.1f} MB: {len(want)} ids, "
                  + ("identical" if same else f"differ from {at} on: {have[at:at + 8]} {want[at:at + 8]}"),
                  flush=True)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
