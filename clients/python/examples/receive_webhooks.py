"""Receives webhooks, refuses what is not signed, and does nothing twice.

RAPPORT_WEBHOOK_SECRET=… python receive_webhooks.py 8080
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from rapport_client import verified

SECRET = os.environ["RAPPORT_WEBHOOK_SECRET"]
LARGEST = 1_000_000
seen: set[str] = set()  # in earnest: a unique key in your database


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), LARGEST))
        if not verified(SECRET, self.headers.get("X-Rapport-Signature", ""), body):
            self.send_error(401, "Not signed")
            return
        event = json.loads(body)
        if event["id"] not in seen:
            seen.add(event["id"])
            print(event["type"], event["data"], flush=True)
        self.send_response(204)
        self.end_headers()


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()
