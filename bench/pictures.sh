#!/bin/sh
# Usage: bench/pictures.sh
#
# Prepares what the measurements need, under build/bench, once: a virtual environment (venv), lists
# of pictures (photos.txt and pictures.txt, 512x512, megapixel.txt, originals.txt: one path a line; kinds.txt: kind, tab, path) and a JPEG of
# 12 megapixels (12mp.jpg).
# The pictures are those of the directory CM_PICTURES where that is set; else they are built by
# ../shared/images/make_images.py where that exists; else they are the bundled ones.
set -eu

here=build/bench
builder=../shared/images/make_images.py
export PYTHONDONTWRITEBYTECODE=1

mkdir -p "$here"
[ -x "$here/venv/bin/python" ] || python3 -m venv "$here/venv"
if ! cmp -s bench/requirements.txt "$here/venv/requirements.txt"; then
    "$here/venv/bin/pip" --disable-pip-version-check -q install -r bench/requirements.txt
    cp bench/requirements.txt "$here/venv/requirements.txt"
fi

pictures=${CM_PICTURES:-}
if [ -z "$pictures" ] && [ -f "$builder" ]; then
    pictures=$here/pictures
    if [ ! -f "$pictures/img/manifest.tsv" ]; then
        echo "Building the evaluation pictures (some minutes, once) in $pictures"
        # What the builder downloads lies beside its result until that is whole.
        if ! "$here/venv/bin/python" "$builder" "$here/download" "$pictures" >"$here/pictures.log" 2>&1; then
            tail -3 "$here/pictures.log" >&2
            echo "bench: no evaluation pictures; measuring on the bundled ones" >&2
            pictures=
        fi
        rm -rf "$here/download"
    fi
fi
exec "$here/venv/bin/python" bench/pictures.py "$pictures"
