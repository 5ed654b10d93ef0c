#!/usr/bin/env python3
"""How strong text marks are in a real model's answers: a table of p-values and payloads, then one
line per target, ok or MISS. Results per answer go to build/bench/text.tsv.

    make bench-text-model     or, once build/countermark-generate is there: bench/text_model.py [--prompts N] [--cells A,B]

Detection is from the text alone (of an answer that isn't UTF-8, from its ids), with the public key, unless the cell says otherwise."""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
DETECT = os.environ.get("COUNTERMARK", str(ROOT / "build/countermark"))
GENERATE = os.environ.get("COUNTERMARK_GENERATE", str(ROOT / "build/countermark-generate"))
MODEL = os.environ.get("LLAMA_MODEL", str(ROOT / "build/llama/smollm2.gguf"))
VOCABULARY = 49152  # of SmolLM2

PLAIN = ("payload=0",)
GREEN = ("mode=green",)
TOURNAMENT = ("mode=tournament",)

# name: scheme, parameters, bits of payload, tokens, further options of countermark-generate
CELLS = {
    "gumbel": ("cm-text-1", PLAIN, 0, 200, ()),
    "gumbel-32": ("cm-text-1", ("payload=32",), 32, 200, ()),
    "gumbel-64": ("cm-text-1", ("payload=64",), 64, 200, ()),
    "green": ("cm-text-1", GREEN, 0, 200, ()),
    "tournament": ("cm-text-1", TOURNAMENT, 0, 200, ()),
    "hf-kgw": ("hf-kgw", (), 0, 200, ()),
    "vllm-gumbel": ("vllm-gumbel", ("key=42",), 0, 200, ()),
    "unmarked": (None, (), 0, 200, ()),
    "gumbel-t0.7": ("cm-text-1", PLAIN, 0, 200, ("-t", "0.7")),
    "gumbel-32-t0.7": ("cm-text-1", ("payload=32",), 32, 200, ("-t", "0.7")),
    "green-t0.7": ("cm-text-1", GREEN, 0, 200, ("-t", "0.7")),
    "tournament-t0.7": ("cm-text-1", TOURNAMENT, 0, 200, ("-t", "0.7")),
    "gumbel-32-t0.7-400": ("cm-text-1", ("payload=32",), 32, 400, ("-t", "0.7")),
    "gumbel-top-p": ("cm-text-1", PLAIN, 0, 200, ("--top-p", "0.95")),
    "gumbel-32-top-p": ("cm-text-1", ("payload=32",), 32, 200, ("--top-p", "0.95")),
    "green-top-p": ("cm-text-1", GREEN, 0, 200, ("--top-p", "0.95")),
    "gumbel-t0": ("cm-text-1", PLAIN, 0, 200, ("-t", "0")),
    "green-greedy": ("cm-text-1", GREEN, 0, 200, ("--greedy",)),
    "gumbel-t0.3-1000": ("cm-text-1", PLAIN, 0, 1000, ("-t", "0.3")),
}

# (cell, what, least share or greatest median of log10 p)
TARGETS = [
    ("gumbel", "median", -50),
    ("green", "median", -15),
    ("gumbel-64", "payload", 0.95),
    ("gumbel-32-t0.7-400", "payload", 0.90),
    ("gumbel-32-t0.7-400", "payload with probabilities", 0.95),
    ("unmarked", "none found", 1.0),
]


def run(*args, ok=(0,)):
    done = subprocess.run([str(a) for a in args], capture_output=True, text=True)
    if done.returncode not in ok:
        sys.exit(f"text_model: {' '.join(map(str, args))}: {done.stderr.strip()}")
    return done.stdout


