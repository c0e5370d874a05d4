"""The fictional shop's little server."""

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from rapport_simulators.shop.pages import ShopServer, order_status, widget_tag


@pytest.fixture
def shop() -> Iterator[ShopServer]:
    with ShopServer(0, "http://127.0.0.1:8000/", "demo") as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def get(shop: ShopServer, path: str) -> tuple[int, str, str]:
    connection = HTTPConnection("127.0.0.1", shop.server_address[1], timeout=5)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body, response.getheader("Content-Security-Policy") or ""


@pytest.mark.parametrize("path", ["/", "/teapot", "/?utm=1"])
def test_the_pages_carry_the_widget(shop: ShopServer, path: str) -> None:
    status, body, policy = get(shop, path)
    assert status == 200
    assert '<script src="http://127.0.0.1:8000/widget.js" data-site="demo" async>' in body
    assert "unsafe-inline" not in policy
    assert "ws://127.0.0.1:8000" in policy


@pytest.mark.parametrize("path", ["/../pages.py", "/site/index.html", "/nothing", "//etc/passwd"])
def test_nothing_else_is_served(shop: ShopServer, path: str) -> None:
    assert get(shop, path)[0] == 404


def ask(shop: ShopServer, path: str, body: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", shop.server_address[1], timeout=5)
    connection.request("POST", path, body.encode(), {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = response.read().decode()
    connection.close()
    return response.status, answer


def test_how_an_order_stands_is_always_the_same() -> None:
    assert order_status("KC-1") == order_status("KC-1")
    assert len({order_status(f"KC-{n}")["status"] for n in range(9)}) == 3


def test_the_workflow_is_answered(shop: ShopServer) -> None:
    status, body = ask(shop, "/api/order-status", '{"order": " kc-48213 "}')
    assert status == 200
    assert json.loads(body) == {"order": "KC-48213", **order_status("KC-48213")}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/order-status", '{"order": "X-1"}', 404),
        ("/api/order-status", "no JSON", 400),
        ("/api/order-status", "[]", 400),
        ("/api/else", '{"order": "KC-1"}', 404),
    ],
)
def test_or_refused(shop: ShopServer, path: str, body: str, status: int) -> None:
    assert ask(shop, path, body)[0] == status


def test_what_the_operator_types_can_not_break_out_of_the_tag() -> None:
    assert '"><script>' not in widget_tag('http://x"><script>', '"><script>', '"><script>')
