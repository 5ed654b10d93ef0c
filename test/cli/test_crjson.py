"""C2PA's own JSON of a manifest, against C2PA's own schema; the tree; text that means harm."""

import json
import os
import shutil
import unittest

import schema
from command import ROOT, Case, run

SIGN = ROOT / "test/data/sign"
ANCHORS = SIGN / "anchors.pem"
CRJSON = json.loads((SIGN / "crJSON-schema.json").read_text())
# Titles that turn the direction of writing, clear a screen, close a script, and hide letters.
HOSTILE = "a\u202eb\u009b2J</script>&\u200bc\U000e0041\ufe0f"


class Crjson(Case):
    def crjson(self, path, code=0):
        got, out, err = run("verify", path, "--crjson", "--trust", ANCHORS, "--trust", self.root)
        self.assertEqual(got, code, err)
        document = json.loads(out)
        self.assertEqual(list(schema.faults(document, CRJSON, CRJSON)), [], path)
        return document

    def codes(self, manifest, kind):
        return [s["code"] for s in manifest["validationResults"][kind]]

    def test_files_of_others_follow_the_schema(self):
        for name, code in (("ok_v2_es256.png", 0), ("ok_v1claim_es256.png", 0), ("ok_update.png", 0),
                           ("ok_compressed.png", 0), ("ok_v2_ed25519.webp", 0),
                           ("ok_softbinding_watermarked_bound.png", 0), ("ok_edit_parent.png", 0),
                           ("t_append_trailing.png", 3), ("bad_noactions.png", 3)):
            with self.subTest(name):
                document = self.crjson(SIGN / name, code)
                first = document["manifests"][0]
                self.assertEqual(self.codes(first, "failure") == [], code == 0)
                self.assertRegex(first["signature"]["certificateInfo"]["serialNumber"], r"^\d+$")

    def test_what_it_holds(self):
        document = self.crjson(SIGN / "ok_update.png")
        active, parent = document["manifests"][:2]
        self.assertNotIn("c2pa.hash.data", active["assertions"])
        self.assertRegex(parent["assertions"]["c2pa.hash.data"]["hash"], r"^b64'[A-Za-z0-9+/]{43}=$")
        self.assertEqual(active["signature"]["algorithm"], "ES256")
        self.assertIn("signingCredential.trusted", self.codes(active, "success"))
        # An ingredient's own findings stand with it, and what is new about it with who took it in.
        self.assertIn("claimSignature.validated", self.codes(parent, "success"))
        self.assertEqual([d["validationDeltas"] for d in active["ingredientDeltas"]],
                         [{"success": [], "informational": [], "failure": []}])
        self.assertTrue(active["ingredientDeltas"][0]["ingredientAssertionURI"].startswith(
            "self#jumbf=/c2pa/" + active["label"]))

    def test_a_changed_file(self):
        document = self.crjson(SIGN / "t_append_trailing.png", 3)
        self.assertEqual(self.codes(document["manifests"][0], "failure"),
                         ["assertion.dataHash.mismatch"])

    def test_a_store_that_cannot_be_read(self):
        document = self.crjson(SIGN / "t_jumbf_lbox_zero.png", 3)
        self.assertEqual(document["manifests"], [])
        self.assertEqual(self.codes(document, "failure"), ["manifest.inaccessible.malformed"])

    def test_without_a_manifest(self):
        code, out, err = run("verify", ROOT / "test/data/asset/plain.png", "--crjson")
        self.assertEqual((code, out), (1, b""))
        self.assertIn("no manifest", err)

    def test_only_one_form_at_a_time(self):
        code, _, err = run("verify", SIGN / "ok_update.png", "--crjson", "--json")
        self.assertEqual(code, 2)
        self.assertIn("exclude each other", err)


class Tree(Case):
    def test_what_is_wrong_comes_first(self):
        code, out, _ = run("verify", SIGN / "t_append_trailing.png", "--trust", ANCHORS)
        lines = out.decode().splitlines()
        self.assertEqual(code, 3)
        self.assertRegex(lines[1], r"^  INVALID")
        self.assertRegex(lines[2], r"^  WRONG +assertion.dataHash.mismatch: ")

    def test_each_manifest_once_below_what_was_made_from_it(self):
        code, out, _ = run("verify", SIGN / "ok_update.png", "--trust", ANCHORS, "--tree")
        document = json.loads(run("verify", SIGN / "ok_update.png", "--crjson")[1])
        text = out.decode()
        self.assertEqual(code, 0)
        active, parent = (m["label"] for m in document["manifests"][:2])
        self.assertIn(f"\n  manifest    {active}, active\n", text)
        self.assertRegex(text, rf"\n    ingredient  parentOf[^\n]*\n      manifest    {parent}\n")
        self.assertEqual(text.count(parent), 1)

    def test_a_sidecar_is_shown(self):
        text = run("verify", SIGN / "ok_detached_of_embedded.c2pa", "--tree")[1].decode()
        self.assertIn("  manifest    urn:", text)


class Hostile(Case):
    """Text of others doesn't act on whoever reads it (spec/report.md §1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        definition = cls.dir / "hostile.json"
        definition.write_text(json.dumps({
            "title": HOSTILE, "claim_generator_info": [{"name": HOSTILE, "version": HOSTILE}],
            "assertions": [{"label": "com.example.note", "data": {HOSTILE: HOSTILE}}]}))
        cls.picture = cls.dir / f"{HOSTILE.replace('/', '')}.png"
        code, _, err = run("sign", ROOT / "test/data/asset/plain.png", "-o", cls.picture,
                           "--manifest", definition, *cls.sign_with)
        assert code == 0, err

    def check(self, text, markup):
        for c in "\u202e\u009b\u200b\U000e0041\ufe0f\u2028" + "".join(map(chr, range(32))):
            self.assertNotIn(c, text.replace("\n", ""))
        if not markup:
            self.assertNotRegex(text, "[<>&]")

    def test_reports(self):
        for how in ((), ("--tree",)):
            text = run("verify", self.picture, *how)[1].decode()
            self.check(text, markup=True)
            self.assertIn("\\u{202e}", text)
        for how in ("--json", "--ndjson", "--crjson"):
            text = run("verify", self.picture, how)[1].decode()
            self.check(text, markup=False)
            self.assertIn(HOSTILE.split("\u009b")[0], json.dumps(json.loads(text), ensure_ascii=False))

    def test_it_means_the_same(self):
        document = json.loads(run("verify", self.picture, "--crjson")[1])
        first = document["manifests"][0]
        self.assertEqual(first["claim.v2"]["dc:title"], HOSTILE)
        self.assertEqual(first["assertions"]["com.example.note"], {HOSTILE: HOSTILE})

    def test_errors(self):
        path = self.dir / "\u202egone\x1b[2J.png"
        code, _, err = run("verify", path)
        self.assertEqual(code, 2)
        self.check(err, markup=True)
        self.assertIn("\\u{202e}gone\\u{1b}[2J.png", err)
        out = run("verify", os.fsencode(self.dir) + b"/\xff.png", "--json")[1]
        error = json.loads(out)["error"]
        self.assertTrue(error["message"].split(":")[0].endswith("\\x{ff}.png"), error)
        shutil.copy(ROOT / "test/data/asset/make.py", self.dir / "x\x07.png")
        text = run("verify", self.dir / "x\x07.png")[1].decode()
        self.assertIn("x\\u{7}.png", text)


if __name__ == "__main__":
    unittest.main()
