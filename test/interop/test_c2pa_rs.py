#!/usr/bin/env python3
"""Both ways between countermark and c2pa-rs, over every algorithm and container.

usage: test_c2pa_rs.py [COUNTERMARK [SCRATCH]]

COUNTERMARK is the command (otherwise from the environment, or build/countermark), SCRATCH a
directory to work in (otherwise a temporary one). Needs c2pa-python, which is c2pa-rs. What we sign
must be Trusted to c2pa-rs under our test root without any failure code, and what c2pa-rs signs with
the same credentials must be trusted to us; and each must see a changed byte. Exit status 0 when all
agree.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import c2pa

try:
    import encypher_c2pa
except ImportError:
    encypher_c2pa = None

ALGORITHMS = ("es256", "es384", "es512", "ps256", "ed25519")
HOSTS = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
DATA = pathlib.Path(__file__).resolve().parents[1] / "data" / "asset"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


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

    def check(self, name, ok, detail):
        self.checks += 1
        if not ok:
            self.failures += 1
            print(f"FAILED {name}: {detail}")

    def credentials(self, alg):
        at = self.scratch / alg
        at.mkdir(parents=True, exist_ok=True)
        if not (at / "root.pem").exists():
            self.must("cert", "-o", at, "--alg", alg)
        return at

    def their_report(self, root, media_type, asset, store=None):
        settings = c2pa.Settings.from_dict({
            "version": 1,
            "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
            "trust": {"trust_anchors": root.read_text()},
        })
        with open(asset, "rb") as stream:
            reader = c2pa.Reader(media_type, stream, manifest_data=store,
                                 context=c2pa.Context(settings))
            return json.loads(reader.json())

    def their_verdict(self, root, media_type, asset, store=None):
        """(state, failure codes) by c2pa-rs, also those that it finds new in ingredients; (None,
        error) when it can't read the file at all."""
        try:
            report = self.their_report(root, media_type, asset, store)
        except c2pa.C2paError as error:
            return None, str(error)
        results = report["validation_results"]
        failures = results["activeManifest"]["failure"]
        for delta in results.get("ingredientDeltas", []):
            failures = failures + delta["validationDeltas"]["failure"]
        return report["validation_state"], [s["code"] for s in failures]

    def encyphers_verdict(self, root, media_type, asset):
        """The same by encypher-c2pa, which is another implementation; None where there is none."""
        if encypher_c2pa is None:
            return None
        said = encypher_c2pa.verify(asset.read_bytes(), mime_type=media_type,
                                    trust_pem=root.read_text(), telemetry=False, online=False)
        return said["validation_state"]

    def our_verdict(self, root, asset, sidecar=None):
        extra = ["--sidecar", sidecar] if sidecar else []
        done = self.run("verify", asset, "--trust", root, "--json", *extra)
        try:
            return json.loads(done.stdout)["verdict"]
        except (ValueError, KeyError, TypeError):
            return f"exit {done.returncode}: {done.stderr.strip()}"

    def changed(self, asset):
        """A copy with its last byte but 12 changed: pixels, or the trailer's neighbourhood."""
        data = bytearray(asset.read_bytes())
        data[-13] ^= 1
        copy = asset.with_name("changed-" + asset.name)
        copy.write_bytes(data)
        return copy

    def ours(self, alg, kind, media_type):
        keys = self.credentials(alg)
        host, root = DATA / f"plain.{kind}", keys / "root.pem"
        made = keys / f"ours.{kind}"
        credentials = ("--cert", keys / "chain.pem", "--sign-key", keys / "key.pem")
        self.must("sign", host, "-o", made, *credentials)
        state = self.their_verdict(root, media_type, made)
        self.check(f"ours {alg} {kind} by c2pa-rs", state == ("Trusted", []), state)
        other = self.encyphers_verdict(root, media_type, made)
        self.check(f"ours {alg} {kind} by encypher-c2pa", other in (None, "Trusted"), other)
        own = self.our_verdict(root, made)
        self.check(f"ours {alg} {kind} by ourselves", own == "trusted", own)
        state = self.their_verdict(root, media_type, self.changed(made))
        self.check(f"ours {alg} {kind} changed, by c2pa-rs", state[0] != "Trusted", state)
        own = self.our_verdict(root, self.changed(made))
        self.check(f"ours {alg} {kind} changed, by ourselves", own == "invalid", own)

        again = keys / f"again.{kind}"  # our manifest becomes the parent of a second one
        done = self.run("sign", made, "-o", again, *credentials)
        if done.returncode == 0:
            state = self.their_verdict(root, media_type, again)
            self.check(f"ours {alg} {kind} twice, by c2pa-rs", state == ("Trusted", []), state)
            other = self.encyphers_verdict(root, media_type, again)
            self.check(f"ours {alg} {kind} twice, by encypher-c2pa", other in (None, "Trusted"), other)
            own = self.our_verdict(root, again)
            self.check(f"ours {alg} {kind} twice, by ourselves", own == "trusted", own)

    def ours_beside(self, alg, kind, media_type):
        keys = self.credentials(alg)
        host, root = DATA / f"plain.{kind}", keys / "root.pem"
        sidecar, made = keys / f"ours-{kind}.c2pa", keys / f"ours-beside.{kind}"
        self.must("sign", host, "-o", made, "--sidecar", sidecar, "--cert", keys / "chain.pem",
                  "--sign-key", keys / "key.pem")
        state = self.their_verdict(root, media_type, made, sidecar.read_bytes())
        self.check(f"ours {alg} beside {kind} by c2pa-rs", state == ("Trusted", []), state)
        own = self.our_verdict(root, made, sidecar)
        self.check(f"ours {alg} beside {kind} by ourselves", own == "trusted", own)

    def theirs(self, alg, kind, media_type):
        keys = self.credentials(alg)
        host, root = DATA / f"plain.{kind}", keys / "root.pem"
        info = c2pa.C2paSignerInfo(alg.encode(), (keys / "chain.pem").read_bytes(),
                                   (keys / "key.pem").read_bytes(), None)
        manifest = {
            "claim_generator_info": [{"name": "interop", "version": "1"}],
            "title": f"theirs.{kind}",
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [
                {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}]}}],
        }
        for beside in (False, True):
            made = keys / (f"theirs-beside.{kind}" if beside else f"theirs.{kind}")
            builder = c2pa.Builder(json.dumps(manifest))
            if beside:
                builder.set_no_embed()
            with open(host, "rb") as source, open(made, "w+b") as target:
                store = builder.sign(c2pa.Signer.from_info(info), media_type, source, target)
            sidecar = keys / f"theirs-{kind}.c2pa" if beside else None
            if sidecar:
                sidecar.write_bytes(store)
            own = self.our_verdict(root, made, sidecar)
            name = f"theirs {alg} {'beside' if beside else 'in'} {kind}"
            self.check(name, own == "trusted", own)
            own = self.our_verdict(root, self.changed(made), sidecar)
            self.check(f"{name}, changed", own == "invalid", own)
            other = self.credentials("es256" if alg != "es256" else "es384") / "root.pem"
            own = self.our_verdict(other, made, sidecar)
            self.check(f"{name}, other root", own == "untrusted", own)


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("COUNTERMARK",
                                                                   "build/countermark")
    with tempfile.TemporaryDirectory() as temporary:
        scratch = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else temporary).resolve()
        interop = Interop(str(pathlib.Path(command).resolve()), scratch)
        for alg in ALGORITHMS:
            for kind, media_type in HOSTS.items():
                interop.ours(alg, kind, media_type)
                interop.ours_beside(alg, kind, media_type)
                interop.theirs(alg, kind, media_type)
    print(f"interop with c2pa-rs: {interop.checks - interop.failures} of {interop.checks} agree")
    sys.exit(1 if interop.failures else 0)


if __name__ == "__main__":
    main()
