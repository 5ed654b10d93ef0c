#!/usr/bin/env python3
"""Signing and verifying beside c2pa-python (which is c2pa-rs), and beside hashing and copying the
bytes with OpenSSL and the system; the command's most memory for small and large files.

usage: sign.py BENCH

BENCH is the measuring program, build/.../bench/sign. Everything is measured in one run. Exit status
1 when a figure that we ask for is missed."""

import json
import os
import pathlib
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zlib

import c2pa

COMMAND = os.environ.get("COUNTERMARK", "build/countermark")
JPEG_BYTES = 1_000_000
SIZES = (1, 25, 250)  # MB of PNG
COLD, WARM = 15, 30
READ_OURS = """
import sys, c2pa
print(c2pa.Reader("image/jpeg", open(sys.argv[1], "rb"), context=c2pa.Context(
    c2pa.Settings.from_dict({SETTINGS}))).get_validation_state())
"""


def settings(root):
    return {"version": 1, "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
            "trust": {"trust_anchors": root.read_text()}}


def must(*arguments):
    return subprocess.run([str(a) for a in arguments], check=True, capture_output=True, text=True).stdout


def chunk(kind, data):
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def make_png(path, megabytes):
    """A PNG of noise that doesn't shrink, so that the file is as large as its pixels."""
    width = 4096
    rows = max(1, megabytes * 1_000_000 // (3 * width + 1))
    noise = random.Random(1)
    head = (width.to_bytes(4, "big") + rows.to_bytes(4, "big") + bytes((8, 2, 0, 0, 0)))
    pack = zlib.compressobj(0)
    with path.open("wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head))
        row = b"\0" + noise.randbytes(3 * width)
        for _ in range(rows):
            part = pack.compress(row)
            if part:
                f.write(chunk(b"IDAT", part))
        f.write(chunk(b"IDAT", pack.flush()) + chunk(b"IEND", b""))


def make_jpeg(path):
    """A photo's JPEG, made as long as is asked for with a segment's worth of comments."""
    photo = pathlib.Path("test/data/asset/rich.jpg").read_bytes()
    comments = b""
    while len(photo) + len(comments) < JPEG_BYTES:
        comments += b"\xff\xfe\xff\xff" + random.Random(len(comments)).randbytes(65533)
    path.write_bytes(photo[:2] + comments + photo[2:])


def cold(*command):
    """Milliseconds of processor time."""
    seconds = []
    for _ in range(COLD):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        must(*command)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return 1e3 * statistics.median(seconds)


def warm_peer(path, root):
    context = c2pa.Context(c2pa.Settings.from_dict(settings(root)))
    seconds = []
    for _ in range(WARM):
        start = time.process_time()
        with path.open("rb") as f, c2pa.Reader("image/jpeg", f, context=context) as reader:
            state = json.loads(reader.json())["validation_state"]
        seconds.append(time.process_time() - start)
        assert state == "Trusted", state
    return 1e3 * statistics.median(seconds)


def most_memory(bench, *arguments):
    return int(must(bench, "memory", COMMAND, *arguments)) / 1e3


class Figures:
    missed = False

    def say(self, what, figure, least=None, most=None):
        ok = (least is None or figure >= least) and (most is None or figure <= most)
        asked = f"(asked: at least {least})" if least else f"(asked: at most {most})"
        print(f"  {what:58}{figure:9.2f}  {asked}{'' if ok else '  MISSED'}")
        self.missed = self.missed or not ok


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    bench, figures = sys.argv[1], Figures()
    with tempfile.TemporaryDirectory(dir="build") as name:
        scratch = pathlib.Path(name)
        must(COMMAND, "cert", "-o", scratch / "cred")
        chain, key, root = (scratch / "cred" / n for n in ("chain.pem", "key.pem", "root.pem"))
        sign = ("--cert", chain, "--sign-key", key)
        jpeg, signed = scratch / "plain.jpg", scratch / "signed.jpg"
        make_jpeg(jpeg)
        must(COMMAND, "sign", jpeg, "-o", signed, *sign)
        print(f"Reading and verifying a JPEG of {signed.stat().st_size / 1e6:.1f} MB, ms of a processor:")
        ours = [float(n) for n in must(bench, "verify", root, signed).split()]
        theirs = warm_peer(signed, root)
        print(f"  warm: {ours[0]:.2f}, without the file's digest in the report, which c2pa-python doesn't "
              f"give, {ours[1]:.2f}; c2pa-python {theirs:.2f}")
        figures.say("times as fast, warm in process, without the digest", theirs / ours[1], least=3)
        script = scratch / "read.py"
        script.write_text(READ_OURS.replace("{SETTINGS}", repr(settings(root))))
        ours = cold(COMMAND, "verify", signed, "--trust", root)
        theirs = cold(sys.executable, script, signed)
        print(f"  cold: {ours:.1f}, python with c2pa-python {theirs:.1f}")
        figures.say("times as fast, as a command", theirs / ours, least=10)
        print("PNG of 25 MB, ms: OpenSSL's SHA-256, a copy with fsync, sign, verify:")
        large = {}
        for size in SIZES:
            large[size] = scratch / f"{size}.png"
            make_png(large[size], size)
        times = must(bench, "whole", chain, key, root, large[25], scratch).split()
        print("  " + ", ".join(times[:4]))
        figures.say("sign, in times of hash and copy", float(times[4]), most=1.3)
        figures.say("verify, in times of hash and copy", float(times[5]), most=1.3)
        print("Most memory of the command, MB:")
        for size, path in large.items():
            out = scratch / "out.png"
            figures.say(f"sign, {size} MB", most_memory(bench, "sign", path, "-o", out, *sign), most=16)
            figures.say(f"verify, {size} MB", most_memory(bench, "verify", out, "--trust", root), most=16)
    sys.exit(1 if figures.missed else 0)


main()
