#!/bin/sh
# Usage: scripts/fuzz.sh FUZZER SECONDS
#
# Runs one libFuzzer program from the committed corpus, keeping what it finds new in build/corpus,
# and prints how many inputs it tried. A crash leaves its input in build/findings.
set -eu

fuzzer=$1
seconds=$2
name=$(basename "$fuzzer" | sed 's/^fuzz_//')
grown=build/corpus/$name
log=build/findings/$name.log

mkdir -p "$grown" build/findings
if ! nice "$fuzzer" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/findings/$name-" "$grown" "fuzz/corpus/$name" >"$log" 2>&1; then
    tail -40 "$log" >&2
    echo "$name: a finding; the input is in build/findings" >&2
    exit 1
fi
awk -v name="$name" -v seconds="$seconds" '/number_of_executed_units/ {
    printf "%s: %d inputs in %d s, no finding\n", name, $2, seconds }' "$log"
