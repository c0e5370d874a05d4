"""What is kept of people: found, exported, erased, and deleted by age."""

from rapport.storage.privacy.erasure import erase
from rapport.storage.privacy.export import export
from rapport.storage.privacy.overview import Overview, overview
from rapport.storage.privacy.people import Person, find_people, gather
from rapport.storage.privacy.retention import Retention

__all__ = [
    "Overview",
    "Person",
    "Retention",
    "erase",
    "export",
    "find_people",
    "gather",
    "overview",
]
