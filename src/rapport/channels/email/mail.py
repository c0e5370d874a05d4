"""What a mail is to Rapport, whatever it was when it came."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from rapport.channels.email.addresses import Address
from rapport.channels.email.transfer import Encoded

MailClass = Literal["human", "auto_reply", "bounce", "feedback", "list"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAttachment:
    """A file of a mail. `filename` is safe to show and to store, `size` is in bytes, decoded.

    `inline` is an image or other file that the text shows at its place; `content_id` is without
    angle brackets. The bytes stay in the mail until they are asked for.
    """

    filename: str
    media_type: str
    size: int
    inline: bool
    content_id: str | None
    source: Encoded = field(repr=False, compare=False)

    def content(self) -> bytes:
        """The file's bytes. Archives are never unpacked."""
        return self.source.content()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A message that was not delivered (RFC 3464), or not yet.

    `hard`: the address will not take mail later either (status 5.x.x). `status` is the enhanced
    code, or the three digits where there is none. `reason` is what the other server said.
    """

    recipients: tuple[str, ...]
    hard: bool
    status: str | None
    original_message_id: str | None = None
    reason: str = ""
    delayed: bool = False
    """The server goes on trying: not a failure yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail, read. Message ids are with their angle brackets.

    `text` is the whole text, `visible_reply` what its writer wrote, `quoted` the rest. Where the
    mail has HTML only, `text` is made from it. `html` is as it came: it is sanitised when it is
    shown. `date` is the writer's, or when the last server took it if that is unreadable.
    `automatic` holds the headers of RFC 3834, RFC 2369 and their like. `problems` are stable
    codes, sorted.
    """

    sender: Address | None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    text: str = ""
    html: str | None = None
    visible_reply: str = ""
    quoted: str = ""
    message_id: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    date: datetime | None = None
    attachments: tuple[MailAttachment, ...] = ()
    automatic: Mapping[str, str] = field(default_factory=dict)
    mail_class: MailClass = "human"
    bounce: Bounce | None = None
    problems: tuple[str, ...] = ()

    def by_form(self, own: AbstractSet[str]) -> Address | None:
        """Whose words a mail from one of our own addresses carries (M10).

        A website's form sends such a mail, and names the customer as the one to answer. None for
        what we have written ourselves, and for what comes from anybody else.

        Args:
            own: Our addresses, in small letters.
        """
        if self.sender is None or self.sender.key not in own or self.mail_class != "human":
            return None
        return next((person for person in self.reply_to if person.key not in own), None)
