"""Marked photos to look at: original, marked, difference, and smoothest and busiest place."""

import numpy as np
from PIL import Image, ImageDraw

import common

ROWS, SIDE, PLACE, STRIDE, EDGE, GAIN = 8, 512, 128, 32, 24, 20
KEPT = common.HERE / "image/contact"
HEADINGS = ["original", "marked", f"difference, {GAIN} times, around grey"]


def keep(photo, marked):
    """A copy of the marked photo, for write()."""
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{photo.stem}.png").write_bytes(marked.read_bytes())
    (KEPT / f"{photo.stem}.txt").write_text(str(photo))


def forget():
    for path in KEPT.glob("*"):
        path.unlink()


def rgb(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def difference(a, b):
    return np.clip(128 + GAIN * (b.astype(int) - a), 0, 255).astype(np.uint8)


def places(pixels):
    """((y, x) of the smoothest, of the busiest): least and greatest mean gradient of luma."""
    luma = pixels @ np.array([0.299, 0.587, 0.114])
    busy = np.abs(np.diff(luma, axis=0))[:, 1:] + np.abs(np.diff(luma, axis=1))[1:]
    found = [(busy[y : y + PLACE - 1, x : x + PLACE - 1].mean(), y, x)
             for y in range(0, luma.shape[0] - PLACE + 1, STRIDE)
             for x in range(0, luma.shape[1] - PLACE + 1, STRIDE)]
    return min(found)[1:], max(found)[1:]


def put_places(sheet, draw, pictures, left, top):
    """For either place a line of original, marked and difference at 100 %."""
    for line, ((y, x), what) in enumerate(zip(places(pictures[0]), ("smoothest", "busiest"))):
        at = top + line * (PLACE + EDGE)
        draw.text((left, at + 6), f"{what} place: original, marked, difference", fill="black")
        for column, pixels in enumerate(pictures):
            part = Image.fromarray(pixels[y : y + PLACE, x : x + PLACE])
            sheet.paste(part, (left + column * (PLACE + 4), at + EDGE))


def write():
    """Writes the sheet of the kept photos; returns its path."""
    names = sorted(KEPT.glob("*.png"))
    names = names[:: max(1, len(names) // ROWS)][:ROWS]
    width = 3 * (SIDE + 8) + 3 * (PLACE + 4)
    sheet = Image.new("RGB", (width, len(names) * (SIDE + EDGE)), "white")
    draw = ImageDraw.Draw(sheet)
    for row, name in enumerate(names):
        top, original = row * (SIDE + EDGE), rgb(name.with_suffix(".txt").read_text())
        pictures = [original, rgb(name), difference(original, rgb(name))]
        for column, (pixels, heading) in enumerate(zip(pictures, HEADINGS)):
            draw.text((column * (SIDE + 8), top + 6), f"{name.stem}: {heading}", fill="black")
            sheet.paste(Image.fromarray(pixels), (column * (SIDE + 8), top + EDGE))
        put_places(sheet, draw, pictures, 3 * (SIDE + 8), top)
    path = common.HERE / "image/contact.png"
    sheet.save(path)
    return path
