"""What is sent and what is answered, as dictionaries.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

CapacityMode: TypeAlias = "Literal['blended', 'blended_realtime', 'exclusive']"
ChannelKind: TypeAlias = "Literal['chat', 'email', 'social']"
ChannelType: TypeAlias = "Literal['webchat', 'email', 'messenger', 'sms', 'whatsapp', 'custom']"
GonePolicy: TypeAlias = "Literal['keep', 'requeue']"
HoursClose: TypeAlias = "Literal['keep', 'close', 'overflow']"
Mode: TypeAlias = "Literal['reply', 'reply_all', 'forward']"
UnansweredTransfer: TypeAlias = "Literal['drop', 'return_to_sender', 'requeue']"
Acceptance = TypedDict("Acceptance", {"token": "str", "password": "str"})
"""An invited person's password."""
AccountDraft = TypedDict(
    "AccountDraft",
    {"name": "str", "spec": "AccountSpec", "secrets": "NotRequired[dict[str, str | None]]"},
)
AccountFiles = TypedDict(
    "AccountFiles",
    {
        "from_customers": "NotRequired[FilePolicy | None]",
        "from_agents": "NotRequired[FilePolicy | None]",
    },
)
"""An account's own policies; a direction without one has the installation's."""
AccountItem = TypedDict(
    "AccountItem",
    {
        "id": "int",
        "kind": "str",
        "name": "str",
        "version": "int",
        "spec": "AccountSpec",
        "secrets": "list[str] | None",
    },
)
AccountPage = TypedDict("AccountPage", {"items": "list[AccountItem]", "next": "str | None"})
AccountSpec = TypedDict(
    "AccountSpec",
    {
        "channel": "ChannelType",
        "address": "NotRequired[str]",
        "active": "NotRequired[bool]",
        "composer_limit": "NotRequired[int | None]",
        "files": "NotRequired[AccountFiles]",
        "dropped_text": "NotRequired[str | None]",
        "ask_to_end_text": "NotRequired[str]",
        "joined_text": "NotRequired[str | None]",
        "left_text": "NotRequired[str | None]",
        "end_words": "NotRequired[list[str]]",
        "answers_late": "NotRequired[bool]",
        "abandon_after_s": "NotRequired[int]",
        "silence": "NotRequired[SilenceSpec | None]",
        "webchat": "NotRequired[Webchat | None]",
        "settings": "NotRequired[dict[str, Any]]",
    },
)
"""A connected page, number, website or mailbox."""
Actor = TypedDict("Actor", {"id": "int", "name": "str"})
"""Who changed something."""
Applied = TypedDict("Applied", {"dry_run": "bool", "changes": "list[ThingChange]"})
"""What a document changed, or would change."""
ApprovedForm = TypedDict(
    "ApprovedForm",
    {
        "name": "str",
        "language": "str",
        "header": "NotRequired[list[str]]",
        "body": "NotRequired[list[str]]",
        "buttons": "NotRequired[list[str]]",
    },
)
"""An approved template of the provider's, with values for its fields in order."""
AtEpoch = TypedDict("AtEpoch", {"epoch": "NotRequired[int | None]"})
"""The state transition count that the person decided on."""
AuditEntry = TypedDict(
    "AuditEntry",
    {
        "id": "int",
        "at": "str",
        "kind": "str",
        "actor": "PersonOutput | None",
        "subject": "PersonOutput | None",
        "address": "str | None",
        "facts": "dict[str, Any]",
    },
)
"""One thing that was done. Without an actor: by a command on the server, or nobody known."""
AuditPage = TypedDict("AuditPage", {"items": "list[AuditEntry]", "next": "str | None"})
"""Newest first."""
Begun = TypedDict("Begun", {"secret": "str", "uri": "str", "picture": "str"})
"""A secret for an authenticator: in groups to type, as address, and as a picture of that."""
BodyStyle = TypedDict(
    "BodyStyle",
    {
        "kind": "Literal['bold', 'italic', 'underline', 'strike', 'code', 'code_block', 'quote', 'bullet_list', 'ordered_list', 'link']",
        "start": "int",
        "end": "int",
        "url": "NotRequired[str | None]",
    },
)
"""A style over a template's body as it is written, in code points."""
Change = TypedDict("Change", {"name": "str", "was": "str", "value": "str"})
"""A variable as it is to be, and as the agent saw it; empty for none."""
ChangePage = TypedDict("ChangePage", {"items": "list[LoggedChange]", "next": "str | None"})
"""Newest first."""
ChangedReportBody = TypedDict(
    "ChangedReportBody",
    {
        "name": "str",
        "shared": "NotRequired[bool]",
        "report": "ReportSpec",
        "schedule": "NotRequired[ScheduleSpec | None]",
        "version": "int",
    },
)
"""The same, on the version that was read."""
Changes = TypedDict("Changes", {"epoch": "NotRequired[int | None]", "changes": "list[Change]"})
"""What is corrected at once."""
Code = TypedDict("Code", {"code": "str"})
"""What the authenticator shows."""
ContactFields = TypedDict(
    "ContactFields",
    {
        "name": "NotRequired[str]",
        "email": "NotRequired[str]",
        "phone": "NotRequired[str]",
        "attributes": "NotRequired[dict[str, Any]]",
    },
)
"""A contact as it shall be; an empty field is nothing known."""
Counts = TypedDict(
    "Counts",
    {
        "conversations": "int",
        "messages": "int",
        "files": "int",
        "bytes": "int",
        "mails": "int",
        "workflows": "int",
        "notes": "int",
    },
)
"""How much there is, over all conversations; `bytes` is the size of the files."""
Credentials = TypedDict(
    "Credentials", {"login": "str", "password": "str", "code": "NotRequired[str]"}
)
"""What a person signs in with."""
Draft = TypedDict("Draft", {"text": "str", "version": "int", "fields": "NotRequired[DraftFields]"})
"""Text not sent yet, written on top of a version."""
DraftFields = TypedDict(
    "DraftFields",
    {
        "to": "NotRequired[list[dict[str, Any]] | None]",
        "cc": "NotRequired[list[dict[str, Any]] | None]",
        "latest_seq": "NotRequired[int | None]",
    },
)
"""What stands around the text of an e-mail: whom it goes to, and the mail it answers."""
Ending = TypedDict("Ending", {"epoch": "NotRequired[int | None]", "consent": "NotRequired[bool]"})
"""End, with the customer's consent where the channel wants it."""
EntryPointDraft = TypedDict("EntryPointDraft", {"name": "str", "spec": "EntryPointSpec"})
EntryPointItem = TypedDict(
    "EntryPointItem",
    {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "EntryPointSpec"},
)
EntryPointPage = TypedDict(
    "EntryPointPage", {"items": "list[EntryPointItem]", "next": "str | None"}
)
EntryPointSpec = TypedDict(
    "EntryPointSpec",
    {
        "account": "int",
        "queue": "int",
        "hours": "NotRequired[int | None]",
        "priority": "NotRequired[int]",
        "skills": "NotRequired[list[SkillLevel]]",
        "keywords": "NotRequired[list[KeywordRoute]]",
        "menu": "NotRequired[MenuSpec | None]",
        "greeting": "NotRequired[str | None]",
        "closed_text": "NotRequired[str | None]",
        "when_closed": "NotRequired[Literal['queue', 'refuse']]",
        "screen_pop": "NotRequired[str | None]",
    },
)
"""Where contacts of an account go."""
Error = TypedDict("Error", {"code": "str", "message": "str", "details": "dict[str, Any]"})
"""What went wrong: clients switch on `code`, people read `message`."""
ErrorBody = TypedDict("ErrorBody", {"error": "Error"})
"""The one error shape."""
FieldChange = TypedDict(
    "FieldChange", {"path": "str", "before": "NotRequired[Any]", "after": "NotRequired[Any]"}
)
"""One field; secrets and passwords come without their values."""
FieldRange = TypedDict("FieldRange", {"name": "str", "start": "int", "end": "int"})
"""Where a field of the template stands in the text now, in code points."""
FilePolicies = TypedDict(
    "FilePolicies",
    {"from_customers": "NotRequired[FilePolicy]", "from_agents": "NotRequired[FilePolicy]"},
)
"""The installation's policy for each direction; it holds where an account has no own."""
FilePolicy = TypedDict(
    "FilePolicy",
    {
        "enabled": "NotRequired[bool]",
        "max_bytes": "NotRequired[int]",
        "max_total_bytes": "NotRequired[int]",
        "max_count": "NotRequired[int]",
        "types": "NotRequired[list[str]]",
    },
)
"""Which files may be sent. Types are of the content, found by looking at it."""
Floor = TypedDict(
    "Floor", {"queues": "list[FloorQueue]", "agents": "list[FloorAgent]", "more": "bool"}
)
"""The longest waiting queues and the busiest agents; `more` when not all are shown."""
FloorAgent = TypedDict(
    "FloorAgent",
    {
        "id": "int",
        "name": "str",
        "status": "Literal['available', 'idle', 'rona', 'offline']",
        "status_since": "str",
        "idle_code_id": "int | None",
        "idle_code": "str | None",
        "pending": "PendingState | None",
        "rona_kinds": "list[Literal['chat', 'email', 'social']]",
        "load": "dict[str, int]",
        "capacity": "dict[str, int]",
        "team_ids": "list[int]",
    },
)
"""An agent now."""
FloorQueue = TypedDict(
    "FloorQueue",
    {
        "id": "int",
        "name": "str",
        "waiting": "int",
        "waiting_since": "str | None",
        "longest_wait_s": "int",
        "available_agents": "int",
        "service_level_s": "int",
        "today": "Today",
    },
)
"""A queue now."""
GroupSpec = TypedDict("GroupSpec", {"after_s": "NotRequired[int]", "teams": "list[int]"})
"""Teams that are asked from this waiting time on, together with the earlier groups."""
HoursDraft = TypedDict("HoursDraft", {"name": "str", "spec": "HoursSpec"})
HoursItem = TypedDict(
    "HoursItem", {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "HoursSpec"}
)
HoursPage = TypedDict("HoursPage", {"items": "list[HoursItem]", "next": "str | None"})
HoursSpec = TypedDict(
    "HoursSpec",
    {
        "time_zone": "NotRequired[str]",
        "monday": "NotRequired[list[Shift]]",
        "tuesday": "NotRequired[list[Shift]]",
        "wednesday": "NotRequired[list[Shift]]",
        "thursday": "NotRequired[list[Shift]]",
        "friday": "NotRequired[list[Shift]]",
        "saturday": "NotRequired[list[Shift]]",
        "sunday": "NotRequired[list[Shift]]",
        "holidays": "NotRequired[list[str]]",
    },
)
"""Business hours in a time zone, with holidays."""
Identity = TypedDict("Identity", {"issuer": "str", "subject": "str", "bound_at": "str"})
"""Somebody's name at a provider, by which they are known from their first sign-in on."""
IdentityList = TypedDict("IdentityList", {"items": "list[Identity]"})
"""At most one of every issuer."""
IdentityProviderDraft = TypedDict(
    "IdentityProviderDraft",
    {
        "name": "str",
        "spec": "IdentityProviderSpec",
        "secrets": "NotRequired[dict[str, str | None]]",
    },
)
IdentityProviderItem = TypedDict(
    "IdentityProviderItem",
    {
        "id": "int",
        "kind": "str",
        "name": "str",
        "version": "int",
        "spec": "IdentityProviderSpec",
        "secrets": "list[str] | None",
    },
)
IdentityProviderPage = TypedDict(
    "IdentityProviderPage", {"items": "list[IdentityProviderItem]", "next": "str | None"}
)
IdentityProviderSpec = TypedDict(
    "IdentityProviderSpec",
    {
        "issuer": "str",
        "client_id": "str",
        "active": "NotRequired[bool]",
        "newcomers": "NotRequired[Literal['refuse', 'create']]",
        "roles": "NotRequired[list[Literal['agent', 'supervisor', 'administrator']]]",
        "custom_roles": "NotRequired[list[int]]",
        "teams": "NotRequired[list[int]]",
    },
)
"""An OpenID Connect provider that people can sign in with; the name stands on the button."""
IdleCodeDraft = TypedDict("IdleCodeDraft", {"name": "str", "spec": "IdleCodeSpec"})
IdleCodeItem = TypedDict(
    "IdleCodeItem",
    {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "IdleCodeSpec"},
)
IdleCodePage = TypedDict("IdleCodePage", {"items": "list[IdleCodeItem]", "next": "str | None"})
IdleCodeSpec = TypedDict("IdleCodeSpec", {"default": "NotRequired[bool]"})
"""A reason for being idle."""
InvitationList = TypedDict(
    "InvitationList", {"items": "list[OpenInvitation]", "mailboxes": "list[Mailbox]"}
)
"""Newest first; without mailboxes nothing can be sent."""
InvitationMail = TypedDict(
    "InvitationMail",
    {
        "to": "str",
        "state": "Literal['pending', 'sent', 'failed']",
        "attempts": "int",
        "next_at": "str | None",
        "code": "str | None",
        "reason": "str | None",
    },
)
"""How far the mail with the link has come, `next_at` when it is tried next.

Why it has not gone: `code`, and `reason` where the mail server has words of its own."""
Invited = TypedDict("Invited", {"token": "str", "expires_at": "str"})
"""The link's secret part, told this once, and until when it is good."""
Invitee = TypedDict("Invitee", {"id": "int", "name": "str", "email": "str", "active": "bool"})
"""Who is invited; `email` is where a mail would go."""
KeptConversation = TypedDict(
    "KeptConversation",
    {
        "id": "int",
        "channel": "str",
        "account": "str",
        "messages": "int",
        "first_at": "str | None",
        "last_at": "str | None",
        "open": "bool",
    },
)
"""One conversation of a person; `open`: it has not ended or is not wrapped up yet."""
KeywordRoute = TypedDict(
    "KeywordRoute",
    {
        "words": "list[str]",
        "queue": "NotRequired[int | None]",
        "skills": "NotRequired[list[SkillLevel]]",
        "priority": "NotRequired[int | None]",
    },
)
"""Where conversations go whose first message holds one of these words; the first route counts.

`return*` is any word that begins like that. In a website's chat the answers before it count,
too: a field to choose from is a menu."""
KindForm = TypedDict(
    "KindForm", {"kind": "str", "title": "str", "json_schema": "dict[str, Any]", "secrets": "bool"}
)
"""A kind of thing: what its form needs to know. References carry `x-reference`, a kind."""
KindForms = TypedDict("KindForms", {"items": "list[KindForm]"})
"""Every kind, in the order in which things of it can be created."""
Link = TypedDict("Link", {"url": "str | None"})
"""Where the screen pop leads; none is configured where it is null."""
LoggedChange = TypedDict(
    "LoggedChange",
    {"id": "str", "at": "str", "actor": "Actor | None", "changes": "list[LoggedThing]"},
)
"""What was changed together. Without an actor: by a command on the server."""
LoggedThing = TypedDict(
    "LoggedThing",
    {
        "action": "Literal['created', 'replaced', 'deleted']",
        "kind": "str",
        "item_id": "int",
        "name": "str",
        "exists": "bool",
        "fields": "list[FieldChange]",
        "secrets": "list[str]",
        "password": "bool",
    },
)
"""One thing that was changed; secrets by name, a password only as a fact."""
MadeFrom = TypedDict("MadeFrom", {"template_id": "int", "fields": "NotRequired[list[FieldRange]]"})
"""Says of a message which template it was made from."""
MailBody = TypedDict(
    "MailBody", {"account_id": "int", "language": "NotRequired[Literal['en', 'de']]"}
)
"""From which mailbox, and in which language."""
Mailbox = TypedDict("Mailbox", {"id": "int", "name": "str"})
"""An account that invitations can be sent from."""
Mailed = TypedDict("Mailed", {"to": "str"})
"""Where the mail goes."""
MenuChoice = TypedDict(
    "MenuChoice",
    {
        "labels": "dict[str, str]",
        "words": "NotRequired[list[str]]",
        "queue": "NotRequired[int | None]",
        "skills": "NotRequired[list[SkillLevel]]",
        "priority": "NotRequired[int | None]",
    },
)
"""One answer, by its number, its label or one of its words, and where it leads."""
MenuSpec = TypedDict(
    "MenuSpec",
    {
        "language": "NotRequired[str]",
        "question": "dict[str, str]",
        "again": "NotRequired[dict[str, str]]",
        "choices": "list[MenuChoice]",
        "choose": "NotRequired[dict[str, str]]",
        "tries": "NotRequired[int]",
        "within_s": "NotRequired[int]",
        "variable": "NotRequired[str | None]",
    },
)
"""One question with numbered choices before a conversation is queued.

It always ends: with an answer, or in the entry point's own queue after so many tries, or
when no answer comes in time."""
Merge = TypedDict("Merge", {"contact_id": "int"})
"""The contact that becomes part of this one."""
NewMessage = TypedDict(
    "NewMessage",
    {
        "text": "str",
        "attachment_ids": "NotRequired[list[int]]",
        "note": "NotRequired[bool]",
        "styles": "NotRequired[list[TextStyle]]",
        "reply_to_seq": "NotRequired[int | None]",
        "template": "NotRequired[ApprovedForm | None]",
        "from_template": "NotRequired[MadeFrom | None]",
    },
)
"""What the agent writes; the Idempotency-Key becomes its `client_id`."""
NewPasskey = TypedDict(
    "NewPasskey", {"ticket": "str", "credential": "dict[str, Any]", "name": "str"}
)
"""A passkey that was made, and what to call it."""
NewPassword = TypedDict("NewPassword", {"password": "str", "must_change": "NotRequired[bool]"})
"""A password given by an administrator."""
NewToken = TypedDict("NewToken", {"text": "str", "token": "TokenView"})
"""The text of a token, told this once, and what it is."""
Note = TypedDict("Note", {"text": "str"})
"""Something to know about the customer."""
Notice = TypedDict(
    "Notice",
    {
        "team_id": "NotRequired[int | None]",
        "level": "NotRequired[Literal['info', 'warning', 'critical']]",
        "text": "str",
    },
)
"""Words for a team's desktops; for everybody's without a team."""
OpenInvitation = TypedDict(
    "OpenInvitation",
    {
        "user": "Invitee",
        "created_at": "str",
        "created_by": "str | None",
        "expires_at": "str",
        "good": "bool",
        "mail": "InvitationMail | None",
    },
)
"""An unused link; not `good` when its week is over or the person may not sign in."""
OverflowSpec = TypedDict(
    "OverflowSpec",
    {"queue": "int", "after_s": "NotRequired[int | None]", "length": "NotRequired[int | None]"},
)
"""Where tasks go that wait too long, or when too many wait."""
OwnPassword = TypedDict("OwnPassword", {"current": "str", "new": "str"})
"""One's own new password, with the present one."""
OwnTokenBody = TypedDict(
    "OwnTokenBody", {"name": "str", "scopes": "list[str]", "days": "NotRequired[int | None]"}
)
"""A token as it is to be."""
Owner = TypedDict("Owner", {"id": "int", "name": "str"})
"""For whom a token acts."""
Page = TypedDict("Page", {"url": "NotRequired[str]", "title": "NotRequired[str]"})
"""Where the visitor is."""
Parking = TypedDict("Parking", {"epoch": "NotRequired[int | None]", "until": "str"})
"""Until when."""
Passkey = TypedDict(
    "Passkey",
    {"id": "int", "name": "str", "host": "str", "created_at": "str", "used_at": "str | None"},
)
"""One of a person's."""
PasskeyList = TypedDict("PasskeyList", {"items": "list[Passkey]"})
"""All of a person's."""
PasswordSpec = TypedDict(
    "PasswordSpec",
    {
        "shortest": "NotRequired[int]",
        "second_factor_for": "NotRequired[list[Literal['agent', 'supervisor', 'administrator']]]",
    },
)
"""What a password must be. There are no rules of composition (NIST SP 800-63B)."""
PendingState = TypedDict(
    "PendingState",
    {"status": "Literal['available', 'idle', 'offline']", "idle_code_id": "int | None"},
)
"""The state that follows the last open conversation."""
PersonInput = TypedDict("PersonInput", {"address": "str", "name": "NotRequired[str]"})
"""An address with the name it is known by."""
PersonOutput = TypedDict("PersonOutput", {"id": "int", "name": "str"})
"""Somebody, by the name they had."""
PersonView = TypedDict(
    "PersonView",
    {
        "id": "int",
        "name": "str | None",
        "email": "str | None",
        "phone": "str | None",
        "created_at": "str",
        "identities": "list[str]",
        "counts": "Counts",
        "conversations": "list[KeptConversation]",
    },
)
"""A person and how much is kept of them; `conversations`: the newest 100."""
Place = TypedDict(
    "Place", {"epoch": "NotRequired[int | None]", "queue_id": "NotRequired[int | None]"}
)
"""A queue; the conversation's own where none is named."""
Priority = TypedDict("Priority", {"epoch": "NotRequired[int | None]", "priority": "int"})
"""1 (most urgent) to 9."""
PrivacySpec = TypedDict(
    "PrivacySpec",
    {
        "action": "NotRequired[Literal['redact', 'drop', 'off']]",
        "cards": "NotRequired[bool]",
        "ibans": "NotRequired[bool]",
        "national_ids": "NotRequired[bool]",
        "health_terms": "NotRequired[list[str]]",
        "health_ids": "NotRequired[list[str]]",
        "customer_text": "NotRequired[str]",
    },
)
"""What is done with card and health data in messages, both ways (P1, P2)."""
ProfileDraft = TypedDict("ProfileDraft", {"name": "str", "spec": "ProfileSpec"})
ProfileItem = TypedDict(
    "ProfileItem",
    {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "ProfileSpec"},
)
ProfilePage = TypedDict("ProfilePage", {"items": "list[ProfileItem]", "next": "str | None"})
ProfileSpec = TypedDict(
    "ProfileSpec",
    {
        "mode": "NotRequired[CapacityMode]",
        "chat": "NotRequired[int]",
        "email": "NotRequired[int]",
        "social": "NotRequired[int]",
    },
)
"""A multimedia profile: how many conversations of each kind at once."""
Proof = TypedDict("Proof", {"password": "str"})
"""One's present password."""
Question = TypedDict("Question", {"options": "dict[str, Any]", "ticket": "str"})
"""For the browser's `navigator.credentials`, and what comes back with its answer."""
QueueDraft = TypedDict("QueueDraft", {"name": "str", "spec": "QueueSpec"})
QueueItem = TypedDict(
    "QueueItem", {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "QueueSpec"}
)
QueuePage = TypedDict("QueuePage", {"items": "list[QueueItem]", "next": "str | None"})
QueueSpec = TypedDict(
    "QueueSpec",
    {
        "channels": "list[ChannelType]",
        "strategy": "NotRequired[Literal['longest_available', 'skills_longest', 'skills_best', 'agent_based', 'circular']]",
        "groups": "NotRequired[list[GroupSpec]]",
        "agents": "NotRequired[list[int]]",
        "skills": "NotRequired[list[SkillLevel]]",
        "relaxations": "NotRequired[list[RelaxationSpec]]",
        "hours": "NotRequired[int | None]",
        "offer_s": "NotRequired[int]",
        "offer_s_by_kind": "NotRequired[dict[str, int]]",
        "transfer_from_teams": "NotRequired[list[int]]",
        "unanswered_transfer": "NotRequired[UnansweredTransfer]",
        "rona_per_channel": "NotRequired[bool]",
        "reason_required": "NotRequired[bool]",
        "auto_wrap_up_s": "NotRequired[int | None]",
        "auto_wrap_up_cancellable": "NotRequired[bool]",
        "overflow": "NotRequired[OverflowSpec | None]",
        "time_out_s": "NotRequired[int | None]",
        "when_hours_close": "NotRequired[HoursClose]",
        "closed_text": "NotRequired[str | None]",
        "alert_after_s": "NotRequired[int]",
        "last_agent_s": "NotRequired[int]",
        "silence": "NotRequired[SilenceSpec]",
        "when_agent_gone": "NotRequired[GonePolicy]",
        "gone_grace_s": "NotRequired[int]",
        "priority_step_s": "NotRequired[int]",
        "self_assign": "NotRequired[bool]",
        "outbound": "NotRequired[bool]",
        "editable_variables": "NotRequired[list[str]]",
        "screen_pop": "NotRequired[str | None]",
        "service_level_s": "NotRequired[int]",
        "survey": "NotRequired[SurveySpec | None]",
    },
)
"""How tasks wait and to whom they are offered."""
Read = TypedDict("Read", {"seq": "int"})
"""How far the agent has read."""
ReasonDraft = TypedDict("ReasonDraft", {"name": "str", "spec": "ReasonSpec"})
ReasonItem = TypedDict(
    "ReasonItem",
    {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "ReasonSpec"},
)
ReasonPage = TypedDict("ReasonPage", {"items": "list[ReasonItem]", "next": "str | None"})
ReasonSpec = TypedDict(
    "ReasonSpec", {"default": "NotRequired[bool]", "queues": "NotRequired[list[int] | None]"}
)
"""A wrap-up reason, for all queues or for some."""
Recipients = TypedDict("Recipients", {"recipients": "int"})
"""To how many people it went."""
RecoveryCodes = TypedDict("RecoveryCodes", {"recovery_codes": "list[str]"})
"""Each is good once, instead of a code; told this once."""
RelaxationSpec = TypedDict("RelaxationSpec", {"after_s": "int", "lower_by": "int"})
"""From this waiting time on, every required level is lower by this much."""
ReminderSpec = TypedDict("ReminderSpec", {"after_s": "int", "text": "str"})
"""A reminder to a silent customer."""
Replay = TypedDict(
    "Replay",
    {
        "ids": "NotRequired[list[int] | None]",
        "since": "NotRequired[str | None]",
        "until": "NotRequired[str | None]",
        "state": "NotRequired[Literal['delivered', 'failed'] | None]",
    },
)
"""Which deliveries to send once more: some by id, or a span of time."""
Report = TypedDict(
    "Report",
    {
        "by": "Literal['channel', 'queue', 'team', 'agent', 'reason', 'quarter', 'hour', 'day']",
        "time_zone": "str",
        "rows": "list[ReportRow]",
        "total": "dict[str, int | float | None]",
    },
)
"""The groups and all of them together; times are seconds, shares are of 1."""
ReportRow = TypedDict(
    "ReportRow", {"key": "str", "name": "str", "figures": "dict[str, int | float | None]"}
)
"""One group: its key, its name for people (empty for moments), and its figures."""
ReportSpec = TypedDict(
    "ReportSpec",
    {
        "kind": "str",
        "columns": "list[str]",
        "by": "Literal['channel', 'queue', 'team', 'agent', 'reason', 'quarter', 'hour', 'day']",
        "period": "Literal['today', 'yesterday', 'week', 'last_week', 'month', 'last_month']",
        "queue_id": "NotRequired[int | None]",
        "agent_id": "NotRequired[int | None]",
        "team_id": "NotRequired[int | None]",
        "channel": "NotRequired[ChannelType | None]",
    },
)
"""What is asked, with a period that moves on. `kind` is the page's word for the columns."""
RetentionSpec = TypedDict(
    "RetentionSpec",
    {
        "messages_days": "NotRequired[int | None]",
        "messages_days_by_channel": "NotRequired[dict[str, int]]",
        "events_days": "NotRequired[int | None]",
        "logs_days": "NotRequired[int]",
    },
)
"""For how long things are kept, in days; without a number, for ever."""
RoleDraft = TypedDict("RoleDraft", {"name": "str", "spec": "RoleSpec"})
RoleItem = TypedDict(
    "RoleItem", {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "RoleSpec"}
)
RolePage = TypedDict("RolePage", {"items": "list[RoleItem]", "next": "str | None"})
RoleSpec = TypedDict(
    "RoleSpec",
    {
        "description": "NotRequired[str]",
        "rights": "list[Literal['desk', 'desk:read', 'floor', 'floor:read', 'addresses', 'reports', 'reports:read', 'configuration', 'configuration:read', 'accounts', 'accounts:read', 'people', 'people:read', 'audit', 'audit:read', 'tokens', 'tokens:read']]",
        "second_factor": "NotRequired[bool]",
    },
)
"""A role of one's own: a name for some rights, given to users beside the built-in roles."""
RuleDraft = TypedDict("RuleDraft", {"name": "str", "spec": "RuleSpec"})
RuleItem = TypedDict(
    "RuleItem", {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "RuleSpec"}
)
RulePage = TypedDict("RulePage", {"items": "list[RuleItem]", "next": "str | None"})
RuleSpec = TypedDict(
    "RuleSpec",
    {
        "active": "NotRequired[bool]",
        "event": "Literal['task.accepted', 'task.started', 'task.transferred', 'task.dropped', 'task.ended', 'task.parked', 'conference.joined', 'customer.left', 'wrap_up.submitted']",
        "workflow": "int",
        "inputs": "NotRequired[dict[str, Any]]",
        "queues": "NotRequired[list[int]]",
        "channels": "NotRequired[list[ChannelType]]",
        "reasons": "NotRequired[list[int]]",
    },
)
"""Starts a workflow by itself when something happens to a task; empty lists mean all."""
SavedReportBody = TypedDict(
    "SavedReportBody",
    {
        "name": "str",
        "shared": "NotRequired[bool]",
        "report": "ReportSpec",
        "schedule": "NotRequired[ScheduleSpec | None]",
    },
)
"""A report as it is to be."""
ScheduleSpec = TypedDict(
    "ScheduleSpec",
    {
        "active": "NotRequired[bool]",
        "every": "Literal['daily', 'weekly', 'monthly']",
        "hour": "int",
        "time_zone": "str",
        "weekdays": "NotRequired[list[int]]",
        "day": "NotRequired[int]",
        "account_id": "int",
        "to": "list[str]",
        "language": "NotRequired[Literal['en', 'de']]",
    },
)
"""When a report is sent, from which e-mail account, to whom. `weekdays` from 0, Monday."""
SessionList = TypedDict("SessionList", {"items": "list[SessionView]"})
"""The one seen last comes first."""
SessionRequest = TypedDict(
    "SessionRequest",
    {
        "token": "NotRequired[str | None]",
        "identity": "NotRequired[str | None]",
        "page": "NotRequired[Page | None]",
        "locale": "NotRequired[str | None]",
    },
)
"""A returning visitor brings the token."""
SessionView = TypedDict(
    "SessionView",
    {
        "id": "int",
        "browser": "str | None",
        "system": "str | None",
        "address": "str",
        "created_at": "str",
        "seen_at": "str",
        "current": "bool",
    },
)
"""One place where somebody is signed in; browser and system as far as they are known."""
SetUpBody = TypedDict(
    "SetUpBody",
    {
        "code": "str",
        "company": "NotRequired[str]",
        "name": "str",
        "login": "str",
        "password": "str",
    },
)
"""The first administrator, with the code that the server prints."""
SetUpState = TypedDict("SetUpState", {"needed": "bool"})
"""Whether the first administrator is still to be created."""
SettingsDraft = TypedDict("SettingsDraft", {"name": "str", "spec": "SettingsSpec"})
SettingsItem = TypedDict(
    "SettingsItem",
    {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "SettingsSpec"},
)
SettingsPage = TypedDict("SettingsPage", {"items": "list[SettingsItem]", "next": "str | None"})
SettingsSpec = TypedDict(
    "SettingsSpec",
    {
        "company": "NotRequired[str]",
        "desktop_gone_s": "NotRequired[int]",
        "session_hours": "NotRequired[int]",
        "password": "NotRequired[PasswordSpec]",
        "time_zone": "NotRequired[str]",
        "tell_when_watched": "NotRequired[bool]",
        "files": "NotRequired[FilePolicies]",
        "infected_text": "NotRequired[str | None]",
        "privacy": "NotRequired[PrivacySpec]",
        "retention": "NotRequired[RetentionSpec]",
    },
)
"""Installation-wide settings; there is one, named `settings`."""
Shift = TypedDict("Shift", {"opens": "str", "closes": "str"})
"""Open from a time to a later time of the same day; 24:00 is written 23:59:59.999999."""
SignOut = TypedDict("SignOut", {"force": "NotRequired[bool]"})
"""Whether to sign an agent out who has work."""
SilenceSpec = TypedDict(
    "SilenceSpec",
    {"reminders": "NotRequired[list[ReminderSpec]]", "close_after_s": "NotRequired[int | None]"},
)
"""Up to three reminders, then the end."""
SkillDraft = TypedDict("SkillDraft", {"name": "str", "spec": "SkillSpec"})
SkillItem = TypedDict(
    "SkillItem", {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "SkillSpec"}
)
SkillLevel = TypedDict("SkillLevel", {"skill": "int", "level": "NotRequired[int]"})
"""A skill at a level from 1 to 10."""
SkillPage = TypedDict("SkillPage", {"items": "list[SkillItem]", "next": "str | None"})
SkillSpec = TypedDict("SkillSpec", {"description": "NotRequired[str]"})
"""Something agents can do to a level."""
Start = TypedDict(
    "Start",
    {
        "text": "str",
        "styles": "NotRequired[list[TextStyle]]",
        "html": "NotRequired[str | None]",
        "attachment_ids": "NotRequired[list[int]]",
        "template": "NotRequired[ApprovedForm | None]",
        "from_template": "NotRequired[MadeFrom | None]",
        "account_id": "int",
        "contact_id": "NotRequired[int | None]",
        "address": "NotRequired[str | None]",
        "subject": "NotRequired[str]",
        "cc": "NotRequired[list[PersonInput]]",
    },
)
"""A first message: to a contact, to an address, or to a contact at an address."""
State = TypedDict(
    "State",
    {
        "on": "bool",
        "since": "str | None",
        "recovery_codes_left": "int",
        "required": "bool",
        "passkeys": "int",
    },
)
"""Whether somebody is asked for a second factor, and whether a role of theirs requires it."""
StateChange = TypedDict(
    "StateChange",
    {"status": "Literal['available', 'idle']", "idle_code_id": "NotRequired[int | None]"},
)
"""The state an agent chooses."""
SurveyAnswer = TypedDict("SurveyAnswer", {"rating": "int", "comment": "NotRequired[str]"})
"""How satisfied the visitor was, from 1 to 5."""
SurveySpec = TypedDict(
    "SurveySpec",
    {
        "channels": "NotRequired[list[ChannelType]]",
        "question": "NotRequired[str]",
        "number_hint": "NotRequired[str]",
        "choose": "NotRequired[str]",
        "link_hint": "NotRequired[str]",
        "thanks": "NotRequired[str]",
        "within_h": "NotRequired[int]",
        "agents_see": "NotRequired[bool]",
    },
)
"""One question after a task of the queue, on the customer's own channel."""
Target = TypedDict(
    "Target",
    {
        "epoch": "NotRequired[int | None]",
        "queue_id": "NotRequired[int | None]",
        "agent_id": "NotRequired[int | None]",
    },
)
"""A queue or an agent."""
TeamDraft = TypedDict("TeamDraft", {"name": "str", "spec": "TeamSpec"})
TeamItem = TypedDict(
    "TeamItem", {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "TeamSpec"}
)
TeamPage = TypedDict("TeamPage", {"items": "list[TeamItem]", "next": "str | None"})
TeamSpec = TypedDict(
    "TeamSpec",
    {"description": "NotRequired[str]", "finds": "NotRequired[Literal['own', 'queues']]"},
)
"""A group of agents."""
TemplateDraft = TypedDict("TemplateDraft", {"name": "str", "spec": "TemplateSpec"})
TemplateItem = TypedDict(
    "TemplateItem",
    {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "TemplateSpec"},
)
TemplatePage = TypedDict("TemplatePage", {"items": "list[TemplateItem]", "next": "str | None"})
TemplateSpec = TypedDict(
    "TemplateSpec",
    {
        "group": "NotRequired[str]",
        "channels": "NotRequired[list[ChannelType]]",
        "teams": "NotRequired[list[int]]",
        "language": "NotRequired[str]",
        "body": "str",
        "styles": "NotRequired[list[BodyStyle]]",
        "locked": "NotRequired[bool]",
    },
)
"""A prepared text. Without channels it is for all of them, without teams for everybody."""
TextStyle = TypedDict(
    "TextStyle",
    {
        "kind": "Literal['bold', 'italic', 'underline', 'strike', 'code', 'code_block', 'quote', 'bullet_list', 'ordered_list', 'link']",
        "start": "int",
        "end": "int",
        "url": "NotRequired[str | None]",
    },
)
"""A style over a range of the text, in code points."""
ThingChange = TypedDict(
    "ThingChange",
    {
        "action": "Literal['create', 'replace', 'delete']",
        "kind": "str",
        "name": "str",
        "fields": "list[FieldChange]",
    },
)
"""One thing that was, or would be, changed."""
Today = TypedDict(
    "Today",
    {
        "arrived": "int",
        "offered": "int",
        "handled": "int",
        "abandoned": "int",
        "service_level": "float | None",
    },
)
"""A queue's figures since midnight in the company's time zone."""
TokenList = TypedDict("TokenList", {"items": "list[TokenView]", "scopes": "list[str]"})
"""Newest first; revoked ones for a month. `scopes`: what the person's next one may be given."""
TokenView = TypedDict(
    "TokenView",
    {
        "id": "int",
        "user": "Owner",
        "name": "str",
        "prefix": "str",
        "scopes": "list[str]",
        "created_at": "str",
        "created_by": "str | None",
        "expires_at": "str | None",
        "used_at": "str | None",
        "revoked_at": "str | None",
        "good": "bool",
    },
)
"""A token without its text; `prefix` is how that begins."""
TranscriptSpec = TypedDict(
    "TranscriptSpec",
    {
        "account": "int",
        "subject": "NotRequired[str]",
        "opening": "NotRequired[str]",
        "customer": "NotRequired[str]",
    },
)
"""How visitors get their chat by e-mail."""
Trigger = TypedDict("Trigger", {"inputs": "NotRequired[dict[str, str]]"})
"""What the agent filled in, by the inputs' names."""
UndoBody = TypedDict("UndoBody", {"over_later": "NotRequired[bool]"})
"""How to undo."""
Unsaved = TypedDict(
    "Unsaved",
    {
        "address": "NotRequired[str]",
        "settings": "NotRequired[dict[str, Any]]",
        "secrets": "NotRequired[dict[str, str | None]]",
        "account_id": "NotRequired[int | None]",
    },
)
"""Credentials to try before they are stored; nothing of this is kept.

With `account_id`, secrets that are not given are those stored for that account."""
UserDraft = TypedDict("UserDraft", {"name": "str", "spec": "UserSpec"})
UserItem = TypedDict(
    "UserItem", {"id": "int", "kind": "str", "name": "str", "version": "int", "spec": "UserSpec"}
)
UserPage = TypedDict("UserPage", {"items": "list[UserItem]", "next": "str | None"})
UserSpec = TypedDict(
    "UserSpec",
    {
        "login": "str",
        "email": "NotRequired[str]",
        "roles": "NotRequired[list[Literal['agent', 'supervisor', 'administrator']]]",
        "custom_roles": "NotRequired[list[int]]",
        "active": "NotRequired[bool]",
        "teams": "NotRequired[list[int]]",
        "skills": "NotRequired[list[SkillLevel]]",
        "profile": "NotRequired[int | None]",
    },
)
"""A person who signs in."""
Webchat = TypedDict(
    "Webchat",
    {
        "site_key": "str",
        "allowed_origins": "NotRequired[list[str]]",
        "greeting": "NotRequired[str]",
        "wait_text": "NotRequired[str | None]",
        "fields": "NotRequired[list[WidgetField]]",
        "theme": "NotRequired[WidgetTheme]",
        "emojis": "NotRequired[bool]",
        "texts": "NotRequired[dict[str, str]]",
        "transcripts": "NotRequired[TranscriptSpec | None]",
        "messages_per_minute": "NotRequired[int]",
        "chats_per_hour_per_address": "NotRequired[int]",
    },
)
"""Settings of a website's chat."""
WebhookDraft = TypedDict(
    "WebhookDraft",
    {"name": "str", "spec": "WebhookSpec", "secrets": "NotRequired[dict[str, str | None]]"},
)
WebhookItem = TypedDict(
    "WebhookItem",
    {
        "id": "int",
        "kind": "str",
        "name": "str",
        "version": "int",
        "spec": "WebhookSpec",
        "secrets": "list[str] | None",
    },
)
WebhookPage = TypedDict("WebhookPage", {"items": "list[WebhookItem]", "next": "str | None"})
WebhookSpec = TypedDict(
    "WebhookSpec",
    {
        "url": "str",
        "events": "NotRequired[list[Literal['message.received', 'message.sent', 'message.status', 'task.queued', 'task.offered', 'task.accepted', 'task.started', 'offer.expired', 'task.requeued', 'task.transferred', 'task.dropped', 'task.parked', 'task.resumed', 'task.taken_over', 'task.reassigned', 'task.ended', 'conference.joined', 'conference.exited', 'wrap_up.submitted', 'customer.left', 'customer.returned', 'contact.updated', 'person.erased', 'agent.state_changed']]]",
        "queues": "NotRequired[list[int]]",
        "channels": "NotRequired[list[ChannelType]]",
        "timeout_s": "NotRequired[float]",
        "active": "NotRequired[bool]",
    },
)
"""An endpoint. Without events, queues or channels it is told of all of them."""
Whisper = TypedDict("Whisper", {"text": "str"})
"""What only the agents read."""
WidgetField = TypedDict(
    "WidgetField",
    {
        "name": "str",
        "label": "str",
        "kind": "NotRequired[Literal['text', 'email', 'select']]",
        "required": "NotRequired[bool]",
        "options": "NotRequired[list[str] | None]",
    },
)
"""A field of the form before a chat."""
WidgetTheme = TypedDict(
    "WidgetTheme",
    {
        "color": "NotRequired[str]",
        "position": "NotRequired[Literal['right', 'left']]",
        "dark": "NotRequired[Literal['auto', 'light', 'dark']]",
    },
)
"""How the widget looks on the site."""
Words = TypedDict(
    "Words",
    {
        "text": "str",
        "styles": "NotRequired[list[TextStyle]]",
        "html": "NotRequired[str | None]",
        "attachment_ids": "NotRequired[list[int]]",
        "template": "NotRequired[ApprovedForm | None]",
        "from_template": "NotRequired[MadeFrom | None]",
    },
)
"""The message; on WhatsApp an approved template with its text, where one is needed."""
WorkflowAnswer = TypedDict(
    "WorkflowAnswer",
    {
        "announcement": "NotRequired[str | None]",
        "composer": "NotRequired[str | None]",
        "message": "NotRequired[str | None]",
        "variables": "NotRequired[dict[str, Any]]",
    },
)
"""What is made of a good answer; `@@answer.…@@` stands for what is in it."""
WorkflowDraft = TypedDict(
    "WorkflowDraft",
    {"name": "str", "spec": "WorkflowSpec", "secrets": "NotRequired[dict[str, str | None]]"},
)
WorkflowInput = TypedDict(
    "WorkflowInput",
    {
        "name": "str",
        "label": "str",
        "kind": "NotRequired[Literal['text', 'number', 'select', 'date']]",
        "required": "NotRequired[bool]",
        "options": "NotRequired[list[str]]",
    },
)
"""What the agent is asked for before it is triggered."""
WorkflowItem = TypedDict(
    "WorkflowItem",
    {
        "id": "int",
        "kind": "str",
        "name": "str",
        "version": "int",
        "spec": "WorkflowSpec",
        "secrets": "list[str] | None",
    },
)
WorkflowPage = TypedDict("WorkflowPage", {"items": "list[WorkflowItem]", "next": "str | None"})
WorkflowSpec = TypedDict(
    "WorkflowSpec",
    {
        "channels": "NotRequired[list[ChannelType]]",
        "teams": "NotRequired[list[int]]",
        "inputs": "NotRequired[list[WorkflowInput]]",
        "method": "NotRequired[Literal['GET', 'POST', 'PUT', 'PATCH', 'DELETE']]",
        "url": "str",
        "headers": "NotRequired[dict[str, str]]",
        "body": "NotRequired[str | None]",
        "timeout_s": "NotRequired[float]",
        "retries": "NotRequired[int]",
        "answer": "NotRequired[WorkflowAnswer]",
    },
)
"""A request that agents trigger. Without channels and teams it is for all of them."""
WrapUp = TypedDict("WrapUp", {"reason_ids": "list[int]"})
"""Wrap-up reasons."""
RapportApiRoutesMailsAnswer = TypedDict(
    "RapportApiRoutesMailsAnswer",
    {
        "mode": "Mode",
        "latest_seq": "int",
        "text": "str",
        "html": "NotRequired[str | None]",
        "to": "NotRequired[list[PersonInput]]",
        "cc": "NotRequired[list[PersonInput] | None]",
        "attachment_ids": "NotRequired[list[int]]",
        "from_template": "NotRequired[MadeFrom | None]",
        "hold_s": "NotRequired[int]",
    },
)
"""An answer to the customer's latest mail; `latest_seq` is the one the agent has read.

For `hold_s` seconds it can still be taken back."""
RapportApiRoutesNewcomersTokenBody = TypedDict(
    "RapportApiRoutesNewcomersTokenBody", {"token": "str"}
)
"""What an invitation's link carries."""
RapportApiRoutesPasskeysAnswer = TypedDict(
    "RapportApiRoutesPasskeysAnswer", {"ticket": "str", "credential": "dict[str, Any]"}
)
"""What the browser has got from the authenticator (`PublicKeyCredential.toJSON()`)."""
RapportApiRoutesTokensTokenBody = TypedDict(
    "RapportApiRoutesTokensTokenBody",
    {"name": "str", "scopes": "list[str]", "days": "NotRequired[int | None]", "user_id": "int"},
)
"""A token for a person."""
