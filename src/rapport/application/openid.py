"""Signing in with an identity provider (OpenID Connect): authorisation code with PKCE.

The provider proves who somebody is; who may come in and with which rights is decided here. People
are found by their verified address once, and known by issuer and subject from then on. Second
factors are the provider's own: none of ours is asked for on this way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from rapport.application.access import Access, Session
from rapport.application.configuration.administration import Administration, Draft
from rapport.application.configuration.integration import IdentityProviderSpec
from rapport.application.configuration.specs import UserSpec
from rapport.application.identities import Identities
from rapport.application.ports import ConfigurationSource
from rapport.domain.errors import Invalid, NotFound, Refused

LONGEST_ATTEMPT = timedelta(minutes=10)
LONGEST_SUBJECT = 255
"""OpenID Connect Core, 2."""
CLIENT_SECRET = "client_secret"  # noqa: S105 - the name under which it is kept


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What a provider says of itself (discovery)."""

    issuer: str
    authorization: str
    token: str
    keys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A code, and what makes it good for us alone."""

    code: str
    client_id: str
    client_secret: str | None
    redirect_uri: str
    verifier: str


class OpenIdClient(Protocol):
    """Asks providers."""

    async def discover(self, issuer: str) -> Endpoints:
        """Where a provider is asked.

        Raises:
            Refused: `openid_unreachable`, `openid_failed`.
        """

    async def claims(
        self, endpoints: Endpoints, exchange: Exchange, now: float
    ) -> Mapping[str, Any]:
        """What the provider vouches for: signature, issuer, audience and times are checked.

        Raises:
            Refused: `openid_unreachable`, `openid_failed`.
        """


class OpenIdSignIn:
    """Going to a provider and coming back."""

    def __init__(
        self,
        client: OpenIdClient,
        access: Access,
        identities: Identities,
        administration: Administration,
        configuration: ConfigurationSource,
    ) -> None:
        self._client = client
        self._access = access
        self._identities = identities
        self._administration = administration
        self._configuration = configuration

    def providers(self) -> list[dict[str, Any]]:
        """Those that people can choose."""
        items = self._configuration.current.by_kind["identity_providers"]
        return [
            {"id": item.id, "name": item.name}
            for item in items
            if isinstance(item.spec, IdentityProviderSpec) and item.spec.active
        ]

    async def begin(self, provider_id: int, redirect_uri: str) -> tuple[str, str]:
        """Where the browser goes, and what it keeps meanwhile, sealed.

        Raises:
            NotFound: there is no such provider, or it is switched off.
            Refused: it cannot be reached.
        """
        spec = self._provider(provider_id)
        endpoints = await self._client.discover(spec.issuer)
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        question = urlencode(
            {
                "response_type": "code",
                "client_id": spec.client_id,
                "redirect_uri": redirect_uri,
                "scope": "openid email profile",
                "state": state,
                "nonce": nonce,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
        )
        joint = "&" if "?" in endpoints.authorization else "?"
        kept = {
            "provider": str(provider_id),
            "state": state,
            "nonce": nonce,
            "verifier": verifier,
            "redirect_uri": redirect_uri,
            "at": str(self._administration.clock.now().timestamp()),
        }
        sealed = base64.urlsafe_b64encode(self._administration.box.seal(kept)).decode()
        return f"{endpoints.authorization}{joint}{question}", sealed

    async def finish(
        self, sealed: str | None, state: str, code: str, address: str, user_agent: str
    ) -> tuple[str, Session]:
        """A session of whom the provider vouches for.

        Raises:
            Refused: `openid_failed`, `openid_unreachable`, `openid_unverified`, `openid_nobody`,
                `openid_other`.
        """
        kept = self._kept(sealed, state)
        provider_id = int(kept["provider"])
        spec = self._provider(provider_id)
        now = self._administration.clock.now()
        endpoints = await self._client.discover(spec.issuer)
        item = self._configuration.current.items[provider_id]
        exchange = Exchange(
            code=code,
            client_id=spec.client_id,
            client_secret=self._administration.opened(item).get(CLIENT_SECRET),
            redirect_uri=kept["redirect_uri"],
            verifier=kept["verifier"],
        )
        claims = await self._client.claims(endpoints, exchange, now.timestamp())
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), kept["nonce"].encode()):
            raise failed("The provider's answer belongs to another attempt.")
        user_id = await self._person(spec, endpoints.issuer, claims, address)
        return await self._access.begin(user_id, address, user_agent)

    async def _person(
        self, spec: IdentityProviderSpec, issuer: str, claims: Mapping[str, Any], address: str
    ) -> int:
        """Whom the claims stand for: bound already, or bound now."""
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise failed("The provider's identity token is not good.")
        bound = await self._identities.whose(issuer, subject)
        if bound is not None:
            user = self._configuration.current.users.get(bound)
            if user is None or not user.active:
                await self._refused(claims, bound, address)
                raise _nobody()
            return bound
        email = claims.get("email")
        if not isinstance(email, str) or claims.get("email_verified") is not True:
            words = "The provider does not vouch for your e-mail address."
            raise Refused("openid_unverified", words)
        try:
            user_id = self._known(email) or await self._newcomer(spec, email, claims)
        except Refused:
            await self._refused(claims, None, address)
            raise
        if not await self._identities.bind(user_id, issuer, subject, address):
            await self._refused(claims, user_id, address, "another_identity")
            raise _other()
        return user_id

    async def _refused(
        self,
        claims: Mapping[str, Any],
        user_id: int | None,
        address: str,
        what: str = "identity_provider",
    ) -> None:
        login = str(claims.get("email") or claims["sub"])
        await self._access.note_failure(login, user_id, address, what)

    def _provider(self, provider_id: int) -> IdentityProviderSpec:
        item = self._configuration.current.items.get(provider_id)
        spec = item.spec if item is not None else None
        if not isinstance(spec, IdentityProviderSpec) or not spec.active:
            raise NotFound("not_found", "There is no such provider.")
        return spec

    def _kept(self, sealed: str | None, state: str) -> Mapping[str, str]:
        """What the browser brings back; only together with the state that was sent."""
        try:
            kept = self._administration.box.open(base64.urlsafe_b64decode(sealed or ""))
        except ValueError:
            raise failed("Begin again on the sign-in page.") from None
        now = self._administration.clock.now().timestamp()
        same = hmac.compare_digest(kept.get("state", "").encode(), state.encode())
        if not state or not same or now - float(kept["at"]) > LONGEST_ATTEMPT.total_seconds():
            raise failed("Begin again on the sign-in page.")
        return kept

    def _known(self, email: str) -> int | None:
        """The one active person whose address or login this is.

        Raises:
            Refused: `openid_nobody`; they may not sign in, or there are several.
        """
        wanted = email.casefold()
        users = self._configuration.current.users
        found = [i for i, user in users.items() if user.email.casefold() == wanted]
        found = found or [i for i, user in users.items() if user.login.casefold() == wanted]
        if not found:
            return None
        if len(found) > 1 or not users[found[0]].active:
            raise _nobody()
        return found[0]

    async def _newcomer(
        self, spec: IdentityProviderSpec, email: str, claims: Mapping[str, Any]
    ) -> int:
        if spec.newcomers != "create":
            raise _nobody()
        given = claims.get("name")
        name = given.strip() if isinstance(given, str) and given.strip() else email
        if any(i.name == name for i in self._configuration.current.by_kind["users"]):
            name = f"{name} ({email})"
        try:
            user = UserSpec(
                login=email,
                email=email,
                roles=spec.roles,
                custom_roles=spec.custom_roles,
                teams=spec.teams,
            )
            made = await self._administration.create("users", Draft(name[:100], user), None)
        except (ValueError, Invalid):
            raise _nobody() from None
        return int(made["id"])


def failed(words: str) -> Refused:
    """The refusal for answers that cannot be right."""
    return Refused("openid_failed", words)


def _nobody() -> Refused:
    return Refused("openid_nobody", "Nobody here has this e-mail address. Ask an administrator.")


def _other() -> Refused:
    words = (
        "You are somebody else at the identity provider than whoever signed in here before with"
        " your e-mail address. Ask an administrator."
    )
    return Refused("openid_other", words)


def claims_of(text: str) -> Mapping[str, Any]:
    """An answer's JSON object.

    Raises:
        Refused: it is none.
    """
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise failed("The provider's answer is not understood.")
    return found
