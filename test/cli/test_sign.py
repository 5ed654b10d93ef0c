"""Signing in full: definitions, ingredients, bindings, updates, redaction, time-stamps, signers."""

import glob
import json
import os
import shutil
import subprocess
import sys
import unittest
import zlib

from authority import Authority
from command import PHOTOS, ROOT, Case, run

ASSET = ROOT / "test/data/asset"
CREATED = {"action": "c2pa.created",
           "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}
SOFTHSM = glob.glob("/usr/lib/softhsm/libsofthsm2.so") if shutil.which("softhsm2-util") else []
PROVIDER = glob.glob(os.environ.get("OPENSSL_MODULES", "/usr/lib/*/ossl-modules") + "/pkcs11.so")
HAS_OPENSSL = shutil.which("openssl") is not None


class Signing(Case):
    def sign(self, source, name, *more, **how):
        out = self.dir / name
        self.ok("sign", source, "-o", out, *self.sign_with, *more, **how)
        return out

    def define(self, name="def.json", **fields):
        path = self.dir / name
        path.write_text(json.dumps(fields))
        return path

    def trusted(self, path, *more):
        report = self.report("verify", path, "--trust", self.root, *more)
        self.assertEqual(report["verdict"], "trusted")
        return self.layer(report, "manifest")

    def codes(self, manifest):
        return {s["code"] for s in manifest["status"]}


class Reproducible(Signing):
    def test_the_same_each_time(self):
        credentials = self.dir / "ed25519"
        self.ok("cert", "-o", credentials, "--alg", "ed25519")
        how = ("--cert", credentials / "chain.pem", "--sign-key", credentials / "key.pem",
               "--label", "ca", "--provider", "P", "--system", "S/1")
        fixed = ("--time", "1700000000", "--ids-from")
        made = []
        for name, more in (("a", (*fixed, "one")), ("b", (*fixed, "one")), ("c", (*fixed, "two")),
                           ("d", ("--ids-from", "one")), ("e", ())):
            out = self.dir / f"{name}.png"
            self.ok("sign", ASSET / "rich.png", "-o", out, "--ingredient", ASSET / "plain.jpg", *how, *more)
            made.append(out.read_bytes())
            self.report("verify", out, "--trust", credentials / "root.pem")
        self.assertEqual(made[0], made[1])
        self.assertEqual(len(set(made)), 4)
        # What is written as it comes has its store before the hash of the rest: another way to the same.
        piped, _ = self.ok("sign", ASSET / "rich.png", "-o", "-", "--ingredient", ASSET / "plain.jpg", *how,
                           *fixed, "one")
        self.assertEqual(piped, made[0])
        self.assertIn(b"2023-11-14T22:13:20Z", made[0])
        (self.dir / "words.txt").write_text("Some words.\n")
        texts = []
        for name in ("f", "g"):
            self.ok("sign", self.dir / "words.txt", "-o", self.dir / f"{name}.txt", *how[:4], *fixed, "one")
            texts.append((self.dir / f"{name}.txt").read_bytes())
        self.assertEqual(texts[0], texts[1])

    def test_a_time_is_a_number(self):
        for time in ("0", "-1", "now", "1e9", "999999999999"):
            code, _, err = run("sign", ASSET / "plain.png", "-o", self.dir / "x.png",
                               *self.sign_with, "--time", time)
            self.assertEqual(code, 2, time)
            self.assertIn("--time", err)


class Definition(Signing):
    def test_what_it_says_is_signed(self):
        (self.dir / "prompt.txt").write_text("a prompt")
        shutil.copy(ASSET / "plain.png", self.dir / "part.png")
        icons = []
        for i in range(2):
            (self.dir / f"icon{i}.svg").write_text(f"<svg>icon {i}</svg>")
            icons.append({"format": "image/svg+xml", "identifier": f"icon{i}.svg"})
        definition = self.define(
            title="A title", format="image/jpeg", claim_version=2,
            claim_generator_info=[{"name": "Lab", "version": "3", "org.example.build": 7,
                                   "icon": icons[0]}],
            thumbnail={"format": "image/png", "identifier": "part.png"},
            ingredients=[
                {"title": "Part", "label": "part", "path": "part.png",
                 "thumbnail": {"format": "image/png", "identifier": "part.png"}},
                {"title": "Prompt", "relationship": "inputTo", "format": "text/plain",
                 "data": {"format": "text/plain", "identifier": "prompt.txt"}}],
            assertions=[
                {"label": "c2pa.actions", "data": {"actions": [
                    CREATED, {"action": "c2pa.placed", "when": "2026-11-01T10:00:00Z",
                              "parameters": {"ingredientIds": ["part"]}},
                    {"action": "com.example.turn",
                     "softwareAgent": {"name": "Turner", "icon": icons[1]}},
                    {"action": "com.example.blend", "softwareAgent": "Mixer",
                     "parameters": {"ratio": 0.1, "half": 0.5, "least": 5e-324, "n": -3}}]}},
                {"label": "com.example.note", "data": {"b": [1, True, None, "ü"], "a": {}}},
                {"label": "com.example.note", "created": False, "data": 1e300},
                {"label": "com.example.json", "kind": "Json", "data": {"j": [1]}}])
        for kind in ("png", "jpg", "webp"):
            with self.subTest(kind):
                out = self.sign(ASSET / f"plain.{kind}", f"defined.{kind}", "-m", definition)
                manifest = self.trusted(out)
                self.assertEqual(manifest["claim_generator"], "Lab/3")
                self.assertTrue(manifest["digital_source_type"].endswith("/digitalCapture"))
                data = out.read_bytes()
                for text in (b"A title", b"a prompt", b"com.example.note__1", b"org.example.build",
                             b"Mixer", b"Turner", b"c2pa.icon", b"<svg>icon 0</svg>",
                             b"c2pa.icon__1", b"<svg>icon 1</svg>"):
                    self.assertIn(text, data)

    def test_a_generator_may_have_no_version(self):
        nameless = self.define(claim_generator_info=[{"name": "Lab"}])
        for more in (("--generator", "Lab"), ("--manifest", nameless)):
            out = self.sign(ASSET / "plain.png", "unversioned.png", *more)
            self.assertEqual(self.trusted(out)["claim_generator"], "Lab")

    def test_options_go_before_it(self):
        definition = self.define(title="Theirs", sign_cert="cred/chain.pem",
                                 private_key="cred/key.pem", alg="es256")
        out = self.dir / "mine.png"
        self.ok("sign", ASSET / "plain.png", "-o", out, "-m", definition, "--title", "Mine")
        self.trusted(out)
        self.assertIn(b"Mine", out.read_bytes())
        self.assertNotIn(b"Theirs", out.read_bytes())

    def test_mark_takes_it_too(self):
        definition = self.define(title="Both", assertions=[
            {"label": "c2pa.actions.v2", "data": {"actions": [CREATED]}}])
        out = self.dir / "both.jpg"
        self.ok("mark", PHOTOS / "coffee.jpg", "-o", out, "--key", self.key, *self.sign_with, "-m",
                definition)
        manifest = self.trusted(out)
        self.assertEqual(len(manifest["soft_bindings"]), 1)
        self.assertIn(b"c2pa.watermarked.bound", out.read_bytes())

    def test_what_is_wrong_is_named(self):
        actions = lambda *a: [{"label": "c2pa.actions", "data": {"actions": list(a)}}]
        wrong = [
            ({"asertions": []}, "asertions"),
            ({"title": 3}, "title"),
            ({"claim_version": 1}, "version 2"),
            ({"hash_alg": "md5"}, "hash_alg"),
            ({"assertions": [{"label": "c2pa.hash.data", "data": {}}]}, "c2pa.hash.data"),
            ({"assertions": [{"label": "c2pa.ingredient.v3", "data": {}}]}, "c2pa.ingredient"),
            ({"assertions": [{"label": "no namespace", "data": {}}]}, "label"),
            ({"assertions": [{"label": "a.b"}]}, "data"),
            ({"assertions": [{"label": "a.b", "data": 1, "kind": "Xml"}]}, "kind"),
            ({"assertions": actions({"action": "c2pa.edited"}, CREATED)}, "first"),
            ({"assertions": actions({"action": "c2pa.created"})}, "digitalSourceType"),
            ({"assertions": actions({"action": "c2pa.created", "digitalSourceType": "camera"})},
             "full URI"),
            ({"assertions": actions({"action": "c2pa.opened"})}, "parent"),
            ({"assertions": actions({"action": "c2pa.placed",
                                     "parameters": {"ingredientIds": ["none"]}})}, "none"),
            ({"ingredients": [{"path": "absent.png"}]}, "absent.png"),
            ({"ingredients": [{"relationship": "cousinOf"}]}, "relationship"),
            ({"ingredients": [{"relationship": "parentOf"}, {"relationship": "parentOf"}]},
             "one parent"),
            ({"thumbnail": {"format": "image/png", "identifier": "absent.png"}}, "absent.png"),
            ({"claim_generator_info": {"name": "Lab", "icon": "icon.svg"}}, "generator's icon"),
            ({"claim_generator_info": {"name": "Lab", "icon": {
                "format": "image/png", "identifier": "gone.png"}}}, "gone.png"),
            ({"assertions": actions({**CREATED, "softwareAgent": {
                "name": "Lab", "icon": {"format": "image/png"}}})}, "agent's icon"),
            ({"assertions": actions({**CREATED, "softwareAgent": 3})}, "softwareAgent"),
            ({"assertions": [{"label": "c2pa.icon", "data": {}}]}, "c2pa.icon"),
            ({"assertions": [{"label": "a.b", "data": json.loads("[" * 40 + "]" * 40)}]}, "nested"),
        ]
        for fields, say in wrong:
            with self.subTest(say):
                out = self.dir / "refused.png"
                self.refused("sign", ASSET / "plain.png", "-o", out, *self.sign_with, "-m",
                             self.define("wrong.json", **fields), say=say)
                self.assertFalse(out.exists())
        broken = self.dir / "broken.json"
        broken.write_text('{"title": ')
        self.refused("sign", ASSET / "plain.png", "-o", "x.png", *self.sign_with, "-m", broken,
                     say="line 1")


class Ingredients(Signing):
    def test_stores_are_taken_over_once(self):
        part = self.sign(ASSET / "plain.jpg", "part.jpg", "--title", "Part of it")
        whole = self.sign(ASSET / "plain.png", "whole.png", "--ingredient", part, "--input", part)
        self.assertEqual(whole.read_bytes().count(b"Part of it"), 1)
        self.trusted(whole)
        self.assertIn(b"c2pa.placed", whole.read_bytes())
        parent = self.sign(ASSET / "plain.webp", "edited.webp", "--parent", part)
        self.assertIn(b"c2pa.opened", parent.read_bytes())
        self.trusted(parent)

    def test_compressed_manifests_are_unpacked(self):
        before = ROOT / "test/data/sign/ok_compressed.png"
        for more in ((), ("--update",)):
            out = self.dir / "unpacked.png"
            self.ok("sign", before, "-o", out, *self.sign_with, *more)
            self.assertNotIn("ingredient.manifest.mismatch", self.codes(self.trusted(out)))
            data = out.read_bytes()
            self.assertIn(b"c2cm", before.read_bytes())
            self.assertNotIn(b"c2cm", data)
            self.assertEqual(data.count(b"jumdc2ma"), 2 - len(more))

    def test_a_broken_store_can_be_left_out(self):
        broken = bytearray(self.sign(ASSET / "plain.jpg", "whole.jpg").read_bytes())
        at = broken.index(b"jumdc2cl")
        broken[at - 4:at] = b"\0\0\0\7"  # a box shorter than its header
        before, out = self.dir / "broken.jpg", self.dir / "mended.jpg"
        before.write_bytes(broken)
        self.assertEqual(self.report("verify", before, "--trust", self.root, code=3)["verdict"], "invalid")
        self.refused("sign", before, "-o", out, *self.sign_with, say="--drop-manifest")
        self.ok("sign", before, "-o", out, *self.sign_with, "--drop-manifest")
        self.trusted(out)
        self.assertEqual(out.read_bytes().count(b"jumdc2ma"), 1)
        self.refused("sign", ASSET / "plain.png", "-o", out, *self.sign_with, "--ingredient", before,
                     say=f"{before}: JUMBF")
        self.refused("sign", before, "-o", out, *self.sign_with, "--drop-manifest", "--update", say="isn't dropped")

    def test_a_store_that_is_too_deep_can_be_left_out(self):
        store = b""
        for _ in range(40):
            description = b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x008\x9bq\x03c2pa\0"
            store = (len(description) + 8).to_bytes(4, "big") + b"jumd" + description + store
            store = (len(store) + 8).to_bytes(4, "big") + b"jumb" + store
        chunk = len(store).to_bytes(4, "big") + b"caBX" + store + zlib.crc32(b"caBX" + store).to_bytes(4, "big")
        png = (ASSET / "plain.png").read_bytes()
        deep, out = self.dir / "deep.png", self.dir / "shallow.png"
        deep.write_bytes(png[:33] + chunk + png[33:])
        self.refused("sign", deep, "-o", out, *self.sign_with, say="--drop-manifest")
        self.ok("sign", deep, "-o", out, *self.sign_with, "--drop-manifest")
        self.trusted(out)

    def test_histories_are_long(self):
        stamps, out = self.dir / "stamps", self.sign(ASSET / "plain.png", "history.png")
        self.ok("cert", "-o", stamps, "--tsa")
        for _ in range(40):  # more than boxes may be nested
            self.ok("sign", out, "-o", out, *self.sign_with, "--tsa-cert", stamps / "chain.pem",
                    "--tsa-key", stamps / "key.pem")
        self.trusted(out, "--trust-tsa", stamps / "root.pem")
        self.assertEqual(out.read_bytes().count(b"jumdc2ma"), 41)
        tree, _ = self.ok("verify", out, "--trust", self.root, "--tree")
        self.assertIn(b"manifest", tree)

    def test_what_was_wrong_then_stays_recorded(self):
        signed = self.sign(ASSET / "plain.png", "signed.png")
        data = bytearray(signed.read_bytes())
        data[-20] ^= 1
        changed = self.dir / "changed.png"
        changed.write_bytes(data)
        out = self.sign(ASSET / "plain.jpg", "uses.jpg", "--ingredient", changed)
        self.assertIn(b"assertion.dataHash.mismatch", out.read_bytes())
        self.trusted(out)  # of the ingredient that was known

    def test_box_hashes(self):
        for kind in ("png", "jpg"):
            with self.subTest(kind):
                out = self.sign(ASSET / f"plain.{kind}", f"boxes.{kind}", "--binding", "boxes")
                self.assertIn("assertion.boxesHash.match", self.codes(self.trusted(out)))
                again = self.sign(out, f"again.{kind}", "--binding", "boxes")
                self.trusted(again)
                data = bytearray(out.read_bytes())
                data[-13] ^= 1
                changed = self.dir / f"changed-boxes.{kind}"
                changed.write_bytes(data)
                self.ok("verify", changed, "--trust", self.root, code=3)
                beside = self.dir / f"beside-{kind}.c2pa"
                out = self.sign(ASSET / f"plain.{kind}", f"b.{kind}", "--binding", "boxes",
                                "--sidecar", beside)
                self.trusted(out, "--sidecar", beside)
        text = self.dir / "boxless.txt"
        text.write_text("A text has no boxes.")
        self.refused("sign", ASSET / "plain.webp", "-o", self.dir / "x.webp", *self.sign_with, "--binding",
                     "boxes", say="c2pa-rs")
        self.refused("sign", text, "-o", self.dir / "x.txt", *self.sign_with, "--binding", "boxes",
                     say="names")

    def test_updates_and_redaction(self):
        definition = self.define(assertions=[{"label": "com.example.secret", "data": "hush"}])
        for kind in ("png", "jpg"):
            with self.subTest(kind):
                first = self.sign(ASSET / f"plain.{kind}", f"first.{kind}", "-m", definition)
                update = self.sign(first, f"update.{kind}", "--update", "--redact",
                                   "com.example.secret", "--redact-reason", "c2pa.invalid.data")
                self.assertNotIn(b"hush", update.read_bytes())
                self.trusted(update)
                self.trusted(self.sign(update, f"update2.{kind}", "--update"))
                self.trusted(self.sign(first, f"next.{kind}", "--redact", "com.example.secret"))
                for label, say in (("c2pa.actions.v2", "must not"), ("com.absent", "no ingredient"),
                                   ("self#jumbf=/c2pa/x", "not the URI")):
                    self.refused("sign", first, "-o", "x", *self.sign_with, "--redact", label,
                                 say=say)
        self.refused("sign", ASSET / "plain.png", "-o", "x", *self.sign_with, "--update",
                     say="update")
        signed = self.sign(ASSET / "plain.png", "first.png")
        edited = [{"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.edited"}]}}]
        published = [{"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.published"}]}}]
        self.trusted(self.sign(signed, "published.png", "--update", "-m",
                               self.define(assertions=published)))
        for fields, say in (({"assertions": edited}, "c2pa.edited"),
                            ({"ingredients": [{"title": "x"}]}, "ingredient"),
                            ({"thumbnail": {"format": "image/png",
                                            "identifier": "first.png"}}, "thumbnail")):
            self.refused("sign", signed, "-o", "x", *self.sign_with, "--update", "-m",
                         self.define(**fields), say=say)
        changed = bytearray(signed.read_bytes())
        changed[-20] ^= 1
        (self.dir / "broken.png").write_bytes(changed)
        self.refused("sign", self.dir / "broken.png", "-o", "x", *self.sign_with, "--update",
                     say="does not hold")
        signed = self.sign(ASSET / "plain.webp", "first.webp")
        self.refused("sign", signed, "-o", "x", *self.sign_with, "--update", say="WebP")


