#!/usr/bin/env python3
"""Compares our verdicts with c2pa-rs's over a golden set of other people's signed files; those on texts, which c2pa-rs
doesn't read, with encypher-c2pa's.

usage: test_vectors.py [COUNTERMARK [SET]] [-v]

COUNTERMARK is the command (otherwise from the environment, or build/countermark). SET holds
INDEX.tsv, and verdicts/ and trust/ if these aren't the usual ones; without it there is nothing to do. Where we judge otherwise on
purpose, RULINGS says so, and spec/manifest.md section 6 says why. Exit status 0 when every verdict
is the expected one.
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SET = "../shared/vectors/c2pa"

# Their verdicts in our words. An error of c2pa-rs's reader is an invalid manifest to us.
WORDS = {"Trusted": "trusted", "Valid": "untrusted", "Invalid": "invalid", "NONE": "none",
         "ERR": "invalid", "None": "none"}

TEXTS = ("txt", "html", "htm", "md", "xml", "py", "js", "css", "csv")

# file: (our verdict, the ruling in spec/manifest.md)
RULINGS = {
    "files/rs__C_with_CAWG_data.jpg": ("trusted", "6.1"),
    "files/rs__adobe_connected_identities.jpg": ("untrusted", "6.1"),
    "files/rs__ims_multiple_manifests.jpg": ("untrusted", "6.1"),
    "files/rs__valid_until_in_past.jpg": ("trusted", "6.1"),
    "files/rs__malformed_cbor.jpg": ("trusted", "6.1"),
    "files/rs__cloud_manifest.c2pa": ("trusted", "6.2"),
    "files/rs__cloudx.jpg": ("none", "6.3"),
    "files/rs__update_manifest.jpg": ("invalid", "6.4"),
    "gen/c_odd_ku_nonrepudiation_only.png": ("invalid", "6.5"),
    "gen/r_cose_crit_header.png": ("invalid", "6.7"),
    "gen/r_hash_label_gone.png": ("invalid", "6.8"),
    "gen/t_empty_cabx.png": ("invalid", "6.9"),
    "gen/t_app11_Z7.jpg": ("invalid", "6.9"),
    "gen/t_cabx_crc_wrong.png": ("invalid", "6.9"),
    "gen/text_ok_padded_00_10.txt": ("trusted", "6.15"),
}


def beside(golden, part):
    """A part of the set, or the one of the usual set where it comes without."""
    return next((place / part for place in (golden, pathlib.Path(SET)) if (place / part).exists()),
                golden / part)


def rows(golden):
    with open(golden / "INDEX.tsv", newline="") as index:
        return list(csv.DictReader(index, delimiter="\t"))


def paired_asset(golden, row):
    report = beside(golden, "verdicts") / (row["file"].replace("/", "__") + ".json")
    return json.loads(report.read_text()).get("paired_asset") if report.exists() else None


def arguments_for(golden, row):
    """What to verify for a row, or None where we don't read its format."""
    file = golden / row["file"]
    if row["format"] in ("png", "jpg", "webp") or row["format"] in TEXTS:
        return [file]
    if row["format"] != "c2pa":
        return None
    paired = paired_asset(golden, row)
    if "text_" in row["file"] or (paired and paired.endswith(".txt")):
        return None  # c2pa-rs judges a text's manifest apart from it
    if paired and (golden / paired).exists():
        return [golden / paired, "--sidecar", file]
    return [file]


def write_anchors(golden, path):
    trust = beside(golden, "trust")
    path.write_text("\n".join((trust / name).read_text() for name in
                              ("test_cert_root_bundle.pem", "generated_root.pem")))


def verdict(command, arguments, anchors):
    done = subprocess.run([command, "verify", *map(str, arguments), "--trust", str(anchors),
                           "--json"], capture_output=True, text=True)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        report = {}
    if "verdict" in report:
        return report["verdict"], [s["code"] for e in report.get("evidence", [])
                                   for s in e.get("status", [])]
    # an error of ours about the file counts as "invalid" does for them: no verdict in its favour
    return ("invalid" if done.returncode in (2, 3) else f"exit {done.returncode}"), [done.stderr]


def judged(command, golden):
    """For every row: its file, our verdict, the expected one, c2pa-rs's, the ruling if there is one,
    and what was said. Our verdict is None where we don't read the format."""
    with tempfile.TemporaryDirectory() as scratch:
        anchors = pathlib.Path(scratch) / "anchors.pem"
        write_anchors(golden, anchors)
        for row in rows(golden):
            arguments = arguments_for(golden, row)
            by = "verdict_encypher" if row["format"] in TEXTS else "verdict_c2pa_rs_testtrust"
            theirs = WORDS.get(row[by], row[by])
            expected, ruling = RULINGS.get(row["file"], (theirs, None))
            ours, codes = verdict(command, arguments, anchors) if arguments else (None, [])
            yield (row["file"], ours, expected, theirs, ruling,
                   f"c2pa-rs {row['failure_codes']}; ours {codes}")


def compare(command, golden, verbose):
    agree = ruled = wrong = 0
    for file, ours, expected, theirs, ruling, said in judged(command, golden):
        if ours is None:
            continue
        agree += ours == theirs
        ruled += ours != theirs and ours == expected
        if ours != expected:
            wrong += 1
            print(f"{file}: {ours}, expected {expected} ({said})")
        elif ruling and verbose:
            print(f"{file}: {ours}, theirs {theirs}: ruling {ruling}")
    print(f"golden set: {agree} as c2pa-rs, {ruled} otherwise by ruling, {wrong} unexpected")
    return wrong


def main():
    arguments = [a for a in sys.argv[1:] if a != "-v"]
    command = arguments[0] if arguments else os.environ.get("COUNTERMARK", "build/countermark")
    golden = pathlib.Path(arguments[1] if len(arguments) > 1 else SET)
    if not (golden / "INDEX.tsv").exists():
        print(f"golden set: none at {golden}, nothing compared")
        return
    sys.exit(1 if compare(command, golden, "-v" in sys.argv) else 0)


if __name__ == "__main__":
    main()
