"""The git hook, against real repositories, and the step of GitHub Actions, without GitHub."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from command import MEDIA, PROGRAM
from scripts import ANCHORS, BAD, GOOD, SCRIPTS, ScriptCase

ACTION = "github-action/countermark-action"
WHO = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a",
       "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@unittest.skipIf(shutil.which("git") is None, "no git")
class Hook(ScriptCase):
    def setUp(self):
        name = self.id().rsplit(".", 1)[1]
        self.bare, self.work = self.dir / f"{name}.git", self.dir / name
        self.git("init", "-q", "--bare", self.bare, cwd=self.dir)
        self.git("init", "-q", "-b", "main", self.work, cwd=self.dir)
        self.git("remote", "add", "origin", self.bare)
        os.symlink(SCRIPTS / "pre-receive", self.bare / "hooks/pre-receive")
        self.setting("program", PROGRAM)

    def git(self, *args, cwd=None, code=0, **more):
        done = subprocess.run(["git", *args], cwd=cwd or self.work, capture_output=True, check=False,
                              env={**os.environ, **WHO}, **more)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout, done.stderr.decode(errors="replace")

    def setting(self, name, value):
        self.git("config", "--add", f"countermark.{name}", str(value), cwd=self.bare)

    def commit(self, **files):
        """Copies under these names, or removes, and commits."""
        for name, source in files.items():
            file = self.work / name.replace("_", ".")
            if source is None:
                file.unlink()
            else:
                shutil.copy(source, file)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "x")

    def push(self, *what, refused=None):
        _, said = self.git("push", "-q", "origin", *what, code=0 if refused is None else 1)
        if refused is not None:
            self.assertIn(refused, said)
        return said

    def test_branches(self):
        self.commit(good_png=GOOD, data_bin=PROGRAM)
        self.push("main")
        self.commit(bad_png=BAD)
        said = self.push("main", refused="bad.png")
        self.assertIn("assertion.dataHash.mismatch", said)
        self.assertNotIn("good.png", said)
        self.push("main:refs/heads/new", refused="bad.png")
        self.push("main:refs/tags/light", refused="bad.png")
        self.git("tag", "-a", "-m", "x", "heavy")
        self.push("heavy", refused="bad.png")
        # what a later commit takes away was pushed all the same
        self.commit(bad_png=None)
        self.push("main", refused="bad.png")
        self.git("reset", "-q", "--hard", "HEAD~2")
        self.commit(good_png=BAD)
        self.push("main", refused="good.png")
        self.assertEqual(self.git("for-each-ref", "--format=%(refname)", cwd=self.bare)[0], b"refs/heads/main\n")

    def test_what_passes(self):
        self.commit(good_png=GOOD)
        self.git("tag", "-a", "-m", "x", "heavy")
        self.push("main", "heavy", "main:other")
        self.push("--delete", "other")
        self.push(":heavy")
        self.git("commit", "-q", "--amend", "-m", "y")
        self.push("--force", "main")
        # what is there already, was let in, and only got another commit behind it
        hook = self.bare / "hooks/pre-receive"
        hook.rename(self.dir / "aside")
        self.commit(bad_png=BAD)
        self.push("main")
        (self.dir / "aside").rename(hook)
        self.commit(note_txt=ANCHORS)
        self.push("main")
        self.push("main:again")
        # links aren't files
        os.symlink("bad.png", self.work / "link.png")
        self.commit()
        self.push("main")

    def test_merges(self):
        self.commit(good_png=GOOD)
        self.push("main")
        self.git("checkout", "-q", "-b", "side")
        self.commit(side_txt=ANCHORS)
        self.git("checkout", "-q", "main")
        self.commit(main_txt=ANCHORS)
        self.git("merge", "-q", "--no-ff", "--no-commit", "side")
        shutil.copy(BAD, self.work / "evil.png")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "merge")
        self.push("main", refused="evil.png")
        self.git("rm", "-q", "evil.png")
        self.git("commit", "-q", "--amend", "-m", "merge")
        self.push("main")

    def test_tags_of_files_and_trees(self):
        self.commit(sub_png=BAD)
        for name, of in (("file", "HEAD:sub.png"), ("tree", "HEAD^{tree}")):
            self.git("tag", name, of)
            self.push(name, refused="mismatch")
        self.git("tag", "-a", "-m", "x", "deep", "HEAD:sub.png")
        self.push("deep", refused="mismatch")

    def test_settings(self):
        self.setting("fail-on", "invalid,untrusted,none")
        self.setting("paths", "*.png")
        self.commit(good_png=GOOD, note_txt=ANCHORS)
        self.push("main", refused="signingCredential.untrusted")
        self.setting("trust", ANCHORS)
        self.push("main")
        self.commit(plain_png=MEDIA / "small-130.png")
        self.push("main", refused="plain.png")
        self.git("reset", "-q", "--hard", "HEAD~1")
        self.commit(a_png=GOOD)  # the same bytes again, and too many bytes
        self.setting("max-bytes", "1k")
        self.push("main", refused="max-bytes")
        self.setting("max-bytes", "1m")
        self.setting("max-files", "0")
        self.push("main", refused="max-files")
        self.setting("max-files", "10")
        self.setting("fail-on", "hello")
        self.push("main", refused="fail-on")
        self.setting("fail-on", "invalid")
        self.setting("program", "/nosuch")
        self.push("main", refused="can't be judged")
        self.setting("program", PROGRAM)
        self.push("main")

    def test_names_and_the_program_s_death(self):
        names = [b"-n", b"two\nlines.png", b"caf\xe9\x1b[2J.png", "\u202egnp.png".encode()]
        for name in names:
            shutil.copy(BAD, os.fsencode(self.work) + b"/" + name)
            with open(os.fsencode(self.work) + b"/" + name, "ab") as file:
                file.write(name)
        self.commit()
        said = self.push("main", refused="4 of 4 files")
        for part in ("-n", "two\\u{a}lines.png", "caf\\xe9\\u{1b}[2J", "\\u{202e}gnp"):
            self.assertIn(part, said)
        self.assertNotIn("\x1b[2J", said)
        dying = self.dir / "dying"
        dying.write_text(f'#!/bin/sh\ncase $* in *probe*|*.txt*) exec {PROGRAM} "$@";; esac\nkill -SEGV $$\n')
        dying.chmod(0o755)
        self.setting("program", dying)
        self.push("main", refused="died of signal 11")

    def test_many_files(self):
        for i in range(300):
            (self.work / f"{i}.txt").write_text(f"text {i}\n")
        shutil.copy(BAD, self.work / "bad.png")
        self.commit()
        self.push("main", refused="for 1 of 301 files")


class Action(ScriptCase):
    def act(self, at, *, code, **given):
        files = {n: self.dir / f"{at.name}-{n}" for n in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
        env = {"RUNNER_TEMP": str(self.dir), **{n: str(f) for n, f in files.items()},
               **{f"COUNTERMARK_{n.upper()}": v for n, v in given.items()}}
        got, out, err = self.script(ACTION, env=env, cwd=at)
        self.assertEqual(got, code, err)
        summary, output = (f.read_text() if f.exists() else "" for f in files.values())
        for f in files.values():
            f.unlink(missing_ok=True)
        return out.decode(), summary, dict(line.split("=", 1) for line in output.splitlines())

    def test_says_what_it_found(self):
        at = self.folder_of("action", good=GOOD, bad=BAD)
        said, summary, output = self.act(at, code=1, files="*.png", trust=str(ANCHORS))
        self.assertIn("::error file=bad.png,title=Countermark::invalid: assertion.dataHash.mismatch", said)
        self.assertIn("| trusted | 1 |", summary)
        self.assertIn("| <code>bad&#46;png</code> | invalid |", summary)
        self.assertEqual({k: v for k, v in output.items() if k != "report"},
                         {"verdict": "invalid", "exit-code": "3", "files": "2", "failed": "1"})
        reports = [json.loads(x) for x in pathlib.Path(output["report"]).read_text().splitlines()]
        self.assertEqual({r["file"] for r in reports}, {"./bad.png", "./good.png"})
        _, _, output = self.act(at, code=0, files="**/*.png\n!bad*", trust=str(ANCHORS))
        self.assertEqual((output["verdict"], output["failed"]), ("trusted", "0"))
        _, _, output = self.act(at, code=0, files="*.gif")
        self.assertEqual((output["verdict"], output["files"], output["exit-code"]), ("", "0", "1"))
        for wrong in ({"verb": "sign"}, {"fail_on": "x"}, {"trust": "nosuch.pem"}):
            self.assertIn("::error", self.act(at, code=2, files="*", **wrong)[0])

    def test_strangers_text_stays_text(self):
        at = self.dir / "hostile"
        at.mkdir()
        names = ["a\n::warning::x", "b,line=1::y%0A.png", "<img src=x onerror=y>|`[c](javascript:z)",
                 "@everyone #1", "\u202egnp", "\x1b[2J", "```\n# h"]
        for name in names:
            shutil.copy(BAD, at / name.replace("/", "_"))
        said, summary, output = self.act(at, code=1, files="*")
        self.assertEqual(output["failed"], str(len(names)))
        lines = said.splitlines()
        self.assertEqual(sum(line.startswith("::error file=") for line in lines), len(names))
        self.assertEqual(len(lines), len(names) + 1)
        for line in lines[:-1]:
            self.assertEqual(line.split("::")[1].count(","), 1, line)
        self.assertNotIn("\x1b", said + summary)
        self.assertNotIn("\u202e", said + summary)
        table = summary.split("\n| file |")[1].splitlines()[2:]
        self.assertEqual(len(table), len(names))
        for row in table:
            self.assertEqual(row.count("|"), 4, row)
            cells = re.sub("</?code>", "", row.strip("|"))
            self.assertFalse(re.search(r"[<>`\[\]@*_:]|https?:", re.sub("&#[0-9]+;", "", cells)), row)

    def test_links_are_left_out(self):
        at = self.folder_of("links", good=GOOD)
        os.symlink(BAD, at / "link.png")
        self.assertEqual(self.act(at, code=0, files="*")[2]["files"], "1")

    def test_inputs_never_reach_a_shell(self):
        text = (SCRIPTS / "github-action/action.yml").read_text()
        commands = [line for line in text.splitlines() if "run:" in line and "runs:" not in line]
        self.assertEqual(len(commands), 1)
        self.assertNotIn("${{", commands[0])
        used = set(re.findall(r"COUNTERMARK_(\w+): \$", text))
        self.assertEqual(used, {"FILES", "VERB", "TRUST", "KEY", "FAIL_ON"})


if __name__ == "__main__":
    unittest.main()
