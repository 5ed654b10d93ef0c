#!/usr/bin/env python3
"""Makes small tokenizers of each format in this directory, and small.golden.json with what tiktoken
and Hugging Face's tokenizers answer:

    pip install tiktoken==0.14.0 tokenizers==0.23.3
    python3 test/data/token/make.py"""

import base64
import json
import pathlib
import random
import struct

import tiktoken
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
MERGES = 120
CL100K = (r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
          r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s")
# No well-known one, so that PCRE2 splits by it.
UNKNOWN = (r"(?i:'s|'t|'re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,2}| ?[^\s\p{L}\p{N}]+[\r\n]*"
           r"|\s*[\r\n]+|\s+(?!\S)|\s+")


def train(pre_tokenizer):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.BpeTrainer(vocab_size=256 + MERGES, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    text = (ROOT / "LICENSE").read_text() + "Grüße, café; Größe. 日本語 日本 ".replace(" ", " " * 2) * 9
    tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def byte_level():
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)


def make_json():
    tokenizer = train(pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(UNKNOWN), "isolated"), byte_level()]))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.add_special_tokens(["<|end|>"])
    tokenizer.add_tokens([AddedToken("<think>", normalized=False), AddedToken("<thin", normalized=False)])
    tokenizer.encode_special_tokens = True
    tokenizer.save(str(HERE / "small.json"), pretty=False)
    return tokenizer


def characters():
    """GPT-2's alphabet: the byte for each of its characters."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    shifted = [b for b in range(256) if b not in plain]
    return {chr(b): b for b in plain} | {chr(0x100 + i): b for i, b in enumerate(shifted)}


def make_tiktoken():
    alphabet = characters()
    pattern = Regex(UNKNOWN)  # only for training
    model = json.loads(train(pre_tokenizers.Sequence(
        [pre_tokenizers.Split(pattern, "isolated"), byte_level()])).to_str())["model"]
    ranks = {bytes(alphabet[c] for c in token): rank for token, rank in model["vocab"].items()}
    lines = [base64.b64encode(token).decode() + f" {rank}\n" for token, rank in ranks.items()]
    (HERE / "small.tiktoken").write_text("".join(lines))
    return tiktoken.Encoding("small", pat_str=CL100K, mergeable_ranks=ranks, special_tokens={})


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def key(name, kind, data):
    return text(name) + struct.pack("<I", kind) + data


def strings(values):
    return struct.pack("<IQ", 8, len(values)) + b"".join(map(text, values))


def make_gguf():
    tokenizer = train(pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]))
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get) + ["<|im_end|>"]
    types = [1] * (len(tokens) - 1) + [3]
    keys = [key("general.architecture", 8, text("llama")),
            key("llama.context_length", 4, struct.pack("<I", 64)),
            key("tokenizer.ggml.model", 8, text("gpt2")),
            key("tokenizer.ggml.pre", 8, text("smollm")),
            key("tokenizer.ggml.tokens", 9, strings(tokens)),
            key("tokenizer.ggml.token_type", 9, struct.pack(f"<IQ{len(types)}i", 5, len(types), *types)),
            key("tokenizer.ggml.merges", 9, strings([" ".join(m) for m in model["merges"]]))]
    (HERE / "small.gguf").write_bytes(
        b"GGUF" + struct.pack("<IQQ", 3, 0, len(keys)) + b"".join(keys))
    return tokenizer


def texts():
    rng = random.Random(4)
    some = ["'", "'s", "'LL", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "1", "23", "4567", "a", "B",
            "\u0301", "é", "e\u0301", "\u180e", "\u0130", "/", "...", "<|end|>", "<think>", "<thin", "<thi",
            "<|im_end|>", "\u1e9b\u0323", "\uac00\u11a8", "\u1100\u1161", "\u01c5", "\u0663", "\u00bd", "\u2028",
            "\x85", "\0", "日本語", "watermark", " the", "Größe", "\u212b", "\U0001f469\u200d\U0001f467"]
    yield from ["", " ", "Hello, world", "The watermark's key: 1234 of 56, and  more.\n\n  x\n"]
    for length in [3, 5, 8, 12, 20, 30] * 8:
        yield "".join(rng.choice(some) for _ in range(length))
    yield "ab" * 300 + " " * 70 + "." * 100


def main():
    peers = {
        "small.json": lambda t, e=make_json(): e.encode(t, add_special_tokens=False).ids,
        "small.tiktoken": make_tiktoken().encode_ordinary,
        "small.gguf": lambda t, e=make_gguf(): e.encode(t, add_special_tokens=False).ids,
    }
    cases = [{"text": t, **{name: encode(t) for name, encode in peers.items()}} for t in texts()]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (HERE / "small.golden.json").write_text(
        '{"made_by": "test/data/token/make.py; tiktoken ' + tiktoken.__version__
        + ', tokenizers 0.23.3",\n"cases": [\n' + lines + "]}\n")


if __name__ == "__main__":
    main()
