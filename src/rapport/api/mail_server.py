"""Forwarded mail by SMTP or LMTP: the listener with the door behind it."""

from __future__ import annotations

import asyncio

from rapport.api.context import Context
from rapport.api.mail_door import MailDoor, certificates
from rapport.channels.email.listener import listen
from rapport.settings import Settings


async def mail_server(settings: Settings, context: Context) -> asyncio.Server:
    """The listener, which takes mail from now on.

    Raises:
        OSError, ssl.SSLError: the port or the certificate can't be had.
    """
    door = MailDoor(context)
    return await listen(
        settings.mail_host,
        settings.mail_port or 0,
        door.accepts,
        door.take,
        lmtp=settings.mail_lmtp,
        largest=settings.mail_largest_mb * 1024 * 1024,
        hostname=settings.mail_hostname,
        tls=certificates(settings.mail_certificate, settings.mail_key),
    )


async def until_cancelled(server: asyncio.Server) -> None:
    """Keep it open."""
    async with server:
        await server.serve_forever()
