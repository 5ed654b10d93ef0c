#!/usr/bin/env python3
"""Runs the binding's tests with what is installed; names what had to be skipped."""

import collections
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True

if __name__ == "__main__":
    here = pathlib.Path(__file__).parent
    suite = unittest.defaultTestLoader.discover(str(here), pattern="test_*.py")
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    for reason, count in collections.Counter(why for _, why in result.skipped).items():
        print(f"skipped {count}: {reason}")
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad - len(result.skipped)} passed, {bad} failed")
    sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)
