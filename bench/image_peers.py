#!/usr/bin/env python3
"""Countermark beside other people's image marks: the same photos, the same changes, one run.

usage: OPENBLAS_NUM_THREADS=1 image_peers.py PIXELS [--step N] [--attacks default|required|all]
                                             [--seed S] [--without NAME]

PIXELS is bench/pixels, built: what Countermark takes on a megapixel in memory. Prints Markdown,
writes build/bench/image/peers.tsv and a contact sheet, and exits with 1 where another mark does
better. Processor time is compared, of one thread each.
"""

import argparse
import functools
import hashlib
import math
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

import attacks
import common
import contact_sheet
import peers
import quality
import robustness

OURS, OUR_BITS = "countermark", 64
LOG10_FALSE_POSITIVES = -6
QUALITY = ("PSNR, dB", "SSIM", "butteraugli 3-norm", "its greatest")
BETTER = 1e-9  # rates are fractions of the same photos: any difference is a photo


@functools.cache
def the_peers():
    """Made anew in each process: networks don't travel."""
    return peers.all_peers()


def bits_in(mark):
    return OUR_BITS if mark == OURS else next(p.bits for p in the_peers() if p.name == mark)


def bits_of(photo, n):
    digest = hashlib.sha256(photo.name.encode()).digest()
    return np.unpackbits(np.frombuffer(digest, np.uint8))[:n]


def least_matches(bits):
    """The least k with P(Bin(bits, 1/2) >= k) at most the nominal rate."""
    tail, k = 0, bits + 1
    while (tail + math.comb(bits, k - 1)) / 2**bits <= 10**LOG10_FALSE_POSITIVES:
        k -= 1
        tail += math.comb(bits, k)
    return k


def timed(call, megapixels):
    """(what it gives, processor time in ms a megapixel)"""
    start = time.process_time()
    result = call()
    return result, 1000 * (time.process_time() - start) / megapixels


