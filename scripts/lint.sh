#!/bin/sh
# Everything about the sources that a compiler does not check. `make lint` runs it after a build.
set -u

failed=0
complain() {
    echo "lint: $*" >&2
    failed=1
}

sources=$(git ls-files --cached --others --exclude-standard '*.c' '*.cc' '*.h')
headers=$(git ls-files --cached --others --exclude-standard 'include/*.h' 'src/*.h')
scripts=$(git ls-files --cached --others --exclude-standard '*.sh' .ci/run)

python3 scripts/layering.py || failed=1
python3 scripts/status_codes.py || failed=1

# shellcheck disable=SC2086  # lists of names without blanks
clang-format --dry-run -Werror $sources || complain "run make format"

for header in $headers; do
    gcc -std=c17 -D_POSIX_C_SOURCE=200809L -Iinclude -Isrc -Wall -Wextra -Werror -fsyntax-only \
        -x c "$header" >/dev/null 2>&1 || complain "$header does not compile alone"
done
if ! clang++ -std=c++17 -Iinclude -Wall -Wextra -Werror -fsyntax-only -x c++ include/countermark.h; then
    complain "the public header is not usable from C++"
fi

# shellcheck disable=SC2086
shellcheck $scripts || failed=1
mandoc -Tlint -Wwarning tools/man/*.1 || complain "man page"

shown=$(nm -D --defined-only build/libcountermark.so | awk '{print $3}' | grep -v '^cm_')
[ -z "$shown" ] || complain "symbols without cm_ in the shared library: $shown"

# Unfinished work and traces of one machine do not belong in a commit.
# shellcheck disable=SC2086
if grep -nE '[T]ODO|[F]IXME|[X]XX:|[#]if 0|[/]home/|[/]tmp/venv|[/]work/' $sources $scripts; then
    complain "unfinished or machine-bound lines"
fi

[ "$failed" = 0 ] && echo "lint: clean"
exit "$failed"
