#!/usr/bin/env python3
"""The command as its users meet it: command lines, exit codes, messages, JSON. Standard library
only, but for what is skipped without numpy. COUNTERMARK names the program under test.

usage: run.py [MODULE...]

Without modules all of them run, each in a process of its own, as many at once as there are
processors; what a module says is shown once it is through."""

import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent


def run_here(modules):
    """Runs modules in this process; the last line is for whoever started it."""
    loader = unittest.defaultTestLoader
    suite = unittest.TestSuite(loader.discover(str(HERE), pattern=f"{m}.py") for m in modules)
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    bad = len(result.failures) + len(result.errors)
    skipped = [why for _, why in result.skipped]
    print(json.dumps({"run": result.testsRun, "bad": bad, "skipped": skipped}))
    return 0 if result.wasSuccessful() else 1


def run_apart(module):
    done = subprocess.run([sys.executable, "-B", __file__, module], capture_output=True, text=True,
                          check=False)
    try:
        counts = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        counts = {"run": 1, "bad": 1, "skipped": []}
    return module, done, counts


def run_all():
    # The long ones first, so that none of them is left alone at the end.
    modules = sorted((p.stem for p in HERE.glob("test_*.py")),
                     key=lambda m: -(HERE / f"{m}.py").stat().st_size)
    ran = bad = 0
    reasons = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for module, done, counts in pool.map(run_apart, modules):
            ran, bad = ran + counts["run"], bad + counts["bad"]
            reasons.update(counts["skipped"])
            if counts["bad"] or done.returncode != 0:
                print(f"== {module}\n{done.stdout}{done.stderr}")
                bad += counts["bad"] == 0
    for reason, count in reasons.items():
        print(f"skipped {count}: {reason}")
    print(f"{ran - bad - sum(reasons.values())} passed, {bad} failed")
    return 0 if bad == 0 else 1


if __name__ == "__main__":
    sys.exit(run_here(sys.argv[1:]) if sys.argv[1:] else run_all())
