#!/bin/sh
# Usage: bench/text_false_positives.sh PROGRAM [EVERY]
#
# The tables of spec/statistics.md §10: every scheme of the table on human text in 25 languages, in
# the vocabularies of cl100k and SmolLM2, and what depends on the language on Russian alone. PROGRAM
# is bench/text_false_positives, built. EVERY (1) thins the chunks out. Exits with 1 when a row is
# missed. Hours at EVERY 1, in the background's priority.
set -eu

program=$1
every=${2:-1}
text=build/bench/text
rows=$text/rows
bench/text_corpus.sh

# What a detection costs decides how many chunks a scheme is given: every n-th, as each line begins.
# Keys of the peers are four numbers, put for %k.
schemes() {
    cat <<'END'
2 cm-text-1 payload=0
6 cm-text-1 payload=16
6 cm-text-1 payload=32
12 cm-text-1 payload=64
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
80 three-bricks seed=%k method=maryland
END
}

# Lists that are the same in every text: a language's common words are on them or they aren't.
fixed_lists() {
    cat <<'END'
1 hf-kgw hashing_key=%k
1 sbw hash_key=%k
1 unigram watermark_key=%k
1 vllm-gumbel key=%k
END
}

# A line for each row: its file, vocabulary, thinning, texts and scheme.
list() { # TABLE VOCABULARY FACTOR TEXTS
    awk -v t="$1" -v v="$2" -v f="$3" -v x="$4" '{ n = $1 * f; sub(/^[0-9]+ /, "")
        printf "%s-%02d\t%s\t%d\t%s\t%s\n", t, NR, v, n, x, $0 }'
}

rm -rf "$rows"
mkdir -p "$rows"
{
    fixed_lists | list russian cl100k.tiktoken "$every" '*.ru*.txt'
    schemes | list cl100k cl100k.tiktoken "$every" '*.txt'
    schemes | list smollm2 smollm2.gguf $((8 * every)) '*.txt'
} >"$rows/list"

# shellcheck disable=SC2016  # for the inner shell
tr '\n' '\0' <"$rows/list" | nice -n 19 xargs -0 -P "$(nproc)" -I LINE sh -c '
    program=$2 text=$3
    IFS="	" read -r name vocabulary every texts scheme <<END
$1
END
    # shellcheck disable=SC2086  # a pattern of names
    "$program" "$text/vocabularies/$vocabulary" "$every" "$scheme" "$text"/corpus/$texts \
        >"$text/rows/$name" || touch "$text/rows/missed"
' sh LINE "$program" "$text" || touch "$rows/missed"

for table in cl100k smollm2 russian; do
    printf '\n%s\n\n' "$table"
    echo '| scheme | tests | p ≤ 10⁻² | p ≤ 10⁻³ | p ≤ 10⁻⁴ | worst key | calibrated: least power, rates | |'
    echo '|---|---|---|---|---|---|---|---|'
    cat "$rows/$table"-*
done
[ ! -e "$rows/missed" ]
