"""The shape of everything an administrator can set; validated here for API and YAML alike.

A field of type `Ref` holds the id of another configured thing; in YAML it is written by name.
"""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from rapport.application.configuration.entry import KeywordRoute, MenuSpec, SkillLevel
from rapport.application.configuration.files import AccountFiles, FilePolicies
from rapport.application.configuration.integration import IdentityProviderSpec, WebhookSpec
from rapport.application.configuration.spec import (
    Level,
    QueueRef,
    Role,
    RoleRef,
    Seconds,
    Spec,
    TeamRef,
    Text,
    To,
    UserRef,
    VariableKey,
)
from rapport.application.configuration.survey import SurveySpec
from rapport.application.configuration.writing import RuleSpec, TemplateSpec, WorkflowSpec
from rapport.domain.agent import CapacityMode
from rapport.domain.channel import ChannelKind, ChannelType
from rapport.domain.policy import GonePolicy, HoursClose, UnansweredTransfer
from rapport.domain.screen_pop import check_pattern


class WidgetField(Spec):
    """A field of the form before a chat."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Annotated[str, Field(min_length=1, max_length=80)]
    kind: Literal["text", "email", "select"] = "text"
    required: bool = False
    options: list[Annotated[str, Field(max_length=80)]] | None = None


class WidgetTheme(Spec):
    """How the widget looks on the site."""

    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#1864ab"
    position: Literal["right", "left"] = "right"
    dark: Literal["auto", "light", "dark"] = "auto"


class TranscriptSpec(Spec):
    """How visitors get their chat by e-mail."""

    account: Annotated[int, To("accounts")]
    """The mailbox that sends it."""
    subject: Text = "Your chat with {company}"
    opening: Text = "Thank you for your chat with {company}. This is what was written:"
    customer: Text = "You"
    """What stands before the visitor's own lines."""


class Webchat(Spec):
    """Settings of a website's chat."""

    site_key: Annotated[str, Field(pattern=r"^[a-z0-9-]{3,40}$")]
    allowed_origins: list[str] = []
    greeting: Text = "Hello! How can we help?"
    wait_text: Text | None = None
    fields: list[WidgetField] = []
    theme: WidgetTheme = WidgetTheme()
    emojis: bool = True
    texts: dict[str, str] = {}
    transcripts: TranscriptSpec | None = None
    messages_per_minute: Annotated[int, Field(ge=1, le=600)] = 30
    chats_per_hour_per_address: Annotated[int, Field(ge=1, le=10_000)] = 30

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: list[str]) -> list[str]:
        for origin in value:
            if origin != "*" and not re.fullmatch(r"https?://[^/\s]+", origin):
                raise ValueError(f"{origin!r} is not an origin such as https://shop.example")
        return value


CHANNEL_SETTINGS: dict[str, type[BaseModel]] = {}
"""The form of each channel's own account settings, entered by the channels that are found."""


class ReminderSpec(Spec):
    """A reminder to a silent customer."""

    after_s: Seconds
    text: Text


class SilenceSpec(Spec):
    """Up to three reminders, then the end."""

    reminders: Annotated[list[ReminderSpec], Field(max_length=3)] = []
    close_after_s: Seconds | None = None


class AccountSpec(Spec):
    """A connected page, number, website or mailbox."""

    channel: ChannelType
    address: Annotated[str, Field(max_length=200)] = ""
    active: bool = True
    composer_limit: Annotated[int, Field(ge=1, le=100_000)] | None = None
    files: AccountFiles = AccountFiles()
    dropped_text: Text | None = None
    ask_to_end_text: Text = "Is there anything else, or may we end this conversation?"
    joined_text: Text | None = "{agent} has joined the conversation."
    """Said to customers of channels where they see who joins (WhatsApp); likewise below."""
    left_text: Text | None = "{agent} has left the conversation."
    end_words: list[Annotated[str, Field(min_length=1, max_length=40)]] = ["end chat"]
    """By which a customer ends the conversation where the channel lets them (WhatsApp)."""
    answers_late: bool = False
    """Whether the provider allows answers after its usual window (Messenger's human agent tag)."""
    abandon_after_s: Seconds = 60
    silence: SilenceSpec | None = None
    webchat: Webchat | None = None
    settings: dict[str, Any] = {}
    """The channel's own, in the form that its manifest gives."""

    @model_validator(mode="after")
    def _settings_of_the_channel(self) -> AccountSpec:
        form = CHANNEL_SETTINGS.get(self.channel)
        if form is not None:
            try:
                form.model_validate(self.settings)
            except ValidationError as error:
                raise ValueError(_first_problem(error)) from None
        elif self.settings and CHANNEL_SETTINGS:
            raise ValueError(f"settings: the channel {self.channel} has none of its own")
        return self


