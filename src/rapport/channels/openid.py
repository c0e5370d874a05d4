"""Asks identity providers: discovery, the exchange of codes, and tokens checked by their keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx2
import jwt

from rapport.application.openid import Endpoints, Exchange, claims_of, failed
from rapport.domain.errors import Refused

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""With a key that only the provider has; never `none`, nor with our own secret."""
LEEWAY_S = 120
LARGEST = 512_000
GOOD = 200


class OpenIdHttp:
    """Implements `application.openid.OpenIdClient`; the HTTP client guards where it goes."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def discover(self, issuer: str) -> Endpoints:  # noqa: D102
        found = await self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise failed("The provider calls itself by another name than is configured.")
        names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        values = [str(found.get(name) or "") for name in names]
        secure = issuer.startswith("https://")
        if not all(value.startswith("https://") or (value and not secure) for value in values):
            raise failed("The provider's description is not complete.")
        return Endpoints(*values)

    async def claims(  # noqa: D102
        self, endpoints: Endpoints, exchange: Exchange, now: float
    ) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": exchange.code,
            "redirect_uri": exchange.redirect_uri,
            "client_id": exchange.client_id,
            "code_verifier": exchange.verifier,
        }
        auth = None
        if exchange.client_secret is not None:
            # RFC 6749, 2.3.1: both are written as in a form.
            auth = httpx2.BasicAuth(
                quote(exchange.client_id, safe=""), quote(exchange.client_secret, safe="")
            )
        answer = await self._ask("POST", endpoints.token, data=form, auth=auth)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise failed("The provider has sent no identity.")
        return _checked(token, await self._get(endpoints.keys), endpoints, exchange.client_id, now)

    async def _get(self, url: str) -> Mapping[str, Any]:
        return await self._ask("GET", url)

    async def _ask(self, method: str, url: str, **more: Any) -> Mapping[str, Any]:
        try:
            answer = await self._client.request(
                method, url, headers={"Accept": "application/json"}, follow_redirects=False, **more
            )
        except (httpx2.HTTPError, httpx2.InvalidURL):
            words = "The identity provider does not answer. Try again."
            raise Refused("openid_unreachable", words) from None
        if answer.status_code != GOOD or len(answer.content) > LARGEST:
            raise failed(f"The identity provider has answered {answer.status_code}.")
        return claims_of(answer.text)


def _checked(
    token: str, keys: Mapping[str, Any], endpoints: Endpoints, client_id: str, now: float
) -> Mapping[str, Any]:
    """A token's claims, once everything about it is as it must be (OpenID Connect Core, 3.1.3.7).

    Raises:
        Refused: `openid_failed`.
    """
    try:
        name = jwt.get_unverified_header(token).get("kid")
        found = [k for k in jwt.PyJWKSet.from_dict(dict(keys)).keys if k.public_key_use != "enc"]
        fitting = [k for k in found if name is None or k.key_id == name]
        if len(fitting) != 1:
            raise failed("The provider's key is not known.")
        claims: Mapping[str, Any] = jwt.decode(
            token,
            fitting[0],
            algorithms=ALGORITHMS,
            audience=client_id,
            issuer=endpoints.issuer,
            options={
                "require": ["iss", "sub", "aud", "exp", "iat"],
                # By the installation's clock, below.
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except jwt.PyJWTError:
        raise failed("The provider's identity token is not good.") from None
    audience = claims["aud"]
    others = isinstance(audience, list) and len(audience) > 1
    if (others or "azp" in claims) and claims.get("azp") != client_id:
        raise failed("The identity token is meant for somebody else.")
    times = (claims["exp"], claims["iat"], claims.get("nbf", 0))
    if any(isinstance(t, bool) or not isinstance(t, int | float) for t in times):
        raise failed("The provider's identity token is not good.")
    if now > times[0] + LEEWAY_S or now < max(times[1:]) - LEEWAY_S:
        raise failed("The identity token is out of date. Look at the clocks.")
    return claims
