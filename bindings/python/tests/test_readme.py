"""The examples of the README, in order, in one session. Those that need transformers are left out
where it isn't installed."""

import contextlib
import io
import os
import pathlib
import re
import shutil
import tempfile
import unittest

import countermark as cm
from support import DATA, has

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"


class Readme(unittest.TestCase):
    def test_examples_run(self):
        blocks = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.M | re.S)
        self.assertGreater(len(blocks), 4)
        here, session = os.getcwd(), {}
        with tempfile.TemporaryDirectory() as scratch, contextlib.redirect_stdout(io.StringIO()):
            os.chdir(scratch)
            try:
                self.prepare()
                for block in blocks:
                    if "transformers" not in block or has("torch", "transformers"):
                        exec(compile(block, str(README), "exec"), session)
            finally:
                os.chdir(here)

    def prepare(self):
        key = cm.Key.generate("Example")
        key.write_secret("example.key")
        key.write_public("example.pub")
        pathlib.Path("essay.txt").write_text("Some words of an essay. " * 20)
        shutil.copy(DATA / "token/small.json", "tokenizer.json")
        photo = next(p for p in sorted((DATA / "photos").iterdir()) if p.suffix == ".jpg")
        shutil.copy(photo, "photo.jpg")
