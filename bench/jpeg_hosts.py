#!/usr/bin/env python3
"""What marking costs pictures that are JPEGs already: of coarse tables most changes are lost in rounding."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import attacks
import common
import quality

PAYLOAD = "0123456789abcdef"
QUALITIES = [95, 90, 75, 50]
CHANGES = ["jpeg75", "jpeg50", "scale0.5"]


def change(name, pixels):
    if name.startswith("jpeg"):
        return attacks.jpeg(pixels, int(name[4:]))
    return attacks.scale(pixels, 0.5)


def embed(host, marked):
    """What the command says of the mark, or None where it refuses."""
    done = subprocess.run([common.COMMAND, "embed", str(host), "-o", str(marked), "--key", str(common.key()),
                           "--payload", PAYLOAD, "--json"], capture_output=True, text=True)
    return json.loads(done.stdout)["watermark"] if done.returncode == 0 else None


def measure(task):
    """(photo, {quality: row or None})"""
    photo, qualities = task
    rows = {}
    for q in qualities:
        with tempfile.TemporaryDirectory(dir=common.HERE) as scratch:
            host, marked = Path(scratch) / "host.jpg", Path(scratch) / "marked.jpg"
            with Image.open(photo) as image:
                image.convert("RGB").save(host, quality=q, subsampling="4:2:0")
            mark = embed(host, marked)
            rows[q] = None
            if mark is None:
                continue
            pixels = quality.pixels(marked).astype(np.uint8)
            paths = []
            for name in CHANGES:
                paths.append(Path(scratch) / f"{name}.png")
                Image.fromarray(change(name, pixels)).save(paths[-1], compress_level=1)
            read = [any(e["layer"] == "watermark" and e["payload"] == PAYLOAD for e in r["evidence"])
                    for r in common.detect(paths)]
            rows[q] = (mark["log10_p"], quality.butteraugli(host, marked)[1],
                       marked.stat().st_size / host.stat().st_size, mark["steps_taken"],
                       mark["tables_refined"], *read)
    return photo.stem, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", type=int, default=10, help="every STEP-th photo (default 10)")
    options = parser.parse_args()
    common.key()
    tasks = [(photo, QUALITIES) for _, photo in common.photos(options.step)]
    results = common.spread(measure, tasks, "JPEG hosts")
    print(f"{len(results)} photos of 512x512, each a JPEG of that quality before it was marked at normal strength:")
    print("quality  marked  log10 p, median  3-norm against the host  file  whole steps  finer tables  "
          + "  ".join(CHANGES))
    for q in QUALITIES:
        rows = np.array([r[q] for _, r in results if r[q] is not None], float)
        if len(rows) == 0:
            print(f"{q:7}  none")
            continue
        shares = 100 * rows[:, 5:].mean(axis=0)
        print(f"{q:7}  {len(rows):6}  {np.median(rows[:, 0]):15.0f}  {rows[:, 1].mean():23.2f}  "
              f"x{rows[:, 2].mean():.2f}  {100 * rows[:, 3].mean():9.0f} %  {100 * rows[:, 4].mean():10.0f} %  "
              + "  ".join(f"{s:4.0f} %" for s in shares))
    return 0


if __name__ == "__main__":
    sys.exit(main())
