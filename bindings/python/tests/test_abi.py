"""The structures here against what a C compiler makes of the headers: each field's place and size."""

import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from countermark import _library, _structs
from support import ROOT

PAIRS = {
    "cm_error": _structs.CError,
    "cm_key_options": _structs.KeyOptions,
    "cm_text_param_info": _structs.TextParamInfo,
    "cm_text_scheme_info": _structs.TextSchemeInfo,
    "cm_text_param": _structs.TextParam,
    "cm_text_scheme_options": _structs.TextSchemeOptions,
    "cm_text_marker_options": _structs.TextMarkerOptions,
    "cm_text_span": _structs.TextSpan,
    "cm_text_evidence": _structs.TextEvidence,
    "cm_tokenizer_options": _structs.TokenizerOptions,
    "cm_tokens": _structs.CTokens,
    "cm_inspect_options": _structs.InspectOptions,
    "cm_text_inspect_options": _structs.TextInspectOptions,
}

COMPILER = shutil.which(os.environ.get("CC", "cc"))


def ours():
    for name, struct in PAIRS.items():
        yield f"{name} {ctypes.sizeof(struct)}"
        for field, *_ in struct._fields_:
            at = getattr(struct, field)
            yield f"{name}.{field} {at.offset} {at.size}"


def program():
    lines = ["#include <countermark.h>", "#include <stddef.h>", "#include <stdio.h>",
             "int main(void) {"]
    for name, struct in PAIRS.items():
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        for field, *_ in struct._fields_:
            lines.append(f'printf("{name}.{field} %zu %zu\\n", offsetof({name}, {field}), '
                         f"sizeof((({name} *)0)->{field}));")
    return "\n".join([*lines, "return 0;", "}", ""])


@unittest.skipUnless(COMPILER, "needs a C compiler")
class Abi(unittest.TestCase):
    def test_structures_are_as_in_the_headers(self):
        with tempfile.TemporaryDirectory() as scratch:
            source, binary = pathlib.Path(scratch, "abi.c"), pathlib.Path(scratch, "abi")
            source.write_text(program())
            subprocess.run([COMPILER, f"-I{ROOT}/include", str(source), "-o", str(binary)],
                           check=True)
            theirs = subprocess.run([str(binary)], check=True, capture_output=True, text=True)
        self.assertEqual(list(ours()), theirs.stdout.splitlines())

    def test_functions_have_the_number_of_arguments_of_the_headers(self):
        text = " ".join(p.read_text() for p in (ROOT / "include/countermark").glob("*.h"))
        functions = {**{n: len(a) + 1 for n, a in _library._CALLS.items()},
                     **{n: len(a) for n, (_, a) in _library._PLAIN.items()}}
        for name, count in functions.items():
            found = re.search(rf"CM_API [^;]*?\b{name}\(([^;]*)\);", text)
            self.assertIsNotNone(found, name)
            expected = 0 if found[1] == "void" else found[1].count(",") + 1
            self.assertEqual(count, expected, name)