def rgb(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def quality_of(photo, marked):
    a, b = quality.pixels(photo), quality.pixels(marked)
    greatest, norm = quality.butteraugli(photo, marked)
    return quality.psnr(a, b), quality.ssim(a, b), norm, greatest


def try_peer(peer, photo, names, seed, scratch):
    """((quality), (embed, detect: ms a megapixel), {attack: (exact, found, share of right bits)})"""
    _, _, apply = attacks.load()
    host, bits, marked_path = rgb(photo), bits_of(photo, peer.bits), scratch / "marked.png"
    megapixels = host.shape[0] * host.shape[1] / 1e6
    marked, embed = timed(lambda: peer.embed(host, bits), megapixels)
    _, detect = timed(lambda: peer.extract(marked), megapixels)
    Image.fromarray(marked).save(marked_path, compress_level=1)
    cells = {}
    for name in names:
        found = peer.extract(apply(name, marked, seed))
        right = 0 if found is None else int(np.sum(found == bits))
        cells[name] = (right == peer.bits, right >= least_matches(peer.bits), right / peer.bits)
    return quality_of(photo, marked_path), (embed, detect), cells


def try_ours(photo, names, seed, scratch):
    """The same; or None and why the photo can't be marked."""
    marked = scratch / "ours.png"
    refusal = common.embed(photo, marked, robustness.payload_of(photo))
    if refusal is not None:
        return None, refusal
    reports = [r for paths in robustness.changed(marked, names, seed, scratch)
               for r in common.detect(paths)]
    cells = {}
    for name, report in zip(names, reports):
        payload, log10_p, _ = robustness.reading(report, public=True)
        found = log10_p != "" and log10_p <= LOG10_FALSE_POSITIVES
        cells[name] = (payload == robustness.payload_of(photo), found, math.nan)
    return (quality_of(photo, marked), None, cells), None


def yardstick(photo):
    """{coding: ms a megapixel} of libjpeg-turbo and libpng, as OpenCV calls them."""
    pixels = np.ascontiguousarray(rgb(photo)[..., ::-1])
    megapixels = pixels.shape[0] * pixels.shape[1] / 1e6
    times = {}
    for name, end, how in (("libjpeg-turbo, quality 90", ".jpg", [cv2.IMWRITE_JPEG_QUALITY, 90]),
                           ("libpng, level 6", ".png", [cv2.IMWRITE_PNG_COMPRESSION, 6])):
        cv2.imencode(end, pixels, how)  # once to warm up
        (_, data), encode = timed(lambda: cv2.imencode(end, pixels, how), megapixels)
        _, decode = timed(lambda: cv2.imdecode(data, cv2.IMREAD_COLOR), megapixels)
        times[name] = (encode, decode)
    return times


def measure(task):
    """(photo, refusal or None, {mark: (quality, times, cells)}, yardstick)"""
    photo, names, seed, left_out = task
    cv2.setNumThreads(1)
    results = {}
    with tempfile.TemporaryDirectory(dir=common.HERE) as directory:
        scratch = Path(directory)
        ours, refusal = try_ours(photo, names, seed, scratch)
        if ours is not None:
            results[OURS] = ours
            for peer in the_peers():
                if peer.name not in left_out:
                    results[peer.name] = try_peer(peer, photo, names, seed, scratch)
            contact_sheet.keep(photo, scratch / "ours.png")
    return photo, refusal, results, yardstick(photo)


def measure_all(photos, names, options):
    common.key()
    tasks = [(photo, names, options.seed + place, options.without) for place, photo in photos]
    return common.spread(measure, tasks, "image peers")


def choose(which):
    source, available, _ = attacks.load()
    names = {"required": list(attacks.CHANGES), "default": list(attacks.CHANGES) + attacks.HARD,
             "all": available}[which]
    return source, [name for name in names if name in available]


def our_times(pixels):
    """(embed, detect) in ms on a megapixel in memory, by bench/pixels; it judges its own targets."""
    out = subprocess.run([pixels, str(common.PHOTOS / "astronaut.png")], capture_output=True,
                         text=True).stdout

    def of(what):
        return float(re.search(rf"{re.escape(what)} +([\d.]+)", out).group(1)) / 1.048576

    return of("embed, looked before and after"), of("detect fast, marked")


def table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def show_quality(marks, results, ours, names):
    rows = []
    for mark in marks:
        of = [r[2][mark] for r in results]
        figures = np.mean([q for q, _, _ in of], axis=0)
        embed, detect = ours if mark == OURS else np.mean([t for _, t, _ in of], axis=0)
        exact, found = (100 * np.mean([[c[n][i] for n in names] for _, _, c in of]) for i in (0, 1))
        rows.append([mark, str(bits_in(mark)), f"{figures[0]:.1f}", f"{figures[1]:.4f}",
                     f"{figures[2]:.2f}", f"{figures[3]:.2f}", f"{embed:.0f}", f"{detect:.0f}",
                     f"{exact:.0f}", f"{found:.0f}"])
    for coding in results[0][3]:
        encode, decode = np.mean([r[3][coding] for r in results], axis=0)
        rows.append([f"({coding})", "", "", "", "", "", f"{encode:.0f}", f"{decode:.0f}", "", ""])
    table(["mark", "bits", *QUALITY, "embed, ms/MP", "detect, ms/MP", "exact, % of all cells",
           "found, %"], rows)


def rates(results, mark, name):
    """(exact, found) as shares of the photos."""
    cells = [r[2][mark][2][name] for r in results]
    return tuple(float(np.mean([c[i] for c in cells])) for i in (0, 1))


def show_attacks(marks, results, names):
    rows = []
    for name in names:
        cells = (rates(results, mark, name) for mark in marks)
        rows.append([f"`{name}`", *(f"{100 * e:.0f}, {100 * f:.0f}" for e, f in cells)])
    means = (np.mean([rates(results, mark, name) for name in names], axis=0) for mark in marks)
    rows.append([f"mean of {len(names)}", *(f"{100 * e:.0f}, {100 * f:.0f}" for e, f in means)])
    table(["change: exact, found, %", *marks], rows)


def write(marks, results, names):
    rows = []
    for mark in marks:
        for name in names:
            exact, found = rates(results, mark, name)
            right = np.mean([r[2][mark][2][name][2] for r in results])
            rows.append((mark, name, len(results), bits_in(mark), f"{found:.3f}", f"{right:.3f}",
                         f"{exact:.3f}"))
    header = ("mark", "attack", "photos", "bits", "found", "right_bits", "exact")
    return common.write_table("image/peers.tsv", header, rows)


def worse_cells(marks, results, names):
    """What isn't at least the best peer's rate."""
    worse = []
    for name in names:
        ours = rates(results, OURS, name)
        for i, what in enumerate(("exact", "found")):
            best = max(((rates(results, m, name)[i], m) for m in marks if m != OURS),
                       default=(0, ""))
            if best[0] > ours[i] + BETTER:
                worse.append(f"{name}, {what}: {best[1]} {100 * best[0]:.0f} %, "
                             f"{OURS} {100 * ours[i]:.0f} %")
    return worse


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pixels", help="bench/pixels, built")
    parser.add_argument("--step", type=int, default=1, help="every STEP-th photo (default 1)")
    parser.add_argument("--attacks", choices=["default", "required", "all"], default="default")
    parser.add_argument("--seed", type=int, default=1, help="of the random offsets and noise")
    parser.add_argument("--without", action="append", default=[], metavar="NAME",
                        help="a peer to leave out; rivaGan takes most of the time")
    options = parser.parse_args()

    (common.HERE / "image").mkdir(exist_ok=True)
    contact_sheet.forget()
    source, names = choose(options.attacks)
    results = measure_all(common.photos(options.step), names, options)
    for photo, refusal, *_ in results:
        if refusal is not None:
            print(f"not marked, left out: {photo.stem}: {refusal}")
    results = [r for r in results if r[1] is None]
    if not results:
        sys.exit("no photo could be marked")
    marks = list(results[0][2])
    versions = ", ".join(f"{p.name} of {p.package}" for p in the_peers() if p.name in marks)
    print(f"{len(results)} photos of 512x512, {len(names)} changes of {source}, seed "
          f"{options.seed}; {versions}; OpenCV {cv2.__version__}, numpy {np.__version__}\n")
    show_quality(marks, results, our_times(options.pixels), names)
    show_attacks(marks, results, names)
    print(f"Tables: {write(marks, results, names)}; contact sheet: {contact_sheet.write()}")
    worse = worse_cells(marks, results, names)
    for cell in worse:
        print(f"better than ours: {cell}")
    return common.judge([(f"at least the best peer's rate in each of {2 * len(names)} cells"
                          + (f", but not in {len(worse)}" if worse else ""), not worse)])


if __name__ == "__main__":
    sys.exit(main())
