"""One connection to a Rapport server: who asks, repeats that are safe, errors with codes."""

from __future__ import annotations

import http.cookiejar
import json as json_text
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

RETRIED = frozenset({429, 502, 503, 504})
SAFE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
LONGEST_PAUSE_S = 30.0


class ApiError(Exception):
    """The server refused, or could not be asked.

    `code` is stable, `message` is for people, `status` is 0 without an answer, and `details` may
    name fields.
    """

    def __init__(self, status: int, code: str, message: str, details: Mapping[str, Any]) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details


class Connection:
    """Sends requests with a bearer token, or with the session of `sign_in`.

    Args:
        url: Where the server is, such as `https://desk.example`.
        token: A token for programs, `rpt_…`.
        timeout_s: How long to wait for an answer.
        retries: How often a request is repeated that the server could not take now. Commands carry
            the same Idempotency-Key each time, so that repeating is never doing it twice.
    """

    def __init__(
        self, url: str, token: str | None = None, *, timeout_s: float = 30.0, retries: int = 3
    ) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url!r} is not an address such as https://desk.example")
        self._base = url.rstrip("/") + "/api/v1"
        self._token = token
        self._csrf: str | None = None
        self._timeout_s = timeout_s
        self._retries = retries
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        # Redirects are not followed: a token is for this server only.
        self._opener = urllib.request.build_opener(cookies, _NoRedirects)

    def sign_in(self, login: str, password: str) -> None:
        """Work as a person instead of with a token."""
        answer = self.call("POST", "/session", json={"login": login, "password": password})
        self._csrf = answer["csrf_token"]

    def call(self, method: str, path: str, **more: Any) -> Any:
        """A request; the answer's JSON, or None where there is none.

        Raises:
            ApiError: with the server's code and words.
        """
        body = self.read(method, path, **more)
        return json_text.loads(body) if body else None

    def read(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        media_type: str = "application/json",
        version: int | None = None,
        idempotency_key: str | None = None,
        headers: Mapping[str, Any] | None = None,
    ) -> bytes:
        """A request; the answer's bytes."""
        address = self._base + path + _query(query or {})
        data = content if json is None else json_text.dumps(json).encode()
        wanted = {name: str(value) for name, value in (headers or {}).items() if value is not None}
        if method not in {"GET", "HEAD"}:
            wanted["Idempotency-Key"] = idempotency_key or secrets.token_hex(16)
        if data is not None:
            wanted["Content-Type"] = media_type
        if version is not None:
            wanted["If-Match"] = f'"{version}"'
        if self._token is not None:
            wanted["Authorization"] = f"Bearer {self._token}"
        elif self._csrf is not None:
            wanted["X-CSRF-Token"] = self._csrf
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            request = urllib.request.Request(address, data, wanted, method=method)
            try:
                with self._opener.open(request, timeout=self._timeout_s) as answer:
                    found: bytes = answer.read()
                    return found
            except urllib.error.HTTPError as error:
                with error:
                    if error.code not in RETRIED or last:
                        raise _refused(error) from None
                    time.sleep(_pause_s(attempt, error.headers.get("Retry-After")))
            except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
                if last:
                    words = "The server does not answer."
                    raise ApiError(0, "unreachable", words, {}) from error
                time.sleep(_pause_s(attempt, None))
        raise AssertionError("unreachable")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:  # type: ignore[explicit-override]
        return None


def segment(value: object) -> str:
    """A value as one piece of a path."""
    return urllib.parse.quote(str(value), safe="")


def _query(values: Mapping[str, Any]) -> str:
    pairs = [(name, _plain(value)) for name, value in values.items() if value is not None]
    return "?" + urllib.parse.urlencode(pairs, doseq=True) if pairs else ""


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _pause_s(attempt: int, asked: str | None) -> float:
    if asked is not None and asked.isdecimal():
        return min(float(asked), LONGEST_PAUSE_S)
    return min(0.5 * 2.0**attempt, LONGEST_PAUSE_S)


def _refused(error: urllib.error.HTTPError) -> ApiError:
    try:
        found = json_text.loads(error.read())["error"]
        return ApiError(error.code, found["code"], found["message"], found.get("details") or {})
    except (ValueError, KeyError, TypeError):
        return ApiError(error.code, "no_answer", f"The server answered {error.code}.", {})
