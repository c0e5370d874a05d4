"""The collector is away, stands still, or is not to be had: nothing of the product suffers."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from structlog.testing import capture_logs

from rapport.cli.doctor.tracing import examine_tracing
from rapport.settings import Settings
from rapport.storage.embedded.endpoint import free_port
from rapport.tracing import collector
from rapport.tracing.opening import endpoint_of, opened_tracing, shown
from rapport.tracing.seams import Seams
from tests.centre import TestClock, furnish, serving
from tests.journeys.providers import DANA, whatsapp
from tests.tracing.receiver import collecting
from tests.tracing.spans import resource_of, sent_to

BLOCKED = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter", "opentelemetry.proto")):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
"""
GLOBAL = """
import asyncio
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from rapport.api.app import http_routes

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
started = []

async def receive():
    return {"type": "http.request"}

async def send(message):
    started.append(message.get("status"))

scope = {"type": "http", "path": "/docs/style.css", "method": "GET", "headers": [],
         "query_string": b"secret=1", "state": {}}
asyncio.run(http_routes()(scope, receive, send))
print(started[0], exporter.get_finished_spans())
"""
NO_ONE = frozenset({"api"})


async def works(database: str, data: Path, tracing: str) -> None:
    """A customer writes, an agent answers, the provider takes it."""
    async with serving(database, data, TestClock(), more={"tracing": tracing}) as centre:
        await furnish(centre)
        async with whatsapp(centre) as connected:
            dana = connected.provider.customer(DANA)
            await dana.says("Hello")
            await connected.provider.settle()
            ana, task_id = await connected.accepted()
            await ana.post(f"/tasks/{task_id}/messages", {"text": "Hello to you"})
            await connected.deliver(2)
            assert dana.received[-1].text == "Hello to you"
            await centre.settle()


