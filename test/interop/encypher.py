#!/usr/bin/env python3
"""Our files judged by the newest encypher-c2pa, under the policies of 2.4 and 2.5: every algorithm in every carrier,
with ingredients, parents, box hashes, soft bindings, time-stamps, updates and redactions. It builds the crate with
cargo, some minutes the first time. (PyPI has an older one, which is part of `make interop`.)

usage: encypher.py

Updates of SVG are left out: it takes those of c2pa-rs for changed files, too."""
import json
import pathlib
import shutil
import sys
import tempfile

from made import COMMAND, DATA, HERE, authority, credentials, must

ALGORITHMS = ("es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519")
TEXTS = {"plain.txt": "Hello, world\n", "page.html": "<!DOCTYPE html>\n<html><head></head><body>Hi</body></html>\n",
         "picture.svg": "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>Hi</text></svg>\n"}
NOTE = {"assertions": [{"label": "com.example.note", "data": {"text": "a note"}}]}


def kinds(scratch, alg, host, stamps):
    """Names, sources and options: what is made of what."""
    kind, text = host.suffix, host.parent == scratch
    yield "noted", host, ("-m", scratch / "note.json")
    yield "parts", host, ("--ingredient", DATA / "plain.png", "--label", "eu") if not text else ("--title", "T")
    yield "stamped", host, stamps
    yield "again", scratch / f"{alg}-noted{kind}", ()
    if kind not in (".webp", ".svg"):
        yield "updated", scratch / f"{alg}-noted{kind}", ("--update",)
        yield "redacted", scratch / f"{alg}-noted{kind}", ("--update", "--redact", "com.example.note")
    if kind in (".png", ".jpg"):
        yield "boxes", host, ("--binding", "boxes")


def make(scratch):
    made = []
    hosts = [DATA / f"plain.{kind}" for kind in ("png", "jpg", "webp")]
    for name, text in TEXTS.items():
        hosts.append(scratch / name)
        hosts[-1].write_text(text)
    (scratch / "note.json").write_text(json.dumps(NOTE))
    must(COMMAND, "keygen", "--name", "T", "-o", scratch / "watermark")
    for alg in ALGORITHMS:
        sign, stamps = credentials(scratch, alg), authority(scratch, alg)
        for host in hosts:
            for name, source, more in kinds(scratch, alg, host, stamps):
                out = scratch / f"{alg}-{name}{host.suffix}"
                must(COMMAND, "sign", source, "-o", out, *sign, *more)
                made.append(out)
        marked = scratch / f"{alg}-marked.jpg"
        must(COMMAND, "mark", DATA.parent / "photos" / "coffee.jpg", "-o", marked, "--key", scratch / "watermark", *sign)
        made.append(marked)
    return made


def main():
    if shutil.which("cargo") is None:
        print("skipped: encypher-c2pa needs cargo")
        return
    target = pathlib.Path("build/encypher").resolve()
    shutil.copytree(HERE / "encypher", target / "judge", dirs_exist_ok=True)
    must("cargo", "build", "--release", "--manifest-path", target / "judge" / "Cargo.toml", "--target-dir", target)
    with tempfile.TemporaryDirectory() as temporary:
        scratch = pathlib.Path(temporary)
        made = make(scratch)
        anchors = scratch / "anchors.pem"
        anchors.write_text("".join(root.read_text() for root in scratch.glob("*/root.pem")))
        said = [json.loads(line) for line in must(target / "release" / "judge", anchors, *made).splitlines()]
    wrong = [s for s in said if s["state"] != "Trusted" or s["failures"]]
    for one in wrong:
        print("FAILED", one)
    print(f"interop with encypher-c2pa: {len(said) - len(wrong)} of {2 * len(made)} agree")
    sys.exit(1 if wrong or len(said) != 2 * len(made) else 0)


main()
