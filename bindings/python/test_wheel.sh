#!/bin/sh
# Usage: bindings/python/test_wheel.sh numpy|transformers
#
# Installs the wheel beside an environment with numpy, or with torch and transformers too, and runs the
# tests there. CM_PYTHON names the Python of an environment that has the packages already; nothing is
# installed into that one.
#
# PyPI's torch for Linux brings some gigabytes of CUDA, without which it doesn't load. Its builds for
# CPUs, on an index of PyTorch's own, do as well: let PIP_EXTRA_INDEX_URL name that, or CM_PYTHON an
# environment that has one.
set -eu

kind=$1
here=bindings/python
venv=build/wheel-test-$kind
packages=build/wheel-test-packages
wheel=$(ls build/wheel/countermark-*.whl)
export PYTHONDONTWRITEBYTECODE=1
unset COUNTERMARK_LIBRARY

if [ -n "${CM_PYTHON:-}" ]; then
    python=$CM_PYTHON
elif [ ! -f "$venv/ready" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" --disable-pip-version-check -q install -r "$here/requirements-$kind.txt"
    touch "$venv/ready"
fi
python=${python:-$venv/bin/python}

rm -rf "$packages"
"$python" -m pip --disable-pip-version-check -q install --no-deps --no-index --target "$packages" \
    "$wheel"
PYTHONPATH=$packages "$python" "$here/tests/run.py"
