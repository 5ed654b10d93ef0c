#!/bin/sh
# Usage: bindings/python/test_wheel.sh numpy|transformers
#
# Installs the wheel beside an environment with numpy, or with torch and transformers too, and runs the
# tests there. CM_PYTHON names the Python of an environment that has the packages already; nothing is
# installed into that one.
#
# PyPI's torch for Linux asks for some gigabytes of CUDA. Nothing here needs those: torch is
# installed without what it depends on, and then only the few things that run on a CPU.
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
    pip="$venv/bin/pip --disable-pip-version-check -q"
    if [ "$kind" = transformers ]; then
        $pip install --no-deps "$(grep '^torch' "$here/requirements-transformers.txt")"
        $pip install filelock typing-extensions sympy networkx jinja2 fsspec numpy
        # transformers doesn't depend on torch, so nothing brings the rest back.
        $pip install "$(grep '^transformers' "$here/requirements-transformers.txt")"
    else
        $pip install -r "$here/requirements-$kind.txt"
    fi
    touch "$venv/ready"
fi
python=${python:-$venv/bin/python}

rm -rf "$packages"
"$python" -m pip --disable-pip-version-check -q install --no-deps --no-index --target "$packages" \
    "$wheel"
PYTHONPATH=$packages "$python" "$here/tests/run.py"
