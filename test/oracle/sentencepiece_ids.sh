#!/bin/sh
# Usage: test/oracle/sentencepiece_ids.sh [VERSION]        (or: make sentencepiece-check)
#
# Holds our ids under SentencePiece models against those of SentencePiece's Python package, over text
# in many languages: Mistral's models, from the package mistral-common, and unigram and bpe models
# trained on that text. Of VERSION; 0.2.1 is the last that answers as Debian's library does. Needs a
# program built with SENTENCEPIECE=1, pip, apt and some minutes.
set -eu

version=${1:-0.2.1}
dir=build/tokenizers
venv=$dir/sentencepiece-$version
models=$dir/sentencepiece
mkdir -p "$models"

if [ ! -e "$venv/ready" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" --disable-pip-version-check -q install "sentencepiece==$version"
    touch "$venv/ready"
fi

if [ ! -e "$models/ready" ]; then
    "$venv/bin/pip" --disable-pip-version-check -q download --no-deps -d "$models" mistral-common==1.8.5
    python3 - "$models" "$models"/mistral_common-*.whl <<'END'
import pathlib, sys, zipfile
with zipfile.ZipFile(sys.argv[2]) as wheel:
    for name in ("tokenizer.model.v1", "mistral_instruct_tokenizer_240323.model.v3"):
        (pathlib.Path(sys.argv[1]) / f"mistral-{name[-2:]}.model").write_bytes(
            wheel.read("mistral_common/data/" + name))
END
    touch "$models/ready"
fi

test/oracle/manuals.sh

"$venv/bin/python" test/oracle/sentencepiece_ids.py "$models" "$dir/text/unpacked"
