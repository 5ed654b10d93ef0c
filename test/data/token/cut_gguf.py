#!/usr/bin/env python3
"""Cuts the tokenizer out of a model: a GGUF file without tensors that has only the keys by which
text becomes token ids, and those that say whose it is. Standard library only.

    python3 test/data/token/cut_gguf.py SmolLM2-135M-Instruct.Q4_1.gguf test/data/token/smollm2.gguf"""

import pathlib
import struct
import sys

KEPT = {"general.architecture", "general.name", "general.license", "general.basename", "general.finetune",
        "tokenizer.ggml.model", "tokenizer.ggml.pre", "tokenizer.ggml.tokens", "tokenizer.ggml.token_type",
        "tokenizer.ggml.merges"}
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
STRING, ARRAY = 8, 9
HEAD = struct.Struct("<4sIQQ")


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, form):
        value, = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return value

    def string(self):
        size = self.number("Q")
        self.at += size
        return bytes(self.data[self.at - size:self.at])

    def skip(self, kind):
        if kind == STRING:
            self.string()
        elif kind == ARRAY:
            item, count = self.number("I"), self.number("Q")
            for _ in range(count):
                self.skip(item)
        else:
            self.at += SIZES[kind]


def cut(data):
    magic, version, _, count = HEAD.unpack_from(data)
    if magic != b"GGUF":
        sys.exit("cut_gguf: not a GGUF file")
    reader, kept = Reader(data), []
    reader.at = HEAD.size
    for _ in range(count):
        start = reader.at
        name = reader.string().decode()
        reader.skip(reader.number("I"))
        if name in KEPT:
            kept.append(bytes(data[start:reader.at]))
    return HEAD.pack(magic, version, 0, len(kept)) + b"".join(kept)


def main():
    source, target = map(pathlib.Path, sys.argv[1:])
    target.write_bytes(cut(memoryview(source.read_bytes())))


if __name__ == "__main__":
    main()
