#!/usr/bin/env python3
"""The command as its users meet it: command lines, exit codes, messages, JSON. Standard library
only. COUNTERMARK names the program under test."""

import sys
import unittest

sys.dont_write_bytecode = True

if __name__ == "__main__":
    suite = unittest.defaultTestLoader.discover("test/cli", pattern="test_*.py")
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(0 if result.wasSuccessful() else 1)