class Witnesses(Signing):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tsa = cls.dir / "tsa"
        cls.text = cls.dir / "words.txt"  # its manifest's length is signed too
        cls.text.write_text("Some wörds, stamped.\n")
        assert run("cert", "-o", cls.tsa, "--tsa")[0] == 0
        cls.authority = None
        if HAS_OPENSSL:
            more = b""
            for i in range(8):
                assert run("cert", "-o", cls.dir / f"more{i}", "--alg", "es512")[0] == 0
                more += (cls.dir / f"more{i}" / "chain.pem").read_bytes()
            cls.authority = Authority(cls.dir, cls.tsa, more)

    @classmethod
    def tearDownClass(cls):
        if cls.authority:
            cls.authority.close()
        super().tearDownClass()

    def stamped(self, path):
        manifest = self.trusted(path, "--trust-tsa", self.tsa / "root.pem")
        self.assertIsNotNone(manifest["time"])
        self.assertIsNone(self.trusted(path)["time"])  # unless its authority is trusted

    def test_a_time_stamp_of_ones_own(self):
        own = ("--tsa-cert", self.tsa / "chain.pem", "--tsa-key", self.tsa / "key.pem")
        for kind in ("png", "jpg", "webp"):
            self.stamped(self.sign(ASSET / f"plain.{kind}", f"stamped.{kind}", *own))
        for i in range(8):  # of random lengths each time
            stamped = self.sign(self.text, f"stamped{i}.txt", *own)
            self.stamped(stamped)
            self.assertLess(stamped.stat().st_size, 20000)  # the token's room is measured
        self.refused("sign", ASSET / "plain.png", "-o", "x", *self.sign_with, "--tsa-cert",
                     self.cred / "chain.pem", "--tsa-key", self.cred / "key.pem", say="time-stamps")
        self.refused("sign", ASSET / "plain.png", "-o", "x", *self.sign_with, "--tsa-cert",
                     self.tsa / "chain.pem", say="chain and its key")
        self.refused("sign", ASSET / "plain.png", "-o", "x", *self.sign_with, "--tsa",
                     "ftp://localhost/", say="http")
        self.refused("cert", "-o", self.dir / "t2", "--tsa", "--csr", say="tests")

    @unittest.skipUnless(HAS_OPENSSL, "no openssl to answer for an authority")
    def test_a_time_stamp_from_an_authority(self):
        url = self.authority.url
        self.stamped(self.sign(ASSET / "plain.png", "asked.png", "--tsa", url + "/good"))
        self.assertEqual(self.authority.asked[-1], ("/good", "application/timestamp-query"))
        self.stamped(self.sign(ASSET / "plain.jpg", "moved.jpg", "--tsa", url + "/moved"))
        asked = len(self.authority.asked)
        self.stamped(self.sign(ASSET / "plain.jpg", "fat.jpg", "--tsa", url + "/fat"))
        self.assertEqual(len(self.authority.asked), asked + 2)  # once more, with the room it needs
        self.stamped(self.sign(self.text, "asked.txt", "--tsa", url + "/good"))
        self.assertEqual(len(self.authority.asked), asked + 3)
        self.stamped(self.sign(self.text, "fat.txt", "--tsa", url + "/fat"))
        self.assertEqual(len(self.authority.asked), asked + 5)
        for path, say in (("/round", "redirect"), ("/large", "more than"),
                          ("/garbage", "can't be used"), ("/stale", "another request"),
                          ("/broken", "HTTP")):
            with self.subTest(path):
                self.refused("sign", ASSET / "plain.png", "-o", self.dir / "x.png",
                             *self.sign_with, "--tsa", url + path, say=say)
                self.assertFalse((self.dir / "x.png").exists())

    def test_commands_that_do_not_sign(self):
        for command, say in (("false", "ends with 1"), ("true", "not an es256 signature"),
                             ("cat", "not an es256 signature"), ("no-such-command", "No such file"),
                             ("yes", "more than"), (" ", "without words")):
            with self.subTest(command):
                self.refused("sign", ASSET / "plain.png", "-o", "x", "--cert",
                             self.cred / "chain.pem", "--signer-command", command, say=say)
        self.refused("sign", ASSET / "plain.png", "-o", "x", *self.sign_with, "--signer-command",
                     "cat", say="either")

    @unittest.skipUnless(HAS_OPENSSL, "no openssl to sign with")
    def test_a_command_that_signs(self):
        command = f"openssl dgst -sha256 -sign {self.cred / 'key.pem'}"
        out = self.dir / "commanded.png"
        self.ok("sign", ASSET / "plain.png", "-o", out, "--cert", self.cred / "chain.pem",
                "--signer-command", command)
        self.trusted(out)
        counted = self.dir / "counted.sh"  # a text takes one signature as well
        counted.write_text(f"echo >>{self.dir}/signatures\nexec {command}\n")
        out = self.dir / "commanded.txt"
        self.ok("sign", self.text, "-o", out, "--cert", self.cred / "chain.pem",
                "--signer-command", f"sh {counted}")
        self.trusted(out)
        self.assertEqual((self.dir / "signatures").read_text(), "\n")
        out = self.dir / "commanded.png"
        raw = self.dir / "raw.py"  # r and s side by side, as COSE has them
        raw.write_text(
            "import subprocess, sys\n"
            f"der = subprocess.run({command.split()!r}, input=sys.stdin.buffer.read(),\n"
            "                     capture_output=True, check=True).stdout\n"
            "n = der[3]; r = der[4:4 + n]; s = der[6 + n:]\n"
            "sys.stdout.buffer.write(b''.join(x[-32:].rjust(32, b'\\0') for x in (r, s)))\n")
        self.ok("sign", ASSET / "plain.png", "-o", out, "--cert", self.cred / "chain.pem",
                "--signer-command", f"{sys.executable} {raw}")
        self.trusted(out)

    @unittest.skipUnless(SOFTHSM and PROVIDER, "no SoftHSM, or no provider of OpenSSL's for PKCS #11")
    def test_a_key_in_a_token(self):
        tokens = self.dir / "tokens"
        tokens.mkdir()
        config = self.dir / "softhsm2.conf"
        config.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\n")
        env = {"SOFTHSM2_CONF": str(config), "PKCS11_PROVIDER_MODULE": SOFTHSM[0]}
        tool = lambda *a: subprocess.run(["softhsm2-util", *map(str, a)], check=True,
                                         capture_output=True, env={**os.environ, **env})
        tool("--init-token", "--free", "--label", "cm", "--pin", "1234", "--so-pin", "5678")
        for number, alg in enumerate(("es256", "es384", "ps256"), 1):
            cred = self.dir / ("held-" + alg)
            self.ok("cert", "-o", cred, "--alg", alg)
            tool("--import", cred / "key.pem", "--token", "cm", "--label", alg, "--id",
                 f"0{number}", "--pin", "1234")
            uri = f"pkcs11:token=cm;object={alg};type=private"
            out = self.dir / f"held-{alg}.png"
            self.ok("sign", ASSET / "plain.png", "-o", out, "--cert", cred / "chain.pem",
                    "--sign-key", uri + "?pin-value=1234", env=env)
            self.ok("verify", out, "--trust", cred / "root.pem")
            out = self.dir / f"held-{alg}.txt"
            self.ok("sign", self.text, "-o", out, "--cert", cred / "chain.pem",
                    "--sign-key", uri + "?pin-value=1234", env=env)
            self.ok("verify", out, "--trust", cred / "root.pem")
            self.refused("sign", ASSET / "plain.png", "-o", "x", "--cert",
                         self.cred / "chain.pem", "--sign-key", uri + "?pin-value=1234", env=env,
                         say="not an")
            self.refused("sign", ASSET / "plain.png", "-o", "x", "--cert", cred / "chain.pem",
                         "--sign-key", uri, env=env, say="PIN")

    def test_a_token_that_is_not_there(self):
        self.refused("sign", ASSET / "plain.png", "-o", "x", "--cert", self.cred / "chain.pem",
                     "--sign-key", "pkcs11:object=none", say="pkcs11:",
                     env={"PKCS11_PROVIDER_MODULE": "/nonexistent"})

    def test_ocsp_responses_are_looked_at(self):
        (self.dir / "ocsp.der").write_bytes(b"nonsense")
        self.refused("sign", ASSET / "plain.png", "-o", "x", *self.sign_with, "--ocsp",
                     self.dir / "ocsp.der", say="OCSP")
