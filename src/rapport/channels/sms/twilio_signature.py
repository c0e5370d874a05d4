"""The signature of Twilio's webhooks.

Source: Twilio, "Webhooks security": base64 of HMAC-SHA1 with the auth token over the address as
called and all posted parameters, sorted by name, name and value joined; a JSON body is covered by
its SHA-256 in the address's `bodySHA256` instead.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import SplitResult, parse_qs, urlsplit, urlunsplit

Pairs = list[tuple[str, str]]
_STANDARD_PORT = {"http": 80, "https": 443}


def signature(token: str, url: str, parameters: Pairs) -> str:
    """The signature over one spelling of the address.

    A name given several times counts each different value once, in order, as Twilio's own
    libraries do.
    """
    signed = url + "".join(name + value for name, value in sorted(set(parameters)))
    digest = hmac.digest(token.encode(), signed.encode("utf-8", "surrogatepass"), hashlib.sha1)
    return base64.b64encode(digest).decode()


def is_signed(given: str, token: str, url: str, parameters: Pairs | None, body: bytes) -> bool:
    """Whether the header fits, for the address with and without its standard port.

    `parameters` is None for a body that is no form: the address must carry its digest.
    """
    if parameters is None:
        query = url.partition("#")[0].partition("?")[2]
        digest = parse_qs(query).get("bodySHA256", [""])[0].lower()
        wanted = hashlib.sha256(body).hexdigest()
        if not hmac.compare_digest(digest.encode(), wanted.encode()):
            return False
    found = False
    for spelling in spellings(url):
        expected = signature(token, spelling, parameters or [])
        found |= hmac.compare_digest(expected.encode(), given.encode())
    return found


def spellings(url: str) -> list[str]:
    """The address as called, without a port, and with the scheme's own; no fragment."""
    url = url.partition("#")[0]
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError:
        return [url]
    standard = _STANDARD_PORT.get(split.scheme.lower())
    found = [url]
    if port is not None:
        found.append(urlunsplit(_with_port(split, None)))
    elif standard is not None:
        found.append(urlunsplit(_with_port(split, standard)))
    return found


def _with_port(split: SplitResult, port: int | None) -> SplitResult:
    user, at, host = split.netloc.rpartition("@")
    closing = host.rfind("]")
    colon = host.rfind(":")
    bare = host[:colon] if colon > closing else host
    return split._replace(netloc=f"{user}{at}{bare}" + ("" if port is None else f":{port}"))
