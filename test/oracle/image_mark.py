#!/usr/bin/env python3
"""An independent reading of spec/image-mark.md: shares no code with the library.

    image_mark.py PICTURE --key KEY [--rotation DEG] [--scale-x S] [--scale-y S] [--flip]
    image_mark.py known-answers          the values that test/unit/test_{prf,layout,code}.c hold

Reads the mark of a PNG or baseline JPEG that was only cropped or retouched, like `countermark detect
--fast --json`. A geometry as such a report gives it replaces the nominal one: there is no search, and
p-values are corrected for this one lattice alone. KEY is a key file. Detection needs numpy; known
answers need the standard library and OpenSSL's (for AES)."""

import argparse
import hashlib
import json
import math
import pathlib
import sys

import keys
from image_scheme import HEADER, Layout, Prf, bits_of, crc12, encode, value_of

TEST_KEY = "0ae86b8f0fbc77d23cbd74ce06dedf1861afe4194fb5e18f333d47c629e6ad30"  # spec/keys.md


def layer_keys(path):
    """The public layer first, and with a secret file the private one."""
    text = pathlib.Path(path).read_text()
    body, check = text[: text.index("check: ")], text.splitlines()[-1][7:]
    fields = dict(line.split(": ", 1) for line in body.splitlines()[1:])
    if hashlib.sha256(body.encode()).hexdigest()[:16] != check:
        sys.exit(f"{path}: its check is wrong")
    key = bytes.fromhex(fields["key"])
    if fields["kind"] == "public":
        return [key]
    return [keys.layer_key(key, b"public"), keys.layer_key(key, b"private")]


def report(which, trial, lattices):
    best, ln10 = trial.best, math.log(10)
    return {
        "public": which == 0,
        "log10_p": trial.ln_p() / ln10,
        "tests": lattices,
        "payload": f"{best.payload:0{best.payload_bits // 4}x}" if trial.read() and best.payload_bits else None,
        "payload_bits": best.payload_bits if trial.read() else None,
        "bits_corrected": best.bits_corrected if trial.read() else None,
        "offset_x": -best.shift.x % 128,
        "offset_y": -best.shift.y % 128,
        "turned": best.shift.turned,
        "pilots": {
            "sum": trial.pilots.sum,
            "energy": trial.pilots.energy,
            "log10_p": trial.pilots.ln_p / ln10,
        },
        "message": {
            "sum": best.sum,
            "energy": best.energy,
            "log10_p": best.ln_p / ln10,
            "readings": trial.readings,
        },
    }


def detect(options):
    import image_detector
    import picture

    canvas = image_detector.Canvas(picture.luma_of(options.picture))
    lattice = canvas.nominal
    given = (options.rotation, options.scale_x, options.scale_y, options.flip)
    if given != (0, 1, 1, False):
        lattice = canvas.lattice(*given)
    print(json.dumps(report(*image_detector.detect(canvas, layer_keys(options.key), lattice)), indent=1))


def known_answers():
    key = bytes.fromhex(TEST_KEY)
    prf = Prf(key, "cm-image-1 signs")
    words = [prf.u32() for _ in range(1025)]
    print("words 0 1 2 3:", *(f"{w:08x}" for w in words[:4]))
    print("words 1023 1024:", *(f"{w:08x}" for w in words[1023:]))
    prf = Prf(key, "example")
    print("below 2^31 + 1:", *(f"{prf.below(2**31 + 1):#x}" for _ in range(6)), "words:", prf.at // 4)
    print("permutation of 12:", *Prf(key, "example").permutation(12))
    layout = Layout(key)
    print("pilots:", *layout.pilot[:4], "phases:", *layout.phase[:4])
    print("messages:", len(layout.message), layout.message[0], layout.message[-1])
    print("code bits:", *layout.code_bit[:8], "signs:", *layout.sign[:8])
    print("layout:", layout.digest())
    print("CRC-12 of 0001 and 64 zeros: %03x" % crc12(bits_of(HEADER, 4) + [0] * 64))
    for payload in (0, 1, 0x0123456789ABCDEF, 2**64 - 1):
        print(f"code {payload:016x}: {value_of(encode(payload)):080x}")
    for payload in (0, 1, 0x1234, 0xFFFF):
        print(f"code {payload:04x}: {value_of(encode(payload, 16)):080x}")
    print(f"code of no bits: {value_of(encode(0, 0)):080x}")


def main(argv):
    if argv[1:] == ["known-answers"]:
        known_answers()
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("picture")
    parser.add_argument("--key", required=True)
    parser.add_argument("--rotation", type=float, default=0)
    parser.add_argument("--scale-x", type=float, default=1)
    parser.add_argument("--scale-y", type=float, default=1)
    parser.add_argument("--flip", action="store_true")
    detect(parser.parse_args(argv[1:]))


if __name__ == "__main__":
    main(sys.argv)
