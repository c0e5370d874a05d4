"""WhatsApp Cloud API and Messenger Platform on one server, as Meta's Graph has them."""

from rapport_simulators.graph.settings import GraphSettings
from rapport_simulators.graph.simulator import GraphSimulator

__all__ = ["GraphSettings", "GraphSimulator"]
