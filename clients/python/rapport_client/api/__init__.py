"""Every group of the API's methods.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from rapport_client.api.attachments import Attachments
from rapport_client.api.audit import Audit
from rapport_client.api.channels import Channels
from rapport_client.api.configuration import Configuration
from rapport_client.api.contacts import Contacts
from rapport_client.api.desk import Desk
from rapport_client.api.floor import Floor
from rapport_client.api.mail import Mail
from rapport_client.api.outbound import Outbound
from rapport_client.api.people import People
from rapport_client.api.reports import Reports
from rapport_client.api.search import Search
from rapport_client.api.session import Session
from rapport_client.api.tasks import Tasks
from rapport_client.api.templates import Templates
from rapport_client.api.tokens import Tokens
from rapport_client.api.webhooks import Webhooks
from rapport_client.api.workflows import Workflows
from rapport_client.connection import Connection


class Groups:
    """The API's methods by group."""

    def __init__(self, connection: Connection) -> None:
        self.attachments = Attachments(connection)
        self.audit = Audit(connection)
        self.channels = Channels(connection)
        self.configuration = Configuration(connection)
        self.contacts = Contacts(connection)
        self.desk = Desk(connection)
        self.floor = Floor(connection)
        self.mail = Mail(connection)
        self.outbound = Outbound(connection)
        self.people = People(connection)
        self.reports = Reports(connection)
        self.search = Search(connection)
        self.session = Session(connection)
        self.tasks = Tasks(connection)
        self.templates = Templates(connection)
        self.tokens = Tokens(connection)
        self.webhooks = Webhooks(connection)
        self.workflows = Workflows(connection)
