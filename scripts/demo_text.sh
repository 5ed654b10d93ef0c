#!/bin/bash
# A real model's answer, marked while it is written and found in the text alone. `make demo-text`
# builds what it needs and runs this.
#
# Every step states what must come out, and the script fails where it doesn't. Files are left in
# build/demo-text. On a terminal it pauses a little between steps; PACE=0 doesn't.
set -euo pipefail
cd "$(dirname "$0")/.."

model=$PWD/build/llama/smollm2.gguf
human=$PWD/spec/threat-model.md
scripts=$PWD/scripts
PATH=$PWD/build:$PATH

rm -rf build/demo-text
mkdir -p build/demo-text
cd build/demo-text

# shellcheck source=scripts/demo_lib.sh
. "$scripts/demo_lib.sh"
shown_as "$model" smollm2.gguf "$human" spec/threat-model.md

# Runs a command as must() does; what it prints goes to a file.
must_write() { # FILE COMMAND...
    local file=$1
    shift
    printf '  $%s > %s\n' "$(typed "$@")" "$file"
    "$@" >"$file"
    fold -s -w 100 "$file" | sed 's/^/    /'
    sleep "$pace"
}

report() { # FILE OPTIONS...
    countermark detect "$@" --json || true
}

prompt='Write a short story about a lighthouse keeper who finds a bottle with a letter in it.'
payload=c0ffee42
ask=(countermark-generate -m "$model" "$prompt" --tokens 300 --no-end --seed 7)
look=(--tokenizer "$model" --key owner.pub)

say 'The model'\''s owner makes a key: the secret half marks, the public half finds'
must 0 countermark keygen --name 'Example AI' -o owner.key

say 'The model answers, and the mark goes in with each token; it carries a number of 32 bits'
must_write marked.txt "${ask[@]}" --key owner.key --payload "$payload"

say 'The same model answers the same question with the same seed, without the mark'
must_write unmarked.txt "${ask[@]}" --unmarked

say 'Whoever has the public key and the model'\''s tokenizer finds the mark in the text, and reads it'
must 0 countermark detect marked.txt "${look[@]}"
holds "$(report marked.txt "${look[@]}")" \
    ".verdict == \"marked\" and (.evidence[0] | .log10_p < -30 and .payload == \"$payload\")" marked.txt

say 'In the answer without the mark nothing is found'
must 1 countermark detect unmarked.txt "${look[@]}"

say 'Another key finds nothing'
must 0 countermark keygen --name 'Somebody else' -o other.key
must 1 countermark detect marked.txt --tokenizer "$model" --key other.pub

say 'Somebody pastes the answer into the middle of a text by people: the part is found'
half=$(($(grep -n '^## ' "$human" | sed -n '2s/:.*//p') - 1))
{
    head -n "$half" "$human"
    cat marked.txt
    tail -n "+$((half + 1))" "$human"
} >pasted.txt
from=$(head -n "$half" "$human" | wc -c)
to=$((from + $(wc -c <marked.txt)))
printf '    (the answer lies at bytes %d to %d of %d)\n' "$from" "$to" "$(wc -c <pasted.txt)"
must 0 countermark detect pasted.txt "${look[@]}"
covered='([.end_byte, '$to'] | min) - ([.start_byte, '$from'] | max)'
holds "$(report pasted.txt "${look[@]}")" \
    ".verdict == \"marked\" and any(.evidence[0].spans[];
        ($covered) > 0.7 * ($to - $from) and (.end_byte - .start_byte) < 1.4 * ($to - $from))" pasted.txt
must 1 countermark detect "$human" "${look[@]}"

printf '\nEverything came out as told. The files are in build/demo-text.\n'
