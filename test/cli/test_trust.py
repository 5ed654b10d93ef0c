"""Whom verify and check trust, and by which version of C2PA."""

import json
import unittest

from command import Case, ROOT, run

ASSET = ROOT / "test/data/asset"
SIGN = ROOT / "test/data/sign"


class Trust(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signed = cls.dir / "signed.png"
        assert run("sign", ASSET / "plain.png", "-o", cls.signed, *cls.sign_with)[0] == 0

    def write(self, name, text):
        path = self.dir / name
        path.write_text(text if isinstance(text, str) else json.dumps(text))
        return path

    def test_allowed_certificates(self):
        self.ok("verify", self.signed, code=4)
        self.ok("verify", self.signed, "--allowed", self.cred / "chain.pem")
        self.ok("check", self.signed, "--no-foreign", "--allowed", self.cred / "chain.pem")
        self.refused("verify", self.signed, "--allowed", self.write("none", "nobody\n"),
                     say="SHA-256")

    def test_a_configuration(self):
        root, chain = self.root.read_text(), (self.cred / "chain.pem").read_text()
        purposes = "// C2PA\n1.3.6.1.4.1.62558.2.1\n"
        for trust in ({"trust_anchors": root, "trust_config": purposes},
                      {"user_anchors": {"file": "cred/root.pem"}, "allowed_list": None},
                      {"allowed_list": chain}):
            config = self.write("trust.json", {"version": 1, "trust": trust, "core": {"debug": 1}})
            self.ok("verify", self.signed, "--trust-config", config)
        config = self.write("trust.json", {"trust": {"tsa_anchors": root}, "cawg_trust": {
            "trust_anchors": root, "verify_trust_list": True}})
        self.ok("verify", self.signed, "--trust-config", config, code=4)
        self.ok("verify", self.signed, "--trust-config", config, "--trust", self.root)

    def test_configurations_that_are_none(self):
        for text, say in (({"verify": {}}, "neither"), ({"trust": {"anchors": ""}}, "anchors"),
                          ({"trust": []}, "not an object"), ("{", "line"),
                          ({"trust": {"trust_anchors": "nothing"}}, "PEM"),
                          ({"trust": {"trust_anchors": 5}}, "not an object"),
                          ({"trust": {"trust_anchors": {"file": "gone"}}}, "gone"),
                          ({"trust": {"trust_config": "mail"}}, "object identifier")):
            with self.subTest(say):
                self.refused("verify", self.signed, "--trust-config", self.write("bad.json", text),
                             say=say)

    def test_identities(self):
        store = SIGN / "stamped.c2pa"
        states = []
        for more in ((), ("--trust-identity", SIGN / "anchors.pem")):
            report = self.report("verify", store, *more, code=4)
            states.append(self.layer(report, "manifest")["identities"][0]["state"])
        self.assertEqual(states, ["valid", "trusted"])

    def test_policies(self):
        said = {}
        for policy in ("2.2", "2.4", "2.5"):
            report = self.report("verify", SIGN / "bad_noactions.png", "--policy", policy, code=3)
            manifest = self.layer(report, "manifest")
            self.assertEqual(manifest["policy"], policy)
            said[policy] = {s["code"] for s in manifest["status"]}
        self.assertIn("claim.actions.missing", said["2.5"])
        self.assertIn("assertion.action.malformed", said["2.4"])
        self.refused("verify", self.signed, "--policy", "2.3", say="2.2, 2.4 or 2.5")

    def test_texts_came_later(self):
        text = self.write("text.txt", "Some words.\n")
        signed = self.dir / "signed.txt"
        self.ok("sign", text, "-o", signed, *self.sign_with)
        self.ok("verify", signed, "--trust", self.root, "--policy", "2.4")
        report = self.report("verify", signed, "--trust", self.root, "--policy", "2.2", code=1)
        self.assertTrue(any("2.2" in limit for limit in report["limits"]))


if __name__ == "__main__":
    unittest.main()
