"""What is fetched: nothing without --online, and nothing from this machine with it."""

import http.server
import json
import struct
import threading
import zlib

from command import Case, png, run

XMP = ("<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
       "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
       "xmlns:dcterms='http://purl.org/dc/terms/' dcterms:provenance='{}'/></rdf:RDF></x:xmpmeta>")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


class Online(Case):
    def test_this_machine_is_not_asked(self):
        asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(404)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/store"
        plain = png(16, 16, lambda x, y: 128)
        text = b"XML:com.adobe.xmp\0\0\0\0\0" + XMP.format(url).encode()
        picture = self.dir / "remote.png"
        picture.write_bytes(plain[:33] + chunk(b"iTXt", text) + plain[33:])

        report = self.report("verify", picture, code=1)
        self.assertIn(url, report["limits"][0])
        code, out, err = run("verify", picture, "--online", "--json")
        if code == 2:
            self.assertIn("HTTP=none", err)
        else:
            manifest = self.layer(self.valid(json.loads(out)), "manifest")
            self.assertEqual((code, manifest["state"], manifest["remote"]), (5, "unsupported", url))
            self.assertEqual([s["code"] for s in manifest["status"]], ["manifest.inaccessible"])
            self.assertIn("public", manifest["status"][0]["explanation"])
        server.shutdown()
        server.server_close()
        self.assertEqual(asked, [])
