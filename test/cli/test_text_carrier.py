"""Signing and judging texts."""

import json

from command import ROOT, Case, run

TOKENS = ROOT / "test/data/token"
ANSWER = ROOT / "test/data/text/answer.txt"
DETECT = ("--tokenizer", TOKENS / "smollm2.gguf", "--key", ROOT / "test/data/text/answer.pub")
TEXTS = {"plain.txt": "Hello wörld 🙂.\nSecond line.\n".encode(),
         "nfd.txt": "cafe\u0301 au lait".encode(),
         "page.html": b"<!DOCTYPE html>\n<html><head><title>t</title></head><body>Hi</body></html>\n",
         "front.md": b"---\ntitle: x\n---\n# Hi\n",
         "tool.sh": b"#!/bin/sh\necho hi\n",
         "picture.svg": b"<svg xmlns=\"http://www.w3.org/2000/svg\"><text>Hi</text></svg>\n",
         "captions.ttml": b"<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><p>Hi</p></body></tt>\n",
         "captions.vtt": b"WEBVTT\n\n00:00.000 --> 00:05.000\nHi\n",
         "feed.xml": b"<?xml version=\"1.0\"?>\n<rss/>\n"}

TYPES = {"html": "text/html", "svg": "image/svg+xml", "ttml": "application/ttml+xml", "vtt": "text/vtt"}


def bare(text):
    """Without the manifest, by the letter of C2PA 2.4 A.8."""
    selectors = {chr(c) for c in (*range(0xfe00, 0xfe10), *range(0xe0100, 0xe01f0))}
    return "".join(c for c in text if c != "\ufeff" and c not in selectors)


