"""What the tests of tools/scripts share."""

import os
import shutil
import subprocess
import sys

from command import PROGRAM, ROOT, Case

SCRIPTS = ROOT / "tools/scripts"
GOOD, BAD = ROOT / "test/data/sign/ok_v2_es256.png", ROOT / "test/data/sign/t_append_trailing.png"
ANCHORS = ROOT / "test/data/sign/anchors.pem"
# Dies on files that are called so, and falls asleep on others, after it answered those before.
FRAGILE = f"""#!/bin/sh
verb=$1
shift 2
for file; do
    case $file in
    *crash*) kill -SEGV $$ ;;
    *sleep*) exec sleep 60 ;;
    *) {PROGRAM} $verb --ndjson "$file" ;;
    esac
done
"""


class ScriptCase(Case):
    def script(self, name, *args, stdin=b"", env=None, cwd=None):
        """(exit code, stdout, stderr), stdout as bytes."""
        full = {**os.environ, "COUNTERMARK": PROGRAM, **(env or {})}
        done = subprocess.run([sys.executable, "-B", SCRIPTS / name, *args], input=stdin, capture_output=True,
                              env=full, cwd=cwd, timeout=120, check=False)
        return done.returncode, done.stdout, done.stderr.decode()

    def folder_of(self, name, **files):
        """A folder with copies, as in folder_of("x", good=GOOD)."""
        at = self.dir / name
        at.mkdir()
        for file, source in files.items():
            shutil.copy(source, at / f"{file}.png")
        return at

    def fragile(self):
        at = self.dir / "fragile"
        at.write_text(FRAGILE)
        at.chmod(0o755)
        return {"COUNTERMARK": str(at)}
