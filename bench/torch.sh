#!/bin/sh
# Usage: bench/torch.sh
#
# Makes build/bench/torch, a virtual environment with what bench/text_peers.py measures against: torch
# and transformers. Nearly 6 GB, most of it libraries for GPUs that torch loads even where there is none.
set -eu

venv=build/bench/torch
[ ! -e "$venv/ready" ] || exit 0
python3 -m venv "$venv"
"$venv/bin/pip" --disable-pip-version-check -q install torch==2.15.0 transformers==5.23.0 numpy
touch "$venv/ready"
