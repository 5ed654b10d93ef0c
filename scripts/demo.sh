#!/bin/bash
# The whole story on real photographs. `make demo` builds what it needs and runs this.
#
# Every step states what must come out, and the script fails where it doesn't. Files are left in
# build/demo. On a terminal it pauses a little between steps; PACE=0 doesn't.
set -euo pipefail
cd "$(dirname "$0")/.."

photos=$PWD/test/data/photos
PATH=$PWD/build:$PATH
pace=${PACE:-$([ -t 1 ] && echo 1 || echo 0)}
convert=$(command -v magick || command -v convert-im6.q16)

rm -rf build/demo
mkdir -p build/demo/owner build/demo/stranger
cd build/demo

step=0
say() { # TITLE
    step=$((step + 1))
    printf '\n\033[1m%d. %s\033[0m\n' "$step" "$1" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[01]m//g'; fi
    sleep "$pace"
}

# A command line as one would type it.
typed() { # WORD...
    local word
    for word in "$@"; do
        word=${word/#"$photos"/test\/data\/photos}
        word=${word/#"$convert"/convert}
        case $word in
        *\ *) printf " '%s'" "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
}

# Runs a command, shows it and what it prints, and insists on its exit code.
must() { # EXIT-CODE COMMAND...
    local want=$1 got=0
    shift
    printf '  $%s\n' "$(typed "$@")"
    "$@" 2>&1 | sed -e 's/^/    /' -e "s|$photos/||g" || got=${PIPESTATUS[0]}
    if [ "$got" != "$want" ]; then
        echo "demo: exit code $got, expected $want" >&2
        exit 1
    fi
    sleep "$pace"
}

# Insists on something that a report says.
says() { # FILE JQ-FILTER OPTIONS...
    local file=$1 filter=$2
    shift 2
    if ! { countermark check "$file" --json "$@" || true; } | jq -e "$filter" >/dev/null; then
        echo "demo: the report on $file does not hold: $filter" >&2
        exit 1
    fi
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
must 0 "$convert" astronaut.png -strip -gravity center -crop 90%x90%+0+0 +repage -rotate 5 \
    -resize 80% -quality 60 attacked.jpg
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

printf '\nEverything came out as told. The files are in build/demo; look at the originals beside\n'
printf 'build/demo/owner/*, and at build/demo/stranger/attacked-map.png for where the mark answers.\n'
