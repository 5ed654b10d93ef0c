#!/usr/bin/env python3
"""What the mark does to a picture: PSNR, SSIM and butteraugli of marked 512x512 photos."""

import argparse
import concurrent.futures
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from skimage.metrics import structural_similarity

import common

PAYLOAD = "0123456789abcdef"
LEAST_PSNR, LEAST_SSIM, MOST_MEAN_NORM, MOST_NORM = 44.5, 0.99, 0.9, 1.2


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(np.float64)


def psnr(a, b):
    error = np.mean((a - b) ** 2)
    return 10 * np.log10(255**2 / error) if error > 0 else 99.0


def ssim(a, b):
    """Of BT.601 luma, as Wang et al. 2004 define it: Gaussian window, sigma 1.5."""
    weights = (0.299, 0.587, 0.114)
    return structural_similarity(a @ weights, b @ weights, data_range=255, gaussian_weights=True,
                                 sigma=1.5, use_sample_covariance=False)


def butteraugli(a, b):
    """(the greatest value, the 3-norm over the picture) of butteraugli's distortion map"""
    done = subprocess.run(["butteraugli_main", str(a), str(b), "--pnorm", "3"], check=True,
                          capture_output=True, text=True)
    greatest, norm = done.stdout.rsplit("3-norm:", 1)
    return float(greatest.split()[0]), float(norm)


def measure(photo):
    """(name, refusal or None, PSNR, SSIM, 3-norm)"""
    with tempfile.TemporaryDirectory(dir=common.HERE) as scratch:
        marked = Path(scratch) / "marked.png"
        refusal = common.embed(photo, marked, PAYLOAD)
        if refusal is not None:
            return photo.stem, refusal, 0, 0, 0
        a, b = pixels(photo), pixels(marked)
        return photo.stem, None, psnr(a, b), ssim(a, b), butteraugli(photo, marked)[1]


def measure_all(photos):
    common.key()
    results = []
    with concurrent.futures.ThreadPoolExecutor(common.JOBS) as pool:
        for result in pool.map(measure, photos):
            results.append(result)
            common.progress(len(results), len(photos), "quality")
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", type=int, default=1, help="every STEP-th photo (default 1)")
    results = measure_all([photo for _, photo in common.photos(parser.parse_args().step)])

    for name, refusal, *_ in results:
        if refusal is not None:
            print(f"not marked: {name}: {refusal}")
    marked = [r for r in results if r[1] is None]
    if not marked:
        sys.exit("no photo could be marked")
    table = common.write_table("quality.tsv", ("photo", "psnr", "ssim", "norm3"),
                               [(n, f"{p:.3f}", f"{s:.5f}", f"{b:.4f}") for n, _, p, s, b in marked])
    psnrs, ssims, norms = (np.array([r[i] for r in marked]) for i in (2, 3, 4))
    print(f"Quality of {len(marked)} marked photos of 512x512 at default strength ({table}):")
    print(f"  PSNR, RGB         mean {psnrs.mean():6.2f} dB  least {psnrs.min():6.2f}")
    print(f"  SSIM, luma        mean {ssims.mean():6.4f}     least {ssims.min():6.4f}")
    print(f"  butteraugli 3-norm mean {norms.mean():5.3f}     most  {norms.max():6.3f}")
    return common.judge([
        (f"mean PSNR at least {LEAST_PSNR} dB", psnrs.mean() >= LEAST_PSNR),
        (f"mean SSIM at least {LEAST_SSIM}", ssims.mean() >= LEAST_SSIM),
        (f"mean 3-norm at most {MOST_MEAN_NORM}", norms.mean() <= MOST_MEAN_NORM),
        (f"no 3-norm above {MOST_NORM}", norms.max() <= MOST_NORM),
    ])


if __name__ == "__main__":
    sys.exit(main())
