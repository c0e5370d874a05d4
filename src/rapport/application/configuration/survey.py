"""What administrators set of a queue's satisfaction survey."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rapport.application.configuration.spec import OpensList, Spec, Text
from rapport.domain.channel import ChannelType

Words = Annotated[str, Field(min_length=1, max_length=500)]


class SurveySpec(Spec):
    """One question after a task of the queue, on the customer's own channel."""

    channels: tuple[ChannelType, ...] = ()
    """Where it is asked; without any, everywhere."""
    question: Words = "How satisfied were you with our help?"
    number_hint: Words = "Please answer with a number from 1 (not at all) to 5 (very)."
    """Said with the question where the answer is a message, also where it can be pressed."""
    choose: OpensList = "Answer"
    """What opens the answers where they come as a list (WhatsApp)."""
    link_hint: Words = "Please tell us here:"
    """Said before the link where the answer is given on a page (e-mail)."""
    thanks: Text = "Thank you for your answer."
    within_h: Annotated[int, Field(ge=1, le=14 * 24)] = 24
    """For how many hours an answer counts; afterwards it is a message like any other."""
    agents_see: bool = True
    """Whether agents see the ratings of their own conversations in their history."""
