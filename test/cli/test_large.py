"""A large text under limits on memory and processor time: it is read as a stream."""

import random
import resource
import unittest

from command import PROGRAM, ROOT, Case

MODEL = ("-t", ROOT / "test/data/token/smollm2.gguf")
MARK = ("-k", ROOT / "test/data/text/answer.pub", "-p", "payload=32")
SIZE = 32 << 20
# The program needs 40 to 60 MiB of addresses, most of it libraries and the vocabulary. There isn't
# room for the text and its ids beside that.
LIMITS = {resource.RLIMIT_AS: 88 << 20, resource.RLIMIT_CPU: 20}


def paragraphs():
    """Paragraphs of shuffled words, and how often each comes."""
    rng, size = random.Random(5), 0
    words = (ROOT / "test/data/text/answer.txt").read_text().split()
    while size < SIZE:
        text = " ".join(rng.choices(words, k=2000)).encode() + b"\n"
        times = rng.randrange(1, 40)
        size += len(text) * times
        yield text, times


@unittest.skipIf("asan" in PROGRAM, "the sanitizer takes more addresses than there are")
class Large(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parts = list(paragraphs())
        cls.text = cls.dir / "large.txt"
        with cls.text.open("wb") as file:
            for text, times in cls.parts:
                file.write(text * times)

    def test_it_is_read_as_a_stream(self):
        ids, _ = self.ok("tokenize", self.text, *MODEL, limits=LIMITS)
        report = self.report("detect", self.text, *MODEL, *MARK, code=1, limits=LIMITS)
        mark = report["evidence"][0]
        self.assertEqual(mark["n_tokens"], ids.count(b"\n"))
        # Most of the text was there before; what a paragraph says for the first time counts.
        self.assertGreater(mark["n_duplicates"], 0.9 * mark["n_tokens"])
        self.assertGreater(mark["n_scored"], 1000 * len(self.parts) / 8)
        text, times = self.parts[0]
        first, _ = self.ok("tokenize", "-", *MODEL, stdin=text)
        self.assertTrue(ids.startswith(first * times))


if __name__ == "__main__":
    unittest.main()
