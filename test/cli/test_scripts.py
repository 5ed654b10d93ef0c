"""countermark-folder and countermark-filter."""

import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

from command import PROGRAM
from scripts import ANCHORS, BAD, GOOD, SCRIPTS, ScriptCase


class Folder(ScriptCase):
    def folder(self, at, *args, code, log="folder.log", **more):
        got, out, err = self.script("countermark-folder", at, "--log", self.dir / log, "--json", *args, **more)
        self.assertEqual(got, code, err)
        return json.loads(out) if out else None, err

    def entries(self, log="folder.log"):
        first, *lines = (self.dir / log).read_bytes().decode().split("\n")[:-1]
        self.assertEqual(json.loads(first)["countermark_folder"], 1)
        return {e.get("path_hex", e["path"]): e for e in map(json.loads, lines)}

    def test_resumes_and_sums_up(self):
        at = self.folder_of("resume", good=GOOD, bad=BAD)
        (at / "note.txt").write_text("hello")
        (at / "data.bin").write_bytes(bytes(range(256)))
        trust = ("--trust", ANCHORS)
        said, _ = self.folder(at, *trust, code=3)
        self.assertEqual(said["verdicts"], {"trusted": 1, "invalid": 1, "none": 1, "unrecognised": 1})
        self.assertEqual((said["files"], said["known"], len(said["slowest"])), (4, 0, 4))
        before = (self.dir / "folder.log").read_bytes()
        self.assertEqual(self.folder(at, *trust, code=3)[0]["known"], 4)
        self.assertEqual((self.dir / "folder.log").read_bytes(), before)
        # a changed file, a new one, and a log whose last line is torn
        os.utime(at / "good.png", ns=(1, 1))
        shutil.copy(GOOD, at / "new.png")
        (self.dir / "folder.log").write_bytes(before[:-20])
        said, err = self.folder(at, *trust, code=3)
        self.assertEqual((said["files"], said["known"]), (5, 2), before)
        self.assertIn("torn", err)
        self.assertEqual(len(self.entries()), 5)
        self.assertEqual(said["verdicts"]["trusted"], 2)
        # what the answers are answers to
        self.folder(at, code=2)
        self.folder(at, *trust, "--strict", code=3)

    def test_exit_codes(self):
        at = self.folder_of("codes", good=GOOD)
        for args, code in (((), 4), (("--fail-on", "invalid"), 0), (("--fail-on", "untrusted,none"), 4),
                           (("--fail-on", "hello"), 2), (("-j", "0"), 2), (("--key", "x"), 2),
                           (("--trust", "nosuch.pem"), 2)):
            with self.subTest(args):
                self.folder(at, *args, code=code, log="codes.log")
        self.folder(at, "--trust", ANCHORS, "--fail-on", "trusted", code=6, log="trusted")
        empty = self.dir / "empty"
        empty.mkdir()
        self.folder(empty, code=1, log="empty.log")
        self.folder(empty, "--fail-on", "none", code=0, log="empty.log")
        self.folder(self.dir / "nosuch", code=2, log="nosuch.log")
        got, out, _ = self.script("countermark-folder", "--help")
        self.assertEqual((got, b"exit codes" in out), (0, True))

    def test_names_and_kinds_of_files(self):
        at = self.dir / "names"
        (at / "-sub\n").mkdir(parents=True)
        names = [b"-t", b"--trust", b"-", b"two\nlines", b"caf\xe9\x1b[2J", b"'; $(id)", b"-sub\n/-x", "ü🙂".encode()]
        for name in names:
            shutil.copy(GOOD, os.fsencode(at) + b"/" + name)
        os.symlink("ü🙂", at / "link")
        os.symlink(".", at / "circle")
        os.symlink("nowhere", at / "dangling")
        os.mkfifo(at / "pipe")
        said, _ = self.folder(".", cwd=at, code=4, log="names.log")
        self.assertEqual(said["verdicts"], {"untrusted": len(names)})
        self.assertEqual((said["links"], said["special"]), (3, 1))
        want = {n.hex() if b"\xe9" in n else n.decode() for n in names}
        self.assertEqual(set(self.entries("names.log")), want)
        self.assertEqual(self.folder(".", cwd=at, code=4, log="names.log")[0]["known"], len(names))
        said, _ = self.folder(at, "--follow", code=2, log="follow.log")
        self.assertEqual(said["verdicts"], {"untrusted": len(names) + 1, "error": 1})
        got, out, _ = self.script("countermark-folder", at, "--log", self.dir / "shown.log")
        self.assertEqual(got, 4)
        self.assertNotIn(b"\x1b", out)

    @unittest.skipIf(os.geteuid() == 0, "root reads everything")
    def test_unreadable(self):
        at = self.folder_of("unreadable", good=GOOD)
        (at / "good.png").chmod(0)
        self.assertEqual(self.folder(at, code=2, log="unreadable.log")[0]["verdicts"], {"error": 1})
        (at / "good.png").chmod(0o600)
        said, _ = self.folder(at, code=4, log="unreadable.log")  # no such answer is kept
        self.assertEqual((said["known"], said["verdicts"]), (0, {"untrusted": 1}))

    def test_what_kills_the_program_is_named(self):
        at = self.folder_of("fragile-files", a=GOOD, crash=GOOD, m=GOOD, n_sleep=GOOD, z=BAD)
        said, _ = self.folder(at, "--timeout", "4", "-j", "1", code=2, log="fragile.log", env=self.fragile())
        self.assertEqual(said["verdicts"], {"untrusted": 2, "error": 2, "invalid": 1})
        entries = self.entries("fragile.log")
        self.assertIn("signal 11", entries["crash.png"]["reason"])
        self.assertIn("4 seconds", entries["n_sleep.png"]["reason"])

    def test_vanished_files(self):
        """Gone between being listed and being opened."""
        at = self.folder_of("vanishing", a=GOOD, b=GOOD)
        program = self.dir / "removes"
        program.write_text(f'#!/bin/sh\ncase $* in *b.png*) rm -f {at}/b.png;; esac\nexec {PROGRAM} "$@"\n')
        program.chmod(0o755)
        said, _ = self.folder(at, code=2, log="vanishing.log", env={"COUNTERMARK": str(program)})
        self.assertEqual(said["verdicts"], {"untrusted": 1, "error": 1})

    def test_interrupted(self):
        at = self.folder_of("interrupted", **{f"f{i:03}": GOOD for i in range(200)}, g_sleep=GOOD)
        log = self.dir / "interrupted.log"
        with subprocess.Popen([sys.executable, "-B", SCRIPTS / "countermark-folder", at, "--log", log, "-j", "1"],
                              env={**os.environ, **self.fragile()}, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE) as run:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and (not log.exists() or log.read_bytes().count(b"\n") < 10):
                time.sleep(0.02)
            run.send_signal(signal.SIGINT)
            err = run.stderr.read()
            self.assertEqual(run.wait(60), 130, err)
        data = log.read_bytes()
        self.assertTrue(data.endswith(b"}\n"))
        known = len(self.entries("interrupted.log"))
        self.assertGreater(known, 0)
        (at / "g_sleep.png").unlink()
        said, _ = self.folder(at, code=4, log="interrupted.log")
        self.assertEqual((said["known"], said["files"]), (known, 200))

    def test_one_run_at_a_time(self):
        at = self.folder_of("locked", good=GOOD)
        with open(self.dir / "locked.log", "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.assertIn("another run", self.folder(at, code=2, log="locked.log")[1])


class Filter(ScriptCase):
    def filter(self, records, *args, code=0, **more):
        data = records if isinstance(records, bytes) else b"".join(json.dumps(r).encode() + b"\n" for r in records)
        got, out, err = self.script("countermark-filter", *args, stdin=data, **more)
        self.assertEqual(got, code, err)
        return out, err

    def test_adds_what_it_found_in_order(self):
        lines = [b'{"n": 1.50e400, "path": "%s"}' % os.fsencode(GOOD), b"", b' {"path":"%s"} \r' % os.fsencode(BAD),
                 b'{"countermark": 1, "path": "nosuch\\u0000"}', b'{"path": "-nosuch", "big": ' + b"9" * 5000 + b"}"]
        out, _ = self.filter(b"\n".join(lines), "--trust", ANCHORS)
        first, second, third, fourth = out.splitlines()
        self.assertTrue(first.startswith(lines[0][:-1] + b',"countermark":{'))
        facts = json.loads(first)["countermark"]
        self.assertEqual(facts["verdict"], "trusted")
        self.assertEqual((facts["source_type"], facts["signer"]), ("trainedAlgorithmicMedia", "C2PA Signer"))
        self.assertIn("assertion.dataHash.mismatch", json.loads(second)["countermark"]["reason"])
        self.assertEqual(json.loads(third)["countermark"]["verdict"], "error")
        self.assertIn(b"9" * 5000, fourth)

    def test_selects(self):
        paths = [{"file": {GOOD: "g", BAD: "b"}[p], "n": n} for n, p in enumerate([GOOD, BAD] * 200)]
        at = self.folder_of("selects")
        shutil.copy(GOOD, at / "g")
        shutil.copy(BAD, at / "b")
        for args, want in (
                (("--keep", "verdict=untrusted"), range(0, 400, 2)),
                (("--drop", "verdict=untrusted,none"), range(1, 400, 2)),
                (("--keep", "source-type=trainedAlgorithmicMedia", "--drop", "verdict=invalid"), range(0, 400, 2)),
                (("--keep", "source-type="), ()),
                (("--keep", "marked"), ()),
        ):
            with self.subTest(args):
                out, _ = self.filter(paths, "--field", "file", "--root", at, "--bare", *args, "-j", "3")
                self.assertEqual([json.loads(x) for x in out.splitlines()], [paths[n] for n in want])

    def test_bad_lines(self):
        bad = [b"nonsense", b"[1]", b"{}", b'{"path": 3}', b'{"path": "\\ud800"}', b"\xff", b"[" * 100000,
               b'{"path": "a"', b'"\x1b[2J"']
        good = json.dumps({"path": str(GOOD)}).encode()
        out, err = self.filter(b"\n".join([*bad, good]), "--bare", code=1)
        self.assertEqual(out, good + b"\n")
        for n in range(1, len(bad) + 1):
            self.assertIn(f"line {n}:", err)
        self.assertIn(f"{len(bad)} lines", err)
        self.assertNotIn("\x1b", err)

    def test_usage(self):
        for args in (("--keep", "verdict=hello"), ("--keep", "x"), ("--skip", "-1"), ("-j", "0"),
                     ("--skip", "1", "--resume", "x"), ("--trust", "nosuch.pem"), ("--key", "x")):
            with self.subTest(args):
                self.filter([], *args, code=2)
        self.assertIn(b"exit codes", self.filter([], "--help")[0])

    def test_skip(self):
        records = [{"path": str(GOOD), "n": n} for n in range(5)]
        out, _ = self.filter(records, "--skip", "3", "--bare")
        self.assertEqual([json.loads(x)["n"] for x in out.splitlines()], [3, 4])
        self.filter(records, "--skip", "9", code=2)

    def test_goes_on_where_it_was(self):
        """Interrupted in the midst, with half a line behind what its state knows."""
        source, out, state = (self.dir / n for n in ("in.nd", "out.nd", "state"))
        source.write_text("".join(json.dumps({"path": str(GOOD), "n": n}) + "\n" for n in range(100)) +
                          json.dumps({"path": "/sleep"}) + "\n")

        def start(env):
            with source.open("rb") as given, out.open("ab") as taken:
                return subprocess.Popen([sys.executable, "-B", SCRIPTS / "countermark-filter", "-j", "1", "--bare",
                                         "--resume", state], stdin=given, stdout=taken,
                                        stderr=subprocess.DEVNULL, env={**os.environ, **env})

        with start(self.fragile()) as run:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and not self.busy_with(run.pid, b"/sleep"):
                time.sleep(0.02)
            run.send_signal(signal.SIGTERM)
            self.assertEqual(run.wait(60), 130)
        done = json.loads(state.read_text())
        self.assertEqual(done["written"], out.stat().st_size)
        self.assertGreater(done["lines"], 0)
        with out.open("ab") as file:
            file.write(b'{"path": "half')
        with start({"COUNTERMARK": PROGRAM}) as run:
            self.assertEqual(run.wait(60), 0)
        self.assertEqual(out.read_text(), source.read_text())
        out.write_bytes(b"")
        with start({"COUNTERMARK": PROGRAM}) as run:
            self.assertEqual(run.wait(60), 2)

    @staticmethod
    def busy_with(pid, what):
        for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                try:
                    line = pathlib.Path(f"/proc/{child}/cmdline").read_bytes()
                except OSError:
                    continue
                if b"sleep" in line.split(b"\0")[0] or what in line:
                    return True
        return False

    def test_memory_does_not_grow(self):
        """200 MB of records in a process that may have far less."""
        code = (f"import resource, subprocess, sys\nresource.setrlimit(resource.RLIMIT_AS, (180 << 20,) * 2)\n"
                f"sys.exit(subprocess.run([sys.executable, '-B', {str(SCRIPTS / 'countermark-filter')!r}, '-j', '1', "
                f"'--drop', 'verdict=error', '--bare'], env={{'COUNTERMARK': {str(self.silent())!r}}}).returncode)")
        line = json.dumps({"path": "x", "filler": "y" * 50000}).encode() + b"\n"
        done = subprocess.run([sys.executable, "-c", code], input=line * 4000, capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, b""), done.stderr)

    def silent(self):
        """Answers at once that it can't."""
        at = self.dir / "silent"
        at.write_text('#!/bin/sh\nshift 2\nfor f; do case $f in *probe*|/*) echo \'{"verdict":"none"}\';; '
                      '*) echo \'{"error":{"code":"io","message":""}}\';; esac; done\n')
        at.chmod(0o755)
        return at


if __name__ == "__main__":
    unittest.main()
