"""Bad input and bad usage: each gets a message that names the file and the fault, an exit code, and
no output file."""

import json
import os
import stat
import unittest
import zlib

from command import MEDIA, PAYLOAD, PHOTOS, Case, png, run

VERBS = ("keygen", "cert", "mark", "check", "embed", "detect", "sign", "verify", "tokenize",
         "schemes", "calibrate")


class Usage(Case):
    def test_help(self):
        out, _ = self.ok("--help")
        for verb in VERBS:
            self.assertIn(verb, out.decode())
            text = self.ok(verb, "--help")[0].decode()
            self.assertIn(f"Usage: countermark {verb}", text)
            self.assertIn("Example:\n  countermark " + verb, text)
        self.assertRegex(self.ok("--version")[0].decode(), r"^countermark \d+\.\d+\.\d+$")

    def test_usage_errors(self):
        photo = PHOTOS / "coffee.jpg"
        self.assertEqual(run()[0], 2)
        self.refused("chek", say="chek")
        self.refused("check", say="no file")
        self.refused("check", photo, "--colour", say="no such option: --colour")
        self.refused("check", photo, "--key", say="--key needs a value")
        self.refused("check", photo, "--json", "--ndjson", say="exclude")
        self.refused("check", photo, photo, "--heatmap", "x.png", say="one file")
        self.refused("detect", photo, "--no-foreign", say="--key")
        for wrong in ("1,2", "1,2,0", "1,2,65537", "-1,2,8", "1,2,8,", "1,,8", "4294967296,1,8", "a,1,8"):
            self.refused("detect", photo, "--blind-watermark", wrong, say="WM,IMG,BITS")
        self.refused("detect", photo, "--blind-watermark", "1,2,8", "--no-foreign", "--key", self.pub,
                     say="exclude")
        self.refused("detect", photo, "--blind-watermark", "1,2,8", "--ids", photo, "--key", self.pub,
                     say="for pictures")
        self.refused("embed", photo, "--key", self.key, say="-o is needed")
        self.refused("embed", photo, "-o", "a", "-o", "b", "--key", self.key, say="twice")
        self.refused("mark", photo, "-o", "x.jpg", "--key", self.key, say="--cert")
        self.refused("keygen", "-o", "x.key", say="--name")
        self.refused("keygen", "--name", "a\tb", "-o", self.dir / "x.key", say="printable")
        self.refused("keygen", "--name", "a", "--epoch", "0", "-o", "x.key", say="--epoch")
        self.refused("keygen", "--name", "a", "--valid-until", "2026-02-30", "-o",
                     self.dir / "x.key", say="2026-02-30")
        self.refused("cert", "-o", self.dir / "c", "--alg", "md5", say="md5")
        for more in (("--payload-bits", "32"), ("--payload-bits", "16", "--payload", "12345"),
                     ("--payload-bits", "0", "--payload", "1"),
                     ("--payload-bits", "auto", "--payload", PAYLOAD)):
            self.refused("embed", photo, "-o", self.dir / "x.jpg", "--key", self.key, *more,
                         say="--payload")
        # a word that can't be told from that of a shorter payload
        self.refused("embed", photo, "-o", self.dir / "x.jpg", "--key", self.key, "--payload",
                     "adf85458a2bb4a9a", say="too near")
        for payload in ("123", "0123456789abcdeg", "0x23456789abcdef", "0123456789abcdef0"):
            self.refused("embed", photo, "-o", self.dir / "x.jpg", "--key", self.key, "--payload",
                         payload, say="--payload")
        for changes in ("jpeg", "jpeg30,,webp50", "rain", ""):
            self.refused("embed", photo, "-o", self.dir / "x.jpg", "--key", self.key, "--survive",
                         changes, say="can be tried")
        for strength in ("0", "-1", "nan", "5", "1x", "", "Faint", "bold"):
            self.refused("embed", photo, "-o", self.dir / "x.jpg", "--key", self.key, "--strength",
                         strength, say="--strength")
        self.assertFalse((self.dir / "x.jpg").exists() or (self.dir / "x.key").exists())


