"""tokenize: ids as text and as JSON, standard input, what is refused.

The vocabularies are small ones; test/oracle/token_ids.sh holds the real ones against their peers."""

import json
import os
import unittest

from command import ROOT, Case

TOKENS = ROOT / "test/data/token"
SENTENCEPIECE = os.environ.get("SENTENCEPIECE") == "1"  # whether the program was built with it


class Tokenize(Case):
    def test_ids_as_lines_and_as_json(self):
        golden = json.loads((TOKENS / "small.golden.json").read_text())["cases"]
        for name in ("small.json", "small.gguf"):
            for case in golden[::6]:
                text = case["text"].encode()
                lines, err = self.ok("tokenize", "-", "--tokenizer", TOKENS / name, stdin=text)
                self.assertEqual([int(line) for line in lines.splitlines()], case[name])
                self.assertEqual(err, "")
                path = self.dir / "text.txt"
                path.write_bytes(text)
                report = json.loads(self.ok("tokenize", path, "-t", TOKENS / name, "--json")[0])
                self.assertEqual(report["ids"], case[name])
                self.assertEqual(report["n_tokens"], len(case[name]))
                self.assertEqual(report["invalid_utf8"], 0)
                self.assertEqual(report["file"], str(path))
                self.assertEqual(report["tokenizer"]["file"], str(TOKENS / name))
                self.assertEqual(report["tokenizer"]["kind"],
                                 "gguf" if name.endswith("gguf") else "tokenizer.json")

    def test_what_is_not_utf8_is_reported(self):
        out, err = self.ok("tokenize", "-", "-t", TOKENS / "small.json", stdin=b"a\xff\xe2\x82b")
        self.assertIn("2 stretches that aren't UTF-8", err)
        want, _ = self.ok("tokenize", "-", "-t", TOKENS / "small.json",
                          stdin="a\ufffd\ufffdb".encode())
        self.assertEqual(out, want)
        report = json.loads(self.ok("tokenize", "-", "-t", TOKENS / "small.json", "--json",
                                    stdin=b"\xff")[0])
        self.assertEqual(report["invalid_utf8"], 1)

    def test_refusals(self):
        text = self.dir / "text.txt"
        text.write_text("text")
        good = TOKENS / "small.json"
        self.refused("tokenize", text, say="--tokenizer is needed")
        self.refused("tokenize", "-t", good, say="one file")
        self.refused("tokenize", text, text, "-t", good, say="one file")
        self.refused("tokenize", self.dir / "none.txt", "-t", good, say="none.txt")
        self.refused("tokenize", self.dir, "-t", good, say=str(self.dir))
        self.refused("tokenize", text, "-t", self.dir / "none.json", say="none.json")
        self.refused("tokenize", text, "-t", text, say="text.txt: neither tokenizer.json")
        self.refused("tokenize", text, "-t", TOKENS / "small.tiktoken", say="376 tokens")
        self.refused("tokenize", text, "-t", TOKENS / "small.tiktoken", "--encoding", "r50k_base",
                     say="r50k_base has 50256")
        self.refused("tokenize", text, "-t", good, "--encoding", "mine", say="called mine")
        cut = self.dir / "cut.json"
        cut.write_bytes(good.read_bytes()[:3000])
        self.refused("tokenize", text, "-t", cut, "--json", say="cut.json")
        sentencepiece = self.dir / "tokenizer.model"
        sentencepiece.write_bytes(b"\n\x0e\n\x05<unk>\x15\0\0\0\0\x18\x02")
        self.refused("tokenize", text, "-t", sentencepiece, say="SentencePiece")

    @unittest.skipIf(SENTENCEPIECE, "built with SentencePiece")
    def test_a_build_without_sentencepiece(self):
        for verb in (["tokenize"], ["detect", "--scheme", "hf-kgw"]):
            self.refused(*verb, ROOT / "LICENSE", "-t", TOKENS / "small-unigram.model",
                         say="built without SentencePiece: make SENTENCEPIECE=1")

    @unittest.skipUnless(SENTENCEPIECE, "built without SentencePiece")
    def test_sentencepiece(self):
        golden = json.loads((TOKENS / "sentencepiece.golden.json").read_text())["cases"]
        for name, kind in (("small-unigram.model", "unigram"), ("small-bpe.model", "bpe")):
            for case in golden[::9]:
                text = case["text"].encode() if "text" in case else bytes.fromhex(case["bytes"])
                out, err = self.ok("tokenize", "-", "-t", TOKENS / name, "--json", stdin=text)
                report = json.loads(out)
                self.assertEqual(report["ids"], case[name]["ids"])
                self.assertEqual(report["invalid_utf8"], case.get("replaced", 0))
                self.assertEqual((report["tokenizer"]["kind"], report["tokenizer"]["name"]),
                                 ("sentencepiece", kind))
                self.assertEqual(err, "")

    @unittest.skipUnless(SENTENCEPIECE, "built without SentencePiece")
    def test_sentencepiece_takes_texts_whole(self):
        model = TOKENS / "small-unigram.model"
        text = self.dir / "long.txt"
        text.write_bytes(b"some words\n" * 400000)
        self.refused("tokenize", text, "-t", model, say="at most 4194304 bytes")
        self.refused("detect", text, "-t", model, "-s", "hf-kgw", say="at most 4194304 bytes")

    @unittest.skipUnless(SENTENCEPIECE, "built without SentencePiece")
    def test_detect_with_sentencepiece(self):
        """The same ids through the tokenizer and without it are judged alike."""
        ids = self.dir / "ids.json"
        ids.write_bytes(self.ok("tokenize", ROOT / "LICENSE", "-t", TOKENS / "small-bpe.model",
                                "--json")[0])
        judged = [self.report("detect", *what, "-s", "hf-kgw", code=1)["evidence"][0]
                  for what in ((ROOT / "LICENSE", "-t", TOKENS / "small-bpe.model"),
                               ("--ids", ids, "--vocabulary", 700))]
        self.assertEqual(judged[0]["log10_p"], judged[1]["log10_p"])
        self.assertEqual(judged[0]["n_tokens"], json.loads(ids.read_text())["n_tokens"])

    def test_large_text_goes_through(self):
        text = ("A line of text, 12 words or so, and none of them long.\n" * 200000).encode()
        one, _ = self.ok("tokenize", "-", "-t", TOKENS / "small.gguf", stdin=text[:55])
        all_of_them, _ = self.ok("tokenize", "-", "-t", TOKENS / "small.gguf", stdin=text)
        self.assertEqual(all_of_them, one * 200000)


if __name__ == "__main__":
    unittest.main()
