"""Short ways to a domain object in a given state; every state is reached by real events."""

from tests.builders.agents import an_agent
from tests.builders.policies import a_queue
from tests.builders.situations import NOW, a_situation
from tests.builders.story import Story, unanswered_since
from tests.builders.tasks import a_task

__all__ = ["NOW", "Story", "a_queue", "a_situation", "a_task", "an_agent", "unanswered_since"]
