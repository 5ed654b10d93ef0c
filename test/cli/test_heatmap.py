"""Heat maps as people see them: where there is colour, how many, and the legend below."""

import importlib.util
import sys
import unittest

from command import PAYLOAD, PHOTOS, ROOT, Case, png


@unittest.skipUnless(importlib.util.find_spec("numpy"), "needs numpy")
class Heatmap(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sys.path.insert(0, str(ROOT / "test/oracle"))
        import picture
        cls.picture = picture

    @classmethod
    def tearDownClass(cls):
        sys.path.remove(str(ROOT / "test/oracle"))
        super().tearDownClass()

    def marked(self, name, payload):
        """Luma of a photograph, marked."""
        out = self.dir / f"{payload}.png"
        self.ok("embed", PHOTOS / name, "-o", out, "--key", self.key, "--payload", payload)
        return self.picture.luma_of(out)

    def heat(self, left, right):
        """The heat map of two halves beside one another, 256 pixels each: rows of RGB."""
        joined, heat = self.dir / "joined.png", self.dir / "heat.png"
        joined.write_bytes(png(512, 384, lambda x, y: round(float((left if x < 256 else right)[y, x]))))
        self.ok("detect", joined, "--key", self.pub, "--heatmap", heat)
        samples, _ = self.picture.png_samples(heat.read_bytes())
        return samples[:, :, :3].astype(int)

    def colour(self, part):
        """The mean colour's distance from grey, and which channel leads."""
        mean = part.reshape(-1, 3).mean(axis=0)
        return mean.max() - mean.min(), int(mean.argmax()), int(mean.argmin())

    def test_half_of_a_picture(self):
        marked = self.marked("astronaut.png", PAYLOAD)
        heat = self.heat(marked, self.picture.luma_of(PHOTOS / "astronaut.png"))
        self.assertEqual(heat.shape, (384 + 11 * 2, 512, 3))
        self.assertGreater(self.colour(heat[64:320, 32:192])[0], 20)
        self.assertLess(self.colour(heat[64:320, 352:480])[0], 2)
        square = heat[384 + 2 + 3, 3 + 3]  # the legend's first square
        self.assertGreater(square.max() - square.min(), 60)

    def test_two_marks_have_two_colours(self):
        heat = self.heat(self.marked("astronaut.png", PAYLOAD),
                         self.marked("astronaut.png", PAYLOAD[::-1]))
        self.assertEqual(heat.shape, (384 + 11 * 3, 512, 3))
        left, right = self.colour(heat[64:320, 32:192]), self.colour(heat[64:320, 320:480])
        self.assertGreater(min(left[0], right[0]), 20)
        self.assertNotEqual(left[1:], right[1:])