class Keys(Case):
    def test_modes_and_no_overwriting(self):
        self.assertEqual(stat.S_IMODE(self.key.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE((self.cred / "key.pem").stat().st_mode), 0o600)
        before = self.key.read_bytes(), (self.cred / "key.pem").read_bytes()
        self.refused("keygen", "--name", "Other", "-o", self.key, say="not overwritten")
        self.refused("cert", "-o", self.cred, say="not overwritten")
        self.assertEqual(before, (self.key.read_bytes(), (self.cred / "key.pem").read_bytes()))

    def test_a_failed_keygen_leaves_nothing(self):
        (self.dir / "half.pub").write_text("in the way")
        self.refused("keygen", "--name", "Half", "-o", self.dir / "half.key", say="half.pub")
        self.assertFalse((self.dir / "half.key").exists())

    def test_secret_that_others_can_read(self):
        loose = self.dir / "loose.key"
        loose.write_bytes(self.key.read_bytes())
        loose.chmod(0o644)
        err = self.refused("detect", PHOTOS / "coffee.jpg", "--key", loose, say="chmod 600")
        self.assertIn(str(loose), err)
        pem = self.dir / "loose.pem"
        pem.write_bytes((self.cred / "key.pem").read_bytes())
        pem.chmod(0o644)
        self.refused("sign", PHOTOS / "coffee.jpg", "-o", self.dir / "x.jpg", "--cert",
                     self.cred / "chain.pem", "--sign-key", pem, say="loose.pem")
        self.assertFalse((self.dir / "x.jpg").exists())

    def test_keys_from_environment_and_descriptor(self):
        env = {"CM_TEST_KEY": self.key.read_text()}
        self.ok("detect", PHOTOS / "coffee.jpg", "--fast", "--key", "env:CM_TEST_KEY", env=env, code=1)
        self.ok("detect", PHOTOS / "coffee.jpg", "--fast", "--key", "-", stdin=self.key.read_bytes(), code=1)
        self.refused("detect", PHOTOS / "coffee.jpg", "--key", "env:CM_NO_SUCH", say="CM_NO_SUCH")

    def test_public_key_can_not_mark(self):
        self.refused("embed", PHOTOS / "coffee.jpg", "-o", self.dir / "x.jpg", "--key", self.pub,
                     say="public key")
        self.assertFalse((self.dir / "x.jpg").exists())

    def test_expired_and_revoked_keys(self):
        old = self.dir / "old.key"
        self.ok("keygen", "--name", "Old", "--valid-until", "2020-01-01", "-o", old)
        self.refused("embed", PHOTOS / "coffee.jpg", "-o", self.dir / "x.jpg", "--key", old,
                     say="valid until 2020-01-01")
        gone = self.dir / "gone.key"
        self.ok("keygen", "--revoke", self.key, "--date", "2021-01-01", "-o", gone)
        self.refused("embed", PHOTOS / "coffee.jpg", "-o", self.dir / "x.jpg", "--key", gone,
                     say="revoked on 2021-01-01")
        out = self.dir / "was.jpg"
        self.ok("embed", PHOTOS / "coffee.jpg", "-o", out, "--key", self.key)
        report = self.report("detect", out, "--key", self.dir / "gone.pub")
        self.assertTrue(any("revoked on 2021-01-01" in line for line in report["limits"]))

    def test_damaged_key(self):
        bad = self.dir / "bad.pub"
        bad.write_bytes(self.pub.read_bytes().replace(b"Test", b"Tost"))
        self.refused("detect", PHOTOS / "coffee.jpg", "--key", bad, say="damaged or edited")
        self.refused("detect", PHOTOS / "coffee.jpg", "--key", PHOTOS / "coffee.jpg",
                     say="not a key file")

    def test_expired_certificate_and_wrong_key(self):
        other = self.dir / "other-cred"
        self.ok("cert", "-o", other)
        self.refused("sign", PHOTOS / "coffee.jpg", "-o", self.dir / "x.jpg", "--cert",
                     self.cred / "chain.pem", "--sign-key", other / "key.pem", say="key")
        self.refused("sign", PHOTOS / "coffee.jpg", "-o", self.dir / "x.jpg", "--cert",
                     self.dir / "absent.pem", "--sign-key", other / "key.pem", say="absent.pem")
        self.assertFalse((self.dir / "x.jpg").exists())

    def test_certificate_request(self):
        self.ok("cert", "-o", self.dir / "csr", "--csr", "--name", "Example")
        self.assertEqual(sorted(os.listdir(self.dir / "csr")), ["key.pem", "request.pem"])
        self.assertIn("CERTIFICATE REQUEST", (self.dir / "csr/request.pem").read_text())


class Pictures(Case):
    def embed_refused(self, name, data, say):
        path, out = self.dir / name, self.dir / ("out-" + name)
        path.write_bytes(data)
        err = self.refused("embed", path, "-o", out, "--key", self.key, say=say)
        self.assertIn(str(path), err)
        self.assertFalse(out.exists())

    def test_too_small(self):
        self.embed_refused("small.png", png(40, 40, lambda x, y: (x * 31 ^ y * 17) & 255), "small")

    def test_black(self):
        self.embed_refused("black.png", png(512, 512, lambda x, y: 0), "too flat")

    def test_marked_already(self):
        once = self.dir / "once.jpg"
        self.ok("embed", PHOTOS / "coffee.jpg", "-o", once, "--key", self.key, "--payload", PAYLOAD)
        err = self.refused("embed", once, "-o", self.dir / "twice.jpg", "--key", self.key,
                           say="already")
        self.assertIn(PAYLOAD, err)
        self.assertFalse((self.dir / "twice.jpg").exists())

    def test_not_pictures(self):
        self.embed_refused("empty.png", b"", "empty")
        self.embed_refused("text.png", b"hello, world, this is no picture", "this is a text")
        for name, data in (("empty.bin", b""), ("other.bin", b"GIF89a\x01\0 of another kind")):
            path = self.dir / name
            path.write_bytes(data)
            out, _ = self.ok("check", path, "--json", code=2)
            self.assertEqual(self.valid(json.loads(out))["error"]["code"], "unsupported")
        self.refused("check", self.dir, say="directory")
        self.refused("check", self.dir / "absent.png", say="absent.png")

    def test_truncated_files(self):
        """Cut anywhere: never a crash, never "trusted", and never an output file."""
        for name in ("astronaut-256.png", "coffee-256.jpg", "chelsea-256.webp"):
            signed = self.dir / name
            self.ok("sign", MEDIA / name, "-o", signed, *self.sign_with)
            data = signed.read_bytes()
            path, out = self.dir / ("cut-" + name), self.dir / ("out-" + name)
            for share in (0.001, 0.01, 0.1, 0.3, 0.5, 0.9, 0.999):
                path.write_bytes(data[:int(len(data) * share)])
                code, _, err = run("check", path, "--key", self.pub, "--trust", self.root)
                self.assertIn(code, (2, 3), (name, share, err))
                code, _, err = run("mark", path, "-o", out, "--key", self.key, *self.sign_with)
                self.assertEqual(code, 2, (name, share))
                self.assertIn(str(path), err)
                self.assertFalse(out.exists())

    def test_decompression_bomb_and_enormous_sides(self):
        def with_size(width, height):
            data = bytearray(png(16, 16, lambda x, y: 0))
            data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
            data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
            return bytes(data)

        self.embed_refused("wide.png", with_size(2**31 - 1, 2**31 - 1), "")
        self.embed_refused("many.png", with_size(60000, 60000), "limit")

    def test_output_that_can_not_be_written(self):
        self.refused("embed", PHOTOS / "coffee.jpg", "-o", self.dir / "no/such/dir.jpg", "--key",
                     self.key, say="dir.jpg")
        old = self.dir / "old.jpg"
        old.write_bytes(b"old")
        self.refused("embed", self.dir / "absent.jpg", "-o", old, "--key", self.key, say="absent")
        self.assertEqual(old.read_bytes(), b"old")
        self.assertEqual([p for p in self.dir.iterdir() if p.name.startswith("old.jpg.")], [])

    def test_no_crash_on_damage(self):
        """Bytes changed all over a signed file: an answer or an error, never a signal."""
        for name in ("astronaut-256.png", "coffee-256.jpg", "chelsea-256.webp"):
            signed = self.dir / ("damage-" + name)
            self.ok("sign", MEDIA / name, "-o", signed, *self.sign_with)
            data = signed.read_bytes()
            path = self.dir / ("damaged-" + name)
            for step in range(40):
                at = (step * 2654435761) % len(data)
                path.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1:])
                # the search for a mark is slow where there is none: now and then is enough
                key = ("--key", self.pub) if step % 20 == 0 else ("--fast", "--key", self.pub)
                code, _, err = run("check", path, *key, "--trust", self.root)
                self.assertIn(code, (1, 2, 3), (name, at, err))


if __name__ == "__main__":
    unittest.main()
