"""What all specs are made of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class To:
    """Marks a reference's kind of target."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        """From the schema, forms know what can be chosen here."""
        return {**handler(schema), "x-reference": self.kind}


Text = Annotated[str, Field(max_length=2000)]
Seconds = Annotated[int, Field(ge=0, le=30 * 86_400)]
Level = Annotated[int, Field(ge=1, le=10)]
SkillRef = Annotated[int, To("skills")]
QueueRef = Annotated[int, To("queues")]
TeamRef = Annotated[int, To("teams")]
VariableKey = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,39}$")]
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$"
LanguageKey = Annotated[str, Field(pattern=LANGUAGE)]
"""A language as browsers name it, such as `en` or `de-AT`."""
OpensList = Annotated[str, Field(min_length=1, max_length=20, pattern=r"\S")]
"""What opens a list of choices, as long as a provider's button takes."""
Role = Literal["agent", "supervisor", "administrator"]
"""The built-in ones."""
RoleRef = Annotated[int, To("roles")]
UserRef = Annotated[int, To("users")]


class Spec(BaseModel):
    """Base of all specs: unknown fields are errors, not silently dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True)
