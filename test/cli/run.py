#!/usr/bin/env python3
"""The command as its users meet it: command lines, exit codes, messages, JSON. Standard library
only, but for what is skipped without numpy. COUNTERMARK names the program under test."""

import collections
import sys
import unittest

sys.dont_write_bytecode = True

if __name__ == "__main__":
    suite = unittest.defaultTestLoader.discover("test/cli", pattern="test_*.py")
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    bad = len(result.failures) + len(result.errors)
    for reason, count in collections.Counter(why for _, why in result.skipped).items():
        print(f"skipped {count}: {reason}")
    print(f"{result.testsRun - bad - len(result.skipped)} passed, {bad} failed")
    sys.exit(0 if result.wasSuccessful() else 1)
