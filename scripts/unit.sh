#!/bin/sh
# Usage: scripts/unit.sh RUNNER
#
# Runs every suite of unit tests in a process of its own, as many at once as there are processors. What
# a suite says is shown once it is through; suites that pass say one line.
set -eu

runner=$1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# shellcheck disable=SC2016  # expanded by the inner shell
"$runner" --list | xargs -P "$(nproc)" -I SUITE sh -c '
    if "$1" SUITE >"$2/SUITE" 2>&1; then
        printf "%-16s %s\n" SUITE "$(grep Checks: "$2/SUITE")"
    else
        touch "$2/failed"
        cat "$2/SUITE"
    fi' suite "$runner" "$out"
checks=$(cat "$out"/* | sed -n 's/.*Checks: \([0-9]*\).*/\1/p' | awk '{n += $1} END {print n + 0}')
if [ -e "$out/failed" ]; then
    echo "unit tests: $checks checks, with failures" >&2
    exit 1
fi
echo "unit tests: $checks checks, 0 failures"
