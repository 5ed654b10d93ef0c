#!/usr/bin/env python3
"""What signing can do beyond the plain manifest, judged by c2pa-rs and by ourselves.

usage: test_signing.py [COUNTERMARK [SCRATCH]]

As test_c2pa_rs.py, whose ways it shares: definitions, ingredients, box hashes, update manifests,
redaction, time-stamps, labels and statements, commands that sign, and OCSP responses (by openssl).
"""
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import test_c2pa_rs as shared

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from authority import Authority  # noqa: E402

DEFINITION = {
    "title": "A picture",
    "claim_generator_info": [{"name": "Lab", "version": "3", "icon": {"format": "image/svg+xml",
                                                                       "identifier": "icon.svg"}}],
    "thumbnail": {"format": "image/png", "identifier": "part.png"},
    "ingredients": [
        {"title": "Part", "relationship": "componentOf", "label": "part", "path": "part.png",
         "thumbnail": {"format": "image/png", "identifier": "part.png"}},
        {"title": "Prompt", "relationship": "inputTo", "format": "text/plain",
         "data": {"format": "text/plain", "identifier": "prompt.txt"}}],
    "assertions": [
        {"label": "c2pa.actions", "data": {"actions": [
            {"action": "c2pa.created", "digitalSourceType": shared.SOURCE_TYPE},
            {"action": "c2pa.placed", "when": "2026-11-01T10:00:00Z",
             "parameters": {"ingredientIds": ["part"]}},
            {"action": "com.example.blend", "parameters": {"ratio": 0.1, "half": 0.5},
             "softwareAgent": {"name": "Mixer", "icon": {"format": "image/png", "identifier": "part.png"}}}]}},
        {"label": "com.example.note", "data": {"b": [1, 2.5, True, None, "ü"], "a": {"z": 1e300}}},
        {"label": "com.example.note", "created": False, "data": {"second": 1}},
        {"label": "com.example.json", "kind": "Json", "data": {"j": [1]}},
        {"label": "c2pa.metadata", "data": {
            "@context": {"dc": "http://purl.org/dc/elements/1.1/"}, "dc:title": "x"}}],
}

ICON = "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'><rect width='8' height='8'/></svg>"

# encypher-c2pa 1.7.1 wants what was redacted to be found still (2.2 §15.10.3.2.2 by the letter), blank;
# c2pa-rs can't read a store with such a blank. Both forms are §6.8's; we write what c2pa-rs reads.
REDACTING = ("redacted", "update", "update-twice", "theirs-shorter")

DISCLOSURE = {"modelType": "c2pa.types.model", "modelName": "Model",
              "modelIdentifier": "pkg:generic/model@1.2",
              "contentProfile": {"humanOversightLevel": "prompt_guided"},
              "scientificDomain": ["cs.AI"]}
ATTESTATIONS = {"attestations": [
    {"kind": "toxicity", "evaluation": "Prompts", "version": "1", "result": 0.25, "unit": "share",
     "scale": {"least": 0, "most": 1}, "better": "lower", "date": "2026-10-01",
     "report": {"alg": "sha256", "hash": "00" * 32, "url": "https://report.example"}},
    {"kind": "refusal", "evaluation": "Own", "version": "2", "result": "passed",
     "date": "2026-10-02", "report": {"alg": "sha512", "hash": "11" * 64}}]}

