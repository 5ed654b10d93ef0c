"""What the tests share: a scratch directory, the program, keys and pictures made once."""

import json
import os
import pathlib
import resource
import struct
import subprocess
import tempfile
import unittest
import zlib

import schema

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = str(ROOT / os.environ.get("COUNTERMARK", "build/countermark"))
PHOTOS = ROOT / "test/data/photos"
MEDIA = ROOT / "test/data/media"
SCHEMA = json.loads((ROOT / "spec/report.schema.json").read_text())
PAYLOAD = "0123456789abcdef"


def run(*args, stdin=b"", env=None, cwd=None, limits=None):
    """Runs the program; (exit code, stdout, stderr), the outputs as bytes and text. `limits` are
    the resource module's, as {resource.RLIMIT_AS: bytes}."""
    full = {**os.environ, **(env or {})}

    def confine():
        for what, most in limits.items():
            resource.setrlimit(what, (most, most))

    done = subprocess.run([PROGRAM, *(a if isinstance(a, bytes) else str(a) for a in args)], input=stdin, capture_output=True, env=full,
                          cwd=cwd, timeout=120, check=False, preexec_fn=confine if limits else None)
    return done.returncode, done.stdout, done.stderr.decode()


def png(width, height, pixel):
    """A greyscale PNG; pixel(x, y) gives 0..255."""
    rows = b"".join(b"\0" + bytes(pixel(x, y) for x in range(width)) for y in range(height))

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


class Case(unittest.TestCase):
    """A test with a scratch directory, keys and credentials."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="cm-cli-")
        cls.dir = pathlib.Path(cls.scratch.name)
        cls.key, cls.pub = cls.dir / "a.key", cls.dir / "a.pub"
        cls.cred = cls.dir / "cred"
        assert run("keygen", "--name", "Test key", "-o", cls.key)[0] == 0
        assert run("cert", "-o", cls.cred)[0] == 0
        cls.sign_with = ("--cert", cls.cred / "chain.pem", "--sign-key", cls.cred / "key.pem")
        cls.root = cls.cred / "root.pem"

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def ok(self, *args, code=0, **more):
        """Runs and insists on the exit code."""
        got, out, err = run(*args, **more)
        self.assertEqual(got, code, f"{args}\n{out[:2000]!r}\n{err}")
        return out, err

    def report(self, *args, code=0, **more):
        """Runs with --json, insists on the exit code and the schema; the report."""
        out, _ = self.ok(*args, "--json", code=code, **more)
        return self.valid(json.loads(out))

    def valid(self, report):
        self.assertEqual(list(schema.faults(report, SCHEMA, SCHEMA)), [])
        return report

    def refused(self, *args, say, code=2, **more):
        """Runs and insists on a refusal that says `say` on stderr and nothing on stdout."""
        out, err = self.ok(*args, code=code, **more)
        self.assertEqual(out, b"")
        self.assertIn(say, err)
        return err

    def layer(self, report, name):
        found = [e for e in report["evidence"] if e["layer"] == name]
        self.assertEqual(len(found), 1, report)
        return found[0]
