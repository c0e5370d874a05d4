"""The fictional people at the other end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Customer:
    """One person on one channel.

    Attributes:
        id: What the provider calls them: a number's digits, a page-scoped id, an E.164 number.
        user_id: WhatsApp's business-scoped user id.
        hides_number: Webhooks carry the business-scoped id alone, as after taking a username.
        private: The provider refuses to tell the name.
        last_wrote: When they last wrote (epoch seconds); opens the window.
        reachable: Whether the phone is on; messages wait as long as it isn't.
        reads: Whether messages are read as soon as they are delivered.
        typing_until: Until when the business's typing sign is shown.
    """

    id: str
    channel: str
    name: str
    user_id: str | None = None
    hides_number: bool = False
    private: bool = False
    last_wrote: float | None = None
    reachable: bool = True
    reads: bool = False
    blocked: bool = False
    opted_out: bool = False
    typing_until: float = 0.0


class Customers:
    """Everybody known, by every id they go by."""

    def __init__(self, known: Iterable[Customer] = ()) -> None:
        self._by_id: dict[str, Customer] = {}
        self._aliases: dict[str, str] = {}
        for customer in known:
            self.add(customer)

    def __iter__(self) -> Iterator[Customer]:
        return iter(self._by_id.values())

    def add(self, customer: Customer) -> Customer:
        """Get to know somebody."""
        self._by_id[customer.id] = customer
        if customer.user_id:
            self._aliases[customer.user_id] = customer.id
        return customer

    def find(self, customer_id: str) -> Customer | None:
        """Whoever goes by this id."""
        return self._by_id.get(self._aliases.get(customer_id, customer_id))
