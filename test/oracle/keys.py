#!/usr/bin/env python3
"""Derives countermark's keys from spec/keys.md alone (standard library, no code of the project's),
for the known answers in test/unit/test_key.c. Prints the derivation of the master secret 00 01 02 …
1f, and the key files made from it."""

import hashlib
import hmac


def extract(salt, secret):
    return hmac.new(salt, secret, hashlib.sha256).digest()


def expand(prk, info, n):
    out, block, i = b"", b"", 1
    while len(out) < n:
        block = hmac.new(prk, block + info + bytes([i]), hashlib.sha256).digest()
        out, i = out + block, i + 1
    return out[:n]


def layer_key(master, layer):
    return expand(extract(b"countermark key 1", master), b"layer " + layer, 32)


def key_file(kind, key, name, extra=""):
    text = (
        f"countermark key 1\nname: {name}\nkind: {kind}\nepoch: 3\ncreated: 2026-01-31\n{extra}"
        f"key: {key.hex()}\n"
    )
    return text + f"check: {hashlib.sha256(text.encode()).hexdigest()[:16]}\n"


def main():
    master = bytes(range(32))
    for layer in (b"public", b"private"):
        key = layer_key(master, layer)
        print(layer.decode(), key.hex())
        print("  subkey 'example':", expand(key, b"example", 32).hex())
    print(key_file("secret", master, "Test key", "valid-until: 2031-12-31\n"))
    print(key_file("public", layer_key(master, b"public"), "Test key", "revoked: 2027-02-28\n"))


if __name__ == "__main__":
    main()
