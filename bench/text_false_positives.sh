#!/bin/sh
# Usage: bench/text_false_positives.sh PROGRAM [EVERY]
#
# The table of spec/statistics.md §10: every scheme of the table on human text in 25 languages, in
# the vocabularies of cl100k and SmolLM2. PROGRAM is bench/text_false_positives, built. EVERY (1)
# thins the chunks out. Exits with 1 when a row is missed. Hours at EVERY 1, in the background's priority.
set -eu

program=$1
every=${2:-1}
text=build/bench/text
rows=$text/rows
bench/text_corpus.sh

# How much dearer than the native green list a scheme is decides how many chunks it is given: every
# n-th, as each line begins. Keys of the peers are four numbers, put for %k.
schemes() {
    cat <<'END'
2 cm-text-1 payload=0
20 cm-text-1 payload=16
20 cm-text-1 payload=32
40 cm-text-1 payload=64
40 cm-text-1
2 cm-text-1 mode=green
2 cm-text-1 mode=tournament
8 hf-kgw hashing_key=%k
8 hf-kgw hashing_key=%k seeding_scheme=selfhash context_width=4
8 lmw hash_key=%k
8 lmw hash_key=%k seeding_scheme=simple_1
2 sbw hash_key=%k
2 unigram watermark_key=%k
16 mpac hash_key=%k
2 vllm-gumbel key=%k
2 vllm-gumbel key=%k mode=dual
2 hf-synthid keys=%k,400,836,123,340,443,597,160,57
2 dm-synthid keys=%k,400,836,123,340,443,597,160,57
16 exp hash_key=%k
2 textseal secret_key=%k
2 textseal secret_key=%k watermark_type=gumbelmax
16 three-bricks seed=%k
64 three-bricks seed=%k method=maryland
END
}

rm -rf "$rows"
mkdir -p "$rows"
for vocabulary in cl100k.tiktoken smollm2.gguf; do
    schemes | awk -v v="$vocabulary" -v e="$every" '{ n = $1 * e; sub(/^[0-9]+ /, "")
        printf "%02d-%s\t%s\t%d\t%s\n", NR, v, v, n, $0 }'
done >"$rows/list"

# shellcheck disable=SC2016  # for the inner shell
tr '\n' '\0' <"$rows/list" | nice -n 10 xargs -0 -P "$(nproc)" -I LINE sh -c '
    line=$1 program=$2 text=$3
    name=$(printf "%s" "$line" | cut -f1) vocabulary=$(printf "%s" "$line" | cut -f2)
    every=$(printf "%s" "$line" | cut -f3) scheme=$(printf "%s" "$line" | cut -f4)
    "$program" "$text/vocabularies/$vocabulary" "$every" "$scheme" "$text"/corpus/*.txt \
        >"$text/rows/$name" || touch "$text/rows/missed"
' sh LINE "$program" "$text"

for vocabulary in cl100k.tiktoken smollm2.gguf; do
    printf '\n%s\n\n' "$vocabulary"
    echo '| scheme | tests | p ≤ 10⁻² | p ≤ 10⁻³ | p ≤ 10⁻⁴ | worst key | calibrated: least power, rates | |'
    echo '|---|---|---|---|---|---|---|---|'
    cat "$rows"/*-"$vocabulary"
done
[ ! -e "$rows/missed" ]
