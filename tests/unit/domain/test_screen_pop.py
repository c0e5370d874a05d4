"""Links into other systems: which patterns may be configured, and what becomes of values."""

from __future__ import annotations

import pytest

from rapport.domain.screen_pop import check_pattern, link_from

VALUES = {
    "contact.name": "Dana & Leo / 7?",
    "contact.email": "dana+x@mail.example",
    "contact.phone": None,
    "task.variables.order": "https://evil.example/#",
    "contact.fields.Customer number": "K 77",
    "task.id": "..",
}


@pytest.mark.parametrize(
    "pattern",
    [
        "https://crm.example",
        "https://crm.example:8443/find?mail={contact.email}&n={contact.fields.Customer number}",
        "https://crm.example/{task.id}/{task.variables.order}#{agent.name}",
    ],
)
def test_may_be_configured(pattern: str) -> None:
    assert check_pattern(pattern) == pattern


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("http://crm.example/{contact.id}", "https"),
        ("javascript:alert(1)", "https"),
        ("//crm.example/", "https"),
        ("https://{contact.name}/", "host"),
        ("https://{contact.name}.example/", "host"),
        ("https://me:secret@crm.example/", "host"),
        ("https://crm.example@evil.example/", "host"),
        ("https:///path", "host"),
        ("https://crm.example:port/", "not an address"),
        ("https://crm.example\\@evil.example/", "host"),
        ("https://crm.example/{contact.password}", "placeholder"),
        ("https://crm.example/{task.variables.}", "placeholder"),
        ("https://crm.example/{contact.id", "brace"),
        ("https://crm.example/a b", "space"),
    ],
)
def test_may_not(pattern: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        check_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "link"),
    [
        (
            "https://c.example/?n={contact.name}",
            "https://c.example/?n=Dana%20%26%20Leo%20%2F%207%3F",
        ),
        ("https://c.example/?m={contact.email}", "https://c.example/?m=dana%2Bx%40mail.example"),
        ("https://c.example/?p={contact.phone}&q=1", "https://c.example/?p=&q=1"),
        ("https://c.example/{task.variables.none}", "https://c.example/"),
        (
            "https://c.example/{task.variables.order}",
            "https://c.example/https%3A%2F%2Fevil.example%2F%23",
        ),
        # Dots alone would climb in the path.
        ("https://c.example/a/{task.id}/b", "https://c.example/a//b"),
    ],
)
def test_values_stay_in_their_place(pattern: str, link: str) -> None:
    assert link_from(pattern, VALUES) == link
