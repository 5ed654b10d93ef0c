"""What happens to pictures on their way: the everyday changes that the mark has to survive.

A picture is an array of uint8, height x width x 3, RGB. Every change is deterministic for a picture,
a name and a seed. A larger suite with the same interface can take this one's place: see load().
"""

import importlib.util
import io
import os
import pathlib
import zlib

import cv2
import numpy as np
from PIL import Image

# The suite that lies beside the project where it is developed.
NEIGHBOUR = pathlib.Path("../shared/attacks/attacks.py")

GREY = np.array([0.299, 0.587, 0.114])


def to_bytes(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def jpeg(image, quality):
    data = io.BytesIO()
    Image.fromarray(image).save(data, "JPEG", quality=quality, subsampling="4:2:0")
    with Image.open(data) as decoded:
        return np.asarray(decoded.convert("RGB"))


def scale(image, factor):
    size = (round(image.shape[1] * factor), round(image.shape[0] * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, size, interpolation=how)


def to_side(image, side):
    """So large that the longer side is `side`."""
    return scale(np.ascontiguousarray(image), side / max(image.shape[:2]))


def crop(image, share, rng):
    """A part of `share` of the area, same shape, anywhere."""
    h, w = (round(side * share**0.5) for side in image.shape[:2])
    y = rng.integers(0, image.shape[0] - h + 1)
    x = rng.integers(0, image.shape[1] - w + 1)
    return image[y : y + h, x : x + w]


def rotate(image, degrees):
    """About the middle on the same canvas, corners black."""
    h, w = image.shape[:2]
    matrix = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), degrees, 1)
    return cv2.warpAffine(image, matrix, (w, h), flags=cv2.INTER_CUBIC)


def screenshot(image, rng):
    """Shown smaller in a dark window, grabbed with some of the window, saved as JPEG."""
    shown = scale(image, 0.83)
    h, w = shown.shape[:2]
    window = np.full((h + 90, w + 60, 3), (32, 33, 36), np.uint8)
    window[60 : 60 + h, 30 : 30 + w] = shown
    y, x = rng.integers(40, 60), rng.integers(10, 30)
    grabbed = window[y : y + h + rng.integers(0, 20), x : x + w + rng.integers(0, 20)]
    return jpeg(np.ascontiguousarray(grabbed), 88)


def collage(image, rng):
    """A quarter of a larger picture."""
    h, w = image.shape[:2]
    blobs = rng.integers(0, 256, (8, 8, 3)).astype(np.uint8)
    canvas = cv2.resize(blobs, (2 * w, 2 * h), interpolation=cv2.INTER_CUBIC)
    canvas = to_bytes(canvas + rng.normal(0, 4, canvas.shape))
    y, x = rng.integers(0, 2) * h, rng.integers(0, 2) * w
    canvas[y : y + h, x : x + w] = image
    return canvas


def contrast(image, factor):
    return to_bytes((image - 128.0) * factor + 128)


def gamma(image, exponent):
    return to_bytes(255 * (image / 255.0) ** exponent)


CHANGES = {
    "clean": lambda a, r: a,
    "jpeg50": lambda a, r: jpeg(a, 50),
    "scale0.5": lambda a, r: scale(a, 0.5),
    "scale2": lambda a, r: scale(a, 2),
    "crop50": lambda a, r: crop(a, 0.5, r),
    "rot5": lambda a, r: rotate(a, 5),
    "rot45": lambda a, r: rotate(a, 45),
    "rot90": lambda a, r: np.rot90(a),
    "hflip": lambda a, r: a[:, ::-1],
    "gnoise10": lambda a, r: to_bytes(a + r.normal(0, 10, a.shape)),
    "gblur1.5": lambda a, r: cv2.GaussianBlur(a, (0, 0), 1.5),
    "contrast0.5": lambda a, r: contrast(a, 0.5),
    "contrast1.5": lambda a, r: contrast(a, 1.5),
    "gamma0.6": lambda a, r: gamma(a, 0.6),
    "gamma1.6": lambda a, r: gamma(a, 1.6),
    "sat0": lambda a, r: to_bytes(np.repeat((a @ GREY)[..., None], 3, axis=2)),
    "screenshot": screenshot,
    "collage4": collage,
}

# What happens to pictures of several megapixels: they are shown small, or only a little of them.
LARGE = {
    "clean": lambda a, r: a,
    "jpeg50": lambda a, r: jpeg(a, 50),
    "to1920_q70": lambda a, r: jpeg(to_side(a, 1920), 70),
    "to1024_q70": lambda a, r: jpeg(to_side(a, 1024), 70),
    "to600_q70": lambda a, r: jpeg(to_side(a, 600), 70),
    "to400_q75": lambda a, r: jpeg(to_side(a, 400), 75),
    "crop25_q75": lambda a, r: jpeg(crop(a, 0.25, r), 75),
    "crop10_to800": lambda a, r: to_side(crop(a, 0.10, r), 800),
    "crop3": lambda a, r: crop(a, 0.03, r),
    "rot7_crop50_to1000": lambda a, r: to_side(crop(rotate(a, 7), 0.5, r), 1000),
    "hflip_to1080_q60": lambda a, r: jpeg(to_side(a[:, ::-1], 1080), 60),
}

# The sixteen of the larger suite that cost most payloads.
HARD = """jpeg30 jpeg20 webp50 webp30 crop25 crop10 gblur2 gblur3 median5 median7 gnoise30 whatsapp
    crop50_s0.7_q70 nlm8 scaleback0.25 printscan""".split()


def apply(name, image, seed):
    rng = np.random.default_rng([zlib.crc32(name.encode()), seed])
    return np.ascontiguousarray((CHANGES.get(name) or LARGE[name])(image, rng))


def load():
    """(where from, names, apply): the larger suite at CM_ATTACKS or beside the project; else this
    module's own."""
    path = pathlib.Path(os.environ.get("CM_ATTACKS", NEIGHBOUR))
    if not path.exists():
        return "bench/attacks.py", list(CHANGES), apply
    spec = importlib.util.spec_from_file_location("attack_suite", path)
    suite = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(suite)
    return str(path), list(suite.ATTACKS), suite.apply
