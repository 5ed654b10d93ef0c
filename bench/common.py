"""What the measuring scripts share: places, the command, progress, tables."""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

from PIL import Image

HERE = pathlib.Path("build/bench")
PHOTOS = pathlib.Path("test/data/photos")
COMMAND = os.environ.get("COUNTERMARK", "build/countermark")
JOBS = len(os.sched_getaffinity(0))


def photos(step, which="photos"):
    """Every `step`-th of the photos of 512x512, of those of a "megapixel" or of the "originals" of several
    megapixels, with its place in the whole list."""
    listed = HERE / f"{which}.txt"
    if not listed.exists():
        sys.exit(f"{listed} is not there: run bench/pictures.sh first")
    paths = [pathlib.Path(line) for line in listed.read_text().splitlines()]
    return list(enumerate(paths))[::step]


def run(*arguments):
    """The command, which has to succeed; what it prints."""
    return subprocess.run([COMMAND, *arguments], check=True, capture_output=True, text=True).stdout


def key():
    """The secret key that everything is marked with; made once, so that runs can be compared."""
    path = HERE / "bench.key"
    if not path.exists():
        run("keygen", "--name", "bench", "-o", str(path))
    return path


def embed(source, target, payload, strength="normal", layer="public"):
    """Marks a picture with a payload of 16 or 4 hexadecimal digits, or of none. None, or the reason why
    there is no mark."""
    target.unlink(missing_ok=True)
    what = ["--payload-bits", str(4 * len(payload))] + (["--payload", payload] if payload else [])
    done = subprocess.run([COMMAND, "embed", str(source), "-o", str(target), "--key", str(key()),
                           *what, "--strength", strength, "--layer", layer],
                          capture_output=True, text=True)
    if done.returncode == 0:
        return None
    return (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]


def middle(photo, side, target):
    """The side x side pixels in the middle of a photo."""
    with Image.open(photo) as image:
        x, y = (image.width - side) // 2, (image.height - side) // 2
        image.convert("RGB").crop((x, y, x + side, y + side)).save(target)


def detect(paths, secret=False):
    """Reports on pictures, in their order, by one process with the public or the secret key."""
    ring = key() if secret else key().with_suffix(".pub")
    done = subprocess.run([COMMAND, "detect", "--ndjson", "--key", str(ring), *map(str, paths)],
                          capture_output=True, text=True)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    if [r.get("file") for r in reports] != [str(p) for p in paths]:
        raise RuntimeError(f"{COMMAND} detect: {done.stderr.strip() or 'reports are missing'}")
    return reports


def progress(done, total, what):
    """One line that rewrites itself, on a terminal only."""
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\r{what}: {done} of {total}", end=end, file=sys.stderr, flush=True)


def spread(measure, tasks, what):
    """What `measure` makes of each task, over all processors, in the order of the photos."""
    results = []
    with concurrent.futures.ProcessPoolExecutor(JOBS) as pool:
        for done in concurrent.futures.as_completed([pool.submit(measure, t) for t in tasks]):
            results.append(done.result())
            progress(len(results), len(tasks), what)
    return sorted(results, key=lambda r: r[0])


def write_table(name, header, rows):
    path = HERE / name
    lines = ["\t".join(map(str, row)) for row in [header, *rows]]
    path.write_text("\n".join(lines) + "\n")
    return path


def judge(checks):
    """Prints each (description, holds) and returns the exit status."""
    for description, holds in checks:
        print(f"{'ok  ' if holds else 'MISS'}  {description}")
    return 0 if all(holds for _, holds in checks) else 1
