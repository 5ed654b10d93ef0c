#!/usr/bin/env python3
"""cm-text-1 from spec/text-mark.md alone (no code of the project's; AES from OpenSSL's library), for
the known answers in test/data/text/native.json: texts that each mode marks under the master secret
00 01 02 … 1f (public layer), from logits that anyone can make, and what its detector must find.

python3 test/oracle/text_mark.py > test/data/text/native.json      (some seconds)
"""
import ctypes
import ctypes.util
import json
import math
import struct

import keys

VOCABULARY = 512
USES = {"green": 1, "gumbel": 2, "layers": 3, "role": 4, "angle": 5}


class Aes:
    def __init__(self, key):
        self.lib = ctypes.CDLL(ctypes.util.find_library("crypto"))
        self.lib.EVP_CIPHER_CTX_new.restype = ctypes.c_void_p
        self.lib.EVP_aes_128_ecb.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.lib.EVP_CIPHER_CTX_new())
        cipher = ctypes.c_void_p(self.lib.EVP_aes_128_ecb())
        assert self.lib.EVP_EncryptInit_ex(self.context, cipher, None, key, None) == 1

    def encrypt(self, block):
        out, n = ctypes.create_string_buffer(32), ctypes.c_int()
        assert self.lib.EVP_EncryptUpdate(self.context, out, ctypes.byref(n), block, 16) == 1 and n.value == 16
        return out.raw[:16]


class Prf:
    def __init__(self, secret):
        self.aes = Aes(keys.expand(keys.layer_key(secret, b"public"), b"cm-text-1", 32)[:16])

    def block(self, context, use, index, bits=0):
        value = 0
        for i, token in enumerate(reversed(context)):  # the last id is the lowest
            value |= token << (21 * i if i < 3 else 64)
        value |= index << (64 + 21) | USES[use] << (64 + 42) | len(context) << (64 + 50) | bits << (64 + 54)
        return self.aes.encrypt(value.to_bytes(16, "little"))

    def word(self, context, use, i, bits=0):
        block = self.block(context, use, i // 4, bits)
        return int.from_bytes(block[4 * (i % 4) : 4 * (i % 4) + 4], "little")


def stage_of(role, bits):
    return None if role < 2**29 else (role - 2**29) * bits // (7 * 2**29)


def value_at(message, bits, stage):
    return sum((message >> ((stage - b) % bits) & 1) << b for b in range(min(12, bits)))


class Mark:
    def __init__(self, mode, width=4, bits=0, gamma=0.25, delta=2.0, depth=30):
        self.prf = Prf(bytes(range(32)))
        self.mode, self.width, self.bits = mode, width, bits
        self.green, self.delta, self.depth = round(gamma * 256), delta, depth

    def angle(self, context, message):
        if self.bits == 0:
            return 0
        stage = stage_of(self.prf.word(context, "role", 0, self.bits), self.bits)
        if stage is None:
            return 0
        return self.prf.word(context, "angle", value_at(message, self.bits, stage), self.bits)

    def number(self, context, token):
        return self.prf.word(context, "gumbel", token)

    def is_green(self, context, token):
        return self.prf.block(context, "green", token // 16)[token % 16] < self.green

    def layers(self, context, token):
        return self.prf.word(context, "layers", token) & (2**self.depth - 1)

    def choose(self, context, message, logits):
        angle = self.angle(context, message)
        best, chosen = -math.inf, None
        for t, logit in enumerate(logits):
            u = ((self.number(context, t) + angle) % 2**32 + 0.5) / 2**32
            if logit - math.log(-math.log(u)) > best:
                best, chosen = logit - math.log(-math.log(u)), t
        return chosen

    def raised(self, context, logits):
        return [single(l + (self.delta if self.is_green(context, t) else 0)) for t, l in enumerate(logits)]

    def tournament(self, context, logits):
        most = max(logits)
        p = [math.exp(l - most) for l in logits]
        p = [x / sum(p) for x in p]
        g = [self.layers(context, t) for t in range(len(logits))]
        for layer in range(self.depth):
            m = sum(x for t, x in enumerate(p) if g[t] >> layer & 1)
            p = [x * (2 - m if g[t] >> layer & 1 else 1 - m) for t, x in enumerate(p)]
        return p


def single(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def made_logits(position):
    return [single(((t * 7919 + position * 104729) % 1000003) / 300000) for t in range(VOCABULARY)]


def first_greatest(values):
    return max(range(len(values)), key=lambda t: values[t])


def generate(mark, message, count):
    """What stands after a step decides: the token chosen, or the greatest."""
    ids, seen = [], set()
    for position in range(count):
        logits = made_logits(position)
        context = tuple(ids[-mark.width :]) if len(ids) >= mark.width else None
        if context is None or context in seen:
            ids.append(first_greatest(logits))
            continue
        seen.add(context)
        if mark.mode == "gumbel":
            ids.append(mark.choose(context, message, logits))
        elif mark.mode == "green":
            ids.append(first_greatest(mark.raised(context, logits)))
        else:
            ids.append(first_greatest(mark.tournament(context, logits)))
    return ids


def statistic(mark, message, ids):
    """Over the first token of each context, in its own units."""
    seen, total, n = set(), 0.0, 0
    for i in range(mark.width, len(ids)):
        context, token = tuple(ids[i - mark.width : i]), ids[i]
        if context in seen:
            continue
        seen.add(context)
        n += 1
        if mark.mode == "gumbel":
            u = ((mark.number(context, token) + mark.angle(context, message)) % 2**32) / 2**32
            total += -math.log(1 - u)
        elif mark.mode == "green":
            total += mark.is_green(context, token)
        else:
            total += bin(mark.layers(context, token)).count("1")
    return n, total


CASES = [
    ("gumbel", dict(bits=0), 0, 120),
    ("gumbel", dict(bits=16), 0xBEEF, 160),
    ("gumbel", dict(bits=32), 0xDEADBEEF, 200),
    ("gumbel", dict(bits=64), 0x0123456789ABCDEF, 320),
    ("gumbel", dict(bits=0, width=2), 0, 60),
    ("green", dict(gamma=0.25, delta=2.0), 0, 150),
    ("green", dict(gamma=0.5, delta=1.0, width=1), 0, 90),
    ("tournament", dict(depth=30), 0, 60),
    ("tournament", dict(depth=9, width=3), 0, 60),
]


def main():
    cases = []
    for mode, options, message, count in CASES:
        mark = Mark(mode, **options)
        ids = generate(mark, message, count)
        ids += ids[:20]  # repeats, which don't count
        n, total = statistic(mark, message, ids)
        cases.append({
            "mode": mode, "context": mark.width, "payload_bits": mark.bits, "payload": str(message),
            "gamma": mark.green / 256, "delta": mark.delta, "depth": mark.depth, "generated": count,
            "ids": ids, "scored": n, "sum": total,
        })  # fmt: skip
    lines = ",\n".join(json.dumps(c) for c in cases)
    print(f'{{"origin": "test/oracle/text_mark.py", "vocabulary": {VOCABULARY}, "cases": [\n{lines}\n]}}')


if __name__ == "__main__":
    main()
