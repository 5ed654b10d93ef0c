#!/bin/sh
# Usage: scripts/run_python.sh DIR [SCRIPT ARGUMENT...]
#
# Runs every test_*.py of DIR in a virtual environment, build/venv, that holds what
# DIR/requirements.txt asks for, or SCRIPT in place of them. Each script exits non-zero when what it
# checks does not hold.
set -eu

dir=$1
shift
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

[ $# -eq 0 ] || exec "$venv/bin/python" "$@"

# Tests run side by side, and what each says is shown once it is through.
status=0
# shellcheck disable=SC2016  # expanded by the inner shell
find "$dir" -maxdepth 1 -name 'test_*.py' | sort | xargs -r -P "$(nproc)" -I SCRIPT sh -c '
    said=$(mktemp)
    "$1" SCRIPT >"$said" 2>&1 && passed=0 || passed=1
    { echo "== SCRIPT"; cat "$said"; }
    rm -f "$said"
    exit $passed' run "$venv/bin/python" || status=1
exit $status
