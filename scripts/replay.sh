#!/bin/sh
# Usage: scripts/replay.sh DIRECTORY NAME...
#
# Replays each fuzzer's corpus and fixed mutations of it with DIRECTORY/replay_NAME, as many at once
# as there are processors.
set -eu

directory=$1
shift
# shellcheck disable=SC2016  # expanded by the inner shell
printf '%s\n' "$@" | xargs -P "$(nproc)" -I NAME sh -c \
    '"$1/replay_NAME" fuzz/corpus/NAME || { echo "NAME: failed" >&2; exit 255; }' replay "$directory"
