#!/usr/bin/env python3
"""usage: run.py RUNNER DIRECTORY            (make vectors DIR=DIRECTORY)

Runs all golden vectors below a directory: files of text and image marks, which RUNNER (test/vectors/main.c) knows by
their names, and sets of signed files, which have an INDEX.tsv and are judged by test/interop/test_vectors.py.
Says how each file fared, and what it doesn't know; the last line is "N passed, N failed". What can't be
judged here is skipped, and counted in the line before. Exit status 1 when anything failed, 2 when there is
nothing to run. COUNTERMARK names the command."""

import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))
import test_vectors as c2pa  # noqa: E402

VOCABULARIES = pathlib.Path("build/tokenizers/vocabularies")


def find(directory):
    """Paths of files, and of sets of signed files, whose files are the set's own affair."""
    files, sets = [], []
    for folder, folders, names in os.walk(directory):
        place = pathlib.Path(folder)
        if "INDEX.tsv" in names:
            sets.append(place)
            folders.clear()
            continue
        folders.sort()
        if "vector.json" in names:  # the pictures beside it are its own affair, too
            names = [name for name in names if not name.endswith(".png")]
        files += [place / name for name in sorted(names)]
    return files, sorted(sets)


def run_files(runner, directory, files):
    """Counts of passed, failed and skipped cases, and whether any file was known."""
    environment = dict(os.environ, CM_TOKENIZERS=str(VOCABULARIES.resolve()))
    names = [str(file.relative_to(directory)) for file in files]
    with subprocess.Popen([runner, *names], cwd=directory, env=environment, text=True,
                          errors="replace", stdout=subprocess.PIPE) as process:
        last, known = "", False
        for line in process.stdout:
            print(last, end="", flush=True)
            known = known or not (last or "unknown:").startswith("unknown:")
            last = line
    counts = re.fullmatch(r"(\d+) passed, (\d+) failed, (\d+) skipped\n", last)
    if counts is None:
        print(f"{last}the runner ended with status {process.returncode}")
        return 0, 1, 0, True
    return *map(int, counts.groups()), known


def run_set(command, directory, golden):
    name = golden.relative_to(directory) / "INDEX.tsv"
    passed = failed = skipped = 0
    try:
        for file, ours, expected, _, ruling, said in c2pa.judged(command, golden):
            if ours is None:
                skipped += 1
            elif ours == expected:
                passed += 1
            else:
                failed += 1
                print(f"{name}: {file} failed: got {ours}, want {expected} ({said})")
    except (OSError, KeyError, ValueError) as error:
        print(f"{name}: malformed: {error!r}")
        failed += 1
    print(f"{name}: {passed} passed" + (f", {failed} failed" if failed else "") +
          (f", {skipped} skipped (formats that we don't read)" if skipped else ""), flush=True)
    return passed, failed, skipped


def main():
    if len(sys.argv) != 3 or not sys.argv[2]:
        print("usage: make vectors DIR=DIRECTORY", file=sys.stderr)
        return 2
    runner, directory = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    command = os.environ.get("COUNTERMARK", "build/countermark")
    files, sets = find(directory)
    if any(file.name == "tokenizers.json" for file in files):
        subprocess.run([HERE.parent / "oracle/vocabularies.sh"], check=False)
    passed = failed = skipped = 0
    known = bool(sets)
    if files:
        passed, failed, skipped, some = run_files(runner, directory, files)
        known = known or some
    for golden in sets:
        counts = run_set(command, directory, golden)
        passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]
    if not known:
        print(f"no golden vectors at {directory}", file=sys.stderr)
        return 2
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
