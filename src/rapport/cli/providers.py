"""The demo's channel accounts: the real connectors, connected to simulated providers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapport.application.ports import Clock
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.configuration_writer import Delete, Put, write_configuration
from rapport.storage.database import Database
from rapport.storage.secrets import Vault

META = {
    "app_secret": "demo-app-secret-of-nobody",
    "verify_token": "demo-verify-token",
    "access_token": "demo-access-token",
}
TWILIO_SID = "AC00000000000000000000000000000001"
TWILIO_TOKEN = "demo-auth-token"  # noqa: S105 - of a simulator on this machine
SMPP_PASSWORD = "demosmpp"  # noqa: S105 - likewise
PHONE_NUMBER_ID, DISPLAY_NUMBER = "100000000000001", "15550100100"
BUSINESS_ACCOUNT, PAGE, APP = "200000000000001", "300000000000001", "900000000000001"
MAILBOX, MAILBOX_PASSWORD = "help@shop.example", "demo-mailbox"
SMS_NUMBER, SMPP_NUMBER = "+15550100300", "15550100400"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the simulators listen on this machine: the phone's page first, then one by one."""

    phone: int

    @property
    def graph(self) -> int:
        """Meta's Graph."""
        return self.phone + 1

    @property
    def twilio(self) -> int:
        """Twilio's API."""
        return self.phone + 2

    @property
    def smsc(self) -> int:
        """The SMPP message centre."""
        return self.phone + 3

    @property
    def smsc_control(self) -> int:
        """Its control API."""
        return self.phone + 4

    @property
    def mail(self) -> int:
        """The mail server's control API."""
        return self.phone + 5

    @property
    def imap(self) -> int:
        """Where its mailboxes are read."""
        return self.phone + 6

    @property
    def smtp(self) -> int:
        """Where mail is handed to it."""
        return self.phone + 7


async def connect_accounts(
    database: Database,
    configuration: StoredConfiguration,
    vault: Vault,
    clock: Clock,
    url: str,
    ports: Ports,
) -> dict[str, int]:
    """Create the demo's accounts, or set them to today's ports; their ids by name."""
    current = await configuration.refresh()
    queues = {item.name: item.id for item in current.by_kind["queues"]}
    known = {item.name: item.id for kind in current.by_kind.values() for item in kind}
    ids: dict[str, int] = {}
    for name, (spec, secrets, queue) in _accounts(ports).items():
        changes: list[Put | Delete] = [
            Put("accounts", name, spec, id=known.get(name), secrets=vault.seal(secrets))
        ]
        (ids[name],) = await write_configuration(database, changes, None, clock.now())
        if name not in known:
            entry = {"account": ids[name], "queue": queues.get(queue, min(queues.values()))}
            await write_configuration(
                database, [Put("entry_points", f"{name} entry", entry)], None, clock.now()
            )
    sms = _accounts(ports)["Text messages"]
    settings = {**sms[0]["settings"], "webhook_url": f"{url}/webhooks/sms/{ids['Text messages']}"}
    await write_configuration(
        database,
        [
            Put(
                "accounts",
                "Text messages",
                {**sms[0], "settings": settings},
                id=ids["Text messages"],
                secrets=vault.seal(sms[1]),
            )
        ],
        None,
        clock.now(),
    )
    await configuration.refresh()
    return ids


def commands(url: str, ports: Ports, ids: Mapping[str, int]) -> list[list[str]]:
    """How the simulators and the phone's page are started."""
    graph, twilio = f"http://127.0.0.1:{ports.graph}", f"http://127.0.0.1:{ports.twilio}"
    return [
        [
            "-m", "rapport_simulators.graph", "--port", str(ports.graph),
            "--webhook-whatsapp", f"{url}/webhooks/whatsapp/{ids['WhatsApp number']}",
            "--webhook-messenger", f"{url}/webhooks/messenger/{ids['Facebook page']}",
            "--app-secret", META["app_secret"], "--verify-token", META["verify_token"],
            "--access-token", META["access_token"], "--app-id", APP,
            "--phone-number-id", PHONE_NUMBER_ID, "--display-phone-number", DISPLAY_NUMBER,
            "--business-account-id", BUSINESS_ACCOUNT, "--page-id", PAGE,
        ],
        [
            "-m", "rapport_simulators.twilio", "--port", str(ports.twilio),
            "--webhook", f"{url}/webhooks/sms/{ids['Text messages']}",
            "--account-sid", TWILIO_SID, "--auth-token", TWILIO_TOKEN, "--number", SMS_NUMBER,
        ],
        [
            "-m", "rapport_simulators.smsc", "--port", str(ports.smsc),
            "--control-port", str(ports.smsc_control), "--system-id", "rapport",
            "--password", SMPP_PASSWORD, "--number", SMPP_NUMBER,
        ],
        [
            "-m", "rapport_simulators.mail", "--port", str(ports.mail),
            "--imap-port", str(ports.imap), "--smtp-port", str(ports.smtp),
            "--business", MAILBOX, "--password", MAILBOX_PASSWORD,
        ],
        [
            "-m", "rapport_simulators.phone", "--port", str(ports.phone), "--graph", graph,
            "--twilio", twilio, "--smsc", f"http://127.0.0.1:{ports.smsc_control}",
            "--mail", f"http://127.0.0.1:{ports.mail}",
        ],
    ]  # fmt: skip


def _accounts(ports: Ports) -> dict[str, tuple[dict[str, Any], dict[str, str], str]]:
    """Spec, secrets and queue of each account by name."""
    graph = f"http://127.0.0.1:{ports.graph}/v25.0"
    return {
        "WhatsApp number": (
            {
                "channel": "whatsapp",
                "address": PHONE_NUMBER_ID,
                "settings": {"api_url": graph, "business_account_id": BUSINESS_ACCOUNT},
            },
            META,
            "Sales",
        ),
        "Facebook page": (
            {
                "channel": "messenger",
                "address": PAGE,
                "answers_late": True,
                "settings": {"api_url": graph, "app_id": APP, "human_agent": True},
            },
            META,
            "Sales",
        ),
        "Text messages": (
            {
                "channel": "sms",
                "address": SMS_NUMBER,
                "settings": {
                    "provider": "twilio",
                    "account_sid": TWILIO_SID,
                    "api_url": f"http://127.0.0.1:{ports.twilio}",
                    "number_kind": "toll_free",
                },
            },
            {"auth_token": TWILIO_TOKEN},
            "Support",
        ),
        "Text messages by SMPP": (
            {
                "channel": "sms",
                "address": SMPP_NUMBER,
                "settings": {
                    "provider": "smpp",
                    "host": "127.0.0.1",
                    "port": ports.smsc,
                    "system_id": "rapport",
                },
            },
            {"password": SMPP_PASSWORD},
            "Support",
        ),
        "Help mailbox": (
            {
                "channel": "email",
                "address": MAILBOX,
                "settings": {
                    "imap_host": "127.0.0.1",
                    "imap_port": ports.imap,
                    "imap_security": "plain",
                    "smtp_host": "127.0.0.1",
                    "smtp_port": ports.smtp,
                    "smtp_security": "plain",
                    "sender_name": "Kettle & Clay",
                    "signature": "Kettle & Clay · handmade since last spring",
                },
            },
            {"password": MAILBOX_PASSWORD},
            "Mail",
        ),
    }
