"""Several keys on one picture: both layers together, marks over one another, rings from a list."""

import json
import unittest

from command import PAYLOAD, PHOTOS, Case, run

OTHER_PAYLOAD = "fedcba9876543210"


class Ring(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other, cls.other_pub = cls.dir / "b.key", cls.dir / "b.pub"
        assert run("keygen", "--name", "Other key", "-o", cls.other)[0] == 0
        cls.photo = PHOTOS / "astronaut.png"
        cls.first = cls.dir / "first.png"
        assert run("embed", cls.photo, "-o", cls.first, "--key", cls.key,
                   "--payload", PAYLOAD)[0] == 0

    def marks(self, report):
        """{(key, whether public): payload}"""
        return {(e["key"], e["public"]): e["payload"] for e in report["evidence"]
                if e["layer"] == "watermark"}

    def test_both_layers_stand_side_by_side(self):
        out = self.dir / "both.png"
        text, _ = self.ok("embed", self.photo, "-o", out, "--key", self.key, "--layer", "both",
                          "--payload", PAYLOAD, "--json")
        done = json.loads(text)["watermark"]
        single, _ = self.ok("embed", self.photo, "-o", self.dir / "one.png", "--key", self.other,
                            "--json")
        self.assertAlmostEqual(done["psnr"], json.loads(single)["watermark"]["psnr"], delta=0.3)
        self.assertLess(done["log10_p"], -30)
        report = self.report("detect", out, "--key", self.pub)
        self.assertEqual(self.marks(report), {("Test key", True): PAYLOAD})
        report = self.report("detect", out, "--key", self.key)
        self.assertEqual(self.marks(report),
                         {("Test key", True): PAYLOAD, ("Test key", False): PAYLOAD})
        self.refused("embed", out, "-o", self.dir / "x.png", "--key", self.key, "--layer",
                     "private", say="carries a mark of key \"Test key\" already")
        self.refused("embed", self.photo, "-o", self.dir / "x.png", "--key", self.key, "--layer",
                     "all", say="--layer is public, private or both")

    def test_a_second_mark_is_warned_of_and_both_are_found(self):
        out = self.dir / "second.png"
        text, _ = self.ok("embed", self.first, "-o", out, "--key", self.other, "--payload",
                          OTHER_PAYLOAD, "--look-for", self.pub)
        self.assertIn(b'WARNING there was a mark of key "Test key" already', text)
        report = self.report("detect", out, "--key", self.pub, "--key", self.other_pub)
        self.assertEqual(self.marks(report),
                         {("Test key", True): PAYLOAD, ("Other key", True): OTHER_PAYLOAD})
        powers = [e["log10_p"] for e in report["evidence"] if e["layer"] == "watermark"]
        self.assertEqual(powers, sorted(powers))
        text, _ = self.ok("detect", out, "--key", self.pub, "--key", self.other_pub)
        self.assertIn(PAYLOAD.encode(), text)
        self.assertIn(OTHER_PAYLOAD.encode(), text)

    def test_threads_change_nothing(self):
        one, three = (self.report("detect", self.first, "--key", self.other_pub, "--threads", n,
                                  code=1)
                      for n in ("1", "3"))
        self.assertEqual(one, three)
        done = []
        for n in ("1", "0"):
            text, _ = self.ok("embed", self.photo, "-o", self.dir / "threads.png", "--key", self.key,
                              "--payload", PAYLOAD, "--survive", "jpeg50,crop50", "--threads", n,
                              "--json")
            done.append(json.loads(text)["watermark"])
        self.assertEqual(done[0], done[1])
        for n in ("two", "-1", ""):
            self.refused("detect", self.first, "--key", self.pub, "--threads", n,
                         say="--threads is a number")

    def test_what_was_there_is_told_as_json(self):
        out = self.dir / "told.png"
        text, _ = self.ok("embed", self.first, "-o", out, "--key", self.other, "--look-for",
                          self.pub, "--look-for", self.other, "--json")
        earlier = json.loads(text)["earlier"]
        self.assertEqual((earlier["key"], earlier["public"], earlier["payload"]),
                         ("Test key", True, PAYLOAD))
        self.assertLess(earlier["log10_p"], -9)
        text, _ = self.ok("embed", self.photo, "-o", out, "--key", self.other, "--look-for",
                          self.pub, "--json")
        self.assertIsNone(json.loads(text)["earlier"])
        self.refused("embed", self.photo, "-o", out, "--key", self.other, "--look-for",
                     self.dir / "absent.pub", say="absent.pub")

    def test_a_manifest_holds_with_the_mark_that_it_names_among_others(self):
        out = self.dir / "named.png"
        self.ok("mark", self.first, "-o", out, "--key", self.other, *self.sign_with)
        report = self.report("check", out, "--key", self.pub, "--key", self.other_pub, "--trust",
                             self.root)
        self.assertEqual(len(self.marks(report)), 2)
        self.assertFalse([note for note in report["limits"] if "not the one" in note])

    def test_a_ring_from_a_list(self):
        names = []
        for i in range(20):
            self.ok("keygen", "--name", f"ring {i}", "-o", self.dir / f"ring{i}.key")
            names.append(f"{self.dir}/ring{i}.pub")
        ring = self.dir / "ring.txt"
        ring.write_text("\n".join(names[:11] + ["", str(self.pub)] + names[11:]))
        report = self.report("detect", self.first, "--keys-from", ring, "--fast")
        self.assertEqual(self.marks(report), {("Test key", True): PAYLOAD})
        self.assertGreaterEqual(self.layer(report, "watermark")["tests"], 21)
        text, _ = self.ok("detect", self.first, "--keys-from", "-", "--fast", "--json",
                          stdin=ring.read_bytes())
        self.assertEqual(json.loads(text)["verdict"], "marked")
        ring.write_text(f"{names[0]}\n{self.dir}/absent.pub\n")
        self.refused("detect", self.first, "--keys-from", ring, say="absent.pub")
        self.refused("detect", self.first, "--keys-from", self.dir / "no-list", say="no-list")


if __name__ == "__main__":
    unittest.main()
