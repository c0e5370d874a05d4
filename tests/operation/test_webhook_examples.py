"""The examples of docs/integration/webhooks.md do what they say."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rapport.domain.webhooks import signature
from tests.replay import node

PAGE = Path(__file__).parents[2] / "docs" / "integration" / "webhooks.md"
BODY = b'{"id": "1", "type": "test", "\xc3\xbc": "\xe2\x82\xac"}'
HEADER = signature(["new", "old"], 1000, BODY)
CASES = [
    ("new", HEADER, BODY, 1000, True),
    ("old", HEADER, BODY, 1299, True),
    ("other", HEADER, BODY, 1000, False),
    ("new", HEADER, BODY + b" ", 1000, False),
    ("new", HEADER, BODY, 1301, False),
    ("new", HEADER.replace("t=1000", "t=1001"), BODY, 1000, False),
    ("new", "", BODY, 1000, False),
    ("new", "t=1000,v1=", BODY, 1000, False),
]


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found, language
    return found[1]


@pytest.mark.parametrize("case", CASES)
def test_python(case: tuple[str, str, bytes, int, bool]) -> None:
    names: dict[str, Any] = {}
    exec(example("python"), names)  # noqa: S102 - it is ours
    verified: Callable[..., bool] = names["verified"]
    assert verified(*case[:4]) is case[4]


def test_the_python_client_has_the_same() -> None:
    source = PAGE.parents[2] / "clients" / "python" / "rapport_client" / "webhooks.py"
    assert example("python") in source.read_text(encoding="utf-8")


def test_javascript(tmp_path: Path) -> None:
    given = [[s, h, b.hex(), now] for s, h, b, now, _ in CASES]
    script = tmp_path / "verify.mjs"
    script.write_text(
        f"{example('js')}\nconst cases = {json.dumps(given)};\n"
        "console.log(JSON.stringify(cases.map(([s, h, b, n]) =>"
        " verified(s, h, Buffer.from(b, 'hex'), n))));\n",
        encoding="utf-8",
    )
    told = subprocess.run([node(), script], check=True, capture_output=True, timeout=60)
    assert json.loads(told.stdout) == [case[4] for case in CASES]


def test_the_schedule_is_the_one_of_the_code() -> None:
    from rapport.domain.webhooks import BACK_OFF_S

    text = re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8"))
    said = re.search(r"tried again after (.*?)\. `Retry", text)
    assert said
    units = {"s": 1, "min": 60, "h": 3600}
    found = re.findall(r"(\d+) (s|min|h)\b", said[1])
    assert tuple(int(n) * units[unit] for n, unit in found) == BACK_OFF_S
