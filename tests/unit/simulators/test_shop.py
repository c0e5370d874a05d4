"""The fictional shop's little server."""

import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from rapport_simulators.shop.pages import ShopServer, widget_tag


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


def test_what_the_operator_types_can_not_break_out_of_the_tag() -> None:
    assert '"><script>' not in widget_tag('http://x"><script>', '"><script>', '"><script>')
