#!/usr/bin/env python3
"""An independent reading of spec/image-mark.md: shares no code with the library.

    image_mark.py known-answers          the values that test/unit/test_{prf,layout,code}.c hold
    image_mark.py decode LUMA W H KEY    reads the mark of a picture to which nothing was done but
                                         cropping; LUMA: W x H little-endian floats (0..255), KEY:
                                         64 hexadecimal digits of a layer key (needs numpy)

Known answers need the standard library and the `openssl` command (for AES)."""

import hashlib
import hmac
import math
import subprocess
import sys

TEST_KEY = "0ae86b8f0fbc77d23cbd74ce06dedf1861afe4194fb5e18f333d47c629e6ad30"  # spec/keys.md

TILE, LOW, HIGH, PILOTS, PILOT_LOW, PILOT_HIGH, CANONICAL = 128, 8, 34, 96, 11, 26, 1024
INFO_BITS, PAYLOAD_BITS, HEADER, MEMORY = 80, 64, 1, 13
GENERATORS = (0o21113, 0o23175, 0o35527, 0o35537)
CODE_BITS = INFO_BITS * len(GENERATORS)


class Prf:
    """AES-256-CTR under HKDF-Expand(layer key, purpose), as big-endian words."""

    BYTES = 1 << 16

    def __init__(self, layer_key, purpose):
        key = hmac.new(layer_key, purpose.encode() + b"\x01", hashlib.sha256).digest()
        command = ["openssl", "enc", "-aes-256-ctr", "-K", key.hex(), "-iv", "00" * 16]
        self.stream = subprocess.run(
            command, input=bytes(self.BYTES), capture_output=True, check=True
        ).stdout
        self.at = 0

    def u32(self):
        self.at += 4
        return int.from_bytes(self.stream[self.at - 4 : self.at], "big")

    def below(self, n):
        limit = 2**32 // n * n
        while True:
            v = self.u32()
            if v < limit:
                return v % n

    def permutation(self, n):
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.below(i + 1)
            order[i], order[j] = order[j], order[i]
        return order


class Layout:
    """Section 2.2."""

    def __init__(self, layer_key):
        self.choose_positions(Prf(layer_key, "cm-image-1 positions"))
        phases = Prf(layer_key, "cm-image-1 phases")
        self.phase = [(1, 1j, -1, -1j)[phases.below(4)] * (1 + 1j) / math.sqrt(2) for _ in self.pilot]
        self.interleave(Prf(layer_key, "cm-image-1 interleaving"))
        signs = Prf(layer_key, "cm-image-1 signs")
        self.sign = [1 - 2 * signs.below(2) for _ in self.code_bit]

    def choose_positions(self, prf):
        band = [
            (kx, ky)
            for ky in range(-HIGH, HIGH + 1)
            for kx in range(HIGH + 1)
            if (kx > 0 or ky > 0) and LOW**2 <= kx * kx + ky * ky <= HIGH**2
        ]
        candidates = [
            (kx, ky)
            for kx, ky in band
            if PILOT_LOW**2 <= kx * kx + ky * ky <= PILOT_HIGH**2 and abs(kx) > 1 and abs(ky) > 1
        ]
        self.pilot = []
        for i in prf.permutation(len(candidates)):
            kx, ky = candidates[i]
            if len(self.pilot) < PILOTS and all(
                (kx - x) ** 2 + (ky - y) ** 2 >= 4 for x, y in self.pilot
            ):
                self.pilot.append((kx, ky))
        used = set(self.pilot)
        self.message = [f for f in band if f not in used]

    def interleave(self, prf):
        dimensions = 2 * len(self.message)
        place = prf.permutation(dimensions)
        self.code_bit = [0] * dimensions
        for d in range(dimensions):
            if d % CODE_BITS == 0:
                bits = prf.permutation(CODE_BITS)
            self.code_bit[place[d]] = bits[d % CODE_BITS]

    def digest(self):
        """SHA-256 of one line each: pilots, message positions, dimensions."""
        lines = [
            f"{kx} {ky} {'+' if p.real > 0 else '-'}{'+' if p.imag > 0 else '-'}\n"
            for (kx, ky), p in zip(self.pilot, self.phase)
        ]
        lines += [f"{kx} {ky}\n" for kx, ky in self.message]
        lines += [f"{b} {s:+d}\n" for b, s in zip(self.code_bit, self.sign)]
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def bits_of(value, n):
    return [value >> (n - 1 - i) & 1 for i in range(n)]


def value_of(bits):
    return int("".join(map(str, bits)), 2)


def crc12(bits):
    """By long division: the bits, the first 12 of them inverted, times x^12."""
    poly = 0x180F  # x^12 + x^11 + x^3 + x^2 + x + 1
    n = len(bits)
    rest = (value_of(bits) ^ 0xFFF << (n - 12)) << 12
    for i in range(n + 11, 11, -1):
        if rest >> i & 1:
            rest ^= poly << (i - 12)
    return rest


