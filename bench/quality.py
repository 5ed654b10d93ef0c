#!/usr/bin/env python3
"""What the mark does to a picture: PSNR, SSIM and butteraugli of marked 512x512 photos."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from skimage.metrics import structural_similarity

import common

PAYLOAD = "0123456789abcdef"
# By strength: least mean PSNR and SSIM, greatest mean 3-norm and greatest of any picture.
LIMITS = {"faint": (45.5, 0.993, 0.6, 0.9), "normal": (43, 0.989, 0.8, 1.0),
          "strong": (40.5, 0.983, 1.05, 1.5)}


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


def as_jpeg(source, target, quality):
    """What a JPEG with halved chroma leaves of a picture."""
    coded = target.with_suffix(".jpg")
    with Image.open(source) as image:
        image.save(coded, quality=quality, subsampling="4:2:0")
    with Image.open(coded) as image:
        image.convert("RGB").save(target)


def measure(task):
    """Of a photo and the options: (name, refusal or None, PSNR, SSIM, 3-norm)"""
    photo, options = task
    with tempfile.TemporaryDirectory(dir=common.HERE) as scratch:
        host, changed = Path(scratch) / "host.png", Path(scratch) / "changed.png"
        refusal = None
        common.middle(photo, options.side, host)
        if options.jpeg is None:
            refusal = common.embed(host, changed, PAYLOAD[:options.payload_bits // 4],
                                   options.strength)
        else:
            as_jpeg(host, changed, options.jpeg)
        if refusal is not None:
            return photo.stem, refusal, 0, 0, 0
        a, b = pixels(host), pixels(changed)
        return photo.stem, None, psnr(a, b), ssim(a, b), butteraugli(host, changed)[1]


def targets(strength, psnrs, ssims, norms):
    least_psnr, least_ssim, most_mean, most = LIMITS[strength]
    return [
        (f"mean PSNR at least {least_psnr} dB", psnrs.mean() >= least_psnr),
        (f"mean SSIM at least {least_ssim}", ssims.mean() >= least_ssim),
        (f"mean 3-norm at most {most_mean}", norms.mean() <= most_mean),
        (f"no 3-norm above {most}", norms.max() <= most),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", type=int, default=1, help="every STEP-th photo (default 1)")
    parser.add_argument("--strength", choices=list(LIMITS), default="normal")
    parser.add_argument("--side", type=int, default=512,
                        help="only the middle SIDE x SIDE pixels; targets are for 512 (default)")
    parser.add_argument("--payload-bits", type=int, choices=[64, 16, 0], default=64)
    parser.add_argument("--jpeg", type=int, metavar="QUALITY",
                        help="what a JPEG of that quality costs instead: the yardstick")
    options = parser.parse_args()
    common.key()
    tasks = [(photo, options) for _, photo in common.photos(options.step)]
    results = common.spread(measure, tasks, "quality")

    for name, refusal, *_ in results:
        if refusal is not None:
            print(f"not marked: {name}: {refusal}")
    marked = [r for r in results if r[1] is None]
    if not marked:
        sys.exit("no photo could be marked")
    table = common.write_table("quality.tsv", ("photo", "psnr", "ssim", "norm3"),
                               [(n, f"{p:.3f}", f"{s:.5f}", f"{b:.4f}") for n, _, p, s, b in marked])
    psnrs, ssims, norms = (np.array([r[i] for r in marked]) for i in (2, 3, 4))
    what = options.strength if options.jpeg is None else f"JPEG {options.jpeg}"
    print(f"Quality of {len(marked)} of {len(results)} photos of {options.side}x{options.side}, "
          f"{what} ({table}):")
    print(f"  PSNR, RGB         mean {psnrs.mean():6.2f} dB  least {psnrs.min():6.2f}")
    print(f"  SSIM, luma        mean {ssims.mean():6.4f}     least {ssims.min():6.4f}")
    print(f"  butteraugli 3-norm least {norms.min():5.3f}  mean {norms.mean():5.3f}  "
          f"most {norms.max():6.3f}")
    if options.side != 512 or options.jpeg is not None:
        return 0
    return common.judge(targets(options.strength, psnrs, ssims, norms))


if __name__ == "__main__":
    sys.exit(main())
