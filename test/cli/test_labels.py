"""Labels in metadata, statements in the manifest: written, and read by others' means as well."""

import json
import re
import struct
import unittest
import xml.etree.ElementTree as ET
import zlib

import schema
from command import PHOTOS, ROOT, Case, run

ASSET = ROOT / "test/data/asset"
HOSTS = (PHOTOS / "astronaut.png", PHOTOS / "coffee.jpg", PHOTOS / "chelsea.webp")
URI = "http://cv.iptc.org/newscodes/digitalsourcetype/"
NS = {"rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
      "ext": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
      "tc": "http://www.tc260.org.cn/ns/AIGC/1.0/",
      "dct": "http://purl.org/dc/terms/",
      "cm": "https://countermark.org/ns/disclosure/1.0/"}
AIGC = ["Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator",
        "PropagateID", "ReservedCode2"]
SHA = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
WHO = ("--provider", "Söhne & <Co>", "--system", "Example Model/1.0")
GOOD = {"kind": "toxicity", "evaluation": "Prompts", "version": "1.0", "subject": "Model 1.0",
        "result": 0.25, "unit": "share", "scale": {"least": 0, "most": 1}, "better": "lower",
        "date": "2026-10-01", "report": {"alg": "sha256", "hash": SHA, "url": "https://x.example"}}


def png_chunks(data):
    at, kind = 8, b""
    while kind != b"IEND":
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body)
        yield kind.decode(), body
        at += 12 + size


def jpeg_segments(data):
    at = 2
    while data[at + 1] != 0xDA:
        if data[at + 1] == 0xFF:  # a fill byte
            at += 1
            continue
        size = struct.unpack(">H", data[at + 2:at + 4])[0]
        yield f"{data[at + 1]:02x}", data[at + 4:at + 2 + size]
        at += 2 + size
    yield "da", data[at:]


def webp_chunks(data):
    at, end = 12, struct.unpack("<I", data[4:8])[0] + 8
    assert end <= len(data)
    while at < end:
        kind, size = struct.unpack("<4sI", data[at:at + 8])
        yield kind.decode(), data[at + 8:at + 8 + size]
        at += 8 + size + (size & 1)


def parts(path):
    data = path.read_bytes()
    reader = {"png": png_chunks, "jpg": jpeg_segments, "webp": webp_chunks}[path.suffix[1:]]
    return list(reader(data))


def packet(path):
    heads = {"png": ("iTXt", b"XML:com.adobe.xmp\0"),
             "jpg": ("e1", b"http://ns.adobe.com/xap/1.0/\0"), "webp": ("XMP ", b"")}
    kind, head = heads[path.suffix[1:]]
    found = [b[len(head):] for k, b in parts(path) if k == kind and b.startswith(head)]
    assert len(found) == 1, path
    if path.suffix != ".png":
        return found[0]
    packed, rest = found[0][0], found[0][2:].split(b"\0", 2)[2]
    return zlib.decompress(rest) if packed else rest


def properties(path):
    """Name in Clark's notation -> text, of all nodes in the packet."""
    root = ET.fromstring(packet(path).decode())
    out = {}
    for node in root.iter("{%s}Description" % NS["rdf"]):
        for child in node:
            assert child.tag not in out, child.tag
            out[child.tag] = child.text
        out.update(node.attrib)
    return out


def picture(path):
    """What holds the pixels."""
    keep = {"png": {"IHDR", "PLTE", "tRNS", "IDAT"}, "jpg": {"db", "c0", "c2", "c4", "dd", "da"},
            "webp": {"VP8 ", "VP8L", "ALPH"}}[path.suffix[1:]]
    return [p for p in parts(path) if p[0] in keep]


class Signed(Case):
    def sign(self, source, name, *more, **how):
        out = self.dir / name
        self.ok("sign", source, "-o", out, *self.sign_with, *more, **how)
        return out

    def declared(self, report):
        return [e for e in report["evidence"] if e["layer"] == "declared"]