CA_CONFIG = """[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[responder]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,OCSPSigning
noCheck = ignored
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


class Signing(shared.Interop):
    def __init__(self, command, scratch):
        super().__init__(command, scratch)
        self.keys = self.credentials("es256")
        self.tsa = scratch / "tsa"
        self.must("cert", "-o", self.tsa, "--tsa")
        more = b""
        for i in range(8):
            self.must("cert", "-o", scratch / f"more{i}", "--alg", "es512")
            more += (scratch / f"more{i}" / "chain.pem").read_bytes()
        self.authority = Authority(scratch, self.tsa, more)
        self.roots = scratch / "roots.pem"
        self.roots.write_text((self.keys / "root.pem").read_text()
                              + (self.tsa / "root.pem").read_text())
        (scratch / "prompt.txt").write_text("a prompt")
        (scratch / "icon.svg").write_text(ICON)
        (scratch / "part.png").write_bytes((shared.DATA / "plain.png").read_bytes())
        self.attestations = scratch / "attestations.json"
        self.attestations.write_text(json.dumps(ATTESTATIONS))
        self.definition = scratch / "definition.json"
        self.definition.write_text(json.dumps(DEFINITION))

    def sign(self, name, source, *more, cert=True):
        kind = source.name.rsplit(".", 1)[1]
        made = self.scratch / f"{name}.{kind}"
        credentials = ("--cert", self.keys / "chain.pem", "--sign-key", self.keys / "key.pem")
        self.must("sign", source, "-o", made, *(credentials if cert else ()), *more)
        self.judged(name, made, self.roots)
        return made

    def judged(self, name, made, roots):
        kind = made.name.rsplit(".", 1)[1]
        state = self.their_verdict(roots, shared.HOSTS[kind], made)
        self.check(f"{name} {kind} by c2pa-rs", state == ("Trusted", []), state)
        if name not in REDACTING:
            other = self.encyphers_verdict(roots, shared.HOSTS[kind], made)
            self.check(f"{name} {kind} by encypher-c2pa", other in (None, "Trusted"), other)
        own = self.our_verdict(roots, made)
        self.check(f"{name} {kind} by ourselves", own == "trusted", own)
        if kind != "webp" or name != "update":
            state = self.their_verdict(roots, shared.HOSTS[kind], self.changed(made))
            self.check(f"{name} {kind} changed, by c2pa-rs", state[0] != "Trusted", state)

    def codes(self, made):
        """All success and information codes of c2pa-rs on the active manifest."""
        kind = made.name.rsplit(".", 1)[1]
        report = self.their_report(self.roots, shared.HOSTS[kind], made)
        results = report["validation_results"]["activeManifest"]
        return {s["code"] for s in results["success"] + results["informational"]}

    def icons(self, kind, made):
        """As c2pa-rs finds them behind the references to them."""
        with shared.c2pa.Reader(shared.HOSTS[kind], made.open("rb")) as reader:
            report, drawn = json.loads(reader.json()), io.BytesIO()
            manifest = report["manifests"][report["active_manifest"]]
            icon = manifest["claim_generator_info"][0]["icon"]
            reader.resource_to_stream(icon["identifier"], drawn)
            actions = next(a for a in manifest["assertions"] if a["label"] == "c2pa.actions.v2")["data"]["actions"]
            agent = next(a for a in actions if a["action"] == "com.example.blend")["softwareAgent"]
            part = io.BytesIO()
            reader.resource_to_stream(agent["icon"]["identifier"], part)
        self.check(f"icon {kind}", drawn.getvalue().decode() == ICON and icon["format"] == "image/svg+xml", icon)
        self.check(f"agent's icon {kind}", part.getvalue() == (self.scratch / "part.png").read_bytes(), agent)

    def every(self, kind):
        host = shared.DATA / f"plain.{kind}"
        first = self.sign("defined", host, "-m", self.definition)
        self.icons(kind, first)
        self.sign("parted", host, "--ingredient", first, "--input", self.scratch / "part.png",
                  "--input", self.scratch / "prompt.txt")
        self.sign("parented", host, "--parent", first)
        self.sign("redacted", first, "--redact", "com.example.note__1", "--redact",
                  "c2pa.thumbnail.claim")
        own = ("--tsa-cert", self.tsa / "chain.pem", "--tsa-key", self.tsa / "key.pem")
        asked = ("--tsa", self.authority.url + "/good")
        fat = ("--tsa", self.authority.url + "/fat")
        for name, how in (("stamped", own), ("asked", asked), ("asked-fat", fat)):
            codes = self.codes(self.sign(name, host, *how))
            self.check(f"{name} {kind}: time-stamp by c2pa-rs", "timeStamp.trusted" in codes, codes)
        self.labelled(kind, host, first)
        self.sign("commanded", host, "--cert", self.keys / "chain.pem", "--signer-command",
                  f"openssl dgst -sha256 -sign {self.keys / 'key.pem'}", cert=False)
        if kind == "webp":
            return
        boxed = self.sign("boxed", first, "--binding", "boxes")
        codes = self.codes(boxed)
        self.check(f"boxed {kind}: which hash", "assertion.boxesHash.match" in codes, codes)
        self.sign("boxed-update", boxed, "--update")
        update = self.sign("update", first, "--update", "--redact", "com.example.note", *own)
        self.sign("update-stated", first, "--update", "--attestations", self.attestations,
                  "--ai-disclosure", json.dumps(DISCLOSURE))
        self.sign("update-twice", update, "--update")
        self.sign("upon-update", update)

    def upon_theirs(self):
        """Updates of what c2pa-rs signed, which puts its segments before EXIF: the store stays there, be it longer or
        shorter by what is redacted."""
        rich, plain = ((shared.DATA / f"{n}.jpg").read_bytes() for n in ("rich", "plain"))
        at, exif = 20, b""  # behind SOI and APP0, in both
        while rich[at:at + 2] == b"\xff\xe1":
            end = at + 2 + int.from_bytes(rich[at + 2:at + 4], "big")
            exif, at = exif + rich[at:end], end
        hosts = {"theirs-exif.jpg": plain[:20] + exif + plain[20:], "theirs-bare.jpg": plain[:2] + exif + plain[20:],
                 "theirs.png": (shared.DATA / "rich.png").read_bytes()}
        icon = {"format": "image/svg+xml", "identifier": "icon.svg"}
        made = {"claim_generator_info": [{"name": "interop", "version": "1", "icon": icon}], "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [
                {"action": "c2pa.created", "digitalSourceType": shared.SOURCE_TYPE}]}},
            {"label": "com.example.much", "data": {"much": "much " * 1000}}]}
        info = shared.c2pa.C2paSignerInfo(b"es256", (self.keys / "chain.pem").read_bytes(),
                                          (self.keys / "key.pem").read_bytes(), None)
        for name, data in hosts.items():
            signed, media = self.scratch / name, shared.HOSTS[name.rsplit(".", 1)[1]]
            with open(signed, "w+b") as target:
                builder = shared.c2pa.Builder(json.dumps(made))
                builder.add_resource("icon.svg", io.BytesIO(ICON.encode()))
                builder.sign(shared.c2pa.Signer.from_info(info), media, io.BytesIO(data), target)
            longer = self.sign("theirs-longer", signed, "--update")
            shorter = self.sign("theirs-shorter", signed, "--update", "--redact", "com.example.much")
            self.sign("theirs-twice", longer, "--update")
            sizes = [f.stat().st_size for f in (shorter, signed, longer)]
            self.check(f"{name} shorter, longer", sizes == sorted(sizes), sizes)

    def labelled(self, kind, host, first):
        """Labels and statements: into a file that has nothing, one that has much, and a signed one."""
        everything = ("--label", "eu,ca,cn", "--provider", "Lab & Söhne", "--system", "Model/1.2",
                      "--attestations", self.attestations, "--ai-disclosure", json.dumps(DISCLOSURE))
        made = self.sign("labelled", host, *everything)
        report = self.their_report(self.roots, shared.HOSTS[kind], made)
        manifest = report["manifests"][report["active_manifest"]]
        seen = {a["label"]: a["data"] for a in manifest["assertions"]}
        self.check(f"labelled {kind}: AI disclosure", seen.get("c2pa.ai-disclosure") == DISCLOSURE,
                   seen)
        listed = seen.get("org.countermark.attestations", {}).get("attestations", [{}])
        self.check(f"labelled {kind}: attestations", listed[0].get("result") == 0.25, listed)
        agent = seen["c2pa.actions.v2"]["actions"][0]["softwareAgent"]
        self.check(f"labelled {kind}: agent", agent == {"name": "Model", "version": "1.2"}, agent)
        rich = shared.DATA / f"rich.{kind}"
        self.sign("labelled-rich", rich, *everything, "--producer", "001")
        self.sign("labelled-again", made, "--label", "eu,ca,cn", "--provider", "Lab & Söhne",
                  "--system", "Model/1.3")
        self.sign("labelled-parent", first, *everything)
        self.sign("addressed", host, "--remote-url", "https://manifests.example/1.c2pa")
        beside, sidecar = self.scratch / f"beside.{kind}", self.scratch / f"beside-{kind}.c2pa"
        self.must("sign", host, "-o", beside, "--sidecar", sidecar, "--cert",
                  self.keys / "chain.pem", "--sign-key", self.keys / "key.pem", "--remote-url",
                  "https://manifests.example/2.c2pa", *everything)
        state = self.their_verdict(self.roots, shared.HOSTS[kind], beside, sidecar.read_bytes())
        self.check(f"beside {kind} by c2pa-rs", state == ("Trusted", []), state)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def issue(self, at, name, issuer, number):
        """A key, and a certificate under another one's."""
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", at / f"{name}.key", "-out", at / f"{name}.csr", "-subj",
                     f"/O=Test/CN=Test {name}", "-config", at / "ext.cnf")
        self.openssl("x509", "-req", "-in", at / f"{name}.csr", "-CA", at / f"{issuer}.pem",
                     "-CAkey", at / f"{issuer}.key", "-set_serial", hex(number), "-days", "20",
                     "-extfile", at / "ext.cnf", "-extensions", "ca" if name == "middle" else name,
                     "-out", at / f"{name}.pem")
        (at / f"{name}.key").chmod(0o600)

    def stapled(self):
        """An OCSP response about a certificate of a small authority of openssl's."""
        at = self.scratch / "ca"
        at.mkdir()
        (at / "ext.cnf").write_text(CA_CONFIG)
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-keyout", at / "ca.key", "-out", at / "ca.pem", "-subj",
                     "/O=Test/CN=Test CA", "-days", "30", "-config", at / "ext.cnf", "-extensions",
                     "ca")
        self.issue(at, "middle", "ca", 0x1232)
        self.issue(at, "responder", "middle", 0x1233)
        self.issue(at, "leaf", "middle", 0x1234)
        (at / "chain.pem").write_text((at / "leaf.pem").read_text()
                                      + (at / "middle.pem").read_text())
        for state in ("V", "R"):
            revoked = "261101000000Z" if state == "R" else ""
            (at / "index").write_text(f"{state}\t361231235959Z\t{revoked}\t1234\tunknown\t/CN=Leaf\n")
            self.openssl("ocsp", "-index", at / "index", "-rsigner", at / "responder.pem", "-rkey",
                         at / "responder.key", "-CA", at / "middle.pem", "-issuer",
                         at / "middle.pem", "-cert", at / "leaf.pem", "-ndays", "7", "-respout",
                         at / f"{state}.der", "-noverify")
        self.roots = at / "ca.pem"
        made = self.sign("stapled", shared.DATA / "plain.png", "--cert", at / "chain.pem",
                         "--sign-key", at / "leaf.key", "--ocsp", at / "V.der", cert=False)
        codes = self.codes(made)
        self.check("stapled: OCSP by c2pa-rs", "signingCredential.ocsp.notRevoked" in codes, codes)
        done = self.run("sign", shared.DATA / "plain.png", "-o", self.scratch / "x.png", "--cert",
                        at / "chain.pem", "--sign-key", at / "leaf.key", "--ocsp", at / "R.der")
        self.check("revoked", done.returncode == 2 and "revoked" in done.stderr, done.stderr)


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("COUNTERMARK",
                                                                   "build/countermark")
    with tempfile.TemporaryDirectory() as temporary:
        scratch = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else temporary).resolve()
        signing = Signing(str(pathlib.Path(command).resolve()), scratch)
        for kind in shared.HOSTS:
            signing.every(kind)
        signing.upon_theirs()
        signing.stapled()
        signing.authority.close()
    print(f"signing in full, with c2pa-rs: {signing.checks - signing.failures} of {signing.checks} "
          "agree")
    sys.exit(1 if signing.failures else 0)


if __name__ == "__main__":
    main()
