#!/usr/bin/env python3
"""How often the whole payload is read, exactly, from marked photos after each change."""

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import attacks
import common

BATCH = 32  # files for one detector process
LEAST_EACH = 95.0  # per cent, of each required change
LEAST_MEGAPIXEL = 99.5  # over all changes, at normal strength
LEAST_MEAN = {"faint": 92.0, "normal": 96.0, "strong": 98.0}  # over all changes, by strength


def payload_of(photo, bits=64):
    """Bits of its own for each photo, so that one can't be read for another."""
    return hashlib.sha256(photo.name.encode()).hexdigest()[:bits // 4]


def changed(marked, names, seed, scratch):
    """Writes the picture after each change; yields batches of paths in the order of `names`."""
    apply = attacks.apply if set(names) <= set(attacks.LARGE) else attacks.load()[2]
    with Image.open(marked) as image:
        pixels = np.asarray(image.convert("RGB"))
    for first in range(0, len(names), BATCH):
        paths = []
        for name in names[first : first + BATCH]:
            paths.append(scratch / f"{name}.png")
            Image.fromarray(apply(name, pixels, seed)).save(paths[-1], compress_level=1)
        yield paths
        for path in paths:
            path.unlink()


def labels(name, layer):
    """What the cells of a change are called, by whether they are the public layer's."""
    if layer == "both":
        return {True: f"{name} public", False: f"{name} private"}
    return {layer == "public": name}


def reading(report, public):
    """(payload, None if none was read, log10 p or "", what went wrong or "") of a layer"""
    if "error" in report:
        return None, "", report["error"]["message"]
    for evidence in report["evidence"]:
        if evidence["layer"] == "watermark" and evidence["public"] == public:
            payload = "" if evidence["payload_bits"] == 0 else evidence["payload"]
            return payload, evidence["log10_p"], ""
    return None, "", ""


def measure(task):
    """(photo, refusal or None, {name: (payload read is "exact", "wrong" or "", log10 p, fault)})"""
    photo, names, seed, options = task
    layer, payload = options.layer, payload_of(photo, options.payload_bits)
    with tempfile.TemporaryDirectory(dir=common.HERE) as directory:
        scratch = Path(directory)
        host, marked = photo, scratch / f"marked{photo.suffix}"
        if options.side is not None:
            host, marked = scratch / "host.png", scratch / "marked.png"
            common.middle(photo, options.side, host)
        refusal = common.embed(host, marked, payload, options.strength, layer)
        if refusal is not None:
            return photo.stem, refusal, {label: ("", "", "not marked") for name in names
                                         for label in labels(name, layer).values()}
        reports = [r for paths in changed(marked, names, seed, scratch)
                   for r in common.detect(paths, secret=layer != "public")]
    cells = {}
    for name, report in zip(names, reports):
        for public, label in labels(name, layer).items():
            read, log10_p, fault = reading(report, public)
            answer = "" if read is None else "exact" if read == payload else "wrong"
            cells[label] = (answer, log10_p, fault)
    return photo.stem, None, cells


def measure_all(photos, names, options):
    common.key()
    tasks = [(photo, names, options.seed + place, options) for place, photo in photos]
    return common.spread(measure, tasks, "robustness")


def choose(which):
    """(where the suite is from, the names asked for)"""
    if which == "large":
        return "bench/attacks.py", list(attacks.LARGE)
    source, available, _ = attacks.load()
    names = {"required": list(attacks.CHANGES), "hard": attacks.HARD, "all": available}[which]
    lacking = [name for name in names if name not in available]
    if lacking:
        sys.exit(f"{source} does not know {', '.join(lacking)}: set CM_ATTACKS to the attacks.py "
                 "of the larger suite")
    return source, names


def report(results, names):
    """Prints what happened and returns ({name: per cent exact}, wrong payloads)."""
    wrong = 0
    for photo, refusal, cells in results:
        if refusal is not None:
            print(f"not marked, counted as missed throughout: {photo}: {refusal}")
        for name, (answer, log10_p, fault) in cells.items():
            if answer == "wrong":
                wrong += 1
                print(f"wrong payload: {photo} {name}, log10 p {log10_p}")
            if fault and refusal is None:
                print(f"error: {photo} {name}: {fault}")
    rows = [(photo, name, answer or "none", log10_p)
            for photo, _, cells in results for name, (answer, log10_p, _) in cells.items()]
    table = common.write_table("robustness.tsv", ("photo", "attack", "payload", "log10_p"), rows)
    share = {n: 100 * float(np.mean([c[n][0] == "exact" for _, _, c in results])) for n in names}
    print(f"Exact payloads of {len(results)} photos, per cent ({table}):")
    for name in names:
        print(f"  {name:18} {share[name]:6.1f}")
    print(f"  {f'mean of {len(names)}':18} {np.mean(list(share.values())):6.1f}")
    return share, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attacks", choices=["required", "hard", "all", "large"], default="required")
    parser.add_argument("--of", choices=["photos", "megapixel", "originals"], default="photos",
                        help="photos of 512x512 (default), of 1024x1024, or of several megapixels")
    parser.add_argument("--step", type=int, default=1, help="every STEP-th photo (default 1)")
    parser.add_argument("--seed", type=int, default=1, help="of the random offsets and noise")
    parser.add_argument("--strength", choices=list(LEAST_MEAN), default="normal")
    parser.add_argument("--side", type=int, help="only the middle SIDE x SIDE pixels of each photo")
    parser.add_argument("--payload-bits", type=int, choices=[64, 16, 0], default=64)
    parser.add_argument("--layer", choices=["public", "private", "both"], default="public",
                        help="what is embedded; of both layers each is read (default public)")
    options = parser.parse_args()

    source, names = choose(options.attacks)
    print(f"Changes: {options.attacks}, {len(names)} of {source}, to {options.of}, seed {options.seed}, "
          f"strength {options.strength}, layer {options.layer}, {options.payload_bits} bits"
          + (f", the middle {options.side} pixels" if options.side else ""))
    results = measure_all(common.photos(options.step, options.of), names, options)
    names = [label for name in names for label in labels(name, options.layer).values()]
    share, wrong = report(results, names)
    required = [label for name in attacks.CHANGES if options.attacks != "large" for label in labels(name, options.layer).values()
                if label in share]
    checks = [(f"no wrong payload in {len(results) * len(names)} pictures"
               + (f", but {wrong}" if wrong else ""), wrong == 0)]
    if required:
        below = [name for name in required if share[name] < LEAST_EACH]
        checks.append((f"each of the {len(required)} required at least {LEAST_EACH:.0f} %"
                       + (f", but not {', '.join(below)}" if below else ""), not below))
    if options.attacks == "all":
        mean = float(np.mean(list(share.values())))
        least = LEAST_MEAN[options.strength] if options.of == "photos" else LEAST_MEGAPIXEL
        checks.append((f"mean over all {len(names)} at least {least:g} %", mean >= least))
    return common.judge(checks)


if __name__ == "__main__":
    sys.exit(main())
