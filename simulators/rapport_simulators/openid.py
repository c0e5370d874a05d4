"""An OpenID Connect provider: discovery, authorisation code with PKCE, RS256 tokens, JWKS.

Nobody is asked for a password: whoever comes is `person`. Codes are good once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from rapport_simulators.provider.server import LoopbackServer

Claims = dict[str, Any]
KEY = "key-1"


class OpenIdProvider:
    """One provider with one client.

    Args:
        now: The time that tokens are made out for.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.client_id, self.client_secret = "rapport", "a secret: with %signs"
        self.person: Claims = {"sub": "1", "email": "dana@example.com", "email_verified": True}
        self.more: Claims = {}
        """Written over what tokens say."""
        self.refuse = False
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.published = self.key
        self.asked: list[dict[str, str]] = []
        self._now = now
        self._codes: dict[str, dict[str, str]] = {}
        routes = [
            Route("/.well-known/openid-configuration", self._describe),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", self._keys),
        ]
        self._server = LoopbackServer(Starlette(routes=routes))

    @property
    def issuer(self) -> str:
        """As it calls itself."""
        return self._server.url

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop()

    async def _describe(self, _: Request) -> Response:
        url = self.issuer
        return JSONResponse(
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "jwks_uri": f"{url}/keys",
                "response_types_supported": ["code"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        wanted = {"response_type": "code", "code_challenge_method": "S256"}
        if asked.get("client_id") != self.client_id or not wanted.items() <= asked.items():
            return JSONResponse({"error": "invalid_request"}, 400)
        answer = {"state": asked["state"]}
        if self.refuse:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(16)
            self._codes[answer["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    async def _token(self, request: Request) -> Response:
        form = dict(await request.form())
        asked = self._codes.pop(str(form.get("code")), None)
        challenge = _s256(str(form.get("code_verifier", "")))
        if not self._is_client(request) or asked is None:
            return JSONResponse({"error": "invalid_client" if asked else "invalid_grant"}, 400)
        if (asked["code_challenge"], asked["redirect_uri"]) != (challenge, form["redirect_uri"]):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(self._now())
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
            **self.more,
        }
        token = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": KEY})
        return JSONResponse(
            {"id_token": token, "access_token": secrets.token_hex(8), "token_type": "Bearer"}
        )

    async def _keys(self, _: Request) -> Response:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.published.public_key()))
        return JSONResponse({"keys": [{**key, "kid": KEY, "use": "sig", "alg": "RS256"}]})

    def _is_client(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Basic ")
        try:
            text = base64.b64decode(given).decode()
        except ValueError:
            return False
        return text == f"{_form(self.client_id)}:{_form(self.client_secret)}"


def _form(text: str) -> str:
    return urlencode({"": text})[1:].replace("+", "%20")


def _s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
