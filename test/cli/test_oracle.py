"""The command's marks as test/oracle/image_mark.py reads them, which was written from the specification:
payload, statistic, geometry."""

import importlib.util
import json
import random
import subprocess
import sys
import unittest

from command import MEDIA, PAYLOAD, PHOTOS, ROOT, Case, png, run

ORACLE = ROOT / "test/oracle"
TOLERANCE = 1e-4  # of log10 p, relative; 1e-6 to 3e-6 is what was seen


@unittest.skipUnless(importlib.util.find_spec("numpy"), "needs numpy")
class Oracle(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sys.path.insert(0, str(ORACLE))
        import keys
        import picture
        cls.picture = picture
        cls.key, cls.pub = cls.dir / "oracle.key", cls.dir / "oracle.pub"
        master = bytes(range(32))  # one key for all runs: marks near the limits stay as strong as they are
        cls.key.write_text(keys.key_file("secret", master, "Oracle"))
        cls.key.chmod(0o600)
        cls.pub.write_text(keys.key_file("public", keys.layer_key(master, b"public"), "Oracle"))

    @classmethod
    def tearDownClass(cls):
        sys.path.remove(str(ORACLE))
        super().tearDownClass()

    def embedded(self, name, layer):
        out = self.dir / f"{layer}-{name}"
        if not out.exists():
            self.ok("embed", PHOTOS / name, "-o", out, "--key", self.key, "--layer", layer,
                    "--payload", PAYLOAD)
        return out

    def luma(self, name, layer):
        return self.picture.luma_of(self.embedded(name, layer))

    def oracle(self, path, key, *more):
        command = [sys.executable, ORACLE / "image_mark.py", path, "--key", key, *map(str, more)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def detected(self, path, *more):
        code, out, _ = run("detect", path, "--json", *more)
        self.assertIn(code, (0, 1, 5))
        found = self.valid(json.loads(out))["evidence"]
        return found[0] if found else None

    def compare(self, path, payload=PAYLOAD):
        """Both detectors at the nominal lattice."""
        ours, theirs = self.detected(path, "--fast", "--key", self.key), self.oracle(path, self.key)
        self.assertEqual(ours and ours["payload"], payload)
        self.assertEqual(theirs["payload"], payload)
        self.assertEqual(ours and ours["payload_bits"], theirs["payload_bits"])
        if ours is None:
            self.assertEqual(theirs["log10_p"], 0)
            return
        self.assertEqual(ours["public"], theirs["public"])
        self.assertGreaterEqual(ours["tests"], theirs["tests"])  # the other doesn't look at parts
        self.assertLessEqual(abs(ours["bits_corrected"] - theirs["bits_corrected"]), 1)
        self.assertAlmostEqual(ours["log10_p"] / theirs["log10_p"], 1, delta=TOLERANCE)
        for field in ("offset_x", "offset_y"):
            self.assertEqual(ours["geometry"][field], theirs[field])

    def grey(self, luma, name):
        out = self.dir / name
        out.write_bytes(png(luma.shape[1], luma.shape[0], lambda x, y: round(float(luma[y, x]))))
        return out

    def test_whole_pictures(self):
        for name in ("astronaut.png", "coffee.jpg"):
            for layer in ("public", "private"):
                with self.subTest(name, layer=layer):
                    self.compare(self.embedded(name, layer))

    def test_crops(self):
        luma = self.luma("astronaut.png", "public")
        # a tile to a block, half a tile, few blocks, no coarse grid
        for x, y, w, h in ((30, 9, 450, 401), (97, 50, 331, 300), (30, 61, 170, 150), (0, 0, 400, 50)):
            with self.subTest((x, y, w, h)):
                self.compare(self.grey(luma[y:y + h, x:x + w], "crop.png"))

    def test_a_crop_of_a_jpeg(self):
        luma = self.luma("coffee.jpg", "private")
        self.compare(self.grey(luma[7:377, 13:513], "crop.png"))

    def test_a_faint_mark(self):
        luma = self.luma("astronaut.png", "public")
        noise = random.Random(1)
        for row in luma:
            row += [noise.gauss(0, 22) for _ in row]
        self.compare(self.grey(luma.clip(0, 255), "faint.png"))

    def test_shorter_payloads(self):
        """Small pictures: whole, where the pilots say nothing, and cut."""
        for bits, payload, name in (("16", "12ab", "16.png"), ("0", None, "none.png")):
            out = self.dir / name
            self.ok("embed", MEDIA / "small-130.png", "-o", out, "--key", self.key, "--payload-bits",
                    bits, "--strength", "strong", *(["--payload", payload] if payload else []))
            luma = self.picture.luma_of(out)
            for path in (out, self.grey(luma[5:127, 3:126], "cut.png")):
                with self.subTest(name, path=path):
                    self.compare(path, payload)
                    self.assertEqual(self.oracle(path, self.key)["payload_bits"], int(bits))

    def test_unmarked(self):
        for path in (PHOTOS / "astronaut.png", MEDIA / "coffee-256.jpg"):
            with self.subTest(path):
                self.compare(path, payload=None)

    def test_geometry_is_handed_over(self):
        """Mirrored and turned by a quarter; halved by means of four pixels."""
        luma = self.luma("astronaut.png", "public")
        half = (luma[::2, ::2] + luma[1::2, ::2] + luma[::2, 1::2] + luma[1::2, 1::2]) / 4
        for name, plane in (("turned.png", luma[:, ::-1].T), ("half.png", half)):
            with self.subTest(name):
                path = self.grey(plane, name)
                found = self.detected(path, "--key", self.pub)
                g = found["geometry"]
                given = [f"--rotation={g['rotation_deg']}", f"--scale-x={g['scale_x']}",
                         f"--scale-y={g['scale_y']}"] + ["--flip"] * g["flip"]
                theirs = self.oracle(path, self.pub, *given)
                self.assertEqual((found["payload"], theirs["payload"]), (PAYLOAD, PAYLOAD))
                # the search is corrected for more
                self.assertLess(theirs["log10_p"], found["log10_p"] + 3)
                self.assertGreater(theirs["log10_p"], 1.05 * found["log10_p"])
