"""A time-stamp authority on a local port, for tests: openssl answers behind a small HTTP server."""

import http.server
import pathlib
import subprocess
import threading

CONFIG = """[tsa]
default_tsa = local
[local]
serial = {dir}/serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
ess_cert_id_chain = no
"""


class Authority:
    """At .url, with a path that says how it behaves: /good, /moved (redirects), /round (without
    end), /large, /garbage, /stale (an answer to the question before), /broken (status 500), /fat (a
    token with needless certificates)."""

    def __init__(self, directory, credentials, more=b""):
        self.dir = pathlib.Path(directory)
        self.cred = credentials
        (self.dir / "serial").write_text("01\n")
        (self.dir / "tsa.cnf").write_text(CONFIG.format(dir=self.dir))
        mark = b"-----BEGIN"  # openssl adds the signer's own, which encypher-c2pa won't have twice
        chain = b"".join(mark + c for c in (credentials / "chain.pem").read_bytes().split(mark)[2:])
        (self.dir / "plain.pem").write_bytes(chain)
        (self.dir / "fat.pem").write_bytes(chain + more)
        self.last = None
        self.asked = []
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                authority.answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def reply(self, query, chain):
        (self.dir / "query").write_bytes(query)
        subprocess.run(["openssl", "ts", "-reply", "-config", self.dir / "tsa.cnf", "-queryfile",
                        self.dir / "query", "-signer", self.cred / "chain.pem", "-inkey",
                        self.cred / "key.pem", "-chain", self.dir / chain, "-out",
                        self.dir / "reply"], check=True, capture_output=True)
        return (self.dir / "reply").read_bytes()

    def answer(self, http_request, query):
        path = http_request.path
        self.asked.append((path, http_request.headers["Content-Type"]))
        if path in ("/moved", "/round"):
            http_request.send_response(307)
            http_request.send_header("Location", "/good" if path == "/moved" else "/round")
            http_request.send_header("Content-Length", "0")
            http_request.end_headers()
            return
        body = {"/large": b"x" * (1 << 20), "/garbage": b"garbage", "/broken": b""}.get(path)
        if path == "/stale" and self.last is not None:
            body = self.last
        if body is None:
            body = self.last = self.reply(query, "fat.pem" if path == "/fat" else "plain.pem")
        http_request.send_response(500 if path == "/broken" else 200)
        http_request.send_header("Content-Type", "application/timestamp-reply")
        http_request.send_header("Content-Length", str(len(body)))
        http_request.end_headers()
        try:
            http_request.wfile.write(body)
        except OSError:
            pass  # the other side had enough
