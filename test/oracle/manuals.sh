#!/bin/sh
# Usage: test/oracle/manuals.sh
#
# Fetches Debian's manuals in many languages into build/tokenizers/text, where they aren't there yet.
# Needs apt.
set -eu

dir=build/tokenizers
mkdir -p "$dir/text"
if [ ! -e "$dir/text/ready" ]; then
    (cd "$dir/text" && for package in debian-handbook installation-guide-amd64 \
        debian-reference-en debian-reference-de debian-reference-ja debian-reference-zh-cn; do
        apt-get -qq download "$package"
        dpkg-deb -x "$package"_*.deb unpacked
    done)
    touch "$dir/text/ready"
fi
