"""detect() and check(): recorded answers, texts, files, and that both say the same."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import countermark as cm
from support import DATA, ROOT, VOCABULARY, generate, recorded

PROGRAM = ROOT / os.environ.get("COUNTERMARK", "build/countermark")
KGW = {"scheme": "hf-kgw", "vocabulary": 49152}
VLLM = {"scheme": "vllm-gumbel", "params": {"key": 42}, "vocabulary": 49152}


class Recorded(unittest.TestCase):
    def test_answers_of_a_model(self):
        for method, options, most in (("kgw25", KGW, -15), ("gumbel4", VLLM, -50)):
            found = cm.detect(recorded(method), **options)
            self.assertLess(found.log10_p, most)
            self.assertEqual((found.verdict, found.n_tokens, found.key), ("marked", 200, None))
            self.assertEqual(found.spans[0].start_char, None)
            self.assertAlmostEqual(found.p_value, 10 ** found.log10_p)
            nothing = cm.detect(recorded("none"), **options)
            self.assertEqual((nothing.verdict, nothing.payload, nothing.needed), ("none", None, 0))

    def test_too_short_is_inconclusive(self):
        found = cm.detect(recorded("kgw25")[:12], **KGW)
        self.assertTrue(found.inconclusive)
        self.assertGreater(found.needed, 12)

    def test_the_peers_own_p_value(self):
        asked = cm.detect(recorded("kgw25"), **KGW, params={"transformers": "5.23"})
        self.assertIsNotNone(asked.peer_p)
        self.assertIsNone(cm.detect(recorded("kgw25"), **KGW).peer_p)

    def test_arguments_that_do_not_go_together(self):
        scheme = cm.Scheme("hf-kgw", vocabulary=49152)
        for error, text, options in (
                (TypeError, "a text", KGW),
                (TypeError, [1], {"scheme": scheme, "vocabulary": 5}),
                (ValueError, [1], {"scheme": "hf-kgw"}),
                (ValueError, [1], {**KGW, "probability": [0.5, 0.5]}),
                (cm.Error, [1], {}),
                (cm.Error, [49152], KGW)):
            with self.assertRaises(error):
                cm.detect(text, **options)

    def test_no_ids_are_a_short_text(self):
        found = cm.detect([], **KGW)
        self.assertEqual((found.n_tokens, found.verdict), (0, "inconclusive"))


class Texts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.scratch.name)
        cls.path = DATA / "token/small.json"
        cls.tokenizer = cm.Tokenizer.read(cls.path)
        cls.key = cm.Key.generate("Example")
        cls.key.write_public(cls.dir / "a.pub")

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def ids(self, payload=5):
        scheme = cm.Scheme(vocabulary=VOCABULARY, key=self.key)
        return generate(cm.Marker(scheme, payload=payload), 400)

    def report(self, name, data, **options):
        path = self.dir / name
        path.write_bytes(data)
        return cm.check(path, **options)

    def test_the_file_and_the_ids_have_the_same_answer(self):
        ids = self.ids()
        for keys in (self.key, [self.dir / "a.pub", cm.Key.generate("Other")]):
            report = self.report("ids.json", json.dumps(ids).encode(), keys=keys,
                                 vocabulary=VOCABULARY)
            mark = report["evidence"][0]
            found = cm.detect(ids, keys=keys, vocabulary=VOCABULARY)
            self.assertEqual((report["verdict"], found.verdict), ("marked", "marked"))
            self.assertAlmostEqual(mark["log10_p"], found.log10_p, places=2)
            self.assertEqual(mark["key"], found.key)
            self.assertEqual(int(mark["payload"], 16), found.payload)
            self.assertEqual(mark["tests"], found.tests)
            self.assertEqual(mark["n_scored"], found.n_scored)

    def test_a_text_and_where_it_is_marked(self):
        text = "grün " * 30 + "some plain words, and more of them. " * 10
        ids = self.tokenizer.encode(text)
        options = {"scheme": "hf-kgw", "tokenizer": self.tokenizer}
        found = cm.detect(text, **options)
        self.assertEqual(found.n_tokens, len(ids))
        self.assertEqual(found.log10_p, cm.detect(ids, **options).log10_p)
        by_path = cm.detect(text.encode(), scheme="hf-kgw", tokenizer=self.path)
        self.assertEqual(by_path.log10_p, found.log10_p)
        report = self.report("text.txt", text.encode(), **options)
        self.assertAlmostEqual(report["evidence"][0]["log10_p"], found.log10_p, places=2)

    def test_spans_of_a_text_are_in_characters(self):
        size = self.tokenizer.size
        scheme = cm.Scheme("hf-kgw", vocabulary=size, params={"bias": 8})
        marker = cm.Marker(scheme)
        marker.start(self.tokenizer.encode("ü"))
        words = [i for i in range(size) if self.whole(i)]
        text = "ü" + self.write(marker, words, 300)
        found = cm.detect(text, scheme="hf-kgw", tokenizer=self.tokenizer)
        self.assertTrue(found.marked)
        self.assertTrue(found.spans)
        tokens = self.tokenizer.encode_with_offsets(text)
        for span in found.spans:
            head = self.tokenizer.decode(tokens.ids[:span.start])
            self.assertEqual(span.start_char, len(head))
            head = self.tokenizer.decode(tokens.ids[:span.end])
            self.assertEqual(span.end_char, len(head))

    def whole(self, token):
        try:
            text = self.tokenizer.decode([token])
        except cm.Error:
            return False
        return "\ufffd" not in text and self.tokenizer.encode(text) == [token]

    def write(self, marker, words, n):
        """Text that is marked as it will be tokenized: the best green word that stays a token."""
        import array
        import random
        rng = random.Random(8)
        text, before = "", self.tokenizer.encode("ü")
        for _ in range(n):
            row = array.array("f", (rng.gauss(0, 1) for _ in range(self.tokenizer.size)))
            marker.step(row)
            for word in sorted(words, key=lambda i: -row[i]):
                more = text + self.tokenizer.decode([word])
                ids = self.tokenizer.encode("ü" + more)
                if ids == before + [word]:
                    break
            else:
                self.fail("no word fits")
            text, before = more, ids
            marker.accept(word)
        return text


class Pictures(unittest.TestCase):
    def test_an_unmarked_photo(self):
        photo = sorted((DATA / "photos").iterdir())[0]
        report = cm.check(photo, keys=cm.Key.generate("Example"), fast=True)
        self.assertEqual(report["verdict"], "none")
        self.assertIn("sha256", json.dumps(report))
        report = cm.check(str(photo), layers=["declared"])
        self.assertIn(report["verdict"], ("none", "inconclusive"))

    @unittest.skipUnless(PROGRAM.exists(), "needs the command")
    def test_a_marked_and_signed_photo(self):
        photo = sorted((DATA / "photos").iterdir())[0]
        with tempfile.TemporaryDirectory() as scratch:
            out = pathlib.Path(scratch)
            for arguments in (["keygen", "--name", "Example", "-o", out / "a.key"],
                              ["cert", "-o", out / "cert"],
                              ["mark", photo, "-o", out / photo.name, "--key", out / "a.key",
                               "--cert", out / "cert/chain.pem",
                               "--sign-key", out / "cert/key.pem"]):
                subprocess.run([str(PROGRAM), *map(str, arguments)], check=True,
                               capture_output=True)
            root = out / "cert/root.pem"
            report = cm.check(out / photo.name, keys=out / "a.pub", trust=root, fast=True)
            self.assertEqual(report["verdict"], "trusted")
            self.assertEqual(cm.check(out / photo.name, trust=[])["verdict"], "untrusted")
            self.assertEqual(cm.check(out / photo.name, keys=[out / "a.pub"], fast=True,
                                      layers=["watermark"])["verdict"], "marked")

    def test_refusals(self):
        with self.assertRaises(cm.Error) as caught:
            cm.check("/nowhere/a.jpg")
        self.assertEqual(caught.exception.code, "io")
        with self.assertRaises(ValueError):
            cm.check("a.jpg", layers=["taste"])
        with self.assertRaises(cm.Error):
            cm.check(sorted((DATA / "photos").iterdir())[0], **KGW)