class Labels(Signed):
    def test_all_of_them_in_every_format(self):
        for host in HOSTS:
            out = self.sign(host, "all" + host.suffix, "--label", "eu,ca,cn", *WHO,
                            "--content-id", "id-7")
            self.assertEqual(picture(host), picture(out))
            p = properties(out)
            get = lambda ns, name: p["{%s}%s" % (NS[ns], name)]
            self.assertEqual(get("ext", "DigitalSourceType"), URI + "trainedAlgorithmicMedia")
            self.assertEqual(get("ext", "AISystemUsed"), "Example Model")
            self.assertEqual(get("ext", "AISystemVersionUsed"), "1.0")
            self.assertEqual(get("cm", "Provider"), "Söhne & <Co>")
            self.assertEqual(get("cm", "ContentID"), "id-7")
            self.assertRegex(get("cm", "Time"), r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            label = json.loads(get("tc", "AIGC"))
            self.assertEqual(list(label), AIGC)
            self.assertEqual(label["Label"], "1")
            self.assertEqual((label["ContentProducer"], label["ProduceID"]),
                             ("Söhne & <Co>", "id-7"))
            carried = {k: b for k, b in parts(out)}
            if host.suffix == ".png":
                texts = [b for k, b in parts(out) if k == "tEXt"]
                self.assertIn(label, [json.loads(t[5:]) for t in texts if t[:5] == b"AIGC\0"])
            if host.suffix == ".jpg":
                exif = [b for k, b in parts(out) if k == "e1" and b[:6] == b"Exif\0\0"]
                comment = exif[0][exif[0].index(b"ASCII\0\0\0") + 8:]
                self.assertEqual(json.loads(comment), {"AIGC": label})
            if host.suffix == ".webp":
                self.assertTrue(carried["VP8X"][0] & 4)
            report = self.report("verify", out, "--trust", self.root)
            self.assertEqual(report["verdict"], "trusted")
            self.assertEqual(self.layer(report, "manifest")["disclosure"],
                             {"provider": "Söhne & <Co>", "system": "Example Model",
                              "version": "1.0", "time": get("cm", "Time"), "id": "id-7"})
            self.assertIn(b"softwareAgent", out.read_bytes())
            self.assertTrue(all(d["covered"] for d in self.declared(report)))
            says = {d["field"]: d["meaning"] for d in self.declared(report)}
            self.assertEqual(says["Iptc4xmpExt:DigitalSourceType"], "generated by a trained model")
            self.assertIn("produced by Söhne & <Co>, number id-7", says["TC260:AIGC"])
            text, _ = self.ok("verify", out, "--trust", self.root)
            self.assertIn(b"nobody here has checked it", text)
            self.assertIn(b"generated by a trained model; so when the file was signed", text)
            # labelled once more, nothing piles up
            again = self.sign(out, "again" + host.suffix, "--label", "eu,ca,cn", *WHO)
            once, more = properties(out), properties(again)
            self.assertEqual(set(once), set(more))
            self.assertEqual(len(packet(again)), len(packet(out)) + 2 * (45 - 4))

    def test_what_was_there_stays(self):
        for kind in ("png", "jpg", "webp"):
            host = ASSET / f"rich.{kind}"
            before = properties(host)
            out = self.sign(host, f"rich.{kind}", "--label", "eu", "--source-type",
                            URI + "compositeSynthetic", "--remote-url", "https://m.example/x?a&b")
            after = properties(out)
            changed = {k for k in before if after.get(k) != before[k]}
            self.assertEqual(changed, {"{%s}DigitalSourceType" % NS["ext"]})
            self.assertEqual(after["{%s}provenance" % NS["dct"]], "https://m.example/x?a&b")
            self.assertEqual(picture(host), picture(out))
            for part in parts(host):  # every other chunk, too
                if not re.match("iTXt|e1|XMP |VP8X", part[0]):
                    self.assertIn(part, parts(out))

    def test_mark_embed_and_what_is_said(self):
        out = self.dir / "marked.png"
        done, _ = self.ok("mark", HOSTS[0], "-o", out, "--key", self.key, *self.sign_with,
                          "--label", "eu,cn", "--producer", "001", "--produce-id", "9", "--json")
        labels = json.loads(done)["labels"]
        self.assertEqual(labels["kinds"], ["eu", "cn"])
        self.assertRegex(labels["content_id"], "^urn:uuid:[0-9a-f-]{36}$")
        report = self.report("check", out, "--key", self.pub, "--trust", self.root)
        self.assertEqual(report["verdict"], "trusted")
        self.layer(report, "watermark")
        label = json.loads(properties(out)["{%s}AIGC" % NS["tc"]])
        self.assertEqual((label["ContentProducer"], label["ProduceID"]), ("001", "9"))
        out = self.dir / "embedded.jpg"
        self.ok("embed", HOSTS[1], "-o", out, "--key", self.key, "--label", "eu")
        self.assertEqual(list(properties(out)),
                         ["{%s}DigitalSourceType" % NS["ext"], "{%s}about" % NS["rdf"]])
        self.report("check", out, "--key", self.pub)

    def test_what_a_definition_says(self):
        definition = self.dir / "def.json"
        definition.write_text(json.dumps({
            "claim_generator_info": [{"name": "Lab", "version": "3"}],
            "assertions": [{"label": "c2pa.actions", "data": {"actions": [
                {"action": "c2pa.created", "digitalSourceType": URI + "algorithmicMedia"}]}}]}))
        out = self.sign(ASSET / "plain.png", "defined.png", "-m", definition, "--label", "eu,ca",
                        "--provider", "P")
        p = properties(out)
        self.assertEqual(p["{%s}DigitalSourceType" % NS["ext"]], URI + "algorithmicMedia")
        self.assertEqual((p["{%s}AISystemUsed" % NS["ext"]],
                          p["{%s}AISystemVersionUsed" % NS["ext"]]), ("Lab", "3"))
        text = self.dir / "c.txt"
        text.write_text("A text.\n")
        out = self.sign(text, "d.txt", "--label", "ca", *WHO)
        report = self.report("verify", out, "--trust", self.root)
        self.assertEqual(self.layer(report, "manifest")["disclosure"]["provider"], "Söhne & <Co>")

    def test_what_is_wrong_is_refused(self):
        plain = ASSET / "plain.png"
        sign = ("sign", plain, "-o", self.dir / "x.png", *self.sign_with)
        for more, say in (
                (("--label", "eu,uk"), "--label is a list"),
                (("--label", "ca", "--provider", "P"), "with its version"),
                (("--label", "ca", "--provider", "P", "--system", "Name"), "with its version"),
                (("--label", "cn"), "who produced"),
                (("--label", "eu", "--source-type", "trainedAlgorithmicMedia"), "bare code"),
                (("--label", "eu", "--source-type", URI + "digitalCapture"), "doesn't"),
                (("--label", "eu", "--provider", "P"), "ca and cn"),
                (("--label", "ca", "--provider", "a\nb", "--system", "S/1"), "control characters"),
                (("--producer", "P"), "cn"),
                (("--remote-url", "ftp://x"), "http://"),
                (("--label", "eu", "--update"), "leaves the file"),
                (("--attestations", self.dir / "none.json"), "none.json"),
                (("--ai-disclosure", "{"), "not JSON")):
            with self.subTest(more):
                self.refused(*sign, *more, say=say)
        other = self.sign(plain, "other.png", "--label", "cn", "--producer", "A")
        self.refused("sign", other, "-o", self.dir / "x.png", *self.sign_with, "--label", "cn",
                     "--producer", "B", say='by "A"')
        self.refused("embed", self.sign(HOSTS[0], "s.png"), "-o", self.dir / "x.png", "--key",
                     self.key, "--label", "eu", say="signed manifest")
        text = self.dir / "a.txt"
        text.write_text("A text.\n")
        self.refused("sign", text, "-o", self.dir / "b.txt", *self.sign_with, "--label", "cn",
                     "--producer", "P", say="a text has no metadata")
        self.ok("sign", text, "-o", self.dir / "b.txt", *self.sign_with, "--label", "eu")
        self.assertFalse((self.dir / "x.png").exists())

    def test_a_sidecar_with_an_address(self):
        out = self.dir / "beside.jpg"
        side = self.dir / "beside.c2pa"
        self.ok("sign", HOSTS[1], "-o", out, "--sidecar", side, *self.sign_with, "--remote-url",
                "https://m.example/1.c2pa")
        self.assertEqual(properties(out)["{%s}provenance" % NS["dct"]], "https://m.example/1.c2pa")
        report = self.report("verify", out, "--sidecar", side, "--trust", self.root)
        self.assertEqual(report["verdict"], "trusted")


class Statements(Signed):
    def attest(self, *attestations):
        path = self.dir / "attestations.json"
        path.write_text(json.dumps({"attestations": attestations}))
        return path

    def test_attestations(self):
        words = {**GOOD, "result": "passed", "kind": "other"}
        for key in ("unit", "scale", "better", "subject"):
            del words[key]
        integer = {**GOOD, "result": -3, "better": "higher"}
        del integer["scale"]
        path = self.attest(GOOD, words, integer)
        out = self.sign(ASSET / "plain.jpg", "stated.jpg", "--attestations", path)
        report = self.report("verify", out, "--trust", self.root)
        got = self.layer(report, "manifest")["attestations"]
        self.assertEqual(got[0], GOOD)
        self.assertEqual(got[1], {**words, "unit": None, "scale": None, "better": None,
                                  "subject": None})
        self.assertEqual((got[2]["result"], got[2]["better"]), (-3, "higher"))
        text, _ = self.ok("verify", out, "--trust", self.root)
        self.assertIn(b"toxicity: Prompts 1.0, of Model 1.0: 0.25 share on a scale from 0 to 1 "
                      b"(lower is better), 2026-10-01; report sha256 e3b0c44298fc1c14", text)
        update = self.dir / "update.jpg"
        self.ok("sign", out, "-o", update, "--update", "--attestations", path, *self.sign_with)
        self.assertEqual(
            len(self.layer(self.report("verify", update, "--trust", self.root),
                           "manifest")["attestations"]), 3)
        changed = self.dir / "changed.jpg"
        changed.write_bytes(out.read_bytes().replace(b"Prompts", b"Prumpts"))
        report = self.report("verify", changed, code=3)
        self.assertEqual(self.layer(report, "manifest")["attestations"], [])

    def test_wrong_attestations_are_named(self):
        wrong = [
            ({"kind": "beauty"}, '"kind"'), ({"kind": None}, '"kind"'), ({"more": 1}, '"more"'),
            ({"evaluation": ""}, '"evaluation"'), ({"version": 1}, '"version"'),
            ({"result": None}, '"result"'), ({"result": True}, '"result"'),
            ({"result": 2}, "its own scale"), ({"result": "x"}, "go with a number"),
            ({"better": "more"}, '"better"'), ({"better": None}, '"better"'),
            ({"scale": {"least": 1, "most": 1}}, '"scale"'), ({"scale": {"least": 1}}, '"scale"'),
            ({"date": "yesterday"}, '"date"'), ({"date": "2026-13-01"}, '"date"'),
            ({"report": None}, '"report"'), ({"report": {"alg": "md5", "hash": SHA}}, '"alg"'),
            ({"report": {"alg": "sha256", "hash": SHA[1:]}}, '"hash"'),
            ({"report": {"alg": "sha256", "hash": SHA, "x": 1}}, '"x"')]
        for fields, say in wrong:
            with self.subTest(fields):
                path = self.attest(GOOD, {**GOOD, **fields})
                err = self.refused("sign", ASSET / "plain.png", "-o", self.dir / "x.png",
                                   *self.sign_with, "--attestations", path, say=say)
                self.assertIn("attestation 2", err)

    def test_the_schema_agrees(self):
        rules = json.loads((ROOT / "spec/attestations.schema.json").read_text())
        self.assertEqual(list(schema.faults({"attestations": [GOOD]}, rules, rules)), [])
        for fields in ({"kind": "beauty"}, {"more": 1}, {"date": "yesterday"}, {"result": []}):
            with self.subTest(fields):
                faults = list(schema.faults({"attestations": [{**GOOD, **fields}]}, rules, rules))
                self.assertNotEqual(faults, [])

    def test_ai_disclosure(self):
        given = {"modelType": "c2pa.types.model", "modelName": "Example",
                 "modelIdentifier": "pkg:huggingface/example/model@1",
                 "contentProfile": {"humanOversightLevel": "human_validated"},
                 "scientificDomain": ["cs.AI", "astro-ph.CO"]}
        path = self.dir / "ai.json"
        path.write_text(json.dumps(given))
        out = self.sign(ASSET / "plain.webp", "ai.webp", "--ai-disclosure", path)
        report = self.report("verify", out, "--trust", self.root)
        self.assertEqual(self.layer(report, "manifest")["ai_disclosures"], [{
            "model_type": "c2pa.types.model", "model_name": "Example",
            "model_identifier": "pkg:huggingface/example/model@1",
            "human_oversight_level": "human_validated",
            "scientific_domain": "cs.AI astro-ph.CO"}])
        text, _ = self.ok("verify", out, "--trust", self.root)
        self.assertIn(b"human oversight: human_validated", text)
        for fields, say in (({"modelType": None}, "modelType"), ({"modelType": "llm"}, "modelType"),
                            ({"modelType": "c2pa.types.dataset"}, "modelType"),
                            ({"modelName": 3}, "modelName"), ({"harmEvaluation": {}}, "harmEval"),
                            ({"contentProfile": {"humanOversightLevel": "some"}}, "Oversight"),
                            ({"scientificDomain": "cs"}, "scientificDomain"),
                            ({"metadata": 1}, "metadata")):
            with self.subTest(fields):
                self.refused("sign", ASSET / "plain.png", "-o", self.dir / "x.png",
                             *self.sign_with, "--ai-disclosure", json.dumps({**given, **fields}),
                             say=say)

    def test_malformed_ones_are_passed_over(self):
        definition = self.dir / "def.json"
        definition.write_text(json.dumps({"assertions": [
            {"label": "c2pa.ai-disclosure", "data": {"modelType": "c2pa.types.model",
                                                     "contentProfile": {"humanOversightLevel": "x"}}},
            {"label": "c2pa.ai-disclosure", "data": {"modelType": "c2pa.types.model.onnx",
                                                     "somethingNew": 1}}]}))
        out = self.sign(ASSET / "plain.png", "odd.png", "-m", definition)
        report = self.report("verify", out, "--trust", self.root)
        self.assertEqual(report["verdict"], "trusted")
        self.assertEqual([d["model_type"] for d in
                          self.layer(report, "manifest")["ai_disclosures"]],
                         ["c2pa.types.model.onnx"])
        self.assertIn("malformed", " ".join(report["limits"]))
        definition.write_text(json.dumps({"assertions": [
            {"label": "org.countermark.attestations", "data": {}}]}))
        self.refused("sign", ASSET / "plain.png", "-o", self.dir / "x.png", *self.sign_with, "-m",
                     definition, say="options make them")


class Lint(Signed):
    RULES = json.loads((ROOT / "spec/lint.schema.json").read_text())

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tsa = cls.dir / "tsa"
        stamp = ("--tsa-cert", cls.tsa / "chain.pem", "--tsa-key", cls.tsa / "key.pem")
        cls.full = cls.dir / "full.png"
        assert run("cert", "-o", cls.tsa, "--tsa")[0] == 0
        assert run("mark", HOSTS[0], "-o", cls.full, "--key", cls.key, *cls.sign_with, *stamp,
                   "--label", "eu,ca,cn", *WHO)[0] == 0

    def lint(self, file, *more, code=0):
        out, _ = self.ok("lint", file, *more, "--json", code=code)
        result = json.loads(out)
        self.assertEqual(list(schema.faults(result, self.RULES, self.RULES)), [])
        self.assertNotIn(b"complian", out)
        self.assertNotIn(b"lawful", out)
        return {line["id"]: line for line in result["lines"]}

    def found(self, file, *more, code=0):
        return {k: v["finding"] for k, v in self.lint(file, *more, code=code).items() if v["asked"]}

    def test_a_file_with_everything(self):
        keys = ("--key", self.pub, "--trust", self.root, "--trust-tsa", self.tsa / "root.pem")
        self.assertEqual(set(self.found(self.full, *keys).values()), {"present"})
        found = self.found(self.full, "--rules", "eu", code=5)
        self.assertEqual({k for k, v in found.items() if v == "unknown"},
                         {"eu.layers", "eu.timestamp", "eu.watermark"})
        found = self.found(self.full, "--rules", "eu", "--key", self.pub, "--trust", self.root,
                           code=5)
        self.assertEqual({k for k, v in found.items() if v != "present"}, {"eu.timestamp"})
        found = self.found(self.full, "--rules", "eu", "--key", self.pub, "--trust-tsa", self.root,
                           code=1)  # anchors, but none for this authority
        self.assertEqual({k for k, v in found.items() if v != "present"}, {"eu.timestamp"})
        self.assertEqual(set(self.found(self.full, "--rules", "ca,cn")),
                         {"ca.provider", "ca.system", "ca.version", "ca.time", "ca.id", "cn.label",
                          "cn.kind", "cn.producer", "cn.number", "cn.keys", "cn.agreement"})
        text, _ = self.ok("lint", self.full, *keys)
        self.assertIn(b"all that is asked was found", text)
        self.assertIn("\"Söhne & <Co>\", signed".encode(), text)

    def test_a_file_with_nothing(self):
        lines = self.lint(HOSTS[1], "--key", self.pub, code=1)
        self.assertEqual({v["finding"] for v in lines.values()}, {"lacking", "not applicable"})
        self.assertEqual(lines["cn.agreement"]["finding"], "not applicable")
        self.assertIn("--tsa", lines["eu.timestamp"]["hint"])
        both = self.dir / "list.txt"
        both.write_text(f"{self.full}\n{HOSTS[1]}\n")
        out, _ = self.ok("lint", "--files-from", both, "--rules", "eu", "--ndjson", code=1)
        self.assertEqual([json.loads(l)["finding"] for l in out.splitlines()],
                         ["unknown", "lacking"])

    def test_what_does_not_hold(self):
        broken = self.dir / "broken.png"
        data = bytearray(self.full.read_bytes())
        data[-20] ^= 1
        at = data.rindex(b"IDAT")
        size = struct.unpack(">I", data[at - 4:at])[0]
        data[at + 4 + size:at + 8 + size] = struct.pack(">I", zlib.crc32(data[at:at + 4 + size]))
        broken.write_bytes(data)
        lines = self.lint(broken, "--rules", "eu,ca", code=1)
        self.assertEqual(lines["eu.signed"]["finding"], "lacking")
        self.assertEqual(lines["ca.provider"]["detail"], '"Söhne & <Co>", unsigned')
        text, _ = self.ok("verify", broken, code=3)
        self.assertIn(b"generated by a trained model; unsigned", text)
        signed = self.sign(self.png_with("e:AISystemUsed='S'"), "box.png", "--binding", "boxes")
        self.assertEqual(self.lint(signed, "--rules", "eu", code=1)["eu.system"]["detail"],
                         '"S", in metadata that the signature covers')

    def png_with(self, *properties, text=b""):
        """plain.png with a packet of these attributes, and a tEXt chunk."""
        host = (ASSET / "plain.png").read_bytes()
        xmp = ("<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='%s'><rdf:Description "
               "xmlns:e='%s' xmlns:t='%s' %s/></rdf:RDF></x:xmpmeta>"
               % (NS["rdf"], NS["ext"], NS["tc"], " ".join(properties)))
        new = b""
        for kind, body in ((b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp.encode()),
                           (b"tEXt", text))[:2 if text else 1]:
            new += struct.pack(">I", len(body)) + kind + body
            new += struct.pack(">I", zlib.crc32(kind + body))
        path = self.dir / "made.png"
        path.write_bytes(host[:33] + new + host[33:])
        return path

    def test_common_mistakes(self):
        made = self.png_with("e:DigitalSourceType='trainedAlgorithmicMedia'")
        lines = self.lint(made, "--rules", "eu", code=1)
        self.assertEqual(lines["eu.iptc"]["finding"], "lacking")
        self.assertIn(URI + "trainedAlgorithmicMedia", lines["eu.iptc"]["hint"])
        self.assertEqual(lines["eu.metadata"]["finding"], "lacking")
        report = self.report("verify", made, code=1)
        self.assertIn("the full URI", self.declared(report)[0]["meaning"])
        signed = self.sign(made, "signed.png", "--label", "eu")
        lines = self.lint(signed, "--rules", "eu", code=1)
        self.assertEqual(lines["eu.iptc"]["finding"], "present")
        made = self.png_with("e:DigitalSourceType='%sdigitalCapture'" % URI)
        lines = self.lint(made, "--rules", "eu", code=1)
        self.assertIn("digitalCapture", lines["eu.iptc"]["detail"])
        label = {"Label": 4, "ContentProducer": "", "ProduceID": "x" * 300}
        made = self.png_with("t:AIGC='%s'" % json.dumps(label),
                             text=b"AIGC\0" + json.dumps({**label, "ProduceID": "y"}).encode())
        lines = self.lint(made, "--rules", "cn", code=1)
        self.assertEqual({k: v["finding"] for k, v in lines.items()},
                         {"cn.label": "present", "cn.kind": "lacking", "cn.producer": "lacking",
                          "cn.number": "present", "cn.keys": "lacking", "cn.agreement": "lacking"})
        self.assertIn("ReservedCode1", lines["cn.keys"]["detail"])
        self.assertIn("ProduceID differs", lines["cn.agreement"]["detail"])
        made = self.png_with("e:DigitalSourceType='x")  # no XML
        self.assertEqual(self.lint(made, "--rules", "ca", code=5)["ca.id"]["finding"], "unknown")

    def test_texts_and_wrong_questions(self):
        text = self.dir / "a.txt"
        text.write_text("A short text.\n")
        found = self.found(text, code=5)
        self.assertEqual(found["eu.watermark"], "unknown")
        self.assertEqual({v for k, v in found.items() if k != "eu.watermark"}, {"not applicable"})
        found = self.found(text, "--rules", "eu", "--key", self.pub, "--tokenizer",
                           ROOT / "test/data/token/small.json")
        self.assertEqual(found["eu.watermark"], "not applicable")
        self.refused("lint", text, "--rules", "uk", say="--rules is a list")
        self.ok("lint", self.dir / "absent.png", "--json", code=2)


if __name__ == "__main__":
    unittest.main()
