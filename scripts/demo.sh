#!/bin/bash
# The whole story on real photographs and a recorded text. `make demo` builds what it needs and runs
# this.
#
# Every step states what must come out, and the script fails where it doesn't. Files are left in
# build/demo. On a terminal it pauses a little between steps; PACE=0 doesn't.
set -euo pipefail
cd "$(dirname "$0")/.."

photos=$PWD/test/data/photos
texts=$PWD/test/data/text
tokenizers=$PWD/test/data/token
scripts=$PWD/scripts
PATH=$PWD/build:$PATH
convert=$(command -v magick || command -v convert-im6.q16)

rm -rf build/demo
mkdir -p build/demo/owner build/demo/stranger
cd build/demo

# shellcheck source=scripts/demo_lib.sh
. "$scripts/demo_lib.sh"
shown_as "$photos" test/data/photos "$convert" convert "$texts" test/data/text "$tokenizers" test/data/token

# Insists on something that a report says.
says() { # FILE JQ-FILTER OPTIONS...
    local file=$1 filter=$2
    shift 2
    holds "$(countermark check "$file" --json "$@" || true)" "$filter" "$file"
}

mark_of='.evidence[] | select(.layer == "watermark")'

say 'The owner makes a watermark key and, for this demonstration, a test certificate'
must 0 countermark keygen --name 'Example AI' -o owner/example.key
must 0 countermark cert -o owner/credentials --name 'Example AI signer'

say 'Two photographs are marked: an invisible watermark, and a signed C2PA manifest that names it'
for photo in astronaut.png coffee.jpg; do
    must 0 countermark mark "$photos/$photo" -o "owner/$photo" --key owner/example.key \
        --cert owner/credentials/chain.pem --sign-key owner/credentials/key.pem \
        --generator 'Example Image Model/1.0'
done

say 'A stranger gets the pictures, the public key and the trust anchor, and nothing else'
must 0 cp owner/astronaut.png owner/coffee.jpg owner/example.pub owner/credentials/root.pem stranger/
cd stranger
must 0 countermark check astronaut.png coffee.jpg --key example.pub --trust root.pem
for photo in astronaut.png coffee.jpg; do
    says "$photo" ".verdict == \"trusted\" and ($mark_of | .key == \"Example AI\" and .log10_p < -20)" \
        --key example.pub --trust root.pem
done
payload=$(countermark check astronaut.png --key example.pub --trust root.pem --json | jq -r "$mark_of | .payload")

say 'Without the trust anchor the same picture is intact, but its signer is nobody we know'
must 4 countermark verify astronaut.png

say 'Somebody strips the metadata, crops, rotates, shrinks and recompresses: the watermark still answers'
must 0 "$convert" astronaut.png -strip -gravity center -crop 95%x95%+0+0 +repage -rotate 2 \
    -resize 90% -quality 80 attacked.jpg
must 0 countermark check attacked.jpg --key example.pub --trust root.pem --heatmap attacked-map.png
says attacked.jpg ".verdict == \"marked\" and ($mark_of | .payload == \"$payload\")" --key example.pub
must 0 "$convert" coffee.jpg -strip -flop -resize 70% -quality 70 mirrored.jpg
must 0 countermark check mirrored.jpg --key example.pub --trust root.pem

say 'Somebody changes one byte: the manifest says that it does not hold, and why'
cp coffee.jpg tampered.jpg
middle=$(($(wc -c <tampered.jpg) / 2))
byte=$(od -An -tu1 -j "$middle" -N 1 tampered.jpg)
# shellcheck disable=SC2059  # the format is the byte
printf "\\x$(printf '%02x' $((byte ^ 1)))" |
    dd of=tampered.jpg bs=1 seek="$middle" conv=notrunc status=none
must 3 countermark check tampered.jpg --key example.pub --trust root.pem
says tampered.jpg '.verdict == "invalid" and any(.evidence[0].status[]; .code == "assertion.dataHash.mismatch")' \
    --key example.pub --trust root.pem

say 'An unmarked picture, and the wrong key: nothing is found, and nothing is claimed'
must 1 countermark check "$photos/coffee.jpg" --key example.pub --trust root.pem
must 0 countermark keygen --name 'Somebody else' -o ../other.key
must 1 countermark detect attacked.jpg --key ../other.pub

say 'A text: what a model wrote is told by its words alone, from what the same model wrote without the mark'
looked=(--tokenizer "$tokenizers/smollm2.gguf" --key "$texts/answer.pub")
must 0 countermark detect "$texts/answer.txt" "${looked[@]}"
holds "$(countermark detect "$texts/answer.txt" "${looked[@]}" --json)" \
    '.verdict == "marked" and (.evidence[0] | .log10_p < -50 and .payload == "20261125")' answer.txt
must 1 countermark detect "$texts/answer.unmarked.txt" "${looked[@]}"
must 1 countermark detect "$texts/answer.txt" --tokenizer "$tokenizers/smollm2.gguf" --key ../other.pub

printf '\nEverything came out as told. The files are in build/demo; look at the originals beside\n'
printf 'build/demo/owner/*, and at build/demo/stranger/attacked-map.png for where the mark answers.\n'