def encode_info(info):
    """Bit i meets bits i-1, i-2 … i-13, counted round the end; the generators' most significant
    bit multiplies bit i itself."""
    out = []
    for i in range(INFO_BITS):
        window = value_of([info[(i - t) % INFO_BITS] for t in range(MEMORY + 1)])
        out += [bin(window & g).count("1") & 1 for g in GENERATORS]
    return out


def encode(payload):
    head = bits_of(HEADER, 4) + bits_of(payload, PAYLOAD_BITS)
    return encode_info(head + bits_of(crc12(head), 12))


def gaussian(np, plane, sigma):
    """Borders mirrored about the edge sample."""
    radius = min(math.ceil(4 * sigma), min(plane.shape) - 1)
    taps = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    taps /= taps.sum()
    for axis in (0, 1):
        pad = [(radius, radius) if a == axis else (0, 0) for a in (0, 1)]
        padded = np.pad(plane, pad, mode="reflect")
        plane = np.apply_along_axis(np.convolve, axis, padded, taps, "valid")
    return plane


def whiten(np, luma):
    """Section 3."""
    v = luma - gaussian(np, luma, 6)
    fy, fx = np.fft.fftfreq(v.shape[0])[:, None], np.fft.rfftfreq(v.shape[1])[None, :]
    ramp = 10 * np.minimum(np.hypot(fx, fy), 0.3)
    v = np.fft.irfft2(np.fft.rfft2(v) * ramp, v.shape)
    return np.clip(v / np.sqrt(gaussian(np, v * v, 8) + 9), -2, 2)


def viterbi(np, soft):
    """The tail-biting codeword that correlates best with `soft`, by three laps of the trellis. State:
    the 13 newest bits, the newest on top."""
    states = 1 << MEMORY
    register = np.arange(states)[None, :] | (np.arange(2) << MEMORY)[:, None]
    parity = np.array([bin(r).count("1") & 1 for r in range(2 * states)])
    sign = np.array([1 - 2 * parity[register & g] for g in GENERATORS])
    metric, past = np.zeros(states), []
    for t in range(3 * INFO_BITS):
        branch = np.tensordot(soft.reshape(-1, 4)[t % INFO_BITS], sign, 1)
        reached = metric[None, :] + branch  # [bit][state]; goes to register >> 1
        pairs = reached.reshape(2, states // 2, 2)
        past.append(pairs.argmax(axis=2).reshape(-1))
        metric = pairs.max(axis=2).reshape(-1)
    state, bits = int(metric.argmax()), []
    for chosen in reversed(past):
        bits.append(state >> (MEMORY - 1))
        state = (state << 1 & (states - 1)) | int(chosen[state])
    return bits[::-1][INFO_BITS : 2 * INFO_BITS]


def find_shift(np, layout, z):
    """Section 6.4, without the half turn: the shift in canonical pixels."""
    n = 2 * TILE
    grid = np.zeros((n, n), complex)
    for (kx, ky), phase in zip(layout.pilot, layout.phase):
        c = z[ky, kx]
        grid[ky % n, kx] = c / max(abs(c), 1e-20) * np.conj(phase)
    peak = np.fft.ifft2(grid).real
    y, x = np.unravel_index(peak.argmax(), peak.shape)
    return x / 2, y / 2


def decode(luma, layer_key):
    """The payload of a picture of at most a megapixel at the nominal lattice, or None."""
    import numpy as np

    layout = Layout(layer_key)
    residual = whiten(np, luma)
    h, w = residual.shape
    whole = np.zeros((-(-h // TILE) * TILE, -(-w // TILE) * TILE))
    whole[:h, :w] = residual
    tile = whole.reshape(whole.shape[0] // TILE, TILE, -1, TILE).sum(axis=(0, 2))
    z = np.fft.fft2(tile)
    dx, dy = find_shift(np, layout, z)
    soft = np.zeros(CODE_BITS)
    for i, (kx, ky) in enumerate(layout.message):
        c = z[ky, kx] * np.exp(2j * np.pi * (kx * dx + ky * dy) / TILE)
        for j, value in enumerate((c.real, c.imag)):
            soft[layout.code_bit[2 * i + j]] += layout.sign[2 * i + j] * value
    info = viterbi(np, soft)
    head, check = info[:68], value_of(info[68:])
    if value_of(head[:4]) != HEADER or crc12(head) != check:
        return None
    return value_of(head[4:])


def decode_file(path, w, h, key):
    import numpy as np

    luma = np.fromfile(path, "<f4").reshape(int(h), int(w)).astype(float)
    payload = decode(luma, bytes.fromhex(key))
    print("none" if payload is None else f"{payload:016x}")


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


def main(argv):
    if argv[1:] == ["known-answers"]:
        known_answers()
    elif len(argv) == 6 and argv[1] == "decode":
        decode_file(*argv[2:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv)
