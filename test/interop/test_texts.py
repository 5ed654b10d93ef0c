#!/usr/bin/env python3
"""Texts that carry manifests, between countermark and its peers: encypher-c2pa (every text but TTML and WebVTT), c2pa-rs (SVG), c2patxt, c2pa-text and
c2pa-unstructured-text (variation selectors), c2pa-text and c2pa-structured-text (HTML, comments, front matter).

usage: test_texts.py [COUNTERMARK [SCRATCH]]

What we sign must be right to all that read it, time-stamped or not, by a key or by a command, and each must see a changed letter; what
c2patxt and c2pa-rs sign must be right to us. Peers that aren't installed are passed over. Nothing goes on the network. Exit status 0 when all agree.
"""
import importlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from authority import Authority  # noqa: E402

TEXTS = {
    "plain.txt": "Hello wörld 🙂.\nSecond line, made by a model.\n",
    "nfd.txt": "cafe\u0301 au lait, as it was typed\n",
    "long.txt": "Some words, again and again. " * 4000,
    "page.html": "<!DOCTYPE html>\n<html><head><title>t</title></head><body><p>Hello</p></body></html>\n",
    "front.md": "---\ntitle: x\n---\n# Hello\n",
    "feed.xml": "<?xml version=\"1.0\"?>\n<rss><channel><title>Hello</title></channel></rss>\n",
    "tool.sh": "#!/bin/sh\necho Hello\n",
    "picture.svg": "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\"><text>Hello</text></svg>\n",
    "filed.svg": "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><metadata>x</metadata>"
                 "<text>Hello</text></svg>\n",
    "captions.ttml": "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><div><p>Hello</p></div></body></tt>\n",
    "captions.vtt": "WEBVTT\n\n00:00.000 --> 00:05.000\nHello\n",
}
MEDIA = {"txt": "text/plain", "html": "text/html", "md": "text/markdown", "xml": "application/xml",
         "svg": "image/svg+xml"}
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
ALGORITHMS = ("es256", "es384", "ps256", "ed25519")


def changed(text):
    """Another word for one that each of them has."""
    for old, new in (("Hello", "Hallo"), ("lait", "laid"), ("words", "wards")):
        text = text.replace(old, new, 1)
    return text


