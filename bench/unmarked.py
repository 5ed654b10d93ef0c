#!/usr/bin/env python3
"""Makes pictures of every kind and of many sizes that carry no mark under a key yet to be drawn.

usage: unmarked.py [COUNT]

COUNT (6) pictures of each kind and size, by one fixed seed: parts of the evaluation set's pictures,
turned and scaled; what is made here; and photos with other keys' and other people's marks (the other
keys are drawn once and kept). Written to build/bench/unmarked, with a list of kinds and paths in
build/bench/unmarked.txt.
"""

import sys

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import common
import peers

HERE = common.HERE / "unmarked"
SIDES = (128, 256, 512, 1024)
SHAPES = ((1, 1), (1, 1), (1, 0.75), (0.75, 1), (1, 0.5625), (0.8, 1))
PERIODS = (2, 4, 8, 16, 32, 64, 96, 128, 192, 256)  # 128 is the mark's own tile
OTHER_KEYS = 6
LEAST_DEVIATION = 3  # of levels: of flat pictures there is nothing to try
WORDS = """the picture of a key that nobody has carries no mark and says so on every page while
    letters stand in lines and lines in columns as they do in print""".split()


def to_bytes(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def grey(values):
    return np.repeat(to_bytes(values)[..., None], 3, axis=2)


def part(image, w, h, rng):
    """A part of the picture, as it is or turned and scaled; what is beyond is mirrored or black."""
    turned = rng.random() < 0.5
    least = max(w / image.shape[1], h / image.shape[0])
    scale = least * rng.uniform(1, 2) if turned else max(least, rng.choice([1, 1, least]))
    angle = rng.uniform(-180, 180) if turned else 0
    slack = [max(0, image.shape[1] - w / scale), max(0, image.shape[0] - h / scale)]
    middle = [image.shape[1] / 2, image.shape[0] / 2] + (rng.random(2) - 0.5) * slack
    matrix = cv2.getRotationMatrix2D(tuple(middle), angle, scale)
    matrix[:, 2] += np.array([w / 2, h / 2]) - middle
    if not turned and scale == 1:
        matrix[:, 2] = np.round(matrix[:, 2])
    border = cv2.BORDER_REFLECT_101 if rng.random() < 0.7 else cv2.BORDER_CONSTANT
    return cv2.warpAffine(image, matrix, (w, h), flags=cv2.INTER_CUBIC, borderMode=border)


class Sources:
    """The evaluation set's pictures by kind, and photos with marks of others."""

    def __init__(self):
        self.paths = {}
        for line in (common.HERE / "kinds.txt").read_text().splitlines():
            kind, path = line.split("\t")
            self.paths.setdefault(kind, []).append(path)
        self.peers = peers.all_peers()

    def any(self, kind, rng):
        path = self.paths[kind][rng.integers(len(self.paths[kind]))]
        with Image.open(path) as image:
            return path, np.asarray(image.convert("RGB"))

    def photo(self, rng):
        return self.any("photo", rng)[1]

    def under_another_key(self, rng):
        """By `embed` under one of a few keys that are made for this, with or without a payload."""
        key = HERE / f"other-{rng.integers(OTHER_KEYS)}.key"
        if not key.exists():
            common.run("keygen", "--name", "other", "-o", str(key))
        marked = HERE / "marked.png"
        path = self.any("photo", rng)[0]
        marked.unlink(missing_ok=True)
        bits = str(rng.choice([64, 16, 0]))
        common.run("embed", str(path), "-o", str(marked), "--key", str(key), "--payload-bits", bits)
        with Image.open(marked) as image:
            return np.asarray(image.convert("RGB"))

    def under_anothers_mark(self, rng):
        peer = self.peers[rng.integers(len(self.peers))]
        photo = np.ascontiguousarray(self.photo(rng)[:512, :512])
        return peer.embed(photo, rng.integers(0, 2, peer.bits).astype(np.uint8))


def halftone(image, rng):
    """Ordered, clustered or by error diffusion; of grey or of each colour."""
    pixels = image if rng.random() < 0.5 else grey(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    how = rng.integers(3)
    if how == 0:
        planes = (Image.fromarray(np.ascontiguousarray(pixels[..., c])) for c in range(3))
        return np.stack([np.asarray(p.convert("1")) * np.uint8(255) for p in planes], axis=2)
    h, w = pixels.shape[:2]
    y, x = np.mgrid[0:h, 0:w]
    if how == 1:
        screen = np.zeros((1, 1))
        for _ in range(rng.integers(1, 4)):  # Bayer's matrices of 2, 4, 8
            screen = np.block([[4 * screen, 4 * screen + 2], [4 * screen + 3, 4 * screen + 1]])
        n = len(screen)
        screens = [((screen + 0.5) * 256 / n**2)[y % n, x % n]] * 3
    else:
        f = 2 * np.pi / rng.uniform(4, 12)
        angles = np.deg2rad(np.array([15, 75, 45]) + rng.uniform(0, 15))
        screens = [127.5 + 127.5 * np.cos(f * (x * np.cos(t) + y * np.sin(t)))
                   * np.cos(f * (y * np.cos(t) - x * np.sin(t))) for t in angles]
    dots = [np.where(pixels[..., c] > screens[c], 255, 0) for c in range(3)]
    return np.stack(dots, axis=2).astype(np.uint8)


def texture(w, h, rng):
    """Gratings, checkerboards, and tilings whose tile is noise, smoothed or not."""
    y, x = np.mgrid[0:h, 0:w]
    period = int(rng.choice(PERIODS))
    how = rng.integers(3)
    if how == 0:
        values = np.zeros((h, w))
        for _ in range(rng.integers(1, 4)):
            t = rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)])
            phase = rng.uniform(0, 2 * np.pi)
            values += np.sin(2 * np.pi * (x * np.cos(t) + y * np.sin(t)) / period + phase)
        values = 128 + 80 * (np.sign(values) if rng.random() < 0.3 else values)
    elif how == 1:
        values = 40 + 170 * ((x // (period // 2) + y // (period // 2)) % 2)
    else:
        tile = rng.normal(0, 1, (period, period))
        if rng.random() < 0.7:
            tile = cv2.GaussianBlur(np.tile(tile, (3, 3)), (0, 0), rng.uniform(0.7, 4))
            tile = tile[period : 2 * period, period : 2 * period]
        values = 128 + 60 * (tile / tile.std())[y % period, x % period]
    return grey(values + rng.normal(0, rng.choice([0.5, 2]), (h, w)))


def colour(rng, low, high):
    return tuple(int(v) for v in rng.integers(low, high, 3))


def words(rng, n):
    return " ".join(rng.choice(WORDS, size=n))


def text_page(w, h, rng):
    """Lines of words in one size of type, dark on light or the other way."""
    dark = rng.random() < 0.3
    page = Image.new("RGB", (w, h), (24, 26, 30) if dark else (252, 251, 247))
    draw, size = ImageDraw.Draw(page), int(rng.integers(8, 30))
    font, y = ImageFont.load_default(size), 4
    while y < h:
        ink = (225, 225, 220) if dark else (20, 20, 22)
        draw.text((6, y), words(rng, max(1, 2 * w // size)), font=font, fill=ink)
        y += int(size * 1.3)
    return np.asarray(page)


def screenshot(sources, w, h, rng):
    """A window with a bar, a list of lines, buttons, and a photo."""
    page = Image.new("RGB", (w, h), colour(rng, 200, 256))
    draw = ImageDraw.Draw(page)
    bar, font = max(8, h // 16), ImageFont.load_default(max(8, h // 40))
    draw.rectangle((0, 0, w, bar), fill=colour(rng, 20, 120))
    for i in range(1, 4):
        draw.ellipse((w - i * bar, 3, w - i * bar + bar - 6, bar - 3), fill=(230, 180, 60))
    draw.rectangle((0, bar, w // 4, h), fill=colour(rng, 30, 90))
    for i in range(8):
        top = bar + 6
        draw.text((4, top + i * h // 10), words(rng, 2), font=font, fill=(230, 230, 230))
        draw.text((w // 4 + 6, top + i * h // 20), words(rng, 9), font=font, fill=(30, 30, 30))
    page.paste(Image.fromarray(sources.photo(rng)).resize((w // 2, h // 3)), (w // 3, h // 2))
    return np.asarray(page)


def noise(w, h, rng):
    """White, pink, brown or blue; grey or each colour by itself."""
    slope = rng.choice([0, -1, -2, 1])
    fy, fx = np.fft.fftfreq(h)[:, None], np.fft.rfftfreq(w)
    radius = np.hypot(fx, fy)
    radius[0, 0] = 1

    def plane():
        values = np.fft.irfft2(np.fft.rfft2(rng.normal(0, 1, (h, w))) * radius**slope, s=(h, w))
        return 128 + rng.uniform(5, 70) * (values - values.mean()) / values.std()

    if rng.random() < 0.5:
        return grey(plane())
    return to_bytes(np.stack([plane() for _ in range(3)], axis=2))


KINDS = {
    "photo": lambda s, w, h, r: part(s.photo(r), w, h, r),
    "graphic": lambda s, w, h, r: part(s.any("graphic", r)[1], w, h, r),
    "synthetic": lambda s, w, h, r: part(s.any("synthetic", r)[1], w, h, r),
    "screenshot": screenshot,
    "halftone": lambda s, w, h, r: halftone(part(s.photo(r), w, h, r), r),
    "texture": lambda s, w, h, r: texture(w, h, r),
    "text": lambda s, w, h, r: text_page(w, h, r),
    "noise": lambda s, w, h, r: noise(w, h, r),
    "other key": lambda s, w, h, r: part(s.under_another_key(r), w, h, r),
    "other's mark": lambda s, w, h, r: part(s.under_anothers_mark(r), w, h, r),
}


def make(sources, kind, side, number):
    rng = np.random.default_rng([list(KINDS).index(kind), side, number])
    across, down = SHAPES[number % len(SHAPES)]
    pixels = np.zeros((1, 1))
    while pixels.std() < LEAST_DEVIATION:
        pixels = KINDS[kind](sources, round(side * across), round(side * down), rng)
    path = HERE / f"{kind.replace(' ', '-').replace(chr(39), '')}-{side}-{number}.png"
    Image.fromarray(pixels).save(path, compress_level=1)
    return path


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    HERE.mkdir(parents=True, exist_ok=True)
    sources = Sources()
    kinds = [k for k in KINDS if k not in ("graphic", "synthetic") or k in sources.paths]
    lines = []
    for kind in kinds:
        for side in SIDES:
            for number in range(count):
                lines.append(f"{kind}\t{make(sources, kind, side, number)}\n")
                common.progress(len(lines), len(kinds) * len(SIDES) * count, "unmarked")
    (common.HERE / "unmarked.txt").write_text("".join(lines))
    print(f"{len(lines)} pictures of {len(kinds)} kinds")


if __name__ == "__main__":
    main()
