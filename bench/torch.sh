#!/bin/sh
# Usage: bench/torch.sh
#
# Makes build/bench/torch, a virtual environment with what bench/text_peers.py measures against:
# transformers, and torch without the libraries for GPUs, which nothing here needs. About 2 GB.
set -eu

venv=build/bench/torch
[ ! -e "$venv/ready" ] || exit 0
python3 -m venv "$venv"
pip="$venv/bin/pip --disable-pip-version-check -q install"
$pip --no-deps torch==2.15.0
$pip transformers==5.23.0 numpy filelock typing-extensions sympy networkx jinja2 fsspec setuptools
touch "$venv/ready"
