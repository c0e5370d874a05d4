"""The ceremonies of passkeys (W3C Web Authentication, sections 7.1 and 7.2), by a library.

It is imported when it is first needed: 18 MB that a server without passkeys never takes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rapport.domain.errors import Refused

TIMEOUT_MS = 120_000
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Party:
    """For whom passkeys are good: a host name, seen by the browser at an origin."""

    id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What an authenticator has made; the private half never leaves it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def creation_options(
    party: Party, person: tuple[int, str, str], challenge: bytes, held: Sequence[bytes]
) -> Json:
    """For `navigator.credentials.create`; `person` is id, login and name.

    A passkey stands for a password and a second factor at once, so the authenticator must keep it
    by itself and check who holds it.
    """
    import webauthn
    from webauthn.helpers import structs

    user_id, login, name = person
    selection = structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=handle_of(user_id),
        user_name=login,
        user_display_name=name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=selection,
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=key) for key in held],
    )
    return _as_json(options)


def request_options(party: Party, challenge: bytes) -> Json:
    """For `navigator.credentials.get`: whichever passkey of this host the person has."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return _as_json(options)


def created(party: Party, challenge: bytes, credential: Mapping[str, Any]) -> Key:
    """The new key, if the browser's answer holds.

    Raises:
        Refused: `passkey_failed`.
    """
    import webauthn

    with _answer_refused():
        made = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    return Key(
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
    )


def credential_id_of(credential: Mapping[str, Any]) -> bytes:
    """Which passkey an answer is of; nothing is proved by it.

    Raises:
        Refused: `passkey_failed`.
    """
    from webauthn.helpers import parse_authentication_credential_json

    with _answer_refused():
        return parse_authentication_credential_json(dict(credential)).raw_id


def asserted(
    party: Party, challenge: bytes, credential: Mapping[str, Any], key: Key, user_id: int
) -> int:
    """How often the key was used by now, if the answer proves that the person holds it.

    Raises:
        Refused: `passkey_failed`; also where the count shows that the key was copied.
    """
    import webauthn
    from webauthn.helpers import parse_authentication_credential_json

    with _answer_refused():
        answer = parse_authentication_credential_json(dict(credential))
        proved = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    if answer.response.user_handle not in {None, handle_of(user_id)}:
        raise _failed()
    return proved.new_sign_count


def handle_of(user_id: int) -> bytes:
    """By what an authenticator knows a person: nothing that tells who they are."""
    return user_id.to_bytes(8, "big")


def _as_json(options: Any) -> Json:
    import webauthn

    found: Json = json.loads(webauthn.options_to_json(options))
    return found


@contextmanager
def _answer_refused() -> Iterator[None]:
    """Whatever is wrong with what a browser sent is one refusal; why is nobody's business."""
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        yield
    except (WebAuthnException, ValueError, TypeError, LookupError, AttributeError):
        raise _failed() from None


def _failed() -> Refused:
    return Refused("passkey_failed", "The passkey was not accepted. Begin again.")
