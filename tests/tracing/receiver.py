"""A collector: a real HTTP server in threads of its own, so that it may also keep one waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from typing_extensions import override

from tests.journeys.other_system import Asked


class Collector(ThreadingHTTPServer):
    """Answers with these statuses in their order, the last one again and again; None: never."""

    daemon_threads = False

    def __init__(self, statuses: list[int | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = statuses
        self.asked: list[Asked] = []
        self.over = Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def next_status(self) -> int | None:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(Asked("POST", self.path, headers, body))
        status = self.server.next_status()
        if status is None:
            self.server.over.wait()
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    @override
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def collecting(*statuses: int | None) -> Iterator[Collector]:
    """A collector that answers 200 unless it is told otherwise."""
    with Collector(list(statuses) or [200]) as collector:
        serving = Thread(target=collector.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            yield collector
        finally:
            collector.over.set()
            collector.shutdown()
            serving.join()
