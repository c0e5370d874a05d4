"""What an administrator sets of an SMS number, for either provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from rapport.channels.sdk.connector import AccountConfig
from rapport.channels.sdk.manifest import AccountSettings

TWILIO_API = "https://api.twilio.com"
RATES = {"long_code": 1.0, "short_code": 100.0, "toll_free": 3.0}
"""Messages per second by kind of number (Twilio, "Understanding rate limits and queues")."""
SMPP_RATE = 10.0
_Seconds = Annotated[float, Field(gt=0, le=3600)]
_Octet = Annotated[int, Field(ge=0, le=255)]


class SmsSettings(AccountSettings):
    """Both providers' settings; those of the other one are ignored."""

    provider: Literal["twilio", "smpp"] = "twilio"
    per_second: Annotated[float, Field(gt=0, le=10_000)] | None = None

    account_sid: str = ""
    messaging_service_sid: str = ""
    number_kind: Literal["long_code", "short_code", "toll_free"] = "long_code"
    api_url: str = TWILIO_API
    webhook_url: str = ""
    """The account's own public webhook address; status callbacks are asked for there."""
    media_url: str = ""
    """Public address of a file, with `{id}`, `{key}`, `{filename}`; without it no files go out."""

    host: str = ""
    port: Annotated[int, Field(ge=1, le=65_535)] = 2775
    tls: bool = False
    system_id: str = ""
    system_type: str = ""
    bind: Literal["trx", "tx_rx"] = "trx"
    service_type: str = ""
    default_alphabet: Literal["gsm", "gsm_packed", "latin1"] = "gsm"
    """What the message centre means by data_coding 0."""
    receipt_ids: Literal["same", "hex_receipt", "decimal_receipt"] = "same"
    """How a receipt spells the id of `submit_sm_resp`: hex for its decimal, or the reverse."""
    receipt_utc_offset_minutes: Annotated[int, Field(ge=-840, le=840)] = 0
    assume_international: bool = True
    """A sender of unknown type with more than eight digits is an international number."""
    source_ton: _Octet | None = None
    source_npi: _Octet | None = None
    window: Annotated[int, Field(ge=1, le=1000)] = 10
    enquire_link_s: _Seconds = 30
    response_s: _Seconds = 10
    reconnect_s: _Seconds = 1
    repeat_after_s: Annotated[float, Field(ge=0, le=600)] = 10
    """The same words sooner after our answer are the message centre's, not the customer's."""
    redelivery_window_s: Annotated[int, Field(ge=1, le=86_400)] = 300

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.provider == "smpp" and not (self.host and self.system_id):
            raise ValueError("SMPP needs `host` and `system_id`.")
        return self


def settings_of(account: AccountConfig) -> SmsSettings:
    """The account's settings.

    Raises:
        ValueError: they don't fit.
    """
    return read(account.settings)


def rate(settings: Mapping[str, Any]) -> float:
    """Messages per second: as set, else by provider and kind of number."""
    try:
        found = read(settings)
    except ValueError:
        return RATES["long_code"]
    if found.per_second is not None:
        return found.per_second
    return SMPP_RATE if found.provider == "smpp" else RATES[found.number_kind]


def read(settings: Mapping[str, Any]) -> SmsSettings:
    """Settings as stored; unknown ones are left out.

    Raises:
        ValueError: they don't fit; the words name the fields and no value.
    """
    known = {name: settings[name] for name in SmsSettings.model_fields if name in settings}
    try:
        return SmsSettings.model_validate(known)
    except ValidationError as error:
        # Its text would repeat the values.
        fields = ", ".join(".".join(map(str, e["loc"])) for e in error.errors())
        raise ValueError(f"SMS settings do not fit: {fields or 'host and system_id'}") from None
