#!/usr/bin/env python3
"""Our pictures judged by c2pa-ts, an implementation that shares no code with c2pa-rs: every algorithm
in PNG and JPEG, ingredients, parents, definitions and time-stamps. It fetches the package with npm.

usage: c2pa_ts.py

It verifies no chain, reads neither WebP nor box hashes, finds fault with every signature by ES512, and
takes a redacted assertion for a missing one: those are left out.
"""
import json
import pathlib
import shutil
import sys
import tempfile

from made import COMMAND, DATA, HERE, authority, credentials, must

PACKAGE = "@trustnxt/c2pa-ts@0.9.4"
ALGORITHMS = ("es256", "es384", "ps256", "ps384", "ps512", "ed25519")
# What stands before the hash in a time-stamp's message imprint: SHA-256, NULL, 32 bytes.
IMPRINT = bytes.fromhex("0609608648016503040201 0500 0420")
MISSTAMPED = "timeStamp.mismatch"


def copy_changed(source, to, at):
    data = bytearray(source.read_bytes())
    data[at(data)] ^= 1
    to.write_bytes(data)
    return to


def make(scratch):
    """Signed pictures; copies of them with a byte changed, and the code that says so, or None."""
    good, bad = [], {}
    part = DATA / "plain.png"
    for alg in ALGORITHMS:
        sign, stamps = credentials(scratch, alg), authority(scratch, alg)
        for kind in ("png", "jpg"):
            for name, more in (("plain", ()), ("parts", ("--ingredient", part, "--title", "T")),
                               ("labels", ("--label", "eu,ca,cn", "--provider", "P", "--system", "S/1")),
                               ("stamped", stamps)):
                out = scratch / f"{alg}-{name}.{kind}"
                must(COMMAND, "sign", DATA / f"plain.{kind}", "-o", out, *sign, *more)
                good.append(out)
            bad[copy_changed(good[-1], scratch / f"{alg}-misstamped.{kind}",
                             lambda data: data.index(IMPRINT, data.index(b"sigTst2")) + len(IMPRINT))] = MISSTAMPED
            again = scratch / f"{alg}-again.{kind}"
            must(COMMAND, "sign", good[-1], "-o", again, *sign)
            good.append(again)
            bad[copy_changed(again, scratch / f"{alg}-changed.{kind}", lambda data: len(data) - 13)] = None
    return good, bad


def agrees(said, good, bad):
    file = pathlib.Path(said["file"])
    if file in good:
        return said["valid"]
    return not said["valid"] and (bad[file] is None or bad[file] in said["failures"])


def main():
    if shutil.which("npm") is None:
        print("skipped: c2pa-ts needs npm")
        return
    node = pathlib.Path("build/node")
    node.mkdir(parents=True, exist_ok=True)
    must("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE, cwd=node)
    shutil.copy(HERE / "c2pa_ts.mjs", node / "c2pa_ts.mjs")
    with tempfile.TemporaryDirectory() as temporary:
        good, bad = make(pathlib.Path(temporary))
        said = [json.loads(line) for line in must("node", "c2pa_ts.mjs", *good, *bad, cwd=node).splitlines()]
    wrong = [s for s in said if not agrees(s, good, bad)]
    for one in wrong:
        print("FAILED", one)
    print(f"interop with c2pa-ts: {len(said) - len(wrong)} of {len(good) + len(bad)} agree")
    sys.exit(1 if wrong or len(said) != len(good) + len(bad) else 0)


main()
