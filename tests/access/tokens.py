"""API tokens, as programs get and use them."""

from __future__ import annotations

import httpx2

from tests.centre import Centre
from tests.configuration.administrator import Administrator, Json


async def a_token(
    person: Administrator, *scopes: str, user_id: int | None = None, days: int | None = 90
) -> tuple[str, Json]:
    """A new token's text and what it is; of somebody else with their id."""
    body: Json = {"name": "A program", "scopes": list(scopes), "days": days}
    path = "/me/tokens"
    if user_id is not None:
        path, body = "/tokens", {**body, "user_id": user_id}
    answer = await person.send("POST", path, body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return made["text"], made["token"]


async def ask(centre: Centre, text: str, path: str, **more: str) -> httpx2.Response:
    """What a program gets with a token."""
    headers = {"Authorization": f"Bearer {text}", **more}
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        return await http.get(f"/api/v1{path}", headers=headers)
