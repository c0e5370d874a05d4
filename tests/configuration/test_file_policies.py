"""Files per direction, and how policies of before there were directions are read."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from rapport.application.configuration.files import AccountFiles, FilePolicies, FilePolicy

OLD = {"enabled": False, "max_bytes": 5_000, "max_count": 3, "types": ["image/png"]}
DEFAULT = FilePolicy()


def test_an_accounts_old_policy_is_for_its_customers() -> None:
    files, installation = AccountFiles.model_validate(OLD), FilePolicies()
    assert files.from_agents is None
    held = files.customers(installation)
    assert held.model_dump() == {**OLD, "max_total_bytes": 15_000}
    assert files.agents(installation) == DEFAULT


def test_the_installations_old_policy_is_for_agents() -> None:
    files = FilePolicies.model_validate(OLD)
    assert files.from_agents.model_dump() == {**OLD, "max_total_bytes": 15_000}
    assert files.from_customers == DEFAULT


def test_what_an_old_policy_left_out_is_as_it_was() -> None:
    files = AccountFiles.model_validate({"max_bytes": 100_000_000})
    assert files.from_customers is not None
    assert files.from_customers.max_count == 10
    assert files.from_customers.max_total_bytes == 1_000_000_000


def test_without_a_policy_of_its_own_an_account_has_the_installations() -> None:
    installation = FilePolicies(from_customers=FilePolicy(max_count=1))
    files = AccountFiles.model_validate({"from_agents": {"enabled": False}})
    assert files.customers(installation).max_count == 1
    assert files.agents(installation).enabled is False


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"max_bytes": 200, "max_total_bytes": 100}, "together"),
        ({"max_total_bytes": 0}, "greater"),
        ({"max_count": "many"}, "integer"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        AccountFiles.model_validate({"from_customers": given})


@pytest.mark.parametrize("given", [{"max_bytes": "big"}, {"max_count": None}, "no", 7])
def test_an_old_policy_that_is_none_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        AccountFiles.model_validate(given)
