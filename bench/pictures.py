#!/usr/bin/env python3
"""Lists the pictures to measure on, by size, and makes the 12-megapixel JPEG. See pictures.sh.

usage: pictures.py DIR      DIR: img/512/*.png, img/1024/*.png, img/manifest.tsv, mp/*.jpg; "" for the bundled ones
"""

import pathlib
import sys

import numpy as np
from PIL import Image

import common

SIDE = 512
MEGAPIXEL = "1024"
LARGE = (4000, 3000)  # 12 megapixels
LARGE_QUALITY = 90
BUNDLED = ["astronaut.png", "chelsea.webp", "coffee.jpg"]


def centre(image, width, height):
    """The largest part of that shape from the middle, in that size."""
    scale = min(image.width / width, image.height / height)
    w, h = width * scale, height * scale
    x, y = (image.width - w) / 2, (image.height - h) / 2
    return image.convert("RGB").resize((width, height), Image.LANCZOS, box=(x, y, x + w, y + h))


def from_directory(directory):
    """(photos, pictures of every kind, (kind, path) in all sizes, originals), sorted by name."""
    photos, pictures, kinds = [], [], []
    rows = (directory / "img/manifest.tsv").read_text().splitlines()[1:]
    for name, kind, *_ in (row.split("\t") for row in rows):
        path = directory / "img" / name
        if path.exists():
            kinds.append((kind, path))
        if name.startswith(f"{SIDE}/") and path.exists():
            pictures.append(path)
            if kind == "photo":
                photos.append(path)
    return sorted(photos), sorted(pictures), sorted(kinds), sorted((directory / "mp").glob("*.jpg"))


def from_bundled():
    photos = []
    for name in BUNDLED:
        path = common.HERE / "bundled" / (pathlib.Path(name).stem + ".png")
        path.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(common.PHOTOS / name) as image:
            centre(image, SIDE, SIDE).save(path)
        photos.append(path)
    return photos, photos, [("photo", path) for path in photos], []


def make_large(originals, path):
    """From the original of most bytes where there are some (these are compressed harder than a camera
    does), else from a bundled photo with grain: the cost of coding goes with the bytes."""
    source = max(originals, key=lambda p: p.stat().st_size, default=common.PHOTOS / "coffee.jpg")
    note = path.with_suffix(".txt")
    wanted = f"{source.name} {LARGE} {LARGE_QUALITY}"
    if path.exists() and note.exists() and note.read_text() == wanted:
        return
    with Image.open(source) as image:
        pixels = centre(image, *LARGE)
    if not originals:
        grain = np.random.default_rng(1).normal(0, 3, (LARGE[1], LARGE[0], 1))
        pixels = Image.fromarray(np.clip(np.asarray(pixels) + grain, 0, 255).astype(np.uint8))
    pixels.save(path, quality=LARGE_QUALITY, subsampling="4:2:0")
    note.write_text(wanted)


def main():
    directory = sys.argv[1]
    found = from_directory(pathlib.Path(directory)) if directory else from_bundled()
    photos, pictures, kinds, originals = found
    if not photos:
        sys.exit(f"pictures.py: no photos of {SIDE}x{SIDE} in {directory}")
    for name, paths in (("photos", photos), ("pictures", pictures)):
        (common.HERE / f"{name}.txt").write_text("".join(f"{p}\n" for p in paths))
    megapixel = [p for kind, p in kinds if kind == "photo" and p.parent.name == MEGAPIXEL]
    for name, paths in (("megapixel", megapixel), ("originals", originals)):
        (common.HERE / f"{name}.txt").write_text("".join(f"{p}\n" for p in paths))
    (common.HERE / "kinds.txt").write_text("".join(f"{kind}\t{p}\n" for kind, p in kinds))
    make_large(originals, common.HERE / "12mp.jpg")
    print(f"{len(photos)} photos, {len(pictures)} pictures of {SIDE}x{SIDE}; {len(megapixel)} photos of "
          f"a megapixel, {len(originals)} originals")


if __name__ == "__main__":
    main()
