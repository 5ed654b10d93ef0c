"""Luma of a picture after spec/media.md §1 and the formats' own standards: PNG without interlacing,
JPEG of the baseline kind whose component 0 is luma. Orientation is left as stored. Needs numpy."""

import pathlib
import zlib

import numpy as np


def luma_of(path):
    """Rows of luma, 0 to 255, not rounded."""
    data = pathlib.Path(path).read_bytes()
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return png_luma(data)
    if data[:2] == b"\xff\xd8":
        return Jpeg(data).luma()
    raise ValueError("neither PNG nor JPEG")


# --- PNG -------------------------------------------------------------------------------------------

CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def png_samples(data):
    """Samples as [row][column][channel], alpha included, and their greatest value."""
    at, packed = 8, b""
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            w, h = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big")
            depth, colour, interlaced = body[8], body[9], body[12]
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    if colour not in CHANNELS or depth < 8 or interlaced:
        raise ValueError("PNG with a palette, few bits or interlacing")
    step = CHANNELS[colour] * depth // 8
    raw = unfilter(zlib.decompress(packed), w * step, h, step)
    samples = np.frombuffer(raw, ">u2" if depth == 16 else "u1")
    return samples.reshape(h, w, CHANNELS[colour]), (1 << depth) - 1


def paeth(a, b, c):
    p = a + b - c
    da, db, dc = abs(p - a), abs(p - b), abs(p - c)
    return a if da <= db and da <= dc else b if db <= dc else c


