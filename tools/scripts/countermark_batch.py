"""What the scripts share: files judged by `countermark VERB --ndjson`, many in one process, and text
of strangers made fit to be shown. Python's standard library alone."""

import functools
import json
import math
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import threading
import time
import unicodedata

VERDICTS = ("trusted", "marked", "none", "inconclusive", "untrusted", "invalid", "error")
EXIT = {"trusted": 0, "marked": 0, "none": 1, "error": 2, "invalid": 3, "untrusted": 4, "inconclusive": 5}
GRAVITY = (0, 1, 5, 4, 3, 2)  # from the least to the gravest, as the README has it
ARGUMENT_BYTES = 96 << 10  # of paths in one command line; the system takes 128 KiB at the least
BATCH = {"verify": 64, "check": 8}
CHUNK = 1 << 16
TYPE_PREFIXES = ("http://cv.iptc.org/newscodes/digitalsourcetype/", "http://c2pa.org/digitalsourcetype/")


class Unusable(Exception):
    """The program isn't there, or doesn't take these options."""


class Stopped(Exception):
    """stop() was called."""


def program():
    """$COUNTERMARK, or the one that was installed or built with this file, or the one in PATH."""
    root = pathlib.Path(__file__).resolve().parents[2]
    beside = [str(p) for p in (root / "bin/countermark", root / "build/countermark") if p.is_file()]
    found = os.environ.get("COUNTERMARK") or (beside[0] if beside else shutil.which("countermark"))
    if not found:
        raise Unusable("countermark is not in PATH; COUNTERMARK=FILE names it")
    return found


def processors():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def failure(code, message):
    """A report of our own, of a file about which the program said nothing."""
    return {"error": {"code": code, "message": message}}


class Checker:
    """Asks about batches of files. May be used from several threads; each call is a process."""

    def __init__(self, verb, options=(), timeout=120.0):
        self.verb, self.timeout = verb, timeout
        self.command = [program(), verb, "--ndjson", *options]
        self.lock, self.running, self.stopped = threading.RLock(), set(), False

    def probe(self):
        """Raises Unusable unless the program runs and takes the options."""
        with tempfile.NamedTemporaryFile(prefix="countermark-", suffix=".txt") as file:
            file.write(b"probe\n")
            file.flush()
            try:
                done = subprocess.run([*self.command, file.name], capture_output=True, check=False,
                                      stdin=subprocess.DEVNULL, timeout=self.timeout)
            except (OSError, subprocess.TimeoutExpired) as error:
                raise Unusable(f"{self.command[0]}: {error}") from None
        if b'"verdict"' not in done.stdout:
            said = done.stderr.decode(errors="replace").strip()
            raise Unusable(said or f"{self.command[0]}: ended with {done.returncode} and no report")

    def stop(self):
        with self.lock:
            self.stopped = True
            for process in self.running:
                process.kill()

    def judge(self, paths):
        """(report, seconds) for each path (bytes), in order. Files are answered in order, so what a process
        that died left without an answer begins with the culprit, which is tried once more alone."""
        answers = []
        while len(answers) < len(paths):
            got, fault = self._ask(paths[len(answers):])
            answers += got
            if len(answers) < len(paths):
                slow = fault["error"]["code"] == "timeout"
                alone, fault = ([], fault) if slow else self._ask([paths[len(answers)]])
                answers += alone or [(fault, 0.0)]
        return answers

    def _start(self, paths):
        with self.lock:
            if self.stopped:
                raise Stopped
            # A session of its own: what interrupts us must not end it before we do.
            process = subprocess.Popen([*self.command, *map(argument, paths)], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       start_new_session=True)
            self.running.add(process)
            return process

    def _ask(self, paths):
        """The answers that came, and what there is to say about the first that didn't."""
        process, late = self._start(paths), False
        try:
            lines, late = read_lines(process.stdout, len(paths), self.timeout)
            if late:
                process.kill()
        finally:
            process.stdout.close()
            process.wait()
            with self.lock:
                self.running.discard(process)
        if self.stopped:
            raise Stopped
        if late:
            return lines, failure("timeout", f"no answer in {self.timeout:g} seconds")
        if process.returncode < 0:
            return lines, failure("crash", f"countermark died of signal {-process.returncode}")
        return lines, failure("crash", f"countermark ended with {process.returncode} and no answer")


