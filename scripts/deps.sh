#!/bin/sh
# Usage: scripts/deps.sh GROUP...        GROUP is build, test, demo, lint, fuzz, llama or full
#
# Finds out what is lacking for these groups and installs it with apt, as root or through a sudo
# that asks nothing; otherwise prints the Debian packages by name and fails. Says nothing when
# nothing is lacking. FFT=kissfft asks for KissFFT in place of FFTW, HTTP=none for no curl,
# SENTENCEPIECE=1 for SentencePiece and a C++ compiler.
set -eu

missing=

need_command() { # COMMAND PACKAGE
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

need_library() { # PKG-CONFIG-NAME PACKAGE
    pkg-config --exists "$1" 2>/dev/null || missing="$missing $2"
}

# Debian's own Python is asked too: packages are for it, and another one may come first in PATH.
has_numpy() {
    python3 -c 'import numpy' 2>/dev/null || /usr/bin/python3 -c 'import numpy' 2>/dev/null
}

build() {
    need_command "${CC:-gcc}" "$(basename "${CC:-gcc}")"
    need_command ar binutils
    need_command make make
    need_command pkg-config pkg-config
    [ -e /usr/include/stdio.h ] || missing="$missing libc6-dev"
    need_library libpng libpng-dev
    need_library libjpeg libjpeg62-turbo-dev
    need_library libwebpmux libwebp-dev
    need_library libcrypto libssl-dev
    need_library jansson libjansson-dev
    need_library libbrotlidec libbrotli-dev
    need_library expat libexpat1-dev
    need_library zlib zlib1g-dev
    need_library libpcre2-8 libpcre2-dev
    need_library libutf8proc libutf8proc-dev
    [ "${HTTP:-curl}" = none ] || need_library libcurl libcurl4-openssl-dev
    if [ "${FFT:-fftw}" = kissfft ]; then
        need_library kissfft-float libkissfft-dev
    else
        need_library fftw3f libfftw3-dev
    fi
    if [ "${SENTENCEPIECE:-}" = 1 ]; then
        need_library sentencepiece libsentencepiece-dev
        case ${CC:-gcc} in
        *clang*) need_command clang++ clang ;;
        *) need_command "${CXX:-g++}" g++ ;;
        esac
    fi
}

test_() {
    need_library check check
    need_command python3 python3
    has_numpy || missing="$missing python3-numpy"
}

demo() {
    need_command jq jq
    # Debian's ImageMagick 6 and 7 name their command differently.
    command -v magick >/dev/null 2>&1 || need_command convert-im6.q16 imagemagick
}

lint() {
    need_command clang clang
    need_command clang-format clang-format
    need_command shellcheck shellcheck
    need_command mandoc mandoc
    need_command nm binutils
}

# libFuzzer is no part of clang's package.
fuzz() {
    need_command clang clang
    ls "$(clang -print-resource-dir 2>/dev/null)"/lib/*/libclang_rt.fuzzer*.a >/dev/null 2>&1 ||
        missing="$missing libclang-rt-dev"
}

llama() {
    need_command g++ g++
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
}

full() {
    need_command python3 python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
    has_numpy || missing="$missing python3-numpy"
    need_command openssl openssl
    need_command butteraugli_main libjxl-devtools
}

for group in "$@"; do
    case $group in
    build) build ;;
    test) test_ ;;
    demo) demo ;;
    lint) lint ;;
    fuzz) fuzz ;;
    llama) llama ;;
    full) full ;;
    *)
        echo "deps.sh: no group called $group" >&2
        exit 2
        ;;
    esac
done
[ -n "$missing" ] || exit 0

# The same package may answer for several things.
# shellcheck disable=SC2046,SC2086  # names of packages, without blanks
set -- $(printf '%s\n' $missing | sort -u)

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Missing (names of the Debian packages): $*" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root='sudo -n'
else
    echo "Missing. As root, run: apt-get install $*" >&2
    exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

install() {
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "$@" >"$log" 2>&1
}

echo "Installing: $*"
# A first try without the slow update: the lists may be there and fresh.
if ! install "$@"; then
    $as_root apt-get update >"$log" 2>&1 || true
    if ! install "$@"; then
        tail -20 "$log" >&2
        exit 1
    fi
fi
