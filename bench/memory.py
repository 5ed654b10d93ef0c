#!/usr/bin/env python3
"""The most memory that the command holds while it marks, and looks for marks in, a picture of 100
megapixels: a photo tiled, as JPEG with and without halved chroma and as PNG."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

import common

Image.MAX_IMAGE_PIXELS = None
SIDE = 10000
DECODED = 3 * SIDE * SIDE / 1e6
MOST = 2 * DECODED
FORMATS = {"JPEG 4:2:0": (".jpg", {"quality": 90, "subsampling": "4:2:0"}),
           "JPEG 4:4:4": (".jpg", {"quality": 90, "subsampling": "4:4:4"}),
           "PNG": (".png", {"compress_level": 1})}


def tiled(photo):
    with Image.open(photo) as image:
        tile = image.convert("RGB")
    whole = Image.new("RGB", (SIDE, SIDE))
    for y in range(0, SIDE, tile.height):
        for x in range(0, SIDE, tile.width):
            whole.paste(tile, (x, y))
    return whole


def most_memory(*arguments):
    """MB. Exit codes of 2 and above are failures, but for "inconclusive"."""
    child = subprocess.Popen([common.COMMAND, *map(str, arguments)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1, 5):
        sys.exit(f"{arguments[0]}: exit code {child.returncode}")
    return usage.ru_maxrss / 1e3


def main():
    argparse.ArgumentParser(description=__doc__).parse_args()
    photo = common.photos(1)[0][1]
    public = common.key().with_suffix(".pub")
    picture = tiled(photo)
    checks = []
    print(f"Most memory for {SIDE}x{SIDE} pixels, {DECODED:.0f} MB decoded, MB:")
    print(f"  {'':12}{'embed':>8}{'detect':>8}  with others' marks")
    for name, (end, how) in FORMATS.items():
        with tempfile.TemporaryDirectory(dir=common.HERE) as directory:
            host, marked = Path(directory) / f"host{end}", Path(directory) / f"marked{end}"
            picture.save(host, **how)
            figures = (most_memory("embed", host, "-o", marked, "--key", common.key()),
                       most_memory("detect", marked, "--key", public, "--fast", "--no-foreign"),
                       most_memory("detect", marked, "--key", public, "--fast"))
        print(f"  {name:12}{figures[0]:8.0f}{figures[1]:8.0f}{figures[2]:8.0f}")
        checks.append((f"{name}: at most {MOST:.0f} MB", max(figures) <= MOST))
    return common.judge(checks)


if __name__ == "__main__":
    sys.exit(main())
