#!/usr/bin/env python3
"""Usage: tokens.py VOCABULARIES TEXT-DIRECTORY

How fast text becomes ids: this library and tiktoken, one thread each, on the same English text, in
turns in one process. test/oracle/token_ids.sh fetches what it needs. Exits with 1 when an id differs
or the library isn't 1.5 times as fast."""

import ctypes
import os
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "test/oracle"))
import token_ids

LEAST_RATIO, ROUNDS, MEGABYTES = 1.5, 9, 10
LIBRARY = os.environ.get("COUNTERMARK_LIBRARY", "build/libcountermark.so")


class Tokens(ctypes.Structure):
    _fields_ = [("ids", ctypes.POINTER(ctypes.c_uint32)), ("offsets", ctypes.c_void_p),
                ("count", ctypes.c_size_t), ("capacity", ctypes.c_size_t),
                ("replaced", ctypes.c_uint64)]


def ours(path):
    """A function from UTF-8 to Tokens, which it uses again at each call."""
    library = ctypes.CDLL(os.path.abspath(LIBRARY))
    tokenizer, tokens = ctypes.c_void_p(), Tokens()
    if library.cm_tokenizer_read(str(path).encode(), None, ctypes.byref(tokenizer), None) != 0:
        sys.exit(f"{path} can't be read")

    def encode(data):
        tokens.count = 0
        code = library.cm_tokenizer_encode(tokenizer, data, ctypes.c_size_t(len(data)),
                                           ctypes.c_bool(False), ctypes.byref(tokens), None)
        assert code == 0, code
        return tokens
    return encode


def seconds(function, argument):
    start = time.perf_counter()
    function(argument)
    return time.perf_counter() - start


def main():
    vocabularies = pathlib.Path(sys.argv[1])
    text = token_ids.manuals(sys.argv[2], MEGABYTES << 20, "en")
    data = text.encode()
    missed = False
    for name, path, encode in token_ids.peers(vocabularies):
        if not path.name.endswith(".tiktoken"):
            continue
        mine = ours(path)
        tokens = mine(data)
        same = tokens.ids[:tokens.count] == encode(text)
        times = [(seconds(mine, data), seconds(encode, text)) for _ in range(ROUNDS)]
        ratio = statistics.median(theirs / our for our, theirs in times)
        our, theirs = (len(data) / 1e6 / statistics.median(column) for column in zip(*times))
        good = same and ratio >= LEAST_RATIO
        missed = missed or not good
        print(f"{'ok  ' if good else 'MISS'}  {name}: {our:.1f} MB/s, tiktoken {theirs:.1f} MB/s, ratio "
              f"{ratio:.2f} (median of {ROUNDS} pairs; {len(data) / 1e6:.1f} MB of English), ids "
              f"{'identical' if same else 'DIFFER'}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
