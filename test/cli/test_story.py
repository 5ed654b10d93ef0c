"""Marking and checking, format by format."""

import json
import struct

from command import MEDIA, PAYLOAD, PHOTOS, Case


class Story(Case):
    def mark(self, source, name, *more):
        out = self.dir / name
        self.ok("mark", source, "-o", out, "--key", self.key, *self.sign_with, "--payload", PAYLOAD,
                *more)
        return out

    def test_mark_and_check_every_format(self):
        for name in ("astronaut.png", "coffee.jpg", "chelsea.webp"):
            with self.subTest(name):
                out = self.mark(PHOTOS / name, name, "--generator", "Example Model/2.1")
                report = self.report("check", out, "--key", self.pub, "--trust", self.root)
                self.assertEqual(report["verdict"], "trusted")
                self.assertEqual(report["size"], out.stat().st_size)
                mark = self.layer(report, "watermark")
                self.assertEqual((mark["payload"], mark["key"]), (PAYLOAD, "Test key"))
                self.assertTrue(mark["public"])
                self.assertLess(mark["log10_p"], -20)
                manifest = self.layer(report, "manifest")
                self.assertEqual(manifest["state"], "trusted")
                self.assertEqual(manifest["claim_generator"], "Example Model/2.1")
                self.assertEqual(manifest["soft_bindings"],
                                 [{"alg": "countermark.cm-image-1", "value": PAYLOAD}])
                self.assertTrue(manifest["digital_source_type"].endswith("/trainedAlgorithmicMedia"))

    def test_without_anchor_the_signer_is_unknown(self):
        out = self.mark(PHOTOS / "coffee.jpg", "unknown.jpg")
        report = self.report("check", out, "--key", self.pub, code=4)
        self.assertEqual(report["verdict"], "untrusted")
        self.assertEqual(self.report("verify", out, code=4)["verdict"], "untrusted")

    def test_changed_byte(self):
        data = bytearray(self.mark(PHOTOS / "coffee.jpg", "whole.jpg").read_bytes())
        data[len(data) // 2] ^= 1
        changed = self.dir / "changed.jpg"
        changed.write_bytes(data)
        report = self.report("check", changed, "--key", self.pub, "--trust", self.root, code=3)
        codes = [s["code"] for s in self.layer(report, "manifest")["status"]]
        self.assertIn("assertion.dataHash.mismatch", codes)

    def test_changed_byte_where_pixels_are_lost_too(self):
        data = bytearray(self.mark(PHOTOS / "astronaut.png", "whole.png").read_bytes())
        data[len(data) // 2] ^= 1
        changed = self.dir / "changed.png"
        changed.write_bytes(data)
        report = self.report("check", changed, "--key", self.pub, "--trust", self.root, code=3)
        self.assertEqual([e["layer"] for e in report["evidence"]], ["manifest"])
        self.assertTrue(any("pixels" in line for line in report["limits"]))

    def test_layers_one_at_a_time(self):
        embedded = self.dir / "embedded.jpg"
        self.ok("embed", PHOTOS / "coffee.jpg", "-o", embedded, "--key", self.key, "--payload",
                PAYLOAD)
        report = self.report("detect", embedded, "--key", self.pub)
        self.assertEqual((report["verdict"], self.layer(report, "watermark")["payload"]),
                         ("marked", PAYLOAD))
        self.ok("verify", embedded, code=1)
        signed = self.dir / "signed.jpg"
        self.ok("sign", PHOTOS / "coffee.jpg", "-o", signed, *self.sign_with)
        self.assertEqual(self.report("verify", signed, "--trust", self.root)["verdict"], "trusted")
        self.ok("detect", signed, "--key", self.pub, code=1)

    def embed_json(self, *more):
        out = self.dir / "survive.png"
        done = json.loads(self.ok("embed", PHOTOS / "astronaut.png", "-o", out, "--key", self.key,
                                  "--json", *more)[0])["watermark"]
        out.unlink()
        return done

    def test_strengths(self):
        faint, normal, strong = (self.embed_json("--strength", name)
                                 for name in ("faint", "normal", "strong"))
        self.assertEqual(normal["strength"], 1)
        self.assertEqual(normal["psnr"], self.embed_json("--payload", normal["payload"])["psnr"])
        self.assertGreater(faint["psnr"], normal["psnr"] + 1)
        self.assertGreater(normal["psnr"], strong["psnr"] + 1)

    def small(self, *more, code=0):
        """The astronaut's head, 130 pixels wide, which holds no payload of 64 bits."""
        out = self.dir / "small.png"
        done = self.ok("embed", MEDIA / "small-130.png", "-o", out, "--key", self.key, "--json", *more,
                       code=code)[0]
        return json.loads(done).get("watermark"), out

    def test_shorter_payloads(self):
        self.small(code=2)
        for more, payload, bits in ((("16", "--payload", "12ab"), "12ab", 16), (("0",), None, 0)):
            done, out = self.small("--payload-bits", *more, "--strength", "strong")
            self.assertEqual((done["payload"], done["payload_bits"]), (payload, bits))
            found = self.layer(self.report("detect", out, "--key", self.pub, "--fast"), "watermark")
            self.assertEqual((found["payload"], found["payload_bits"]), (payload, bits))
            self.assertLess(found["log10_p"], -9)
            text = self.ok("detect", out, "--key", self.pub, "--fast")[0].decode()
            self.assertIn("payload     12ab" if bits else "payload     none", text)
            out.unlink()

    def test_the_longest_payload_that_fits(self):
        self.assertEqual(self.embed_json("--payload-bits", "auto")["payload_bits"], 64)
        done, out = self.small("--payload-bits", "auto")
        self.assertLess(done["payload_bits"], 64)
        out.unlink()

    def test_a_short_payload_is_named_by_the_manifest(self):
        out = self.dir / "short.png"
        for more, named in ((("16", "--payload", "12ab"), ["12ab"]), (("0",), [])):
            self.ok("mark", PHOTOS / "astronaut.png", "-o", out, "--key", self.key, *self.sign_with,
                    "--payload-bits", *more)
            report = self.report("check", out, "--key", self.pub, "--trust", self.root, "--fast")
            bindings = self.layer(report, "manifest")["soft_bindings"]
            self.assertEqual([b["value"] for b in bindings], named)
            self.assertFalse([line for line in report["limits"] if "manifest names" in line])
            out.unlink()

    def test_what_is_to_be_survived(self):
        easy = self.embed_json("--survive", "jpeg90")
        self.assertEqual([(s["change"], s["read"]) for s in easy["survival"]], [("jpeg90", True)])
        self.assertLess(easy["strength"], 1)
        hard = self.embed_json("--survive", "default", "--strength", "strong")
        self.assertEqual(len(hard["survival"]), 4)
        self.assertGreater(hard["strength"], easy["strength"])
        never = self.embed_json("--survive", "crop5+gblur9")
        self.assertEqual((never["strength"], never["survival"][0]["read"]), (1, False))
        text = self.ok("embed", PHOTOS / "astronaut.png", "-o", self.dir / "told.png", "--key",
                       self.key, "--survive", "jpeg90,crop5+gblur9")[0].decode()
        self.assertRegex(text, r"jpeg90 +payload read, 10\^-\d+\n +crop5\+gblur9 +NOT SURVIVED")

    def test_a_jpeg_stays_the_jpeg_it_was(self):
        out = self.dir / "same.jpg"
        self.ok("embed", PHOTOS / "coffee.jpg", "-o", out, "--key", self.key)
        before, after = (PHOTOS / "coffee.jpg").read_bytes(), out.read_bytes()

        def tables(data):
            found, at = [], 2
            while data[at + 1] != 0xDA:
                size = int.from_bytes(data[at + 2:at + 4], "big")
                if data[at + 1] in (0xDB, 0xC0, 0xC2):
                    found.append(data[at:at + 2 + size])
                at += 2 + size
            return found

        self.assertEqual(tables(before), tables(after))

    def test_private_layer_needs_the_secret(self):
        out = self.dir / "private.png"
        self.ok("embed", PHOTOS / "astronaut.png", "-o", out, "--key", self.key, "--layer",
                "private")
        self.ok("detect", out, "--key", self.pub, code=1)
        mark = self.layer(self.report("detect", out, "--key", self.key), "watermark")
        self.assertFalse(mark["public"])

    def test_ring_of_keys_names_the_right_one(self):
        ring = []
        for i in range(3):
            self.ok("keygen", "--name", f"Ring {i}", "-o", self.dir / f"ring{i}.key")
            ring += ["--key", self.dir / f"ring{i}.pub"]
        out = self.dir / "ring.jpg"
        self.ok("embed", PHOTOS / "coffee.jpg", "-o", out, "--key", self.dir / "ring1.key")
        self.assertEqual(self.layer(self.report("detect", out, *ring), "watermark")["key"], "Ring 1")

    def test_signing_again_keeps_the_first_manifest(self):
        once, twice = self.dir / "once.png", self.dir / "twice.png"
        self.ok("sign", PHOTOS / "astronaut.png", "-o", once, *self.sign_with)
        self.ok("mark", once, "-o", twice, "--key", self.key, *self.sign_with)
        report = self.report("check", twice, "--key", self.pub, "--trust", self.root)
        self.assertEqual(report["verdict"], "trusted")
        self.assertGreater(twice.stat().st_size, once.stat().st_size)
        self.refused("embed", once, "-o", self.dir / "no.png", "--key", self.key, say="manifest")
        self.ok("embed", once, "-o", self.dir / "bare.png", "--key", self.key, "--drop-manifest")
        self.ok("verify", self.dir / "bare.png", code=1)

    def test_sidecar(self):
        out, beside = self.dir / "plain.jpg", self.dir / "plain.c2pa"
        self.ok("sign", PHOTOS / "coffee.jpg", "-o", out, *self.sign_with, "--sidecar", beside)
        self.ok("verify", out, code=1)
        report = self.report("verify", out, "--sidecar", beside, "--trust", self.root)
        self.assertEqual(report["verdict"], "trusted")

    def test_streams(self):
        data = (PHOTOS / "coffee.jpg").read_bytes()
        out, err = self.ok("mark", "-", "-o", "-", "--key", self.key, *self.sign_with, stdin=data)
        self.assertIn("payload", err)
        report = self.report("check", "-", "--key", self.pub, "--trust", self.root, stdin=out)
        self.assertEqual((report["verdict"], report["file"]), ("trusted", "-"))

    def test_codes_are_explained(self):
        codes = [line.split()[0] for line in self.ok("explain")[0].decode().splitlines()]
        self.assertGreater(len(codes), 140)
        self.assertEqual(len(set(codes)), len(codes))
        text = self.ok("explain", *codes)[0].decode()
        for code in codes:
            self.assertIn(code + "\n", text)
        self.ok("explain", "no.such.code", code=2)

    def test_every_signature_algorithm(self):
        for alg in ("es256", "es384", "ps256", "ed25519"):
            with self.subTest(alg):
                cred, out = self.dir / alg, self.dir / f"{alg}.png"
                self.ok("cert", "-o", cred, "--alg", alg, "--name", f"Signer {alg}")
                self.ok("sign", MEDIA / "astronaut-256.png", "-o", out, "--cert",
                        cred / "chain.pem", "--sign-key", cred / "key.pem")
                report = self.report("verify", out, "--trust", cred / "root.pem")
                signer = self.layer(report, "manifest")["signer"]
                self.assertEqual((signer["alg"], signer["common_name"]), (alg, f"Signer {alg}"))

    def test_heat_map_is_the_picture_with_a_legend(self):
        out, heat = self.dir / "hot.png", self.dir / "heat.png"
        self.ok("embed", PHOTOS / "astronaut.png", "-o", out, "--key", self.key)
        self.ok("detect", out, "--key", self.pub, "--heatmap", heat)
        data = heat.read_bytes()
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", data[16:24])
        lines = 2  # the mark, and what carries none
        self.assertEqual((width, height), (512, 512 + 11 * lines))

    def test_batches_give_the_gravest_and_one_line_each(self):
        marked = self.mark(PHOTOS / "coffee.jpg", "batch.jpg")
        args = ["--key", self.pub, "--trust", self.root, "--ndjson"]
        out, _ = self.ok("check", marked, PHOTOS / "chelsea.webp", *args, code=1)
        lines = [self.valid(json.loads(line)) for line in out.splitlines()]
        self.assertEqual([r["verdict"] for r in lines], ["trusted", "none"])
        listed = f"{marked}\n{self.dir}/absent.png\n{PHOTOS}/chelsea.webp\n".encode()
        out, err = self.ok("check", "--files-from", "-", *args, stdin=listed, code=2)
        lines = [self.valid(json.loads(line)) for line in out.splitlines()]
        self.assertEqual([("error" in r) for r in lines], [False, True, False])
        self.assertIn("absent.png", err)

    def test_what_was_done_as_json(self):
        out, _ = self.ok("mark", PHOTOS / "coffee.jpg", "-o", self.dir / "done.jpg", "--key",
                         self.key, *self.sign_with, "--json")
        done = json.loads(out)
        self.assertEqual(done["schema_version"], 1)
        self.assertTrue(done["manifest"])
        self.assertRegex(done["watermark"]["payload"], "^[0-9a-f]{16}$")
        self.assertGreater(done["watermark"]["psnr"], 38)
        again, _ = self.ok("mark", PHOTOS / "coffee.jpg", "-o", self.dir / "done2.jpg", "--key",
                           self.key, *self.sign_with, "--json")
        self.assertNotEqual(json.loads(again)["watermark"]["payload"], done["watermark"]["payload"])

    def test_declared_metadata_is_evidence_but_no_verdict(self):
        xmp = (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
               b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
               b'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
               b'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/'
               b'trainedAlgorithmicMedia"/></rdf:RDF></x:xmpmeta>')
        segment = b"http://ns.adobe.com/xap/1.0/\0" + xmp
        data = (PHOTOS / "coffee.jpg").read_bytes()
        data = data[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + data[2:]
        path = self.dir / "declared.jpg"
        path.write_bytes(data)
        report = self.report("check", path, "--key", self.pub, code=1)
        self.assertEqual(report["verdict"], "none")
        self.assertIn("trainedAlgorithmicMedia", self.layer(report, "declared")["value"])
