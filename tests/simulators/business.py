"""The business's side of the APIs: what a connector would do."""

from __future__ import annotations

from typing import Any

import httpx2

from rapport_simulators.graph import GraphSimulator
from rapport_simulators.twilio import TwilioSimulator

DANA = "4915555500101"
ROBIN = "15550100102"
KIM = "4915555500103"
ALEX = "7000000000000201"
NOOR = "7000000000000202"
SAM = "7000000000000203"


class Graph:
    """Requests to a simulated Graph with the account's token."""

    def __init__(self, simulator: GraphSimulator, http: httpx2.AsyncClient) -> None:
        self.simulator = simulator
        self.settings = simulator.settings
        self.http = http
        self.headers = {"Authorization": f"Bearer {self.settings.access_token}"}

    async def get(self, path: str, **more: Any) -> httpx2.Response:
        return await self.http.get(
            f"{self.simulator.url}/v25.0/{path}", **{"headers": self.headers, **more}
        )

    async def post(self, path: str, body: Any, **more: Any) -> httpx2.Response:
        return await self.http.post(
            f"{self.simulator.url}/v25.0/{path}", json=body, **{"headers": self.headers, **more}
        )

    async def send(self, to: str = DANA, kind: str = "text", **fields: Any) -> httpx2.Response:
        """Send on WhatsApp; a text says Hello unless told otherwise."""
        content = fields.pop(kind, {"body": "Hello"} if kind == "text" else None)
        body = {"messaging_product": "whatsapp", "to": to, "type": kind, kind: content, **fields}
        return await self.post(f"{self.settings.phone_number_id}/messages", body)

    async def sent(self, to: str = DANA, kind: str = "text", **fields: Any) -> str:
        """Send on WhatsApp what will be taken; its id."""
        answer = await self.send(to, kind, **fields)
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"][0]["id"]

    async def message(self, to: str = ALEX, **fields: Any) -> httpx2.Response:
        """Send on Messenger; says Hello unless told otherwise."""
        body = {
            "recipient": {"id": to},
            "messaging_type": "RESPONSE",
            "message": {"text": "Hello"},
            **fields,
        }
        return await self.post("me/messages", body)

    async def upload(
        self, content: bytes, media_type: str, name: str = "picture.png"
    ) -> httpx2.Response:
        return await self.http.post(
            f"{self.simulator.url}/v25.0/{self.settings.phone_number_id}/media",
            headers=self.headers,
            data={"messaging_product": "whatsapp", "type": media_type},
            files={"file": (name, content, media_type)},
        )


MIKA = "+4915555500301"


class Twilio:
    """Requests to a simulated Twilio with the account's credentials."""

    def __init__(self, simulator: TwilioSimulator, http: httpx2.AsyncClient, callback: str) -> None:
        self.simulator = simulator
        self.settings = simulator.settings
        self.http = http
        self.callback = callback
        self.auth = (self.settings.account_sid, self.settings.auth_token)

    @property
    def base(self) -> str:
        return f"{self.simulator.url}/2010-04-01/Accounts/{self.settings.account_sid}"

    async def get(self, path: str, **more: Any) -> httpx2.Response:
        return await self.http.get(self.base + path, **{"auth": self.auth, **more})

    async def send(self, **changes: Any) -> httpx2.Response:
        """Send; says Hello to Mika unless told otherwise, None leaves a parameter out."""
        form = {
            "To": MIKA,
            "From": self.settings.number,
            "Body": "Hello",
            "StatusCallback": self.callback,
            **changes,
        }
        data = {name: value for name, value in form.items() if value is not None}
        return await self.http.post(f"{self.base}/Messages.json", data=data, auth=self.auth)


def code(answer: httpx2.Response) -> int:
    """Graph's or Twilio's error code of a refusal."""
    body = answer.json()
    return body["error"]["code"] if "error" in body else body["code"]
