#!/usr/bin/env python3
"""Usage: token_ids.py VOCABULARIES TEXT-DIRECTORY [MEGABYTES]

Holds the ids of `countermark tokenize` against those of tiktoken and of Hugging Face's tokenizers
(special tokens as ordinary text), over text in many languages and over text made to be awkward.
Exits with 1 when one differs. test/oracle/token_ids.sh fetches what it needs."""

import pathlib
import re
import struct
import sys

import tiktoken
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from tiktoken.load import load_tiktoken_bpe

from token_texts import awkward, manuals, ours


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
