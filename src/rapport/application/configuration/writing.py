"""What agents work with besides their own words: templates (C1), workflows and rules (C2)."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from rapport.application.configuration.spec import QueueRef, Spec, TeamRef, To
from rapport.domain.channel import ChannelType
from rapport.domain.rich_text import RichText, Style, StyleKind
from rapport.domain.templates import PARAMETERS, VARIABLE, unknown_parameters
from rapport.domain.workflows import ANSWER, INPUT, LONGEST_TEXT, SECRET, parameters

LONGEST_BODY = 20_000


class BodyStyle(Spec):
    """A style over a template's body as it is written, in code points."""

    kind: StyleKind
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]
    url: Annotated[str, Field(max_length=2000, pattern=r"^(https?://|mailto:)[^<>@]*$")] | None = (
        None
    )


class TemplateSpec(Spec):
    """A prepared text. Without channels it is for all of them, without teams for everybody."""

    group: Annotated[str, Field(max_length=80)] = ""
    channels: list[ChannelType] = []
    teams: list[TeamRef] = []
    language: Annotated[str, Field(pattern=r"^([a-z]{2,3}(-[A-Z]{2})?)?$")] = ""
    body: Annotated[str, Field(min_length=1, max_length=LONGEST_BODY)]
    styles: Annotated[list[BodyStyle], Field(max_length=1000)] = []
    locked: bool = False

    @field_validator("body")
    @classmethod
    def _written(cls, value: str) -> str:
        # YAML ends a block of text with a line break that nobody means.
        value = value.replace("\r\n", "\n").rstrip()
        if not value or value[0].isspace():
            raise ValueError("A body begins and ends with something to read")
        for name in unknown_parameters(value):
            near = difflib.get_close_matches(name, PARAMETERS, 1)
            meant = f". Did you mean @@{near[0]}@@?" if near else ""
            raise ValueError(f"There is no system parameter @@{name}@@{meant}")
        return value

    @model_validator(mode="after")
    def _styles_lie_within(self) -> TemplateSpec:
        for style in self.styles:
            if not style.start < style.end <= len(self.body):
                raise ValueError("A style lies beyond the body")
            if (style.kind == "link") != (style.url is not None):
                raise ValueError("A link has a url, and nothing else has one")
        return self

    @property
    def rich(self) -> RichText:
        """The body with its styles."""
        return RichText(
            self.body,
            tuple(Style(kind=s.kind, start=s.start, end=s.end, url=s.url) for s in self.styles),
        )


class WorkflowInput(Spec):
    """What the agent is asked for before it is triggered."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Annotated[str, Field(min_length=1, max_length=80)]
    kind: Literal["text", "number", "select", "date"] = "text"
    required: bool = False
    options: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=80)]], Field(max_length=200)
    ] = []


Words = Annotated[str, Field(max_length=LONGEST_TEXT)]
VariableName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
AnswerPath = Annotated[str, Field(min_length=1, max_length=200)]


class WorkflowAnswer(Spec):
    """What is made of a good answer; `@@answer.…@@` stands for what is in it."""

    announcement: Words | None = None
    composer: Words | None = None
    message: Words | None = None
    variables: Annotated[dict[VariableName, AnswerPath], Field(max_length=50)] = {}
    """Task variables by dotted path (`order.status`) or JSON pointer (`/order/status`)."""


class WorkflowSpec(Spec):
    """A request that agents trigger. Without channels and teams it is for all of them."""

    channels: list[ChannelType] = []
    teams: list[TeamRef] = []
    inputs: Annotated[list[WorkflowInput], Field(max_length=20)] = []
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    url: Annotated[str, Field(max_length=2000, pattern=r"^https?://[^\s@/?#]+([/?#]\S*)?$")]
    headers: Annotated[dict[str, Annotated[str, Field(max_length=2000)]], Field(max_length=30)] = {}
    body: Annotated[str, Field(max_length=LONGEST_BODY)] | None = None
    """JSON; parameters stand inside its strings."""
    timeout_s: Annotated[float, Field(ge=0.1, le=60)] = 10.0
    retries: Annotated[int, Field(ge=0, le=5)] = 2
    answer: WorkflowAnswer = WorkflowAnswer()

    @field_validator("headers")
    @classmethod
    def _headers(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            if not re.fullmatch(r"[A-Za-z0-9-]{1,60}", name) or not text.isprintable():
                raise ValueError(f"{name!r} is not a header such as X-Shop: @@secret.token@@")
            if name.lower() in {"host", "content-length", "transfer-encoding", "idempotency-key"}:
                raise ValueError(f"The header {name} is set when the request is sent")
        return value

    @field_validator("body")
    @classmethod
    def _json(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                json.loads(value)
            except ValueError:
                raise ValueError(
                    "The body is not JSON; parameters stand inside its strings:"
                    ' {"order": "@@input.order@@"}'
                ) from None
        return value

    @model_validator(mode="after")
    def _parameters_are_known(self) -> WorkflowSpec:
        names = [one.name for one in self.inputs]
        if len(set(names)) < len(names):
            raise ValueError("Two inputs have the same name")
        for one in self.inputs:
            if (one.kind == "select") != bool(one.options):
                raise ValueError(f"The input {one.name}: a select has options, nothing else has")
        inputs = {f"{INPUT}{name}" for name in names}
        _known((self.url, self.body or ""), inputs)
        _known(self.headers.values(), inputs, SECRET)
        answer = self.answer
        made = (answer.announcement, answer.composer, answer.message)
        _known((text or "" for text in made), inputs, ANSWER)
        return self


class RuleSpec(Spec):
    """Starts a workflow by itself when something happens to a task; empty lists mean all."""

    active: bool = True
    event: Literal[
        "task.accepted",
        "task.started",
        "task.transferred",
        "task.dropped",
        "task.ended",
        "task.parked",
        "conference.joined",
        "customer.left",
        "wrap_up.submitted",
    ]
    workflow: Annotated[int, To("workflows")]
    inputs: Annotated[dict[VariableName, Words], Field(max_length=20)] = {}
    """What an agent would fill in; parameters such as `@@task.id@@` are filled."""
    queues: list[QueueRef] = []
    channels: list[ChannelType] = []
    reasons: list[Annotated[int, To("reasons")]] = []
    """One of these wrap-up reasons was given; for `wrap_up.submitted` alone."""

    @model_validator(mode="after")
    def _fits(self) -> RuleSpec:
        if self.reasons and self.event != "wrap_up.submitted":
            raise ValueError("Wrap-up reasons are known when the wrap-up is submitted")
        _known(self.inputs.values(), set())
        return self


def _known(texts: Iterable[str], inputs: set[str], *prefixes: str) -> None:
    for text in texts:
        for name in parameters(text):
            known = name in PARAMETERS or name in inputs
            if not known and not name.startswith((VARIABLE, *prefixes)):
                near = difflib.get_close_matches(name, [*PARAMETERS, *inputs], 1)
                meant = f". Did you mean @@{near[0]}@@?" if near else ""
                raise ValueError(f"There is no parameter @@{name}@@ here{meant}")
