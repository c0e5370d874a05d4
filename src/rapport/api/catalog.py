"""Names and rules that views need: the configuration, as far as agents may see it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.specs import IdleCodeSpec, ReasonSpec
from rapport.domain.policy import AccountPolicy


def capabilities_view(account: AccountPolicy) -> dict[str, Any]:
    """A channel's row of the capability table, with the account's own limit and window."""
    view = asdict(account.capabilities)
    view["kind"] = account.capabilities.kind.value
    view["end_conference"] = "owner"
    view["window_s"] = None if account.window is None else int(account.window.total_seconds())
    view.pop("pushed")
    view.pop("longer_window_s")
    return view


def catalog_view(configuration: Configuration) -> dict[str, Any]:
    """The catalogue of docs/architecture/interfaces.md §3."""
    named = configuration.name
    return {
        "version": configuration.version,
        "agents": [
            {"id": i, "name": named(i), "roles": user.roles, "team_ids": user.teams}
            for i, user in configuration.users.items()
            if user.active
        ],
        "teams": [{"id": i, "name": name} for i, name in configuration.teams()],
        "queues": [
            {
                "id": i,
                "name": named(i),
                "channels": spec.channels,
                "self_assign": spec.self_assign,
                "outbound": spec.outbound,
                "editable_variables": spec.editable_variables,
            }
            for i, spec in configuration.queue_specs.items()
        ],
        "idle_codes": [
            {"id": i.id, "name": i.name, "default": i.id == configuration.default_idle_code}
            for i in configuration.by_kind["idle_codes"]
            if isinstance(i.spec, IdleCodeSpec)
        ],
        "reasons": [
            {
                "id": i.id,
                "name": i.name,
                "queue_ids": i.spec.queues,
                "default": i.spec.default,
            }
            for i in configuration.by_kind["reasons"]
            if isinstance(i.spec, ReasonSpec)
        ],
        "accounts": [
            {
                "id": i,
                "name": named(i),
                "channel": spec.channel,
                "address": spec.address,
                "capabilities": capabilities_view(configuration.accounts[i]),
                "files": spec.files.agents(configuration.settings.files).model_dump(),
                "ask_to_end_text": spec.ask_to_end_text,
                "latest_only": spec.settings.get("latest_only", "refuse"),
            }
            for i, spec in configuration.account_specs.items()
        ],
        "settings": {
            "company": configuration.settings.company,
            "workflows": bool(configuration.workflows),
            "queues": {
                str(i): {
                    "reason_required": queue.reason_required,
                    "wrap_up_cancel_allowed": queue.auto_wrap_up_cancellable,
                }
                for i, queue in configuration.queues.items()
            },
        },
    }


class Catalog:
    """The catalogue of the configuration in force: made once for each, however many ask."""

    def __init__(self) -> None:
        self._made: tuple[Configuration, dict[str, Any]] | None = None

    def of(self, configuration: Configuration) -> dict[str, Any]:
        """What everybody is given until the configuration changes; not to be changed."""
        if self._made is None or self._made[0] is not configuration:
            self._made = (configuration, catalog_view(configuration))
        return self._made[1]
