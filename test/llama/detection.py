#!/usr/bin/env python3
"""Every way of marking, in answers of a real model: found from the text alone with its payload, and not
with another key; nothing in the answer without a mark. `make check-llama` runs it."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DETECT, GENERATE = ROOT / "build/countermark", ROOT / "build/countermark-generate"
MODEL = os.environ.get("LLAMA_MODEL", ROOT / "build/llama/smollm2.gguf")
TOKENIZER = ROOT / "test/data/token/smollm2.gguf"
PROMPT = "Describe a market in a small town on a Saturday morning."
OURS = "cm-text-1"
# Always the same, so that the answers are, too.
KEY = """countermark key 1
name: Test of countermark-generate
kind: secret
epoch: 1
created: 2026-11-25
key: 7553146856a93d22134ac121ae0a00bbc7b1e57c97fc28c6433408856923483e
check: 2a2e39e88ee3962d
"""

# scheme, parameters, payload, greatest log10 p
WAYS = [
    (OURS, ("payload=0",), None, -30),
    (OURS, ("payload=32",), "1badcafe", -30),
    (OURS, ("mode=green",), None, -9),
    (OURS, ("mode=tournament",), None, -20),
    ("hf-kgw", (), None, -9),
    ("vllm-gumbel", ("key=42",), None, -30),
]


def run(*args, ok=(0,)):
    done = subprocess.run([str(a) for a in args], capture_output=True)
    if done.returncode not in ok:
        raise AssertionError(f"{args}: exit {done.returncode}: {done.stderr.decode()}")
    return done.stdout


class Detection(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.holder.name)
        run(DETECT, "keygen", "--name", "two", "-o", cls.dir / "two.key")
        secret = cls.dir / "one.key"
        secret.touch(0o600)
        secret.write_text(KEY)
        cls.unmarked = cls.answer("--unmarked")

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @classmethod
    def answer(cls, *args):
        """The path of the answer's text, and everything about it."""
        made = run(GENERATE, "-m", MODEL, PROMPT, "-n", 240, "--no-end", "--seed", 3, "--threads", 1, "--json",
                   "--probabilities", *args)
        path = cls.dir / f"{len(list(cls.dir.iterdir()))}.txt"
        told = json.loads(made)
        path.write_bytes(told["text"].encode())
        path.with_suffix(".json").write_bytes(made)
        return path, told

    def way(self, scheme, params, name):
        out = ["--scheme", scheme] + [word for p in params for word in ("--param", p)]
        return out + (["--key", self.dir / name] if scheme == OURS else [])

    def look(self, path, *args, ok=(0, 1, 5)):
        return json.loads(run(DETECT, "detect", path, "--tokenizer", TOKENIZER, *args, "--json", ok=ok))

    def test_every_way(self):
        for scheme, params, payload, most in WAYS:
            with self.subTest(scheme=scheme, params=params):
                more = ("--payload", payload) if payload else ()
                path, told = self.answer(*self.way(scheme, params, "one.key"), *more)
                self.assertEqual(len(told["ids"]), 240)
                seen = self.look(path, *self.way(scheme, params, "one.key"), ok=(0,))
                mark = seen["evidence"][0]
                self.assertLess(mark["log10_p"], most)
                self.assertEqual(mark.get("payload"), payload)
                for other, name in ((self.unmarked[0], "one.key"), (path, "two.pub")):
                    if other is path and scheme != OURS:
                        continue
                    seen = self.look(other, *self.way(scheme, params, name))
                    self.assertIn(seen["verdict"], ("none", "inconclusive"))
                    self.assertGreater(seen["evidence"][0]["log10_p"], -6)

    def test_probabilities_sharpen(self):
        """At a low temperature most tokens had no choice; a detector that knows which reads more."""
        _, told = self.answer(*self.way(OURS, ("payload=32",), "one.key"), "-t", 0.7, "--payload", "600d")
        ids, probabilities = self.dir / "ids.json", self.dir / "probabilities.json"
        ids.write_text(json.dumps(told["ids"]))
        probabilities.write_text(json.dumps(told["probabilities"]))
        look = (DETECT, "detect", "--ids", ids, "--vocabulary", 49152, "--key", self.dir / "one.key", "--json")
        blind = json.loads(run(*look, ok=(0, 1, 5)))["evidence"][0]
        sharp = json.loads(run(*look, "--probabilities", probabilities))["evidence"][0]
        self.assertLess(sharp["log10_p"], blind["log10_p"])

    def test_a_seed_repeats_an_answer(self):
        self.assertEqual(self.answer("--unmarked")[1]["ids"], self.unmarked[1]["ids"])

    def test_no_choice_no_mark(self):
        key = self.way(OURS, (), "one.key")
        greedy = self.answer("--unmarked", "-t", 0)[1]["ids"]
        self.assertEqual(self.answer(*key, "-t", 0)[1]["ids"], greedy)

    def test_refusals(self):
        for args in ((), ("--key", self.dir / "two.pub"), ("--unmarked", "--scheme", OURS),
                     ("--key", self.dir / "one.key", "--payload", "123456789"), ("--scheme", "none"),
                     ("--unmarked", "-n", "0"), ("--unmarked", "-t", "warm"), ("--unmarked", "--probabilities")):
            with self.subTest(args=args):
                run(GENERATE, "-m", MODEL, PROMPT, *args, ok=(2,))


if __name__ == "__main__":
    unittest.main(verbosity=1)
