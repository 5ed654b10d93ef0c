#!/usr/bin/env python3
"""Makes small SentencePiece models in test/data/token, and sentencepiece.golden.json with what
SentencePiece itself answers:

    pip install sentencepiece==0.2.1
    python3 test/oracle/sentencepiece_small.py

0.2.1 is the last version that answers as Debian's 0.1.97 does: later ones choose otherwise between
ways of cutting a text that are equally likely (spec/tokenizers.md)."""

import io
import json
import os
import pathlib
import random
import tempfile

import sentencepiece

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "test/data/token"
LINES = ["Grüße aus Köln, schöne Größe, Füße.", "日本語の文章です。日本語と中文。", "Un café à l'été, où ça?",
         "Привет, мир. Как дела?", "def f(x):\n    return x + 1", "1234567890 12 345 2024"]
# A few of NFKC's rules: the library's own set of them is 240 KB.
RULES = {"\u00bd": "1\u20442", "\ufb01": "fi", "\ufb03": "ffi", "\u3000": " ", "\u00a0": " ", "\t": " ", "\n": " ",
         "\u200b": "", "e\u0301": "é", "a\u0308": "ä", "o\u0308": "ö", "\uff21": "A", "\uff22": "B", "\u2122": "TM",
         "\ufdfa": "\u0635\u0644\u0649 \u0627\u0644\u0644\u0647 \u0639\u0644\u064a\u0647 \u0648\u0633\u0644\u0645",
         "\u1e9b\u0323": "\u1e69", "\u3304": "イニング"}


def points(text):
    return " ".join(f"{ord(c):X}" for c in text)


def train(name, text, **how):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text), model_writer=model, num_threads=1, minloglevel=2,
        character_coverage=1.0, seed_sentencepiece_size=4000, **how)
    (DATA / name).write_bytes(model.getvalue())
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def models():
    text = (ROOT / "LICENSE").read_text().splitlines() + LINES * 20
    pathlib.Path("rules.tsv").write_text("".join(f"{points(a)}\t{points(b)}\n" for a, b in sorted(RULES.items())))
    yield "small-unigram.model", train(
        "small-unigram.model", text, model_type="unigram", vocab_size=500, normalization_rule_tsv="rules.tsv",
        user_defined_symbols=["<sep>", "\U0001f916"], control_symbols=["<ctl>"])
    yield "small-bpe.model", train(
        "small-bpe.model", text, model_type="bpe", vocab_size=700, byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, allow_whitespace_only_pieces=True,
        split_digits=True, user_defined_symbols=["<think>", "<thin"], control_symbols=["[INST]"])
    yield "small-suffix.model", train(
        "small-suffix.model", text, model_type="bpe", vocab_size=300, treat_whitespace_as_suffix=True,
        normalization_rule_name="identity", pad_id=3, unk_surface="?")


def texts():
    rng = random.Random(11)
    some = ["'", "'s", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "1", "23", "4567", "a", "B", "\u0301", "é",
            "e\u0301", "o\u0308", "\u200b", "\u180e", "\u0130", "/", "...", "<s>", "</s>", "<unk>", "<pad>", "<ctl>",
            "<sep>", "<think>", "<thin", "<thi", "[INST]", "<0x41>", "\u2581", "\u2581\u2581the", "\u2047", "\ufffd",
            "\ufb03", "\u00bd", "\ufdfa", "\u1e9b\u0323", "\uac00\u11a8", "\0", "日本語", "中", "watermark", " the", "Größe",
            "Привет", "\U0001f469\u200d\U0001f467", "\U0001f916", "\u2122"]
    yield from ["", " ", "   ", "\n", "\u200b", "Hello, world", " leading and trailing ",
                "two  spaces and   three", "日本語の文章", "e\u0301te\u0301 au cafe\u0301", "\0", "a\0b",
                "<s>x</s><unk>", "a <sep> b<sep><sep>", "\U0001f916\U0001f916 x", "<think>yes</think>"]
    yield from some
    for length in [3, 6, 12, 30] * 8:
        yield "".join(rng.choice(some) for _ in range(length))
    yield "ab" * 300 + " " * 70 + "." * 100
    yield "".join(rng.choice(some) for _ in range(700))


def broken():
    yield from [b"\xff", b"a\xffb", b"\xe2\x82", b"\xe2\x82x \xf0\x9f\xa4", b"\xed\xa0\x80 \xc0\x80", b"ok \x80\x80 ok"]


def answer(peer, text):
    """Ids, the byte of the text where each begins, and the text that they stand for."""
    pieces = peer.encode(text, out_type="immutable_proto").pieces
    ids = [piece.id for piece in pieces]
    assert ids == peer.encode(text)
    size = len(text.encode())
    begins = [len(text[:piece.begin].encode()) for piece in pieces]
    # What is put in at the end begins at no byte: ours says where the last character does.
    last = len(text[:-1].encode())
    return {"ids": ids, "begins": [b if b < size else last for b in begins], "text": peer.decode(ids)}


def main():
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)  # the model has the name of this file in it
        peers = dict(models())
    cases = [{"text": t, **{n: answer(p, t) for n, p in peers.items()}} for t in texts()]
    for data in broken():
        text = data.decode(errors="replace")
        answers = {n: {k: v for k, v in answer(p, text).items() if k != "begins"} for n, p in peers.items()}
        cases.append({"bytes": data.hex(), "replaced": text.count("\ufffd"), **answers})
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (DATA / "sentencepiece.golden.json").write_text(
        '{"made_by": "test/oracle/sentencepiece_small.py; sentencepiece ' + sentencepiece.__version__
        + '",\n"sizes": ' + json.dumps({n: p.get_piece_size() for n, p in peers.items()})
        + ',\n"cases": [\n' + lines + "]}\n")


if __name__ == "__main__":
    main()
