"""Credentials are tried before they are stored, and nothing of them stays."""

from __future__ import annotations

from typing import Any

from tests.centre import Centre
from tests.configuration.administrator import Administrator, error, paths


async def probe(root: Administrator, channel: str, **body: Any) -> dict[str, Any]:
    answer = await root.send("POST", f"/channels/{channel}/probe", body)
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def test_settings_that_are_none_of_the_channel(centre: Centre, root: Administrator) -> None:
    body = {"settings": {"per_second": -1}}
    refused = error(await root.send("POST", "/channels/whatsapp/probe", body), 422, "invalid_field")
    assert paths(refused) == ["spec.settings.per_second"]
    error(await root.send("POST", "/channels/pigeon/probe", {}), 404, "channel_not_found")
    assert centre.node.configuration.current.by_kind["accounts"] != ()


async def test_hosts_are_guarded_without_http_too(root: Administrator) -> None:
    # Tests may call loopback; this address is private and not among those allowed.
    settings = {"provider": "smpp", "host": "10.1.2.3", "system_id": "x"}
    answer = await probe(root, "sms", settings=settings)
    assert (answer["ok"], answer["code"]) == (False, "address_forbidden")
    mail = await probe(root, "email", settings={"imap_host": "192.168.7.7"})
    assert (mail["ok"], mail["code"]) == (False, "address_forbidden")


async def test_http_is_guarded(root: Administrator) -> None:
    settings = {"api_url": "http://10.1.2.3"}
    secrets = {"access_token": "a", "app_secret": "b", "verify_token": "c"}
    answer = await probe(root, "whatsapp", address="1", settings=settings, secrets=secrets)
    assert answer["ok"] is False
