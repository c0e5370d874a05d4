"""The customer's phone as a page: write to the business on every channel, see what it answers."""

from rapport_simulators.phone.server import PhoneServer, PhoneSettings

__all__ = ["PhoneServer", "PhoneSettings"]
