#!/bin/sh
# Usage: bindings/python/make_wheel.sh LIBRARY VERSION
#
# Builds build/wheel/countermark-VERSION-py3-none-PLATFORM.whl around LIBRARY, a libcountermark.so
# that was linked with KissFFT. auditwheel puts the shared libraries that it needs into the wheel,
# under names of their own, and finds out from which glibc on it works. The licences of all of them,
# as Debian has them, go with it.
set -eu

library=$1
here=bindings/python
stage=build/wheel-stage
venv=build/wheel-venv
export PYTHONDONTWRITEBYTECODE=1

if ldd "$library" | grep -q fftw; then
    echo "make_wheel.sh: $library needs FFTW, so the wheel would be under the GPL; build with FFT=kissfft" >&2
    exit 1
fi

if ! cmp -s "$here/requirements-wheel.txt" "$venv/requirements.txt"; then
    python3 -m venv "$venv"
    "$venv/bin/pip" --disable-pip-version-check -q install -r "$here/requirements-wheel.txt"
    cp "$here/requirements-wheel.txt" "$venv/requirements.txt"
fi

rm -rf "$stage" build/wheel
mkdir -p "$stage/licences" build/wheel
cp -R "$here/countermark" "$here/README.md" "$here/pyproject.toml" "$here/setup.py" "$stage"
rm -rf "$stage/countermark/__pycache__"
mkdir "$stage/countermark/_lib"
cp "$library" "$stage/countermark/_lib/libcountermark.so.0"
cp LICENSE "$stage/licences/countermark"

# The package of a file; dpkg knows libraries with or without the /usr of their path.
package_of() {
    real=$(realpath "$1")
    dpkg -S "$real" 2>/dev/null || dpkg -S "${real#/usr}"
}

# glibc is the system's and stays out.
ldd "$library" | awk '$3 ~ /^\// { print $3 }' | while read -r file; do
    package=$(package_of "$file" | cut -d: -f1)
    case $package in
    libc6) ;;
    *) cp "/usr/share/doc/$package/copyright" "$stage/licences/$package" ;;
    esac
done

COUNTERMARK_VERSION=$2 "$venv/bin/python" -m build --wheel --no-isolation \
    --outdir "$stage/dist" "$stage" >"$stage/build.log" 2>&1 || {
    tail -20 "$stage/build.log" >&2
    exit 1
}
PATH="$PWD/$venv/bin:$PATH" "$venv/bin/auditwheel" repair --strip --wheel-dir build/wheel \
    "$stage"/dist/*.whl >"$stage/auditwheel.log" 2>&1 || {
    tail -20 "$stage/auditwheel.log" >&2
    exit 1
}
ls build/wheel/*.whl
