"""Texts: detect with ids and with a tokenizer, spans, what is said when it is too short, refusals.

The marked ids are recorded answers of SmolLM2-135M-Instruct under its peers' own processors
(test/data/text/smollm2.json)."""

import json
import random
import struct
import unittest

from command import ROOT, Case

RUNS = json.loads((ROOT / "test/data/text/smollm2.json").read_text())["runs"]
TOKENS = ROOT / "test/data/token"
KGW = ("--scheme", "hf-kgw", "--vocabulary", 49152)
VLLM = ("--scheme", "vllm-gumbel", "--param", "key=42", "--vocabulary", 49152)


def ids_of(method):
    return next(r["ids"] for r in RUNS if r["method"] == method)


class Text(Case):
    def put(self, ids, name="ids.json"):
        path = self.dir / name
        path.write_text(json.dumps(ids))
        return path

    def look(self, ids, *args, code=0):
        report = self.report("detect", "--ids", self.put(ids), *args, code=code)
        self.assertEqual(len(report["evidence"]), 1)
        return report, report["evidence"][0]

    def test_recorded_answers_of_a_model(self):
        for method, args, most in (("kgw25", KGW, -15), ("gumbel4", VLLM, -50)):
            report, mark = self.look(ids_of(method), *args)
            self.assertEqual(report["verdict"], "marked")
            self.assertLess(mark["log10_p"], most)
            self.assertEqual(mark["n_tokens"], 200)
            self.assertGreater(mark["tests"], 1)
            self.assertTrue(mark["spans"])
            report, mark = self.look(ids_of("none"), *args, code=1)
            self.assertEqual(report["verdict"], "none")
            self.assertGreater(mark["log10_p"], -4)

    def test_synthid(self):
        """Tokens that a tournament of one layer prefers, since their g-values are 1."""
        def args(key, *more):
            return ("--scheme", "dm-synthid", "--vocabulary", 1000, "-p", f"keys={key}",
                    "-p", "ngram_len=2", "-p", "statistic=mean", *more)
        rng, ids = random.Random(8), [1]
        while len(ids) < 60:
            token = rng.randrange(1000)
            if self.look([ids[-1], token], *args(5), code=5)[1]["statistic"] == 1:
                ids.append(token)
        report, mark = self.look(ids, *args(5))
        self.assertEqual(report["verdict"], "marked")
        self.assertEqual((mark["statistic_name"], mark["statistic"]), ("mean", 1))
        self.assertLess(mark["log10_p"], -9)
        _, other = self.look(ids, *args(6), code=5)
        self.assertGreater(other["log10_p"], -4)
        _, posterior = self.look(ids, *args(5)[:-1], "statistic=bayesian", "-p",
                                 'model={"beta":[3],"delta":[[0]],"prior":0.5}')
        self.assertGreater(posterior["statistic"], 0.999)
        self.refused("detect", "--ids", self.put(ids), *args(5, "-p", "num_leaves=4"),
                     say="num_leaves=4")

    def test_a_recorded_answer_is_told_by_its_words(self):
        look = ("--tokenizer", TOKENS / "smollm2.gguf", "--key", ROOT / "test/data/text/answer.pub")
        report = self.report("detect", ROOT / "test/data/text/answer.txt", *look)
        self.assertEqual(report["evidence"][0]["payload"], "20261125")
        self.assertLess(report["evidence"][0]["log10_p"], -50)
        self.report("detect", ROOT / "test/data/text/answer.unmarked.txt", *look, code=1)

    def test_probabilities(self):
        answer = ROOT / "test/data/text/answer.json"
        look = ("detect", "--ids", answer, "--vocabulary", 49152, "--key", ROOT / "test/data/text/answer.pub")
        blind = self.report(*look)["evidence"][0]
        n = blind["n_tokens"]
        self.assertEqual(blind["payload"], "20261125")
        # Equal ones tell nothing, but for two tests in place of one.
        error = {}
        for share in (0.5, 0.95):
            for data in (json.dumps([share] * n).encode(), struct.pack(f"<{n}f", *[share] * n),
                         json.dumps({"text": "“…”", "probabilities": [share] * n}).encode()):
                path = self.dir / "probabilities"
                path.write_bytes(data)
                seen = self.report(*look, "--probabilities", path)["evidence"][0]
                self.assertEqual(seen["payload"], "20261125")
                self.assertEqual(seen["payload_log10_error"], error.setdefault(share, seen["payload_log10_error"]))
        for wrong in error.values():
            self.assertAlmostEqual(wrong, blind["payload_log10_error"] + 0.301, delta=0.02)

    def test_probabilities_that_do_not_fit(self):
        ids = self.put(list(range(300)))
        look = ("detect", "--ids", ids, *VLLM, "--probabilities", self.dir / "p.json")
        for data, say in ((b"[0.5]", "more ids"), (json.dumps([0.5] * 301).encode(), "but 300 ids"),
                          (json.dumps([1.5] * 300).encode(), "no probability"), (b"[true]", "no probability"),
                          (b"{}", "neither an array"), (b"[", "not JSON"), (b"abc", "whole 32-bit floats"),
                          (struct.pack("<300f", *[float("nan")] * 300), "no probability")):
            (self.dir / "p.json").write_bytes(data)
            self.refused(*look, say=say)
        text = ROOT / "test/data/text/answer.txt"
        self.refused("detect", text, "--tokenizer", TOKENS / "smollm2.gguf", *VLLM, "--probabilities", ids,
                     say="goes with one --ids")

    def test_another_key_finds_nothing(self):
        for method, args in (("kgw25", (*KGW, "--param", "hashing_key=15485867")),
                             ("gumbel4", (*VLLM, "--param", "key=43"))):
            self.look(ids_of(method), *args, code=1)

    def test_duplicates_count_once(self):
        once = self.look(ids_of("gumbel4"), *VLLM)[1]
        twice = self.look(ids_of("gumbel4") * 2, *VLLM)[1]
        self.assertEqual(twice["n_tokens"], 400)
        self.assertGreaterEqual(twice["n_duplicates"], 196)
        self.assertGreater(twice["log10_p"], once["log10_p"] - 8)

    def test_one_peer_finds_what_another_marked(self):
        """lm-watermarking's simple_1 makes transformers' lists of lefthash."""
        args = ("--scheme", "lmw", "-p", "seeding_scheme=simple_1", "--vocabulary", 49152)
        here = self.look(ids_of("kgw25"), *KGW)[1]
        there = self.look(ids_of("kgw25"), *args, "-p", "peer_p=yes")[1]
        for name in ("log10_p", "n_scored", "statistic"):
            self.assertEqual(here[name], there[name])
        self.assertLess(there["peer_p"], 1e-15)
        most = self.look(ids_of("kgw25"), *args, "-p", "statistic=winmax")[1]
        self.assertEqual(most["log10_p"], here["log10_p"])
        self.assertGreater(most["statistic"], 8)
        self.look(ids_of("kgw25"), *args[:3], "seeding_scheme=selfhash", *args[4:], code=1)
        for other, code in (("sbw", 1), ("unigram", 5), ("mpac", 5)):  # 5: too short for these
            self.look(ids_of("kgw25"), "--scheme", other, "--vocabulary", 49152, code=code)

    def test_a_marked_part_is_found_where_it_is(self):
        rng = random.Random(4)
        around = [rng.randrange(49152) for _ in range(3000)]
        ids = around[:2000] + ids_of("gumbel4") + around[2000:]
        _, mark = self.look(ids, *VLLM)
        best = min(mark["spans"], key=lambda s: s["log10_p"])
        self.assertLess(best["log10_p"], -40)
        self.assertGreaterEqual(best["start"], 1950)
        self.assertLessEqual(best["end"], 2250)

    def test_too_short_is_inconclusive_and_says_what_would_do(self):
        report, mark = self.look(ids_of("kgw25")[:12], *KGW, code=5)
        self.assertGreater(mark["needed"], 50)
        self.assertIn("needs about", " ".join(report["limits"]))
        report, mark = self.look([], *KGW, code=5)
        self.assertEqual(mark["n_scored"], 0)

    def test_words_and_json_are_the_same(self):
        ids = ids_of("gumbel4")
        path = self.dir / "ids.bin"
        path.write_bytes(struct.pack(f"<{len(ids)}I", *ids))
        words = self.report("detect", "--ids", path, *VLLM)["evidence"][0]
        wrapped = self.dir / "wrapped.json"
        wrapped.write_text(json.dumps({"ids": ids}))
        self.assertEqual(words, self.look(ids, *VLLM)[1])
        self.assertEqual(words, self.report("detect", "--ids", wrapped, *VLLM)["evidence"][0])

    def test_what_the_peer_says(self):
        for release in ("5.23", "5.19", "4.40"):
            mark = self.look(ids_of("kgw25"), *KGW, "--param", f"transformers={release}")[1]
            self.assertIsNotNone(mark["peer_p"])
            self.assertGreaterEqual(mark["peer_p"], 0)
            self.assertLess(mark["peer_p"], 1e-9)

    def test_a_text_through_its_tokenizer(self):
        text = self.dir / "plain.txt"
        text.write_bytes("Some words, and a zero\u200bwidth space. ".encode() * 40 + b"\xff")
        args = ("detect", text, "-t", TOKENS / "small.json", "--scheme", "vllm-gumbel",
                "--param", "key=7")
        report = self.report(*args, code=5)
        self.assertEqual(report["media_type"], "text/plain")
        said = " ".join(report["limits"])
        self.assertIn("aren't UTF-8", said)
        self.assertIn("40 characters that don't show", said)
        stripped = self.report(*args, "--strip-invisible", code=5)
        self.assertIn("were left out", " ".join(stripped["limits"]))
        self.assertLess(stripped["evidence"][0]["n_tokens"], report["evidence"][0]["n_tokens"])
        out, _ = self.ok(*args, code=5)
        self.assertIn(b"INCONCLUSIVE", out)

    def test_schemes_are_listed(self):
        out, _ = self.ok("schemes")
        names = [s["name"] for s in json.loads(self.ok("schemes", "--json")[0])]
        for name in ("hf-kgw", "lmw", "sbw", "unigram", "mpac"):
            self.assertIn(name, names)
        for name in names:
            self.assertIn(name.encode(), out)

    def test_refusals(self):
        good = self.put([1, 2, 3])
        text = self.dir / "text.txt"
        text.write_text("text")
        small = TOKENS / "small.json"
        self.refused("detect", text, say="give the tokenizer of its model")
        self.refused("detect", text, "--scheme", "hf-kgw", say="a text needs --tokenizer")
        self.refused("detect", text, "-k", self.pub, say="give the tokenizer of its model")
        self.refused("detect", text, "--ids", good, *KGW, say="takes the place")
        self.refused("detect", "--ids", good, "--scheme", "none", say="no scheme 'none'")
        self.refused("detect", "--ids", good, "--scheme", "hf-kgw", say="size of the model's")
        self.refused("detect", "--ids", good, *KGW, "-p", "gamma=1", say="no parameter 'gamma'")
        self.refused("detect", "--ids", good, *KGW, "-p", "bias", say="NAME=VALUE")
        self.refused("detect", "--ids", good, *KGW, "-p", "bias=x", say="bias=x: a number")
        self.refused("detect", "--ids", good, *KGW, "-p", "greenlist_ratio=1", say="between 0 and")
        self.refused("detect", "--ids", good, "--scheme", "vllm-gumbel", say="key=: a whole number")
        self.refused("detect", "--ids", good, *KGW[:2], "--vocabulary", "x", say="number of tokens")
        self.refused("detect", "--ids", good, *KGW, "-k", self.pub, say="takes no key file")
        self.refused("detect", ROOT / "test/data/photos/astronaut.png", "-t", small, *KGW[:2],
                     say="image/png, not a text")
        self.refused("detect", text, "-t", small, *KGW[:2], "--fast", say="for pictures")
        self.refused("detect", text, "-k", self.pub, "-p", "a=b", say="for texts")
        for wrong, say in (("[1, 2", "not JSON"), ('{"a": 1}', "neither an array"),
                           ("[1, -1]", "element 1"), ("[1.5]", "element 0"),
                           ("[49152]", "token 0 has id 49152"), ('["a"]', "element 0"),
                           ("abcde", "neither a JSON array")):
            bad = self.dir / "bad.json"
            bad.write_text(wrong)
            code, out, err = 2, *self.ok("detect", "--ids", bad, *KGW, "--json", code=2)
            self.valid(json.loads(out))
            self.assertIn(say, err)

    def test_ids_that_would_fill_the_memory(self):
        huge = self.dir / "huge.json"
        huge.write_bytes(b"[1" + b" " * 300)
        with open(huge, "r+b") as file:
            file.truncate((64 << 20) + 1)  # no block of it is written
        self.refused("detect", "--ids", huge, *KGW, say="JSON of more than 64 MiB; give that many")

    def test_empty_input(self):
        empty = self.dir / "empty"
        empty.write_bytes(b"")
        for args in (("--ids", empty, *KGW), (empty, "-t", TOKENS / "small.json", *KGW[:2])):
            report = self.report("detect", *args, code=5)
            self.assertEqual(report["evidence"][0]["n_tokens"], 0)

    def test_nul_and_selectors_are_text(self):
        """NULs are characters like others; characters that don't show are counted, and left out
        only when that was asked for."""
        text = self.dir / "odd.txt"
        text.write_bytes("a\0b \ufe0fc\U000e0101 \u200d\u2060d ".encode() * 30)
        args = ("detect", text, "-t", TOKENS / "small.json", *KGW[:2])
        report = self.report(*args, code=5)
        self.assertIn("characters that don't show", " ".join(report["limits"]))
        stripped = self.report(*args, "--strip-invisible", code=5)
        self.assertLess(stripped["evidence"][0]["n_tokens"], report["evidence"][0]["n_tokens"])
        plain = self.dir / "plain.txt"
        plain.write_bytes(b"a\0b c d " * 30)
        clean = self.report("detect", plain, *args[2:], code=5)
        self.assertEqual(stripped["evidence"][0]["n_tokens"], clean["evidence"][0]["n_tokens"])

    def test_a_tokenizer_that_is_none(self):
        text = self.dir / "text.txt"
        text.write_text("text")
        whole = (TOKENS / "small.json").read_bytes()
        for content in (whole[:len(whole) // 2], b"", b"\0" * 64, b"GGUF",
                        (ROOT / "test/data/media/astronaut-256.png").read_bytes()):
            bad = self.dir / "tokenizer.json"
            bad.write_bytes(content)
            for verb in (("detect", text, "-t", bad, *KGW[:2]), ("tokenize", text, "-t", bad)):
                self.refused(*verb, say="tokenizer.json")

    def test_a_key_of_another_kind(self):
        """A key file is for pictures and texts alike. Certificates' keys are none, and other
        people's schemes take none."""
        good = self.put([1, 2, 3])
        for other in (ROOT / "test/data/sign/anchors.pem", self.cred / "key.pem",
                      TOKENS / "small.json"):
            self.refused("detect", "--ids", good, "--vocabulary", 100, "-k", other,
                         say=f"{other}: ")
        for peer in (KGW, VLLM, ("-s", "unigram", "--vocabulary", 100)):
            for key in (self.key, self.pub):
                self.refused("detect", "--ids", good, *peer, "-k", key, say="takes no key file")
        # Beside our own scheme, the key is that one's.
        self.report("detect", "--ids", good, "-s", "cm-text-1", *KGW, "-k", self.key, code=5)
        self.refused("detect", "--ids", good, "-s", "cm-text-1", "--vocabulary", 100,
                     say="cm-text-1 needs a key")
        self.refused("detect", "--ids", good, "-s", "cm-text-1", "-p", "hashing_key=1", "-k",
                     self.key, say="no parameter 'hashing_key'")

    def test_a_key_that_did_not_mark(self):
        look = ("detect", ROOT / "test/data/text/answer.txt", "-t", TOKENS / "smollm2.gguf")
        for key in (self.key, self.pub):
            report = self.report(*look, "-k", key, code=1)
            self.assertEqual(report["verdict"], "none")
            self.assertGreater(report["evidence"][0]["log10_p"], -4)
        both = self.report(*look, "-k", self.key, "-k", ROOT / "test/data/text/answer.pub")
        self.assertEqual(both["evidence"][0]["key"], "Example AI")

    def test_a_revoked_key_still_detects_and_says_so(self):
        public = ROOT / "test/data/text/answer.pub"
        revoked = self.dir / "revoked.key"
        self.ok("keygen", "--revoke", public, "--date", "2026-11-26", "-o", revoked)
        look = ("detect", ROOT / "test/data/text/answer.txt", "-t", TOKENS / "smollm2.gguf")
        report = self.report(*look, "-k", revoked.with_suffix(".pub"))
        self.assertIn("was revoked on 2026-11-26", " ".join(report["limits"]))
        self.assertNotIn("revoked", " ".join(self.report(*look, "-k", public)["limits"]))


if __name__ == "__main__":
    unittest.main()
