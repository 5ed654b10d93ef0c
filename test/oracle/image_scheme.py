"""What embedder and detector of cm-image-1 must agree on, after spec/image-mark.md §2 and
spec/payload.md: keyed streams, layout, code. Shares no code with the library. Needs the standard
library and OpenSSL's (for AES)."""

import ctypes
import ctypes.util
import hashlib
import math

import keys

TILE, LOW, HIGH, PILOTS, PILOT_LOW, PILOT_HIGH = 128, 8, 34, 96, 11, 26
INFO_BITS, PAYLOAD_BITS, SHORT_BITS, HEADER, MEMORY = 80, 64, 16, 1, 13
GENERATORS = (0o21113, 0o23175, 0o35527, 0o35537)
CODE_BITS = INFO_BITS * len(GENERATORS)


def aes_256_ctr(key, n):
    """n bytes of key stream, the counter block 0 at first."""
    lib = ctypes.CDLL(ctypes.util.find_library("crypto"))
    lib.EVP_CIPHER_CTX_new.restype = lib.EVP_aes_256_ctr.restype = ctypes.c_void_p
    context = ctypes.c_void_p(lib.EVP_CIPHER_CTX_new())
    cipher = ctypes.c_void_p(lib.EVP_aes_256_ctr())
    out, done = ctypes.create_string_buffer(n), ctypes.c_int()
    assert lib.EVP_EncryptInit_ex(context, cipher, None, key, bytes(16)) == 1
    assert lib.EVP_EncryptUpdate(context, out, ctypes.byref(done), bytes(n), n) == 1 and done.value == n
    lib.EVP_CIPHER_CTX_free(context)
    return out.raw[:n]


class Prf:
    """AES-256-CTR under HKDF-Expand(layer key, purpose), as big-endian words."""

    BYTES = 1 << 16

    def __init__(self, layer_key, purpose):
        key = keys.expand(layer_key, purpose.encode(), 32)
        self.stream = aes_256_ctr(key, self.BYTES)
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


def spread(payload):
    """Times a constant as polynomials over GF(2)."""
    field = 0x243F6A8885A308D3
    for i in range(SHORT_BITS):
        field ^= (payload >> i & 1) * 0x19E3779B97F4B << i
    return field


def encode(payload, bits=PAYLOAD_BITS):
    header, field = {
        PAYLOAD_BITS: (HEADER, payload),
        SHORT_BITS: (2, spread(payload)),
        0: (3, 0xADF85458A2BB4A9A),
    }[bits]
    head = bits_of(header, 4) + bits_of(field, PAYLOAD_BITS)
    return encode_info(head + bits_of(crc12(head), 12))
