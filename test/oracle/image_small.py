"""A picture that carries a mark made after spec/image-mark.md §2 alone, and what the detector of
image_detector.py finds in it, for test/unit/test_oracle.c. Needs numpy.

python3 test/oracle/image_small.py test/data/image
"""

import pathlib
import struct
import sys
import zlib

import numpy as np

import image_detector
import picture
from image_mark import TEST_KEY
from image_scheme import TILE, Layout, encode

W, H, X, Y = 215, 209, 13, 22  # size, and where in the tile its top left pixel lies
PAYLOAD = 0x0123456789ABCDEF
SLANTED = np.array([[1.025, 0.008], [-0.012, 0.985]]) / TILE  # what the blocks' offsets must make good


def tile(layout, payload):
    """Section 2.2: coefficients and tile."""
    code = encode(payload)
    value = [s * (1 - 2 * code[b]) for s, b in zip(layout.sign, layout.code_bit)]
    waves = [(k, p, 2.1) for k, p in zip(layout.pilot, layout.phase)]
    for i, k in enumerate(layout.message):
        waves.append((k, complex(value[2 * i], value[2 * i + 1]) / 2**0.5, 1))
    spectrum, energy = np.zeros((TILE, TILE), complex), 0
    for (kx, ky), phasor, factor in waves:
        amplitude = (np.hypot(kx, ky) / 18) ** 0.5 * factor
        spectrum[ky, kx] += amplitude * phasor
        energy += amplitude**2
    return 2 / (2 * energy) ** 0.5 * np.fft.ifft2(spectrum).real * TILE**2


def host():
    """Grain on a slope, with an edge; grain from a linear congruential generator."""
    y, x = np.mgrid[:H, :W]
    grain, state = np.zeros(W * H), 1
    for i in range(W * H):
        state = (state * 1664525 + 1013904223) % 2**32
        grain[i] = state / 2**32 - 0.5
    return 90 + 0.25 * x + 0.1 * y + 60 * (x + 2 * y > 330) + 40 * grain.reshape(H, W)


def png(grey):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.tobytes() for row in grey)
    header = struct.pack(">IIBBBBB", grey.shape[1], grey.shape[0], 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def answers(path):
    """Names and values of what lies between the picture and its p-value."""
    key = bytes.fromhex(TEST_KEY)
    canvas = image_detector.Canvas(picture.luma_of(path))
    f = image_detector.Frequencies(key)
    blocks = image_detector.Blocks(canvas.residual, f.layout, canvas.nominal)
    trial = image_detector.detect(canvas, [key], canvas.nominal)[1]
    for x, y in ((0, 0), (100, 77), (W - 1, H - 1)):
        yield f"residual {x} {y}", canvas.residual[y, x]
    yield "residual mean square", (canvas.residual**2).mean()
    yield "blocks", len(blocks.centres)
    for i in (0, 95):
        for name, part in (("real", blocks.pilot.real), ("imaginary", blocks.pilot.imag)):
            yield f"pilot {i} of block 4 {name}", part[4, i]
    root = f.level_roots(blocks.message.sum(axis=0))
    for radius in (8, 18.5, 34):
        yield f"level root {radius}", float(root(radius))
    yield "pilots ln p", trial.pilots.ln_p
    yield "shift x", trial.best.shift.x
    yield "shift y", trial.best.shift.y
    yield "message correlation", trial.best.sum
    yield "message ln p", trial.best.ln_p
    yield "bits corrected", trial.best.bits_corrected
    yield "log10 p", trial.ln_p() / image_detector.LN10
    blocks = image_detector.Blocks(canvas.residual, f.layout, SLANTED)
    pilots = image_detector.Pilots(blocks, f)
    for name, follow in (("rigid", False), ("followed", True)):
        reading = image_detector.Reading(blocks, f, pilots.shifts[0], follow)
        yield f"slanted {name} correlation", reading.sum
        yield f"slanted {name} bits corrected", reading.bits_corrected
    yield "slanted pilots ln p", pilots.ln_p
    assert trial.read() and trial.best.payload == PAYLOAD


def main(directory):
    directory = pathlib.Path(directory)
    pattern = tile(Layout(bytes.fromhex(TEST_KEY)), PAYLOAD)
    assert abs(pattern.mean()) < 1e-9 and abs(pattern.var() - 1) < 1e-9
    rows, columns = (np.arange(Y, Y + H) % TILE)[:, None], (np.arange(X, X + W) % TILE)[None, :]
    marked = np.clip(np.round(host() + 2.5 * pattern[rows, columns]), 0, 255).astype("u1")
    (directory / "small.png").write_bytes(png(marked))
    lines = [f"{name}\t{value:.9g}\n" for name, value in answers(directory / "small.png")]
    (directory / "small.tsv").write_text("".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
