"""calibrate: counts on unmarked ids, a biased corpus is noticed and corrected for, refusals."""

import json
import random
import unittest

from command import Case

KGW = ("--scheme", "hf-kgw", "--vocabulary", 1000)


def chance(seed, count):
    rng = random.Random(seed)
    return [rng.randrange(1000) for _ in range(count)]


class Calibrate(Case):
    def put(self, ids, name):
        path = self.dir / name
        path.write_text(json.dumps(ids))
        return path

    def calibrate(self, ids, name):
        out = self.dir / name
        text, _ = self.ok("calibrate", "--ids", self.put(ids, "corpus.json"), *KGW, "-o", out,
                          "--json")
        self.assertEqual(json.loads(text), json.loads(out.read_text()))
        return out, json.loads(text)

    def test_chance_needs_no_correction(self):
        out, c = self.calibrate(chance(1, 60000), "chance.json")
        self.assertEqual([b["tokens"] for b in c["buckets"]], [50, 100, 200, 400, 800, 1600])
        self.assertEqual(c["buckets"][0]["chunks"], 1200)
        self.assertEqual(c["corpus_tokens"], 60000)
        for b in c["buckets"]:
            self.assertGreater(b["power"], 0.85)
            for level in b["levels"]:
                self.assertLessEqual(level["hits"], b["chunks"])
                self.assertGreaterEqual(level["rate_at_most"], level["rate"])
        ids = self.put(chance(2, 400), "text.json")
        report = self.report("detect", "--ids", ids, *KGW, "--calibration", out, code=1)
        self.assertLessEqual(report["evidence"][0]["log10_p"], 0)

    def test_excess_is_measured_and_taken_off(self):
        """A corpus whose chunks are all alike: what one answers, all answer."""
        rng = random.Random(3)
        for _ in range(200):
            phrase = [rng.randrange(1000) for _ in range(50)]
            path = self.put(phrase * 2, "phrase.json")
            found = json.loads(self.ok("detect", "--ids", path, *KGW, "--json", code=5)[0])
            if found["evidence"][0]["log10_p"] < -0.6:
                break
        else:
            self.fail("no phrase is green enough")
        out, c = self.calibrate(phrase * 1300, "excess.json")
        self.assertLess(c["buckets"][0]["power"], 0.1)
        before = found["evidence"][0]["log10_p"]
        after = self.report("detect", "--ids", path, *KGW, "--calibration", out, code=5)
        self.assertGreater(after["evidence"][0]["log10_p"], before / 5)
        self.assertIn("calibrated", " ".join(after["limits"]))

    def test_refusals(self):
        few = self.put(chance(4, 1000), "few.json")
        out = self.dir / "few.calibration.json"
        self.refused("calibrate", "--ids", few, *KGW, "-o", out, say="too few to calibrate on")
        self.assertFalse(out.exists())
        self.refused("calibrate", "--ids", few, *KGW, say="--output is needed")
        self.refused("calibrate", *KGW, "-o", out, say="needs --tokenizer")
        good, _ = self.calibrate(chance(5, 60000), "good.json")
        self.refused("detect", "--ids", few, *KGW, "-p", "hashing_key=7", "--calibration", good,
                     say="of another scheme")
        text = json.loads(good.read_text())
        text["buckets"][2]["levels"][0]["hits"] = 10**9
        bad = self.put(text, "bad.json")
        self.refused("detect", "--ids", few, *KGW, "--calibration", bad, say="no calibration that")
        self.refused("detect", "--ids", few, *KGW, "--calibration", few, say="no calibration that")


if __name__ == "__main__":
    unittest.main()
