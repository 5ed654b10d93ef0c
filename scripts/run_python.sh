#!/bin/sh
# Usage: scripts/run_python.sh DIR
#
# Runs every test_*.py and bench_*.py of DIR in a virtual environment, build/venv, that holds what
# DIR/requirements.txt asks for. Each script exits non-zero when what it checks does not hold.
set -eu

dir=$1
venv=build/venv
export PYTHONDONTWRITEBYTECODE=1
export COUNTERMARK="${COUNTERMARK:-build/countermark}"

[ -d "$dir" ] || exit 0
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
if [ -f "$dir/requirements.txt" ]; then
    stamp="$venv/$(printf '%s' "$dir" | tr '/' '-').stamp"
    if ! cmp -s "$dir/requirements.txt" "$stamp"; then
        "$venv/bin/pip" --disable-pip-version-check -q install -r "$dir/requirements.txt"
        cp "$dir/requirements.txt" "$stamp"
    fi
fi

status=0
for script in "$dir"/test_*.py "$dir"/bench_*.py; do
    [ -f "$script" ] || continue
    echo "== $script"
    "$venv/bin/python" "$script" || status=1
done
exit $status
