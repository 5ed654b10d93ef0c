#!/usr/bin/env python3
"""Usage: sentencepiece_ids.py MODELS TEXT-DIRECTORY [MEGABYTES]

Holds the ids of `countermark tokenize` under the SentencePiece models of a directory against those of
SentencePiece's Python package. Unigram and bpe models with the library's own rules of normalisation
are trained on some of the text first. Exits with 1 when an id differs; test/oracle/sentencepiece_ids.sh
fetches what it needs."""

import pathlib
import sys

import sentencepiece

from token_texts import awkward, manuals, ours

PART = 1 << 20  # characters; a text is taken whole, and its size is limited
VOCABULARY = 8000


def train(directory, text):
    """Models of every kind of normalisation that changes text, where they aren't there yet."""
    lines = [line for line in text[:3 << 20].split("\n") if line]
    for kind, rules, more in (("unigram", "nmt_nfkc", {}), ("unigram", "nfkc_cf", {"byte_fallback": True}),
                              ("bpe", "nmt_nfkc_cf", {"treat_whitespace_as_suffix": True})):
        path = directory / f"{kind}-{rules}.model"
        if not path.exists():
            with open(path, "wb") as model:
                sentencepiece.SentencePieceTrainer.train(
                    sentence_iterator=iter(lines), model_writer=model, model_type=kind, vocab_size=VOCABULARY,
                    normalization_rule_name=rules, minloglevel=2, **more)


def main():
    directory = pathlib.Path(sys.argv[1])
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    text = manuals(sys.argv[2], most << 20)
    train(directory, text)
    texts = {"manuals": [text[at:at + PART] for at in range(0, len(text), PART)], "awkward": [awkward(200000)]}
    print(f"sentencepiece {sentencepiece.__version__}")
    differing = 0
    for path in sorted(directory.glob("*.model")):
        peer = sentencepiece.SentencePieceProcessor(model_file=str(path))
        for kind, parts in texts.items():
            pairs = [(ours(path, part), peer.encode(part)) for part in parts]
            other = sum(have != want for have, want in pairs)
            differing += other
            print(f"{path.stem}: {kind}, {sum(len(part.encode()) for part in parts) / 1e6:.1f} MB in {len(parts)}: "
                  f"{sum(len(want) for _, want in pairs)} ids, "
                  + (f"{other} texts differ" if other else "identical"), flush=True)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
