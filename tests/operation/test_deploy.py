"""What operators are handed: it names only what there is, and says what the code says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from tools import metrics_page, openapi_document

from rapport.settings import Settings
from tests.centre import Centre

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
RUNBOOKS = ROOT / "docs" / "operations" / "runbooks"
OURS = re.compile(r"\brapport_[a-z_]+")
ENDINGS = re.compile(r"_(bucket|count|sum)$")


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    dashboard = json.loads((DEPLOY / "grafana" / "rapport.json").read_text())
    yield from (target["expr"] for panel in dashboard["panels"] for target in panel["targets"])


def test_every_metric_named_exists_and_every_metric_is_used() -> None:
    known = set(metrics_page.registered())
    histograms = {
        n for n, m in metrics_page.registered().items() if type(m).__name__ == "Histogram"
    }
    named = set()
    for expression in expressions():
        for name in OURS.findall(expression):
            bare = ENDINGS.sub("", name)
            named.add(bare if bare in histograms else name)
    assert named == known


def test_alerts_and_runbooks_know_each_other() -> None:
    text = "".join(path.read_text() for path in RUNBOOKS.glob("*.md"))
    for rule in rules():
        assert (ROOT / rule["annotations"]["runbook"]).is_file(), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
    mentioned = set(re.findall(r"`(Rapport[A-Z]\w+)`", text))
    assert mentioned <= {rule["alert"] for rule in rules()}
    pages = {Path(rule["annotations"]["runbook"]).name for rule in rules()}
    assert len(pages) >= 6
    for metric in OURS.findall(text):
        assert metric in metrics_page.registered(), metric


def test_links_between_the_pages_lead_somewhere() -> None:
    for page in (ROOT / "docs" / "operations").rglob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / link).resolve().exists(), f"{page.name}: {link}"


def test_settings_that_are_named_exist() -> None:
    known = {f"RAPPORT_{name.upper()}" for name in Settings.model_fields}
    known |= {"RAPPORT_BACKUP_PASSPHRASE"}
    for path in [*DEPLOY.rglob("*"), *(ROOT / "docs" / "operations").rglob("*.md")]:
        if path.is_file():
            for name in re.findall(r"\bRAPPORT_[A-Z_]+[A-Z]\b", path.read_text()):
                assert name in known, f"{path.name}: {name}"


def test_the_compose_file_starts_what_there_is() -> None:
    document = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    commands = {s: v.get("command") for s, v in document["services"].items()}
    assert commands["migrate"] == ["migrate"]
    assert commands["api"] == ["serve", "--roles", "api"]
    assert commands["worker"] == ["serve", "--roles", "worker"]
    # Only this machine's proxy reaches it.
    assert all(p.startswith("127.0.0.1:") for p in document["services"]["api"]["ports"])
    assert (DEPLOY / Path(document["x-rapport"]["build"]["dockerfile"]).name).is_file()


def test_the_container_has_the_extras() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    text = (DEPLOY / "Containerfile").read_text()
    for extra in project["project"]["optional-dependencies"]:
        assert f"--extra {extra} " in text


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = (DEPLOY / "rapport.service").read_text().replace("/opt/rapport/bin/rapport", "/bin/true")
    (tmp_path / "rapport.service").write_text(unit)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "rapport.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Unknown" not in done.stderr, done.stderr


def test_generated_pages_are_current() -> None:
    assert metrics_page.PAGE.read_text() == metrics_page.page(), "python tools/metrics_page.py"
    assert openapi_document.DOCUMENT.read_text() == openapi_document.text(), (
        "run: python tools/openapi_document.py"
    )


async def test_the_reference_needs_nothing_from_elsewhere(centre: Centre) -> None:
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as client:
        page = await client.get("/docs")
        assert page.status_code == 200
        assert "script" not in page.headers["content-security-policy"].replace("script-src", "")
        assert "<script" not in page.text
        assert not re.findall(r'(?:src|href)="(?!/|#)', page.text)
        assert (await client.get("/docs/style.css")).headers["content-type"].startswith("text/css")
        document = (await client.get("/api/v1/openapi.json")).json()
        assert document == json.loads(openapi_document.DOCUMENT.read_text())
        for path in document["paths"]:
            assert path.replace("<", "&lt;") in page.text


async def test_gauges_are_read_when_asked_for(centre: Centre) -> None:
    await centre.node.database.pool.execute(
        "INSERT INTO outbox_dead VALUES (1, 1, 1, now(), 'gone')"
    )
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as client:
        scraped = (await client.get("/metrics")).text
    assert "rapport_dead_letters 1.0" in scraped
    assert "rapport_database_up 1.0" in scraped
    missing = [n for n in metrics_page.registered() if n.removesuffix("_total") not in scraped]
    assert not missing
