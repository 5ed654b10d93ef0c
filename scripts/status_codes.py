#!/usr/bin/env python3
"""Checks that spec/status-codes.md and `countermark explain` tell the truth about which of C2PA's
status codes are never reported: those, and no others, that no source uses."""

import pathlib
import re
import sys

TABLE = re.compile(r'X\(\s*([A-Z0-9_]+),[\s\\]*"([^"]+)"')
EXPLAINED = re.compile(r'#define T_([A-Z0-9_]+)((?:[^\n]*\\\n)*[^\n]*)')


def main():
    codes = dict(TABLE.findall(pathlib.Path("src/sign/status.h").read_text()))
    used = set()
    for path in pathlib.Path("src").glob("*/*.c"):
        used |= set(re.findall(r"\bCM_ST_([A-Z0-9_]+)", path.read_text()))
    silent = {code for name, code in codes.items() if name not in used}

    explain = pathlib.Path("src/api/explain.c").read_text()
    excuses = set(re.findall(r"#define ([A-Z_]+)[\s\\]*\"Never reported", explain))
    excused = {codes[name] for name, text in EXPLAINED.findall(explain) if name in codes
               and ("Never reported" in text or excuses & set(re.findall(r"\b[A-Z_]+\b", text)))}
    spec = pathlib.Path("spec/status-codes.md").read_text()
    rows = "".join(line.split("|")[1] for line in spec.splitlines() if line.startswith("| `"))
    listed = set(re.findall(r"`([\w.-]+)`", rows))

    failed = False
    for what, found in (("spec/status-codes.md", listed), ("src/api/explain.c", excused)):
        for code in sorted(silent ^ found):
            state = "never" if code in silent else "sometimes"
            print(f"lint: {what}: {code} is {state} reported", file=sys.stderr)
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
