"""Card and health data: what is found, what is left alone, what remains to be seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.domain.sensitive import Watch, find, luhn, masked

WATCH = Watch(
    health_terms=("diagnosis", "patient", "versichertennummer", "insurance"),
    health_ids=(r"\b[A-TV-Z]\d{2}\.\d{1,2}\b", r"\b[A-Z]\d{9}\b", r"\bMRN[ -]?\d{6,10}\b"),
)

# Numbers that the schemes publish for testing.
CARDS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4012888888881881",
    "4222222222222",
    "5555555555554444",
    "5105 1051 0510 5100",
    "2223003122003222",
    "378282246310005",
    "3714 496353 98431",
    "6011111111111117",
    "6011 0009 9013 9424",
    "30569309025904",
    "38520000023237",
    "3530111333300000",
    "3566 0020 2036 0505",
    "6759649826438453",
]
IBANS = [
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00",
    "GB29 NWBK 6016 1331 9268 19",
    "FR14 2004 1010 0505 0001 3M02 606",
    "ch93 0076 2011 6238 5295 7",
    "NL91ABNA0417164300",
    "NO93 8601 1117 947",
]
LOOK_ALIKES = [
    "Order 4111111111111112",
    "Order no. 2026-1122-3344-5566",
    "call me at +49 1555 5500 1010 1",
    "+1 555 010 0199",
    "tracking 1Z999AA10123456784",
    "0000000000000000",
    "1111 1111 1111 1111",
    "4111 1111 1111 111",
    "invoice 4111.11 and 1111.11 and 1111",
    "2026-11-22 14:05:33.123456",
    "EAN 4006381333931",
    "IMEI 490154203237518",
    "DE89 3704 0044 0532 0130 01",
    "version 4.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1",
    "192.168.178.1 and 10.0.0.255",
    "5.555.555,55 EUR",
    "https://shop.example/orders/4111111111111111abc",
    "ISBN 978-3-16-148410-0",
    "987-65-4320",
    "000-12-3456",
    "A00.1 is a road and E11.9 a lane",
    "UUID 41111111-1111-4111-8111-111111111111",
]


@pytest.mark.parametrize("number", CARDS)
def test_card_numbers_are_found_and_masked(number: str) -> None:
    text = f"My card is {number}, expires soon"
    (found,) = find(text, WATCH)
    assert found.kind == "card"
    shown = masked(text, [found])
    assert len(shown) == len(text)
    assert [c for c in shown if c.isdigit()] == [c for c in number if c.isdigit()][-4:]


@pytest.mark.parametrize("number", IBANS)
def test_ibans_are_found_and_masked(number: str) -> None:
    text = f"Send it to {number} please"
    (found,) = find(text, WATCH)
    assert (found.kind, text[found.start : found.end]) == ("iban", number)
    assert number[4:10] not in masked(text, [found])


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_look_alikes_stay_untouched(text: str) -> None:
    assert find(text, WATCH) == []


@pytest.mark.parametrize("text", ["SSN 078-05-1120", "my number: 219 09 9999."])
def test_national_ids(text: str) -> None:
    assert [f.kind for f in find(text, WATCH)] == ["national_id"]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("The diagnosis was E11.9 last week", "E11.9"),
        ("Patient MRN 12345678", "MRN 12345678"),
        ("Versichertennummer: A123456789", "A123456789"),
    ],
)
def test_health_identifiers_near_their_words(text: str, hidden: str) -> None:
    (found,) = find(text, WATCH)
    assert found.kind == "health"
    assert hidden not in masked(text, [found])


def test_a_health_word_alone_or_far_away_is_nothing() -> None:
    assert find("diagnosis " + "x" * 60 + " E11.9", WATCH) == []
    assert find("The patient is well.", WATCH) == []


def test_several_in_one_text() -> None:
    text = "4111111111111111 or DE89370400440532013000 or 5555555555554444"
    assert [f.kind for f in find(text, WATCH)] == ["card", "iban", "card"]
    assert find(masked(text, find(text, WATCH)), WATCH) == []


def test_what_is_not_watched_is_not_found() -> None:
    nothing = Watch(cards=False, ibans=False, national_ids=False)
    assert find("4111111111111111 DE89370400440532013000 078-05-1120", nothing) == []


@given(st.text(max_size=300))
def test_whatever_the_text_masking_covers_all_that_is_found(text: str) -> None:
    found = find(text, WATCH)
    shown = masked(text, found)
    assert len(shown) == len(text)
    assert find(shown, WATCH) == []


@given(
    st.sampled_from([c for c in CARDS if c.isdigit()]),
    st.sampled_from(["", " ", "-"]),
    st.text(alphabet=" abc,!?\n", max_size=20),
)
def test_a_card_is_found_wherever_it_stands(number: str, separator: str, around: str) -> None:
    groups = [number[i : i + 4] for i in range(0, len(number), 4)]
    text = f"{around} {separator.join(groups)} {around}"
    assert [f.kind for f in find(text, WATCH)] == ["card"]


def test_luhn() -> None:
    assert luhn("79927398713")
    assert not luhn("79927398710")
