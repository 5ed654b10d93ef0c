#!/bin/sh
# Usage: bench/peers.sh
#
# pictures.sh, and other people's image marks in its virtual environment: the packages of
# bench/peers.txt without all that they ask for, torch above all (bench/peers.py).
set -eu

venv=build/bench/venv
bench/pictures.sh
cmp -s bench/peers.txt "$venv/peers.txt" && exit 0
"$venv/bin/pip" --disable-pip-version-check -q install PyWavelets onnxruntime
"$venv/bin/pip" --disable-pip-version-check -q install --no-deps -r bench/peers.txt
cp bench/peers.txt "$venv/peers.txt"
