"""Marks of other people's software in pictures, as the command reports them."""

from command import PHOTOS, ROOT, Case

IMAGES = ROOT / "test/data/image"


class Foreign(Case):
    def test_a_known_payload_needs_no_key(self):
        report = self.report("detect", IMAGES / "illustration/float_SDXL.png")
        found = self.layer(report, "foreign")
        self.assertEqual((report["verdict"], found["name"], found["matched"], found["bits"]),
                         ("marked", "Stable Diffusion XL", 48, found["payload"]))
        self.assertLess(found["log10_p"], -6)
        self.assertEqual(self.report("check", IMAGES / "illustration/float_SDXL.png")["verdict"], "marked")
        said = self.ok("detect", IMAGES / "illustration/float_SDXL.png")[0].decode()
        self.assertIn("Stable Diffusion XL (invisible-watermark, dwtDct float)", said)

    def test_it_can_be_left_out(self):
        for verb, extra in (("detect", ("--key", self.pub, "--fast")), ("check", ())):
            report = self.report(verb, IMAGES / "illustration/float_SDXL.png", "--no-foreign", *extra, code=1)
            self.assertNotEqual(report["verdict"], "marked")
            self.assertEqual(report["evidence"], [])

    def test_unmarked_pictures(self):
        for photo in ("coffee.jpg", "astronaut.png", "chelsea.webp"):
            report = self.report("detect", PHOTOS / photo, code=1)
            self.assertEqual((report["verdict"], report["evidence"]), ("none", []))

    def test_what_a_password_opens_is_no_evidence(self):
        report = self.report("detect", IMAGES / "textpage/bw.png", "--blind-watermark", "1,1,39", code=1)
        read = self.layer(report, "foreign")
        self.assertEqual((report["verdict"], read["scheme"], read["log10_p"], read["name"]),
                         ("none", "blind_watermark", None, None))
        self.assertEqual(f"{int(read['bits'], 2):x}", b"hello".hex())
        self.assertTrue(any("no evidence" in line for line in report["limits"]))
        small = self.report("detect", IMAGES / "textpage/bw.png", "--blind-watermark", "1,1,65536",
                            code=1)
        self.assertEqual(small["evidence"], [])
        self.assertTrue(any("too small" in line for line in small["limits"]))