def unfilter(raw, row_bytes, h, step):
    out, above = bytearray(), bytearray(row_bytes)
    for y in range(h):
        start = y * (row_bytes + 1)
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + row_bytes])
        for i in range(row_bytes if kind else 0):
            left = row[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            guess = (0, left, above[i], (left + above[i]) // 2, paeth(left, above[i], corner))[kind]
            row[i] = row[i] + guess & 255
        out += row
        above = row
    return bytes(out)


def png_luma(data):
    samples, most = png_samples(data)
    colour = samples.astype(float) * (255 / most)
    return colour[:, :, :3] @ [0.299, 0.587, 0.114] if colour.shape[2] > 2 else colour[:, :, 0]


# --- JPEG (T.81) -----------------------------------------------------------------------------------

# Row and column of each coefficient in the order of the file.
ZIGZAG = sorted(
    np.ndindex(8, 8), key=lambda c: (c[0] + c[1], c[0] if (c[0] + c[1]) % 2 else c[1])
)


class Bits:
    """The entropy-coded data of one restart interval."""

    def __init__(self, data):
        self.data, self.at, self.held, self.count = data.replace(b"\xff\0", b"\xff"), 0, 0, 0

    def peek(self, n):
        while self.count < n:
            byte = self.data[self.at] if self.at < len(self.data) else 0
            self.held, self.count, self.at = self.held << 8 | byte, self.count + 8, self.at + 1
        return self.held >> (self.count - n) & ((1 << n) - 1)

    def drop(self, n):
        self.count -= n
        self.held &= (1 << self.count) - 1

    def symbol(self, table):
        size, value = table[self.peek(16)]
        self.drop(size)
        return value

    def number(self, n):
        """T.81 F.2.2.1: n bits, of which the lower half stands for the negative numbers."""
        if n == 0:
            return 0
        v = self.peek(n)
        self.drop(n)
        return v if v >> (n - 1) else v - (1 << n) + 1


class Jpeg:
    def __init__(self, data):
        self.quant, self.tables, self.interval, at = {}, {}, 0, 2
        while True:
            kind, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
            body = data[at + 4 : at + 2 + size]
            at += 2 + size
            if kind == 0xDB:
                self.read_quantisers(body)
            elif kind == 0xC4:
                self.read_tables(body)
            elif kind == 0xDD:
                self.interval = int.from_bytes(body, "big")
            elif kind in (0xC0, 0xC1):
                self.read_frame(body)
            elif 0xC2 <= kind <= 0xCF:
                raise ValueError("JPEG that isn't sequential Huffman")
            elif kind == 0xEE and body[:5] == b"Adobe" and body[11] != 1:
                raise ValueError("JPEG whose component 0 isn't luma")
            elif kind == 0xDA:
                break
        self.read_scan(body, data[at:])

    def read_quantisers(self, body):
        while body:
            wide, slot = body[0] >> 4, body[0] & 15
            table = np.zeros((8, 8))
            values = np.frombuffer(body[1:], ">u2" if wide else "u1", 64)
            for value, cell in zip(values, ZIGZAG):
                table[cell] = value
            self.quant[slot] = table
            body = body[1 + (128 if wide else 64) :]

    def read_tables(self, body):
        """For each 16 bits to come, the code's length and its symbol."""
        while body:
            slot, counts, table, code = body[0], body[1:17], [(16, 0)] * 65536, 0
            symbols, body = body[17 : 17 + sum(counts)], body[17 + sum(counts) :]
            k = 0
            for size in range(1, 17):
                for _ in range(counts[size - 1]):
                    span = 1 << (16 - size)
                    table[code * span : (code + 1) * span] = [(size, symbols[k])] * span
                    code, k = code + 1, k + 1
                code <<= 1
            self.tables[slot] = table

    def read_frame(self, body):
        self.h, self.w = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
        parts = [body[6 + 3 * i : 9 + 3 * i] for i in range(body[5])]
        self.part = {p[0]: (p[1] >> 4, p[1] & 15, p[2]) for p in parts}
        self.luma_id = parts[0][0]
        if len(parts) not in (1, 3) or body[0] != 8:
            raise ValueError("JPEG that is neither grey nor YCbCr of 8 bits")
        if len(parts) == 1:
            self.part[self.luma_id] = (1, 1, parts[0][2])  # one component: no interleaving

    def read_scan(self, body, data):
        if body[0] != len(self.part):
            raise ValueError("JPEG of several scans")
        order = [(body[1 + 2 * i], body[2 + 2 * i]) for i in range(body[0])]
        most_h = max(p[0] for p in self.part.values())
        most_v = max(p[1] for p in self.part.values())
        if self.part[self.luma_id][:2] != (most_h, most_v):
            raise ValueError("JPEG whose luma is subsampled")
        self.columns, rows = -(-self.w // (8 * most_h)), -(-self.h // (8 * most_v))
        self.blocks = np.zeros((rows * most_v, self.columns * most_h, 8, 8))
        intervals = split_at_restarts(data)
        every = self.interval or rows * self.columns
        for unit in range(rows * self.columns):
            if unit % every == 0:
                bits, last = Bits(next(intervals)), dict.fromkeys(self.part, 0)
            self.read_unit(bits, order, unit, last)

    def read_unit(self, bits, order, unit, last):
        for name, slots in order:
            across, down, _ = self.part[name]
            for v in range(down):
                for u in range(across):
                    block = self.read_block(bits, slots, name, last)
                    if name == self.luma_id:
                        y, x = unit // self.columns * down + v, unit % self.columns * across + u
                        self.blocks[y, x] = block

    def read_block(self, bits, slots, name, last):
        last[name] += bits.number(bits.symbol(self.tables[slots >> 4]))
        block, k, ac = np.zeros((8, 8)), 1, self.tables[0x10 | slots & 15]
        block[0, 0] = last[name]
        while k < 64:
            symbol = bits.symbol(ac)
            if symbol == 0:
                break
            k += symbol >> 4
            if symbol & 15:
                block[ZIGZAG[k]] = bits.number(symbol & 15)
            k += 1
        return block

    def luma(self):
        """media.md §1: the inverse DCT plus 128, not rounded."""
        n = np.arange(8)
        dct = np.cos(np.pi * np.outer(n, 2 * n + 1) / 16) / 2
        dct[0] /= np.sqrt(2)
        pixels = dct.T @ (self.blocks * self.quant[self.part[self.luma_id][2]]) @ dct + 128
        rows, columns = self.blocks.shape[:2]
        plane = pixels.transpose(0, 2, 1, 3).reshape(8 * rows, 8 * columns)
        return np.clip(plane[: self.h, : self.w], 0, 255)


def split_at_restarts(data):
    """The entropy-coded data between RST markers, up to any other marker."""
    start = at = 0
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] != 0:
            yield data[start:at]
            if not 0xD0 <= data[at + 1] <= 0xD7:
                return
            start = at + 2
        at += 2
