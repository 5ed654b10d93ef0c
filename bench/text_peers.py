#!/usr/bin/env python3
"""Usage: text_peers.py TEXT-SPEED

What others' marks cost in their own code (transformers on torch, one thread) and in this library
(TEXT-SPEED is bench/text_speed, built), in turns. Exits with 1 when a target is missed or results
differ. vLLM can't be installed without a GPU's libraries: its Philox path for CPUs is stated anew
here in torch, from spec/text-peers.md §6.

Times are of the thread; each ratio is the median over rounds. What takes the peer long is measured on the
beginning of the text and counted per scored n-gram or token, which its code treats alike."""

import json
import pathlib
import statistics
import subprocess
import sys
import time
import warnings

import numpy
import torch
import transformers
from transformers.generation import logits_process, watermarking

warnings.filterwarnings("ignore")
torch.set_num_threads(1)

V, TEXT, ROUNDS = 151936, 100_000, 9
KEYS = [654, 400, 836, 123, 340, 443, 597, 160, 57, 29, 590, 639, 13, 715, 468,
        990, 966, 226, 324, 585, 118, 504, 421, 521, 129, 669, 732, 225, 90, 960]
WORD = 0xFFFFFFFF


class Ours:
    def __init__(self, program, path):
        self.process = subprocess.Popen([program, "--serve", str(path)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


def seconds(function):
    start = time.thread_time()
    result = function()
    return time.thread_time() - start, result


# ---- vLLM's Philox in torch ----

def philox(counter, key0, key1):
    a, b, c, d = counter
    for _ in range(10):
        p, q = a * 0xD2511F53, c * 0xCD9E8D57
        a, b, c, d = (q >> 32 & WORD) ^ b ^ key0, q & WORD, (p >> 32 & WORD) ^ d ^ key1, p & WORD
        key0, key1 = key0 + 0x9E3779B9 & WORD, key1 + 0xBB67AE85 & WORD
    return a, b, c, d


def vllm_uniform(key, contexts, tokens):
    """u of the tokens (batch, n) under contexts (batch, 4)."""
    low, high = key & WORD, key >> 32
    state = torch.tensor([0x574D4358, 4, 0, 0]) ^ contexts
    s = philox(state.unbind(1), low, high)
    s = [x[:, None] for x in s]
    words = philox((tokens >> 2, *(x.expand_as(tokens) for x in s[:3])), low ^ s[3], high ^ 0x574D544B)
    word = torch.stack(words, -1).gather(-1, (tokens & 3)[..., None])[..., 0]
    return (((word >> 8) + 1).double() / (2 ** 24 + 1)).float()


def vllm_step(contexts, logits):
    u = vllm_uniform(42, contexts, torch.arange(V)[None])
    return (logits - torch.log(-torch.log(u))).argmax(-1)


def vllm_detect(ids):
    padded = torch.cat([torch.full((4,), WORD), ids])
    contexts, tokens = padded[:-1].unfold(0, 4, 1), padded[4:]
    _, where = torch.unique(contexts, dim=0, return_inverse=True)
    first = torch.full((int(where.max()) + 1,), len(ids)).scatter_reduce(
        0, where, torch.arange(len(ids)), "amin")
    u = vllm_uniform(42, contexts[first], tokens[first][:, None])
    score = -torch.log1p(-u.double()).sum()
    torch.special.gammaincc(torch.tensor(float(len(first))).double(), score)
    return float(score)


# ---- measuring ----

def report(what, asked, ratio, ours, theirs, good=True, note=""):
    good = good and ratio >= asked
    print(f"{'ok  ' if good else 'MISS'}  {what}: {ratio:,.0f} times as fast (asked: {asked}); "
          f"{1e6 * ours:,.3g} against {1e6 * theirs:,.4g} us{note}", flush=True)
    return good


def compare_steps(ours, ids):
    logits = 2.5 * torch.randn(1, V, generator=torch.Generator().manual_seed(1))
    green = logits_process.WatermarkLogitsProcessor
    synthid = logits_process.SynthIDTextWatermarkLogitsProcessor(5, KEYS, 65536, 0, 1024, "cpu")
    left, self_hash = green(V, "cpu"), green(V, "cpu", seeding_scheme="selfhash")
    good = True
    for what, case, asked, step in (
            ("transformers, lefthash step", "hf-lefthash", 4, left),
            ("transformers, selfhash step", "hf-selfhash", 20, self_hash),
            ("transformers, SynthID step, 30 layers", "hf-synthid", 40, synthid),
            ("vLLM's Philox step (stated anew)", "vllm", 50,
             lambda text, scores: vllm_step(text[:, -4:], scores))):
        pairs = []
        for i in range(ROUNDS):
            theirs, _ = seconds(lambda: step(ids[None, :20 + i], logits.clone()))
            mine = [ours.ask("step", case)["seconds"] for _ in range(9)]
            pairs.append((statistics.median(mine), theirs))
        ratio = statistics.median(theirs / mine for mine, theirs in pairs)
        good = report(what, asked, ratio, *map(statistics.median, zip(*pairs))) and good
    return good


def detector(scheme, width=1):
    class Model:
        bos_token_id, is_encoder_decoder, vocab_size = V, False, V
    settings = transformers.WatermarkingConfig(seeding_scheme=scheme, context_width=width)
    return watermarking.WatermarkDetector(Model, "cpu", settings, ignore_repeated_ngrams=True)


def compare_detectors(ours, ids):
    synthid = logits_process.SynthIDTextWatermarkLogitsProcessor(5, KEYS, 65536, 0, 1024, "cpu")
    left, self_hash = detector("lefthash"), detector("selfhash")
    good = True
    for what, case, asked, some, function in (
            ("transformers, lefthash detector", "hf-lefthash", 30, 1500,
             lambda text: left(text, return_dict=True)),
            ("transformers, selfhash detector", "hf-selfhash", 1, 1500,
             lambda text: self_hash(text, return_dict=True)),
            ("vLLM's detector (stated anew)", "vllm", 20, TEXT, vllm_detect)):
        same, note = True, f" a {'scored n-gram' if case.endswith('hash') else 'token'}, {TEXT:,} tokens"
        pairs = []
        for _ in range(3):
            text = ids[:some]
            theirs, result = seconds(lambda: function(text if case == "vllm" else text[None]))
            part, whole = ours.ask("detect", case, some), ours.ask("detect", case, TEXT)
            # A scored n-gram is what costs transformers' green lists; else every token does.
            mine_n, theirs_n = ((whole["scored"], part["scored"]) if case.endswith("hash")
                                else (TEXT, some))
            pairs.append((whole["seconds"] / mine_n, theirs / theirs_n))
        if case == "vllm":
            same = abs(result / part["statistic"] - 1) < 1e-5
        elif case.endswith("hash"):
            same = abs(float(result.z_score[0]) - part["statistic"]) < 1e-6
        note += "" if same else ", results DIFFER"
        ratio = statistics.median(theirs / mine for mine, theirs in pairs)
        good = report(what, asked, ratio, *map(statistics.median, zip(*pairs)), same, note) and good
    return compare_parts(ours, ids, synthid) and good


def compare_parts(ours, ids, synthid):
    """SynthID's detector is a mean over what these two give. Ours beside each is the same part, then
    our whole detection."""
    good, some = True, 5000
    for what, part, asked, function in (
            ("transformers, SynthID's g-values", "g-values", 20, synthid.compute_g_values),
            ("transformers, SynthID's repetition mask", "mask", 1000, synthid.compute_context_repetition_mask)):
        pairs, wholes, same = [], [], True
        for _ in range(3):
            theirs, result = seconds(lambda: function(ids[None, :some]))
            same = same and int(result.sum()) == ours.ask("part", part, some)["sum"]
            mine = ours.ask("part", part, TEXT)["seconds"] / TEXT
            pairs.append((mine, theirs / some))
            wholes.append(theirs / some * TEXT / ours.ask("detect", "hf-synthid", TEXT)["seconds"])
        note = f" a token, {TEXT:,} tokens; {statistics.median(wholes):,.0f} times with all of our detection"
        ratio = statistics.median(theirs / mine for mine, theirs in pairs)
        good = report(what, asked, ratio, *map(statistics.median, zip(*pairs)), same,
                      note + ("" if same else ", results DIFFER")) and good
    return good


def main():
    # As bench/text_speed.c makes them: the k-th id has the share 1 / (k ln V).
    ids = (float(V) ** numpy.random.default_rng(1).random(TEXT)).astype(numpy.uint32) - 1
    path = pathlib.Path("build/bench/text-ids.u32")
    path.parent.mkdir(parents=True, exist_ok=True)
    ids.astype("<u4").tofile(path)
    ours = Ours(sys.argv[1], path)
    print(f"Text marks against transformers {transformers.__version__} on torch {torch.__version__}, one "
          f"thread, vocabulary {V}", flush=True)
    text = torch.from_numpy(ids.astype(numpy.int64))
    good = compare_steps(ours, text)
    return 0 if compare_detectors(ours, text) and good else 1


if __name__ == "__main__":
    sys.exit(main())
