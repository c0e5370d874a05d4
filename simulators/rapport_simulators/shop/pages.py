"""The shop's HTTP server: a handful of files, loopback only."""

import html
import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from typing_extensions import override

SITE = Path(__file__).parent / "site"
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
PAGES = {"/": "index.html", "/teapot": "teapot.html"}


ORDERS = "/api/order-status"
LONGEST_QUESTION = 10_000
STATES = (
    {"status": "being packed", "day": "in three days"},
    {"status": "on its way", "day": "tomorrow"},
    {"status": "delivered", "day": "yesterday"},
)


def order_status(order: str) -> dict[str, str]:
    """How an order stands: the same one always in the same way."""
    return STATES[sum(order.encode()) % len(STATES)]


class ShopServer(ThreadingHTTPServer):
    """Serves the pages, with the widget's script tag filled in."""

    daemon_threads = True

    def __init__(self, port: int, server: str, site: str, locale: str = "") -> None:
        """Listen on `port` of the loopback interface; 0 takes any free one."""
        super().__init__(("127.0.0.1", port), _ShopHandler)
        self.widget = widget_tag(server, site, locale)
        self.rapport = server.rstrip("/")

    @property
    def address(self) -> str:
        """Where the shop is, which is also the origin that Rapport must allow."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def policy(self) -> str:
        """The content security policy of a careful shop: what the widget must live with."""
        socket = self.rapport.replace("http", "ws", 1)
        return (
            f"default-src 'self'; script-src 'self' {self.rapport}; "
            f"connect-src 'self' {self.rapport} {socket}; img-src 'self' {self.rapport}"
        )


def widget_tag(server: str, site: str, locale: str = "") -> str:
    """The script tag as a shop would paste it."""
    language = f' data-locale="{html.escape(locale)}"' if locale else ""
    source = html.escape(server.rstrip("/"))
    key = html.escape(site)
    return f'<script src="{source}/widget.js" data-site="{key}"{language} async></script>'


class _ShopHandler(BaseHTTPRequestHandler):
    server: ShopServer

    def do_POST(self) -> None:
        """What the contact centre's workflow "Order status" asks."""
        length = int(self.headers.get("Content-Length", "0"))
        if urlsplit(self.path).path != ORDERS or length > LONGEST_QUESTION:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            order = str(json.loads(self.rfile.read(length))["order"]).strip().upper()
        except (ValueError, KeyError, TypeError):
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        if not order.startswith("KC-"):
            self.send_error(HTTPStatus.NOT_FOUND, "No such order")
            return
        body = json.dumps({"order": order, **order_status(order)}).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        file = SITE / PAGES.get(path, path.lstrip("/"))
        # Only what lies in the folder itself: no way up, no way down.
        if file.parent != SITE or not file.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        body = file.read_bytes()
        if file.suffix == ".html":
            body = body.replace(b"<!-- widget -->", self.server.widget.encode())
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", MEDIA_TYPES.get(file.suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self.server.policy())
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *_args: object) -> None:
        """Say nothing: the demo's terminal belongs to the demo."""