def _first_problem(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"settings.{'.'.join(map(str, first['loc']))}: {first['msg']}"


ScreenPop = Annotated[str, Field(max_length=1000), AfterValidator(check_pattern)]
"""An https address with placeholders such as `{contact.email}`, opened beside a conversation."""


class EntryPointSpec(Spec):
    """Where contacts of an account go."""

    account: Annotated[int, To("accounts")]
    queue: QueueRef
    hours: Annotated[int, To("hours")] | None = None
    priority: Annotated[int, Field(ge=1, le=9)] = 5
    skills: list[SkillLevel] = []
    keywords: Annotated[list[KeywordRoute], Field(max_length=30)] = []
    menu: MenuSpec | None = None
    """Asked before the conversation is queued, where no word of the first message has chosen."""
    greeting: Text | None = None
    closed_text: Text | None = None
    when_closed: Literal["queue", "refuse"] = "queue"
    screen_pop: ScreenPop | None = None


class Shift(Spec):
    """Open from a time to a later time of the same day; 24:00 is written 23:59:59.999999."""

    opens: time
    closes: time


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is not a time zone such as Europe/Berlin") from None
    return value


ZoneName = Annotated[str, AfterValidator(_zone)]


class HoursSpec(Spec):
    """Business hours in a time zone, with holidays."""

    time_zone: ZoneName = "UTC"
    monday: list[Shift] = []
    tuesday: list[Shift] = []
    wednesday: list[Shift] = []
    thursday: list[Shift] = []
    friday: list[Shift] = []
    saturday: list[Shift] = []
    sunday: list[Shift] = []
    holidays: list[date] = []


class GroupSpec(Spec):
    """Teams that are asked from this waiting time on, together with the earlier groups."""

    after_s: Seconds = 0
    teams: list[TeamRef]


class RelaxationSpec(Spec):
    """From this waiting time on, every required level is lower by this much."""

    after_s: Seconds
    lower_by: Level


class OverflowSpec(Spec):
    """Where tasks go that wait too long, or when too many wait."""

    queue: QueueRef
    after_s: Seconds | None = None
    length: Annotated[int, Field(ge=1)] | None = None


class QueueSpec(Spec):
    """How tasks wait and to whom they are offered."""

    channels: list[ChannelType]
    strategy: Literal[
        "longest_available", "skills_longest", "skills_best", "agent_based", "circular"
    ] = "longest_available"
    groups: list[GroupSpec] = []
    agents: list[UserRef] = []
    skills: list[SkillLevel] = []
    relaxations: list[RelaxationSpec] = []
    hours: Annotated[int, To("hours")] | None = None
    offer_s: Annotated[int, Field(ge=1, le=6000)] = 30
    offer_s_by_kind: dict[ChannelKind, Annotated[int, Field(ge=1, le=6000)]] = {}
    transfer_from_teams: list[TeamRef] = []
    unanswered_transfer: UnansweredTransfer = UnansweredTransfer.DROP
    rona_per_channel: bool = False
    reason_required: bool = True
    auto_wrap_up_s: Seconds | None = None
    auto_wrap_up_cancellable: bool = True
    overflow: OverflowSpec | None = None
    time_out_s: Seconds | None = None
    when_hours_close: HoursClose = HoursClose.KEEP
    closed_text: Text | None = None
    alert_after_s: Annotated[int, Field(ge=10, le=86_400)] = 600
    last_agent_s: Seconds = 0
    silence: SilenceSpec = SilenceSpec()
    when_agent_gone: GonePolicy = GonePolicy.KEEP
    gone_grace_s: Annotated[int, Field(ge=1, le=86_400)] = 300
    priority_step_s: Annotated[int, Field(ge=0, le=86_400)] = 60
    self_assign: bool = False
    outbound: bool = False
    """Whether its agents may write to customers first."""
    editable_variables: Annotated[list[VariableKey], Field(max_length=50)] = []
    screen_pop: ScreenPop | None = None
    service_level_s: Seconds = 60
    survey: SurveySpec | None = None


class TeamSpec(Spec):
    """A group of agents."""

    description: Text = ""
    finds: Literal["own", "queues"] = "own"
    """Which conversations its agents can find and read: their own, or all of their queues."""


class SkillSpec(Spec):
    """Something agents can do to a level."""

    description: Text = ""


Capacity = Annotated[int, Field(ge=0, le=99)]


class ProfileSpec(Spec):
    """A multimedia profile: how many conversations of each kind at once."""

    mode: CapacityMode = CapacityMode.BLENDED
    chat: Capacity = 3
    email: Capacity = 5
    social: Capacity = 5


Grant = Literal[
    "desk",
    "desk:read",
    "floor",
    "floor:read",
    "addresses",
    "reports",
    "reports:read",
    "configuration",
    "configuration:read",
    "accounts",
    "accounts:read",
    "people",
    "people:read",
    "audit",
    "audit:read",
    "tokens",
    "tokens:read",
]
"""The closed list of `domain/rights.py`, which a test holds together with this one."""


class RoleSpec(Spec):
    """A role of one's own: a name for some rights, given to users beside the built-in roles."""

    description: Text = ""
    rights: Annotated[list[Grant], Field(min_length=1)]
    second_factor: bool = False
    """Whether whoever has it must sign in with a second factor."""


class UserSpec(Spec):
    """A person who signs in."""

    login: Annotated[str, Field(pattern=r"^[A-Za-z0-9._@+-]{2,100}$")]
    email: Annotated[str, Field(max_length=200)] = ""
    roles: list[Role] = ["agent"]
    """The built-in ones; whoever has several roles has all of their rights."""
    custom_roles: list[RoleRef] = []
    active: bool = True
    teams: list[TeamRef] = []
    skills: list[SkillLevel] = []
    profile: Annotated[int, To("profiles")] | None = None


class IdleCodeSpec(Spec):
    """A reason for being idle."""

    default: bool = False


class ReasonSpec(Spec):
    """A wrap-up reason, for all queues or for some."""

    default: bool = False
    queues: list[QueueRef] | None = None


Pattern = Annotated[str, Field(min_length=3, max_length=200)]


class PrivacySpec(Spec):
    """What is done with card and health data in messages, both ways (P1, P2)."""

    action: Literal["redact", "drop", "off"] = "redact"
    cards: bool = True
    ibans: bool = True
    national_ids: bool = True
    health_terms: list[Annotated[str, Field(min_length=2, max_length=60)]] = [
        "diagnosis",
        "patient",
        "medical record",
        "health insurance",
        "Diagnose",
        "Krankenversicherung",
        "Versichertennummer",
    ]
    health_ids: list[Pattern] = [
        r"\b[A-TV-Z]\d{2}\.\d{1,2}\b",
        r"\b[A-Z]\d{9}\b",
        r"\bMRN[ :#-]{0,3}\d{6,10}\b",
    ]
    customer_text: Text = (
        "For your safety we have removed card or health data from your message."
        " Please never send it here."
    )

    @field_validator("health_ids")
    @classmethod
    def _patterns(cls, value: list[str]) -> list[str]:
        for pattern in value:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is not a pattern: {error}") from None
        return value


Days = Annotated[int, Field(ge=1, le=36_500)]


class RetentionSpec(Spec):
    """For how long things are kept, in days; without a number, for ever."""

    messages_days: Days | None = None
    """What was said, with its files and the sources of mails, once the conversation has ended."""
    messages_days_by_channel: dict[ChannelType, Days] = {}
    events_days: Days | None = None
    """The log that reports are made of; it names no customers once their messages are gone."""
    logs_days: Annotated[int, Field(ge=1, le=30)] = 30
    """What was asked of providers and what they said, and input that could not be taken in."""


class PasswordSpec(Spec):
    """What a password must be. There are no rules of composition (NIST SP 800-63B)."""

    shortest: Annotated[int, Field(ge=8, le=64)] = 10
    """The fewest characters. Common ones and the person's own names are always refused."""
    second_factor_for: list[Role] = []
    """Roles with which a second factor is needed to sign in; other roles say so themselves."""


class SettingsSpec(Spec):
    """Installation-wide settings; there is one, named `settings`."""

    company: Annotated[str, Field(max_length=100)] = "Rapport"
    desktop_gone_s: Annotated[int, Field(ge=10, le=3600)] = 60
    session_hours: Annotated[int, Field(ge=1, le=720)] = 14
    password: PasswordSpec = PasswordSpec()
    time_zone: ZoneName = "UTC"
    tell_when_watched: bool = False
    files: FilePolicies = FilePolicies()
    infected_text: Text | None = "We have removed a file that you sent: it contains a virus."
    """Said to customers whose messages come from a provider, but for mail."""
    privacy: PrivacySpec = PrivacySpec()
    retention: RetentionSpec = RetentionSpec()


SPECS: dict[str, type[Spec]] = {
    "settings": SettingsSpec,
    "skills": SkillSpec,
    "profiles": ProfileSpec,
    "teams": TeamSpec,
    "hours": HoursSpec,
    "idle_codes": IdleCodeSpec,
    "roles": RoleSpec,
    "users": UserSpec,
    "identity_providers": IdentityProviderSpec,
    "queues": QueueSpec,
    "reasons": ReasonSpec,
    "accounts": AccountSpec,
    "entry_points": EntryPointSpec,
    "templates": TemplateSpec,
    "workflows": WorkflowSpec,
    "rules": RuleSpec,
    "webhooks": WebhookSpec,
}
"""Kinds in the order in which they can be created: references point upward, but for queues'
overflow, which is set in a second pass."""
