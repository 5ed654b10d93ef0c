"""The runner of golden vectors: what it counts, what it says, and how it ends."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from command import ROOT

RUNNER = ROOT / os.environ.get("VECTORS", "build/release-gcc-fftw/test/vectors/run")
TEXT = ROOT / "test/data/text"


def run(directory):
    done = subprocess.run([sys.executable, ROOT / "test/vectors/run.py", RUNNER, directory], cwd=ROOT,
                          capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr


class Vectors(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.set = pathlib.Path(scratch.name)
        (self.set / "deep").mkdir()

    def put(self, change=lambda file: file):
        file = json.loads((TEXT / "unigram.json").read_text())
        file["cases"] = file["cases"][:3]
        (self.set / "deep/unigram.json").write_text(json.dumps(change(file)))

    def test_cases_that_hold(self):
        self.put()
        (self.set / "notes.md").write_text("hello")
        code, said, _ = run(self.set)
        self.assertEqual(code, 0)
        self.assertIn("deep/unigram.json: 3 passed", said)
        self.assertIn("unknown: notes.md", said)
        self.assertEqual(said[-1], "3 passed, 0 failed")

    def test_a_case_that_differs(self):
        def change(file):
            file["cases"][1]["sha256_sorted_i32"] = "00" * 32
            return file
        self.put(change)
        code, said, _ = run(self.set)
        self.assertEqual(code, 1)
        failure = next(line for line in said if "case 1 failed: sha256_sorted_i32: got" in line)
        self.assertIn("want " + "00" * 32, failure)
        self.assertEqual(said[-1], "2 passed, 1 failed")

    def test_cases_that_make_no_sense(self):
        def change(file):
            file["cases"] = [{}, 5, {**file["cases"][0], "vocab": -1}, {**file["cases"][0], "vocab": []},
                             {**file["cases"][0], "n_green": 10**9}]
            return file
        self.put(change)
        code, said, _ = run(self.set)
        self.assertEqual((code, said[-1]), (1, "0 passed, 5 failed"))
        self.assertFalse(any("ended by signal" in line for line in said), said)

    def test_files_that_make_no_sense(self):
        for text in ("", "{", "[]", '{"cases": []}', '{"cases": 3}'):
            (self.set / "mpac.json").write_text(text)
            code, said, _ = run(self.set)
            self.assertEqual((code, said[-1]), (1, "0 passed, 1 failed"), text)
            self.assertTrue(any("mpac.json: malformed" in line for line in said), said)

    def test_vocabularies_that_are_not_there(self):
        case = {"text": "x", "nobody:has_this": [1]}
        (self.set / "tokenizers.json").write_text(json.dumps({"cases": [case]}))
        done = subprocess.run([RUNNER, self.set / "tokenizers.json"], capture_output=True, text=True,
                              timeout=60, check=False, env={**os.environ, "CM_TOKENIZERS": "nowhere"})
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.splitlines()[-1], "0 passed, 0 failed, 1 skipped")

    def test_signed_files(self):
        sample = ROOT / "test/data/sign/anchors.pem"
        (self.set / "trust").mkdir()
        for name in ("test_cert_root_bundle.pem", "generated_root.pem"):
            (self.set / "trust" / name).write_bytes(sample.read_bytes())
        photo = (ROOT / "test/data/photos/coffee.jpg").read_bytes()
        (self.set / "plain.jpg").write_bytes(photo)
        (self.set / "other.jpg").write_bytes(photo)
        (self.set / "INDEX.tsv").write_text(
            "file\tformat\tverdict_c2pa_rs_testtrust\tfailure_codes\n"
            "plain.jpg\tjpg\tNONE\t-\nother.jpg\tjpg\tTrusted\t-\nfilm.mp4\tmp4\tTrusted\t-\n")
        code, said, _ = run(self.set)
        self.assertEqual(code, 1)
        self.assertIn("INDEX.tsv: 1 passed, 1 failed, 1 skipped (formats that we don't read)", said)
        self.assertEqual(said[-2:], ["1 skipped", "1 passed, 1 failed"])

    def test_nothing_to_run(self):
        (self.set / "notes.md").write_text("hello")
        for directory in (self.set, self.set / "deep", self.set / "none"):
            code, _, complaint = run(directory)
            self.assertEqual(code, 2)
            self.assertIn("no golden vectors", complaint)
