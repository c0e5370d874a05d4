"""Writes docs/openapi.json from the routes: `python tools/openapi_document.py`."""

from __future__ import annotations

import json
from pathlib import Path

from rapport.api.app import http_routes

DOCUMENT = Path(__file__).parent.parent / "docs" / "openapi.json"


def text() -> str:
    """The document as it is committed."""
    return json.dumps(http_routes().openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(text())