async def test_it_is_away(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    monkeypatch.setattr(collector, "FLUSH_WITHIN_S", 0.05)
    await works(database, tmp_path, f"http://127.0.0.1:{free_port()}")


async def test_it_takes_connections_and_never_answers(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    monkeypatch.setattr(collector, "FLUSH_WITHIN_S", 0.05)
    with collecting(None) as system:
        await works(database, tmp_path, system.url)
        assert system.asked


async def test_the_room_for_spans_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "4")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4")
    with collecting() as system:
        async with collector.tracing_to(system.url + "/v1/traces", NO_ONE, {}) as tracer:
            # In one turn of the loop: the collector cannot be answered meanwhile.
            for number in range(100):
                tracer.start_span(f"{number}").end()
        assert 0 < len(sent_to(system)) < 100


async def test_said_once_that_it_is_away_and_once_that_it_is_back() -> None:
    with collecting(503, 503, 200) as system:
        exporter = collector.Exporter(
            OTLPSpanExporter(system.url + "/v1/traces", timeout=0.2), "the collector"
        )
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        tracer = provider.get_tracer("test")
        with capture_logs() as logs:
            for name in ("one", "two", "three", "four"):
                await asyncio.to_thread(tracer.start_span(name).end)
        said = [(entry["event"], entry["log_level"]) for entry in logs]
        assert said == [("tracing.collector_away", "warning"), ("tracing.collector_back", "info")]
        assert [s.name for s in sent_to(system)] == ["one", "two", "three", "four"]


async def test_the_standard_variables_are_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as system:
        variables = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": system.url,
            "OTEL_EXPORTER_OTLP_HEADERS": "x-tenant=desk",
            "OTEL_SERVICE_NAME": "desk",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=trial",
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        settings = Settings(tracing="on")
        async with opened_tracing(settings, NO_ONE, os.environ) as seams:
            await seams.application(answering)(request(), receive, send)
        (asked,) = system.asked
        assert asked.path == "/v1/traces"
        assert asked.headers["x-tenant"] == "desk"
        assert resource_of(system)["service.name"] == "desk"
        assert resource_of(system)["deployment.environment.name"] == "trial"
        monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
        async with opened_tracing(settings, NO_ONE, os.environ) as seams:
            await seams.application(answering)(request(), receive, send)
        assert len(system.asked) == 1


@pytest.mark.parametrize(
    ("tracing", "variables", "wanted"),
    [
        ("http://here:4318", {"OTEL_EXPORTER_OTLP_ENDPOINT": "x"}, "http://here:4318/v1/traces"),
        ("https://here/otlp/", {}, "https://here/otlp/v1/traces"),
        ("https://here/v1/traces", {}, "https://here/v1/traces"),
        ("on", {}, "http://localhost:4318/v1/traces"),
        ("on", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:1/"}, "http://a:1/v1/traces"),
        ("on", {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://a:1/x"}, "http://a:1/x"),
    ],
)
def test_where_spans_go(tracing: str, variables: dict[str, str], wanted: str) -> None:
    assert endpoint_of(Settings(tracing=tracing).tracing or "", variables) == wanted


@pytest.mark.parametrize("wrong", ["off", "collector:4318", "http://me:secret@here", "ftp://a"])
def test_what_is_no_setting(wrong: str) -> None:
    with pytest.raises(ValueError, match="tracing") as refused:
        Settings(tracing=wrong)
    assert "secret" not in str(refused.value)


def test_secrets_of_an_address_are_not_shown() -> None:
    assert shown("https://me:secret@here:1/v1/traces?key=abc") == "https://here:1/v1/traces"


async def test_nothing_is_put_around_anything_unless_it_is_set() -> None:
    async with opened_tracing(Settings(), NO_ONE, {}) as seams:
        assert type(seams) is Seams
        assert seams.application(answering) is answering


def blocked(code: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run without what the extra installs; FastAPI brings OpenTelemetry's bare interface itself."""
    return subprocess.run(
        [sys.executable, "-c", BLOCKED + code],
        env={**os.environ, "RAPPORT_DATA": str(folder), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_the_extra_everything_else_is_there(tmp_path: Path) -> None:
    done = blocked(
        "import rapport.cli.serving, rapport.cli.doctor, rapport.cli.demo, rapport.bootstrap\n"
        "assert not [m for m in sys.modules if m.startswith('rapport.tracing.traced')]",
        tmp_path,
    )
    assert done.returncode == 0, done.stderr


def test_set_and_not_installed(tmp_path: Path) -> None:
    code = "from rapport.cli import app\napp(['serve'])"
    done = blocked(code, tmp_path, RAPPORT_TRACING="http://127.0.0.1:4318")
    assert done.returncode == 1
    assert "pip install 'rapport[otel]'" in done.stderr
    assert "[tracing_not_installed]" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir()), "said before anything is started"


def test_the_framework_traces_nothing_on_its_own(tmp_path: Path) -> None:
    """Its spans hold paths and queries: not even an installed global provider gets any."""
    done = subprocess.run(
        [sys.executable, "-c", GLOBAL], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "200 ()\n"), done.stderr


async def test_the_doctor_says_whether_it_is_on_and_answers(tmp_path: Path) -> None:
    off = await examine_tracing(Settings(), {})
    assert (off.status, off.message) == ("ok", "off; RAPPORT_TRACING switches it on")
    with collecting() as system:
        on = await examine_tracing(Settings(tracing=system.url), {})
        assert (on.status, on.message) == ("ok", f"on; {system.url}/v1/traces takes spans")
    away = await examine_tracing(Settings(tracing=f"http://127.0.0.1:{free_port()}"), {})
    assert away.status == "warning"
    assert "RAPPORT_TRACING" in away.message
    done = blocked(
        "import asyncio\nfrom rapport.cli.doctor.tracing import examine_tracing\n"
        "from rapport.settings import Settings\n"
        "print(asyncio.run(examine_tracing(Settings(), {})))",
        tmp_path,
        RAPPORT_TRACING="on",
    )
    assert "failed" in done.stdout
    assert "pip install 'rapport[otel]'" in done.stdout


async def answering(_scope: object, _receive: object, given: object) -> None:
    await given({"type": "http.response.start", "status": 204, "headers": []})  # type: ignore[operator]
    await given({"type": "http.response.body", "body": b""})  # type: ignore[operator]


def request() -> dict[str, object]:
    return {"type": "http", "path": "/api/v1/me", "method": "GET", "headers": []}


async def receive() -> dict[str, object]:
    return {}


async def send(_message: object) -> None:
    pass
