"""Keys, tokenizers and schemes: reading, refusals, and what becomes of their memory."""

import copy
import gc
import json
import pathlib
import tempfile
import unicodedata
import unittest
import weakref

import countermark as cm
from support import DATA, VOCABULARY


class Keys(unittest.TestCase):
    def test_files_of_both_kinds(self):
        with tempfile.TemporaryDirectory() as scratch:
            secret, public = pathlib.Path(scratch, "a.key"), pathlib.Path(scratch, "a.pub")
            key = cm.Key.generate("Example", epoch=3, valid_until="2999-12-31")
            key.write_secret(secret)
            key.write_public(str(public))
            again, shown = cm.Key.read(secret), cm.Key.parse(public.read_text())
            self.assertEqual((again.name, again.epoch, again.has_secret), ("Example", 3, True))
            self.assertEqual((again.valid_until, again.revoked), ("2999-12-31", None))
            self.assertRegex(again.created, r"^\d{4}-\d\d-\d\d$")
            self.assertFalse(shown.has_secret)
            with self.assertRaises(cm.Error) as caught:
                key.write_secret(secret)
            self.assertEqual(caught.exception.code, "exists")
            with self.assertRaises(cm.Error) as caught:
                shown.write_secret(pathlib.Path(scratch, "b.key"))
            self.assertEqual(caught.exception.code, "key")
            secret.chmod(0o644)
            with self.assertRaises(cm.Error) as caught:
                cm.Key.read(secret)
            self.assertEqual(caught.exception.code, "key")

    def test_errors_have_a_code_and_a_message(self):
        with self.assertRaises(cm.Error) as caught:
            cm.Key.read("/nowhere/a.key")
        self.assertEqual(caught.exception.code, "io")
        self.assertIn("/nowhere/a.key", str(caught.exception))
        with self.assertRaises(cm.Error) as caught:
            cm.Key.parse(b"not a key")
        self.assertEqual(caught.exception.code, "format")
        with self.assertRaises(ValueError):
            cm.Key.read("a\0b")

    def test_closed_is_closed(self):
        with cm.Key.generate("Example") as key:
            self.assertIn("secret", repr(key))
        self.assertIn("closed", repr(key))
        with self.assertRaises(ValueError):
            key.name


class Tokenizers(unittest.TestCase):
    def test_ids_are_those_of_the_owners(self):
        golden = json.loads((DATA / "token/small.golden.json").read_text())
        tokenizer = cm.Tokenizer.read(DATA / "token/small.json")
        cases = golden["cases"] if isinstance(golden, dict) else golden
        self.assertGreater(len(cases), 5)
        for case in cases:
            self.assertEqual(tokenizer.encode(case["text"]), case["small.json"])
            text = unicodedata.normalize("NFC", case["text"])  # as this tokenizer.json asks for
            self.assertEqual(tokenizer.decode_bytes(case["small.json"]), text.encode())

    def test_offsets_are_where_tokens_begin(self):
        tokenizer = cm.Tokenizer.read(DATA / "token/small.json")
        text = "grün, blue; 42 𝄞"
        tokens = tokenizer.encode_with_offsets(text)
        at = 0
        for token, offset in zip(tokens, tokens.offsets):
            self.assertEqual(offset, at)
            at += len(tokenizer.decode_bytes([token]))
        self.assertEqual(at, len(text.encode()))
        self.assertEqual((tokens.replaced, len(tokens)), (0, len(tokens.ids)))
        self.assertEqual(tokenizer.encode_with_offsets(b"a\xff").replaced, 1)
        self.assertEqual(tokenizer.encode_with_offsets("a\ud800").replaced > 0, True)
        self.assertEqual(tokenizer.encode(""), [])
        self.assertEqual(tokenizer.decode([]), "")

    def test_what_it_is(self):
        tokenizer = cm.Tokenizer.read(DATA / "token/small.json")
        self.assertEqual(tokenizer.kind, "tokenizer.json")
        self.assertGreater(tokenizer.size, 256)
        with self.assertRaises(cm.Error) as caught:
            tokenizer.decode([tokenizer.size])
        self.assertEqual(caught.exception.code, "argument")


class Schemes(unittest.TestCase):
    def test_the_table(self):
        table = {s.name: s for s in cm.schemes()}
        self.assertTrue({"cm-text-1", "hf-kgw", "vllm-gumbel"} <= table.keys())
        self.assertTrue(table["cm-text-1"].keyed)
        self.assertTrue(table["hf-kgw"].sized)
        self.assertIn("greenlist_ratio", {p.name for p in table["hf-kgw"].params})

    def test_refusals(self):
        key = cm.Key.generate("Example")
        for code, name, options in (
                ("argument", "nonsense", {}),
                ("argument", "hf-kgw", {"params": {"colour": "green"}}),
                ("argument", "hf-kgw", {"params": {"greenlist_ratio": 2}}),
                ("key", "cm-text-1", {})):
            with self.assertRaises(cm.Error) as caught:
                cm.Scheme(name, vocabulary=VOCABULARY, **options)
            self.assertEqual(caught.exception.code, code)
        for arguments in ({"vocabulary": 0, "key": key}, {"vocabulary": 1 << 22, "key": key}):
            with self.assertRaises(ValueError):
                cm.Scheme(**arguments)
        with self.assertRaises(ValueError):
            cm.Scheme("hf-kgw", vocabulary=VOCABULARY, key=key)

    def test_a_public_key_neither_marks_nor_has_a_private_layer(self):
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch, "a.pub")
            cm.Key.generate("Example").write_public(path)
            scheme = cm.Scheme(vocabulary=VOCABULARY, key=path)
            with self.assertRaises(cm.Error) as caught:
                cm.Marker(scheme)
            self.assertEqual(caught.exception.code, "key")
            cm.Detector(scheme)
            with self.assertRaises(cm.Error) as caught:
                cm.Scheme(vocabulary=VOCABULARY, key=path, private=True)
        self.assertEqual(caught.exception.code, "key")

    def test_copies_are_the_same(self):
        scheme = cm.Scheme("hf-kgw", vocabulary=VOCABULARY)
        self.assertIs(copy.deepcopy(scheme), scheme)


class Memory(unittest.TestCase):
    def test_what_is_closed_lives_while_it_is_needed(self):
        scheme = cm.Scheme("hf-kgw", vocabulary=VOCABULARY)
        marker, detector = cm.Marker(scheme, capacity=20), cm.Detector(scheme)
        scheme.close()
        marker.start([1, 2])
        detector.feed([1, 2, 3])
        self.assertEqual(detector.finish().n_tokens, 3)
        with self.assertRaises(ValueError):
            cm.Marker(scheme)
        with self.assertRaises(ValueError):
            detector.finish()

    def test_cycles_are_freed_in_the_right_order(self):
        key, alive = cm.Key.generate("Example"), []
        for _ in range(100):
            scheme = cm.Scheme(vocabulary=VOCABULARY, key=key)
            marker = cm.Marker(scheme, capacity=20)
            scheme.marker, marker.self = marker, marker  # type: ignore[attr-defined]
            alive += [weakref.ref(scheme), weakref.ref(marker)]
            del scheme, marker
        gc.collect()
        self.assertEqual({ref() for ref in alive}, {None})