def peer(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


class Interop:
    def __init__(self, command, scratch):
        self.command, self.scratch = command, scratch
        self.failures = self.checks = 0

    def run(self, *arguments):
        return subprocess.run([self.command, *map(str, arguments)], capture_output=True, text=True)

    def must(self, *arguments):
        done = self.run(*arguments)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, arguments))}: exit {done.returncode}: {done.stderr}")

    def check(self, name, got, want):
        self.checks += 1
        if got != want:
            self.failures += 1
            print(f"FAILED {name}: {got}, expected {want}")

    def credentials(self, alg):
        at = self.scratch / alg
        at.mkdir(parents=True, exist_ok=True)
        if not (at / "root.pem").exists():
            self.must("cert", "-o", at, "--alg", alg)
        return at

    def our_report(self, file, root):
        return json.loads(self.run("verify", file, "--trust", root, "--json").stdout)

    def our_verdict(self, file, root):
        return self.our_report(file, root)["verdict"]

    # --- what each peer says of a text: True when its bytes are those that were signed ---

    def by_encypher(self, name, data, root):
        module, media = peer("encypher_c2pa"), MEDIA.get(name.rsplit(".", 1)[1])
        if module is None or media is None:
            return None
        said = module.verify(data, mime_type=media, trust_pem=root.read_text(), telemetry=False,
                             online=False)
        return said["validation_state"] == "Trusted"

    def by_c2patxt(self, name, data, root):
        module = peer("c2patxt")
        if module is None or not name.endswith(".txt"):
            return None
        context = module.VerifyContext(anchors_pem=root.read_bytes())
        # no evaluator of trust comes with it: that its signer is unknown is all it may say
        said = module.verify(data.decode(), context=context)
        return [str(s.code) for s in said.failure] == ["signingCredential.untrusted"]

    def by_c2pa_text(self, name, data, _):
        module = peer("c2pa_text")
        if module is None:
            return None
        text = data.decode()
        if name.endswith(".txt"):
            return module.validate_text(text).valid
        if name.endswith((".svg", ".ttml")):
            return None
        found = module.extract_html(text) if name.endswith(".html") else module.extract_structured(text)
        return found.manifest is not None

    def by_structured(self, name, data, _):
        """Its own data hash of the file must be the one that we wrote, range and all."""
        module, texts, reader = (peer(n) for n in ("c2pa_structured_text", "c2pa_text", "c2patxt._extract"))
        if None in (module, texts, reader) or name.endswith((".txt", ".html", ".svg", ".ttml")):
            return None
        text = data.decode()
        theirs = module.compute_data_hash(text, "sha256")
        store = texts.extract_structured(text).manifest
        ours = reader.parse_manifest_store(store).assertions["c2pa.hash.data"]
        return (bytes(theirs.hash) == ours["hash"] and [tuple(e) for e in theirs.exclusions] ==
                [(e["start"], e["length"]) for e in ours["exclusions"]])

    def by_unstructured(self, name, data, _):
        module, reader = peer("c2pa_unstructured_text"), peer("c2patxt")
        if None in (module, reader) or not name.endswith(".txt"):
            return None
        text = data.decode()
        theirs = module.compute_data_hash(text, "sha256")
        ours = reader.extract(text).assertions["c2pa.hash.data"]
        return (module.strip(text, *theirs["exclusions"][0]) == TEXTS[name] and bytes(theirs["hash"]) == ours["hash"] and
                [tuple(e) for e in theirs["exclusions"]] ==
                [(e["start"], e["length"]) for e in ours["exclusions"]])

    def by_c2pa_rs(self, name, data, root):
        module = peer("c2pa")
        if module is None or not name.endswith(".svg"):
            return None
        settings = module.Settings.from_dict({
            "version": 1,
            "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
            "trust": {"trust_anchors": root.read_text()}})
        with module.Reader(MEDIA["svg"], io.BytesIO(data), context=module.Context(settings)) as reader:
            return json.loads(reader.json())["validation_state"] == "Trusted"

    def judged_by_all(self, name, data, root, want, judges):
        for judge in judges:
            said = judge(name, data, root)
            if said is not None:
                self.check(f"{name} {judge.__name__}", said, want)

    def judged(self, title, name, out, root):
        """As it was signed, and with another word in it."""
        data = out.read_bytes()
        self.check(f"{title} {name}", self.our_verdict(out, root), "trusted")
        self.judged_by_all(name, data, root, True,
                           (self.by_encypher, self.by_c2patxt, self.by_c2pa_text, self.by_structured,
                            self.by_unstructured, self.by_c2pa_rs))
        other = changed(data.decode()).encode()
        out.write_bytes(other)
        self.check(f"{title} {name} changed", self.our_verdict(out, root), "invalid")
        self.judged_by_all(name, other, root, False, (self.by_encypher, self.by_c2patxt, self.by_c2pa_rs))

    def signed(self, at, name, *how):
        before, out = at / f"before-{name}", at / name
        before.write_bytes(TEXTS[name].encode())
        self.must("sign", before, "-o", out, "--cert", at / "chain.pem", *how)
        return out

    def ours(self, alg):
        at = self.credentials(alg)
        for name in TEXTS:
            out = self.signed(at, name, "--sign-key", at / "key.pem")
            self.judged(alg, name, out, at / "root.pem")

    def updated(self):
        """c2patxt doesn't know update manifests, and encypher-c2pa not those of SVG, c2pa-rs's either."""
        at = self.credentials("es256")
        signs = ("--cert", at / "chain.pem", "--sign-key", at / "key.pem", "--update")
        for name in ("plain.txt", "nfd.txt", "long.txt", "page.html", "picture.svg", "filed.svg"):
            judge = self.by_c2pa_rs if name.endswith(".svg") else self.by_encypher
            first, out = self.signed(at, name, "--sign-key", at / "key.pem"), at / f"updated-{name}"
            self.must("sign", first, "-o", out, *signs)
            for data, want in ((out.read_bytes(), True), (changed(out.read_text()).encode(), False)):
                out.write_bytes(data)
                self.check(f"updated {name}", self.our_verdict(out, at / "root.pem") == "trusted", want)
                self.judged_by_all(f"updated {name}", data, at / "root.pem", want, (judge,))

    def witnessed(self):
        """With time-stamps of our own and of an authority's, and signed by a command."""
        at, tsa = self.credentials("es256"), self.scratch / "tsa"
        self.must("cert", "-o", tsa, "--tsa")
        roots = at / "roots.pem"
        roots.write_text((at / "root.pem").read_text() + (tsa / "root.pem").read_text())
        authority = Authority(self.scratch, tsa)
        asked = ("--sign-key", at / "key.pem", "--tsa", authority.url + "/good")
        own = ("--sign-key", at / "key.pem", "--tsa-cert", tsa / "chain.pem", "--tsa-key", tsa / "key.pem")
        by_command = ("--signer-command", f"openssl dgst -sha256 -sign {at / 'key.pem'}", *own[2:])
        for how, title in ((asked, "asked"), (own, "own"), (by_command, "commanded")):
            for name in TEXTS:
                out = self.signed(at, name, *how)
                layer = next(e for e in self.our_report(out, roots)["evidence"] if e["layer"] == "manifest")
                self.check(f"{title} {name}: time", layer["time"] is not None, True)
                self.stamp_by_encypher(title, name, out, tsa / "root.pem")
                self.judged(title, name, out, roots)
        authority.close()

    def stamp_by_encypher(self, title, name, out, tsa_root):
        module, media = peer("encypher_c2pa"), MEDIA.get(name.rsplit(".", 1)[1])
        if module is None or media is None:
            return
        said = module.verify(out.read_bytes(), mime_type=media, tsa_trust_pem=tsa_root.read_text(), telemetry=False,
                             online=False)
        codes = {s["code"] for s in said["validation_results"]["success"]}
        self.check(f"{title} {name}: time-stamp by encypher", "timeStamp.validated" in codes, True)

    def theirs(self):
        module, keys = peer("c2patxt"), peer("cryptography.hazmat.primitives.serialization")
        x509 = peer("cryptography.x509")
        if None in (module, keys, x509):
            return
        at = self.credentials("ed25519")
        signer = module.Signer(
            keys.load_pem_private_key((at / "key.pem").read_bytes(), None),
            tuple(x509.load_pem_x509_certificates((at / "chain.pem").read_bytes())))
        made = module.Disclosure(media_type="text/plain", model_type="c2pa.types.model")
        for name in ("plain.txt", "nfd.txt", "long.txt"):
            marked = module.embed(TEXTS[name], signer, made)
            file = at / f"theirs-{name}"
            for text, want in ((marked, "trusted"), (changed(marked), "invalid")):
                file.write_bytes(text.encode())
                self.check(f"c2patxt's {name}", self.our_verdict(file, at / "root.pem"), want)


    def theirs_svg(self):
        module = peer("c2pa")
        if module is None:
            return
        at = self.credentials("es256")
        signer = module.Signer.from_info(module.C2paSignerInfo(
            alg=b"es256", sign_cert=(at / "chain.pem").read_bytes(),
            private_key=(at / "key.pem").read_bytes(), ta_url=None))
        actions = [{"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}]
        made = {"claim_generator_info": [{"name": "test", "version": "1"}],
                "assertions": [{"label": "c2pa.actions", "data": {"actions": actions}}]}
        for name in ("picture.svg", "filed.svg"):
            signed, file = io.BytesIO(), at / f"theirs-{name}"
            module.Builder(json.dumps(made)).sign(signer, MEDIA["svg"], io.BytesIO(TEXTS[name].encode()), signed)
            update, updated = module.Builder(json.dumps({"claim_generator_info": made["claim_generator_info"]})), io.BytesIO()
            update.set_intent(module.C2paBuilderIntent.UPDATE)
            signed.seek(0)
            update.sign(signer, MEDIA["svg"], signed, updated)
            for text in (signed.getvalue().decode(), updated.getvalue().decode()):
                for data, want in ((text, "trusted"), (changed(text), "invalid")):
                    file.write_bytes(data.encode())
                    self.check(f"c2pa-rs's {name}", self.our_verdict(file, at / "root.pem"), want)
            file.write_bytes(signed.getvalue())
            ours = at / f"updated-{name}"
            self.must("sign", file, "-o", ours, "--cert", at / "chain.pem", "--sign-key", at / "key.pem", "--update")
            self.check(f"our update of c2pa-rs's {name}", self.our_verdict(ours, at / "root.pem"), "trusted")
            self.judged_by_all(name, ours.read_bytes(), at / "root.pem", True, (self.by_c2pa_rs,))


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("COUNTERMARK", "build/countermark")
    with tempfile.TemporaryDirectory() as scratch:
        interop = Interop(command, pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else scratch))
        for alg in ALGORITHMS:
            interop.ours(alg)
        interop.witnessed()
        interop.updated()
        interop.theirs()
        interop.theirs_svg()
    print(f"texts: {interop.checks} checks, {interop.failures} failed")
    sys.exit(1 if interop.failures else 0)


if __name__ == "__main__":
    main()