class Bench:
    def __init__(self, place):
        self.place = place
        self.rng = random.Random(4)
        self.key = place / "bench.key"
        run(DETECT, "keygen", "--name", "Bench", "-o", self.key)

    def options(self, cell, secret):
        """Of a cell's mark, as both commands take them. What a payload's length is, detect finds out."""
        scheme, params, _, _, _ = CELLS[cell]
        if scheme is None:
            return ["--unmarked"] if secret else ["--key", self.key.with_suffix(".pub")]
        shown = params if secret or not params[:1] or not params[0].startswith("payload=") else ()
        out = ["--scheme", scheme] + [word for p in shown for word in ("--param", p)]
        if scheme == "cm-text-1":
            out += ["--key", self.key if secret else self.key.with_suffix(".pub")]
        return out

    def report(self, cell, *args):
        out = json.loads(run(DETECT, "detect", *args, *self.options(cell, False), "--json", ok=(0, 1, 5)))
        return out["evidence"][0]

    def answer(self, cell, prompt, seed):
        """One answer, as a row: log10 p, whether the payload is right, and so with probabilities."""
        _, _, bits, tokens, more = CELLS[cell]
        payload = f"{self.rng.getrandbits(bits) if bits else 0:x}"
        made = run(GENERATE, "-m", MODEL, prompt, "-n", tokens, "--no-end", "--seed", seed, "--threads", 1,
                   "--json", "--probabilities", *self.options(cell, True), *more,
                   *(("--payload", payload) if bits else ()))
        told = json.loads(made)
        whole, text = self.place / "answer.json", self.place / "answer.txt"
        whole.write_text(made)
        ids = ("--ids", whole, "--vocabulary", VOCABULARY)
        if told["text"] is None:  # half of a character's bytes: there is no text to tokenize
            seen = self.report(cell, *ids)
        else:
            text.write_bytes(told["text"].encode())
            seen = self.report(cell, text, "--tokenizer", MODEL)
        row = {"cell": cell, "seed": seed, "log10_p": seen["log10_p"], "duplicates": seen["n_duplicates"],
               "again": seen["n_tokens"], "payload": right(seen, payload, bits)}
        if bits:
            sharp = self.report(cell, *ids, "--probabilities", whole)
            row["payload with probabilities"] = right(sharp, payload, bits)
        return row


def right(seen, payload, bits):
    return bits > 0 and seen.get("payload") is not None and int(seen["payload"], 16) == int(payload, 16)


def share(rows, what):
    return sum(r[what] for r in rows) / len(rows)


def measure(rows, what):
    if what == "median":
        return statistics.median(r["log10_p"] for r in rows)
    if what == "none found":
        return sum(r["log10_p"] > -9 for r in rows) / len(rows)
    return share(rows, what)


def line(cell, rows):
    ps = sorted(r["log10_p"] for r in rows)
    found = sum(p <= -9 for p in ps)
    bits = CELLS[cell][2]
    payloads = ""
    if bits:
        payloads = (f"{100 * measure(rows, 'payload'):.0f} % "
                    f"({100 * measure(rows, 'payload with probabilities'):.0f} %)")
    repeated = statistics.median(r["duplicates"] for r in rows)
    return (f"{cell:<20} {statistics.median(ps):8.1f} {ps[0]:8.1f} {ps[-1]:8.1f} {found:4d}/{len(ps)}"
            f" {repeated:6.0f}   {payloads}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=24, help="how many of bench/prompts.txt")
    parser.add_argument("--cells", default=",".join(CELLS), help="which rows of the table")
    parser.add_argument("--table", default=str(ROOT / "build/bench/text.tsv"), help="where each answer's figures go")
    return parser.parse_args()


def judge(results):
    missed = 0
    for cell, what, bound in TARGETS:
        if cell in results:
            value = measure(results[cell], what)
            ok = value <= bound if what == "median" else value >= bound
            sign = "at most" if what == "median" else "at least"
            print(f"{'ok  ' if ok else 'MISS'} {cell}: {what} {value:.4g}, asked for {sign} {bound}")
            missed += not ok
    return missed


def main():
    args = arguments()
    prompts = (ROOT / "bench/prompts.txt").read_text().splitlines()[:args.prompts]
    results = {}
    pathlib.Path(args.table).parent.mkdir(parents=True, exist_ok=True)
    print(f"log10 p of {len(prompts)} answers\n"
          f"{'cell':<20} {'median':>8} {'least':>8} {'most':>8}  found repeat   payload (with probabilities)")
    with tempfile.TemporaryDirectory() as work, open(args.table, "w") as table:
        bench = Bench(pathlib.Path(work))
        for cell in args.cells.split(","):
            rows = []
            for seed, prompt in enumerate(prompts, 1):
                rows.append(bench.answer(cell, prompt, seed))
                print("\t".join(str(v) for v in rows[-1].values()), file=table, flush=True)
                if sys.stdout.isatty():
                    print(f"\r\033[K{cell} {seed}/{len(prompts)}", end="", flush=True)
            results[cell] = rows
            print(("\r\033[K" if sys.stdout.isatty() else "") + line(cell, rows), flush=True)
    return 1 if judge(results) else 0


if __name__ == "__main__":
    sys.exit(main())
