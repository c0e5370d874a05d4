"""A person at the HTTP API without a desktop: signs in, sends, keeps every answer."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.centre import PASSWORD, Centre

Json = dict[str, Any]


@dataclass
class Administrator:
    http: httpx2.AsyncClient
    csrf: str
    user_id: int
    answers: list[str] = field(default_factory=list)

    @classmethod
    async def sign_in(cls, centre: Centre, login: str, password: str = PASSWORD) -> Administrator:
        http = httpx2.AsyncClient(base_url=centre.url, timeout=10)
        centre.keep_open(http)
        answer = await http.post("/api/v1/session", json={"login": login, "password": password})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return cls(http, body["csrf_token"], body["user"]["id"])

    async def send(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        version: int | None = None,
        key: str | None = None,
        **more: Any,
    ) -> httpx2.Response:
        headers = {"X-CSRF-Token": self.csrf, "Idempotency-Key": key or secrets.token_hex(16)}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = await self.http.request(
            method, f"/api/v1{path}", json=body, headers=headers, **more
        )
        self.answers.append(answer.text)
        return answer

    async def create(self, kind: str, name: str, spec: Json, **more: Any) -> Json:
        answer = await self.send("POST", f"/config/{kind}", {"name": name, "spec": spec, **more})
        assert answer.status_code == 201, answer.text
        created: Json = answer.json()
        assert answer.headers["etag"] == f'"{created["version"]}"'
        return created

    async def get(self, kind: str, item_id: int) -> Json:
        answer = await self.send("GET", f"/config/{kind}/{item_id}")
        assert answer.status_code == 200, answer.text
        item: Json = answer.json()
        return item

    async def put(
        self, kind: str, item_id: int, name: str | None = None, **changes: Any
    ) -> httpx2.Response:
        """Replace a thing by itself with some fields changed, on its present version."""
        item = await self.get(kind, item_id)
        body = {"name": name or item["name"], "spec": {**item["spec"], **changes}}
        return await self.send("PUT", f"/config/{kind}/{item_id}", body, item["version"])

    async def delete(self, kind: str, item_id: int) -> httpx2.Response:
        item = await self.get(kind, item_id)
        return await self.send("DELETE", f"/config/{kind}/{item_id}", version=item["version"])


def error(answer: httpx2.Response, status: int, code: str) -> Json:
    """The error of an answer, which must have this status and code."""
    assert answer.status_code == status, answer.text
    body: Json = answer.json()["error"]
    assert body["code"] == code, body
    return body


def paths(body: Json) -> list[str]:
    """The paths of the fields that were refused."""
    return [f["path"] for f in body["details"]["fields"]]
