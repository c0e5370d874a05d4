"""Every route × role, from the application's own routes: what is not allowed here is denied.

A route that is not in the table fails, so that whoever adds one decides who may call it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest
import websockets
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from rapport.api.app import Application
from tests.centre import Centre
from tests.configuration.administrator import Administrator

AGENTS = {"agent", "supervisor"}
SUPERVISORS = {"supervisor", "administrator"}
ADMINISTRATORS = {"administrator"}
EVERYBODY = {"agent", "supervisor", "administrator"}
PUBLIC = {("POST", "/session")}
TABLE: list[tuple[str, set[str]]] = [
    (r"/session", EVERYBODY),
    (r"/catalog", EVERYBODY),
    (r"/me/preferences", EVERYBODY),
    (r"/me/password", EVERYBODY),
    (r"/me/state", AGENTS),
    (r"/snapshot", AGENTS),
    (r"/conversations/.*", AGENTS),
    (r"/attachments/.*", AGENTS),
    (r"/contacts/.*", AGENTS),
    (r"/queues/[^/]*/tasks", AGENTS),
    (r"/tasks/.*", AGENTS),
    (r"/floor", SUPERVISORS),
    (r"/agents/[^/]*/(state|sign-out)", SUPERVISORS),
    (r"/users/[^/]*/password", ADMINISTRATORS),
    (r"/config(/.*)?", ADMINISTRATORS),
]