def read_lines(pipe, most, timeout):
    """Whole lines that are reports, with the seconds that each took, until there are enough of them;
    and whether one took too long."""
    reports, rest, before = [], bytearray(), time.monotonic()
    waiter = select.poll()
    waiter.register(pipe, select.POLLIN | select.POLLHUP)
    deadline = time.monotonic() + timeout
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not waiter.poll(math.ceil(left * 1000)):
            return reports, True
        data = os.read(pipe.fileno(), CHUNK)
        if not data:
            return reports, False
        rest += data
        *lines, tail = bytes(rest).split(b"\n") if b"\n" in data else (bytes(rest),)
        if lines:
            deadline = time.monotonic() + timeout
            rest = bytearray(tail)
        for line in lines:
            try:
                reports.append((json.loads(line), time.monotonic() - before))
            except ValueError:
                return reports, False
            before = time.monotonic()
        if len(reports) >= most:
            return reports[:most], False


def argument(path):
    """A path that no option parser takes for an option, nor for standard input."""
    return path if path.startswith(b"/") else b"./" + path


def batches(items, path_of, most):
    """Lists of at most `most` items whose paths go into one command line."""
    batch, size = [], 0
    for item in items:
        n = len(path_of(item)) + 16
        if batch and (len(batch) >= most or size + n > ARGUMENT_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += n
    if batch:
        yield batch


# --- what a report says ---------------------------------------------------------------------------


def verdict(report):
    """One of VERDICTS."""
    said = report.get("verdict")
    return said if said in EXIT else "error"


def worst(codes, start=0):
    return max(codes, key=GRAVITY.index, default=start)


@functools.lru_cache(maxsize=None)
def failure_codes():
    """The status codes that `countermark explain` lists as failures."""
    done = subprocess.run([program(), "explain"], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)
    pairs = (line.split() for line in done.stdout.splitlines())
    return frozenset(pair[0] for pair in pairs if pair[1:] == ["failure"])


def manifest(report):
    return next((e for e in report.get("evidence", ()) if e.get("layer") == "manifest"), {})


def source_type(report):
    """The digital source type's name, such as trainedAlgorithmicMedia; a URI that isn't of IPTC's or
    C2PA's lists as it is."""
    uri = manifest(report).get("digital_source_type")
    for prefix in TYPE_PREFIXES:
        if uri and uri.startswith(prefix):
            return uri[len(prefix):]
    return uri


def is_marked(report):
    """Whether a watermark is there by the verdict's own measure (spec/report.md §2), whatever the
    manifest says."""
    most = {"watermark": -9, "foreign": -6}
    return any(e["log10_p"] <= most[e["layer"]] for e in report.get("evidence", ())
               if e.get("layer") in most and e.get("log10_p") is not None)


def reason(report):
    """Why the verdict is what it is, in a line; of strangers' making in parts."""
    if "error" in report:
        return f"{report['error'].get('code')}: {report['error'].get('message')}"
    judged = manifest(report)
    failed = [s for s in judged.get("status", ()) if s["code"] in failure_codes()]
    # That nobody vouches for the signer is said of every manifest without anchors.
    failed.sort(key=lambda s: s["code"] == "signingCredential.untrusted")
    if failed and verdict(report) in ("invalid", "untrusted"):
        return f"{failed[0]['code']}: {failed[0]['explanation']}"
    signer = (judged.get("signer") or {}).get("common_name")
    return f"signed by {signer}" if signer else ""


# --- text of strangers ----------------------------------------------------------------------------


def hidden(c):
    """Control characters, what turns text around, what doesn't show, and what isn't text."""
    code = ord(c)
    return (unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or
            0xfe00 <= code <= 0xfe0f or 0xe0100 <= code <= 0xe01ef)


def plain(text, most=300):
    """Text for a terminal or a log: one line, with nothing in it that acts on who reads it. Bytes
    are a path."""
    if isinstance(text, bytes):
        text = text.decode(errors="surrogateescape")
    out = []
    for c in str(text)[:most + 1]:
        code = ord(c)
        if 0xdc80 <= code <= 0xdcff:
            out.append(f"\\x{code - 0xdc00:02x}")
        elif c == "\\" or hidden(c):
            out.append("\\\\" if c == "\\" else f"\\u{{{code:x}}}")
        else:
            out.append(c)
    if len(out) > most:
        out[most:] = "…"
    return "".join(out)


def encoding_of(path):
    """Fields for a path in JSON: UTF-8, or what there is of it and the bytes."""
    try:
        return {"path": path.decode()}
    except UnicodeDecodeError:
        return {"path": path.decode(errors="replace"), "path_hex": path.hex()}