class TextCarrier(Case):
    def sign(self, data, name, *more):
        before, out = self.dir / f"before-{name}", self.dir / name
        before.write_bytes(data)
        self.ok("sign", before, "-o", out, *self.sign_with, *more)
        return out

    def codes(self, report):
        return [s["code"] for s in self.layer(report, "manifest")["status"]]

    def test_sign_and_verify(self):
        for name, data in TEXTS.items():
            with self.subTest(name):
                out = self.sign(data, name, "--generator", "Example Model/2.1")
                for verb in ("verify", "check"):
                    report = self.report(verb, out, "--trust", self.root)
                    self.assertEqual(report["verdict"], "trusted")
                    self.assertEqual(self.layer(report, "manifest")["claim_generator"],
                                     "Example Model/2.1")
                self.assertEqual(report["media_type"], TYPES.get(name.split(".")[1], "text/plain"))
                self.assertEqual(self.report("verify", out, code=4)["verdict"], "untrusted")
                again = self.sign(out.read_bytes(), "again-" + name)
                report = self.report("verify", again, "--trust", self.root)
                self.assertEqual(report["verdict"], "trusted")
                before = self.dir / f"before-{name}"
                self.assertEqual(self.report("verify", before, code=1)["verdict"], "none")

    def test_updates(self):
        for name in ("plain.txt", "nfd.txt", "page.html", "picture.svg", "captions.ttml"):
            first = self.sign(TEXTS[name], name).read_bytes()
            second = self.sign(first, "second-" + name, "--update")
            self.assertEqual(self.report("verify", second, "--trust", self.root)["verdict"], "trusted")
            third = self.sign(second.read_bytes(), "third-" + name, "--update")
            self.assertEqual(self.report("verify", third, "--trust", self.root)["verdict"], "trusted")
            third.write_bytes(third.read_bytes().replace(b"H", b"h").replace(b"caf", b"Caf"))
            self.assertEqual(self.report("verify", third, "--trust", self.root, code=3)["verdict"],
                             "invalid")
        first = self.sign(TEXTS["front.md"], "front.md")
        self.refused("sign", first, "-o", self.dir / "no", *self.sign_with, "--update",
                     say="sign the text anew")
        self.refused("sign", self.dir / "plain.txt", "-o", self.dir / "no", *self.sign_with,
                     "--update", "--comment", "#", say="no comment")

    def test_what_shows_is_unchanged(self):
        for name in ("plain.txt", "nfd.txt"):
            out = self.sign(TEXTS[name], name).read_bytes()
            self.assertTrue(out.startswith(TEXTS[name]))
            self.assertEqual(bare(out.decode()).encode(), TEXTS[name])

    def test_changes_are_seen(self):
        data = self.sign(TEXTS["plain.txt"], "whole.txt").read_bytes()
        start = data.index("\ufeff".encode())
        cases = {"letter": (data.replace(b"Hello", b"Hallo"), "assertion.dataHash.mismatch"),
                 "behind": (data + b"!", "assertion.dataHash.mismatch"),
                 "lines": (data.replace(b"\n", b"\r\n"), "assertion.dataHash.malformed"),
                 "doubled": (data + data[start:], "manifest.text.multipleWrappers"),
                 "cut": (data[:start + 3 + 400 * 4].decode(errors="ignore").encode(),
                         "manifest.text.corruptedWrapper")}
        for name, (changed, code) in cases.items():
            with self.subTest(name):
                file = self.dir / f"{name}.txt"
                file.write_bytes(changed)
                report = self.report("verify", file, "--trust", self.root, code=3)
                self.assertIn(code, self.codes(report))
        gone = self.dir / "gone.txt"
        gone.write_bytes(data[:start])
        self.report("verify", gone, "--trust", self.root, code=1)

    def test_streams(self):
        out, _ = self.ok("sign", "-", "-o", "-", *self.sign_with, stdin=TEXTS["plain.txt"])
        said, _ = self.ok("verify", "-", "--trust", self.root, "--json", stdin=out)
        self.assertEqual(json.loads(said)["verdict"], "trusted")

    def test_a_watermark_keeps(self):
        out = self.sign(ANSWER.read_bytes(), "answer.txt")
        before = self.layer(self.report("detect", ANSWER, *DETECT), "watermark")
        report = self.report("check", out, *DETECT, "--trust", self.root)
        self.assertEqual(report["verdict"], "trusted")
        self.assertEqual([e["layer"] for e in report["evidence"]], ["manifest", "watermark"])
        self.assertEqual(self.layer(report, "watermark"), before)
        report = self.report("detect", out, *DETECT)
        self.assertEqual(self.layer(report, "watermark"), before)
        self.assertEqual(self.report("check", ANSWER, *DETECT)["verdict"], "marked")
        changed = self.dir / "changed.txt"
        changed.write_bytes(out.read_bytes().replace(b"the", b"teh", 1))
        report = self.report("check", changed, *DETECT, "--trust", self.root, code=3)
        self.assertEqual(report["verdict"], "invalid")
        self.assertLess(self.layer(report, "watermark")["log10_p"], -9)

    def test_check_takes_pictures_and_texts_together(self):
        text = self.sign(ANSWER.read_bytes(), "mixed.txt")
        out, _ = self.ok("check", text, ROOT / "test/data/photos/coffee.jpg", *DETECT, "--trust",
                         self.root, "--ndjson", code=1)
        self.assertEqual([json.loads(line)["verdict"] for line in out.splitlines()],
                         ["trusted", "none"])

    def test_check_says_what_it_didnt_look_for(self):
        report = self.report("check", ANSWER, code=1)
        self.assertTrue(any("tokenizer" in line for line in report["limits"]))

    def test_refusals(self):
        out = self.dir / "never.txt"
        latin, data = self.dir / "latin.txt", self.dir / "data.json"
        latin.write_bytes(b"caf\xe9")
        data.write_bytes(b'{"a": 1}')
        self.refused("sign", latin, "-o", out, *self.sign_with, say="iconv")
        self.refused("verify", latin, say="UTF-8")
        self.refused("sign", data, "-o", out, *self.sign_with, say="sidecar")
        self.refused("mark", ANSWER, "-o", out, "--key", self.key, *self.sign_with,
                     say="\"sign\" adds a manifest")
        self.refused("embed", ANSWER, "-o", out, "--key", self.key, say="while it is generated")
        self.assertFalse(out.exists())

    def test_comments(self):
        out = self.sign(b"int main(void) { return 0; }\n", "main.c", "--comment", "/*")
        data = out.read_bytes()
        self.assertTrue(data.startswith(b"/* -----BEGIN C2PA MANIFEST----- data:"))
        self.assertEqual(self.report("verify", out, "--trust", self.root)["verdict"], "trusted")
        self.assertEqual(self.sign(data, "again.c").read_bytes()[:30], data[:30])
        for old, new in ((b"/* -", b"x; -"), (b"return 0", b"return 1"), (b"- */", b"- x;")):
            out.write_bytes(data.replace(old, new, 1))
            report = run("verify", out, "--trust", self.root)
            self.assertIn(report[0], (1, 3))
        self.refused("sign", out, "-o", self.dir / "no", *self.sign_with, "--comment", "say",
                     say="no comment")

    def test_a_text_that_cannot_carry_a_manifest_may_carry_a_mark(self):
        odd = self.dir / "odd.txt"
        odd.write_bytes(ANSWER.read_bytes() + b"\xe9")
        report = self.report("check", odd, *DETECT)
        self.assertEqual(report["verdict"], "marked")
        self.assertTrue(any("UTF-8" in line for line in report["limits"]))

    def test_sidecar(self):
        for name, data in (("data.json", b'{"a": 1}'), ("text.txt", b"a text\n")):
            store = self.dir / f"{name}.c2pa"
            out = self.sign(data, name, "--sidecar", store)
            self.assertEqual(out.read_bytes(), data)
            look = ("--sidecar", store, "--trust", self.root)
            self.assertEqual(self.report("verify", out, *look)["verdict"], "trusted")
            out.write_bytes(data + b" ")
            self.assertEqual(self.report("verify", out, *look, code=3)["verdict"], "invalid")
