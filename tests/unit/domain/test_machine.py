"""Random lives of several tasks among several agents: what holds at every moment (T11, R2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from rapport.domain import agent as agents
from rapport.domain import commands as c
from rapport.domain.agent import REALTIME, Agent, AgentStatus, CapacityMode
from rapport.domain.channel import KINDS, ChannelType
from rapport.domain.decide import decide
from rapport.domain.errors import Refused
from rapport.domain.evolve import fold
from rapport.domain.menu import Said
from rapport.domain.policy import QueuePolicy, account_policy
from rapport.domain.rules.speaking import check_may_send
from rapport.domain.situation import Situation
from rapport.domain.task import LegRole, LegState, Task, TaskState
from tests.builders import NOW, a_task, unanswered_since
from tests.builders.policies import a_menu
from tests.builders.strategies import people, queues
from tests.builders.tasks import TaskBuilder

MENU = a_menu()
AGENTS, TASKS, QUEUES = (1, 2, 3), (1, 2, 3), (1, 2)
agent_ids, task_ids = st.sampled_from(AGENTS), st.sampled_from(TASKS)
CHANNELS = (ChannelType.WEBCHAT, ChannelType.SMS, ChannelType.WHATSAPP, ChannelType.EMAIL)
SECONDS = (1, 10, 29, 31, 60, 300, 3600)


class Floor(RuleBasedStateMachine):
    """A small contact centre, without database, routing decided by chance."""

    @initialize(
        policies=st.tuples(*(queues(i) for i in QUEUES)),
        staff=st.tuples(*(people(i) for i in AGENTS)),
        channels=st.tuples(*(st.sampled_from(CHANNELS) for _ in TASKS)),
    )
    def open_up(
        self,
        policies: tuple[QueuePolicy, ...],
        staff: tuple[Agent, ...],
        channels: tuple[ChannelType, ...],
    ) -> None:
        self.now = NOW
        self.silent: dict[int, datetime | None] = {}
        self.queues = {q.id: q for q in policies}
        self.agents = {a.id: a for a in staff}
        self.tasks: dict[int, Task] = {
            i: a_task(id=i, channel=channel, queue_id=1 + i % 2).queued()
            for i, channel in zip(TASKS, channels, strict=True)
        }
        self.tasks[TASKS[-1]] = TaskBuilder(self.tasks[TASKS[-1]]).asking()
        self.ids = 100
        for i in TASKS[:2]:
            self.offer(i, AGENTS[0])
            self.accept_what_rings(i)

    # -- one step -------------------------------------------------------------------------

    def situation(self, task: Task) -> Situation:
        return Situation(
            task=task,
            agents=self.agents,
            queues=self.queues,
            account=account_policy(1, task.channel),
            now=self.now,
            unanswered_since=self.silent.get(task.id),
        )

    def do(self, task_id: int, make: Callable[[int], c.Command]) -> bool:
        self.ids += 1
        s = self.situation(self.tasks[task_id])
        try:
            events = decide(s, command := make(self.ids))
        except Refused:
            return False
        task, people = fold(s.task, self.agents, events, self.now)
        assert task.version == s.task.version + len(events), "version counts every event"
        assert task.epoch == s.task.epoch + sum(event.transition for event in events)
        if s.task.state is TaskState.ENDED:
            assert task.state is TaskState.ENDED, "what has ended stays ended"
        self.tasks[task_id], self.agents = task, people
        self.silent[task_id] = unanswered_since(s, command, events)
        return True

    def change(self, agent_id: int, change: Callable[[Agent], Agent]) -> None:
        try:
            self.agents[agent_id] = change(self.agents[agent_id])
        except Refused:
            return

    def ringing(self, agent_id: int) -> bool:
        legs = [leg for task in self.tasks.values() for leg in task.legs]
        return any(leg.agent_id == agent_id and leg.state is LegState.OFFERED for leg in legs)

    # -- what agents do -------------------------------------------------------------------

    @rule(task=task_ids, agent=agent_ids)
    def offer(self, task: int, agent: int) -> None:
        self.do(task, lambda leg: c.OfferTask(agent_id=agent, leg_id=leg))

    def accept(self, task: int, agent: int) -> None:
        self.do(task, lambda _: c.AcceptOffer(agent_id=agent))

    @rule(task=task_ids)
    def accept_what_rings(self, task: int) -> None:
        for leg in self.tasks[task].legs:
            if leg.state is LegState.OFFERED:
                self.accept(task, leg.agent_id)

    @rule(
        task=task_ids,
        make=st.sampled_from(
            [
                lambda a, _: c.CancelConference(agent_id=a),
                lambda a, _: c.ExitConference(agent_id=a),
                lambda a, _: c.RemoveInvited(agent_id=a),
                lambda a, _: c.EndConference(agent_id=a, consent=True),
                lambda a, _: c.EndTask(agent_id=a, consent=True),
                lambda a, _: c.SubmitWrapUp(agent_id=a, reason_ids=(1,)),
                lambda a, _: c.CancelWrapUpTimer(agent_id=a),
                lambda a, _: c.ResumeTask(agent_id=a),
                lambda a, leg: c.ReadUpTo(agent_id=a, seq=leg, inbound_seq=leg),
            ]
        ),
    )
    def press(self, task: int, make: Callable[[int, int], c.Command]) -> None:
        for agent_id in {leg.agent_id for leg in self.tasks[task].open_legs}:
            self.press_as(task, agent_id, make)

    @rule(task=task_ids, agent=agent_ids)
    def take(self, task: int, agent: int) -> None:
        self.do(task, lambda leg: c.TakeTask(agent_id=agent, leg_id=leg))

    def press_as(self, task: int, agent: int, make: Callable[[int, int], c.Command]) -> None:
        self.do(task, lambda leg: make(agent, leg))

    @rule(task=task_ids, queue=st.sampled_from(QUEUES))
    def transfer_to_queue(self, task: int, queue: int) -> None:
        if owner := self.tasks[task].owner:
            self.do(task, lambda _: c.TransferToQueue(agent_id=owner.agent_id, queue_id=queue))

    @rule(task=task_ids, colleague=agent_ids, conference=st.booleans())
    def hand_over(self, task: int, colleague: int, conference: bool) -> None:
        verb = c.RequestConference if conference else c.TransferToAgent
        if owner := self.tasks[task].owner:
            self.do(
                task, lambda leg: verb(agent_id=owner.agent_id, target_id=colleague, leg_id=leg)
            )

    @rule(
        task=task_ids,
        agent=agent_ids,
        other=agent_ids,
        verb=st.sampled_from(["join", "take over", "reassign", "requeue", "prioritise"]),
    )
    def steer(self, task: int, agent: int, other: int, verb: str) -> None:
        make: dict[str, Callable[[int], c.Command]] = {
            "join": lambda leg: c.JoinTask(supervisor_id=agent, leg_id=leg),
            "take over": lambda leg: c.TakeOver(supervisor_id=agent, leg_id=leg),
            "reassign": lambda leg: c.Reassign(supervisor_id=agent, target_id=other, leg_id=leg),
            "requeue": lambda _: c.Requeue(supervisor_id=agent, queue_id=1 + other % 2),
            "prioritise": lambda _: c.Prioritise(supervisor_id=agent, priority=other),
        }
        self.do(task, make[verb])

    @rule(task=task_ids, seconds=st.sampled_from(SECONDS))
    def park(self, task: int, seconds: int) -> None:
        until = self.now + timedelta(seconds=seconds)
        if owner := self.tasks[task].owner:
            self.do(task, lambda _: c.ParkTask(agent_id=owner.agent_id, until=until))

    @rule(task=task_ids, agent=agent_ids)
    def say(self, task: int, agent: int) -> None:
        held = self.tasks[task]
        try:
            check_may_send(self.situation(held), agent, "Hello", 0)
        except Refused:
            return
        assert held.customer_left_at is None, "nothing is said to a customer who has left"
        assert held.state is TaskState.ACTIVE
        self.do(task, lambda _: c.NoteAgentSpoke())

    # -- agents come and go ---------------------------------------------------------------

    @rule(agent=agent_ids, status=st.sampled_from([AgentStatus.AVAILABLE, AgentStatus.IDLE]))
    def choose_state(self, agent: int, status: AgentStatus) -> None:
        if status is AgentStatus.IDLE and self.ringing(agent):
            return
        self.change(agent, lambda a: agents.change_state(a, status, None, self.now))

    @rule(agent=agent_ids)
    def become_available(self, agent: int) -> None:
        self.sign_in(agent)
        self.choose_state(agent, AgentStatus.AVAILABLE)

    @rule(agent=agent_ids)
    def sign_in(self, agent: int) -> None:
        self.change(agent, lambda a: agents.sign_in(a, None, self.now))
        for task in TASKS:
            self.do(task, lambda _: c.NoteOwnerBack(agent_id=agent))

    @rule(agent=agent_ids)
    def sign_out(self, agent: int) -> None:
        ringing = self.ringing(agent)
        self.change(agent, lambda a: agents.sign_out(a, ringing=ringing, now=self.now))

    @rule(task=task_ids, both=st.booleans())
    def desktop_gone(self, task: int, both: bool) -> None:
        for leg in self.tasks[task].open_legs:
            if both or leg.role is LegRole.OWNER:
                self.disconnect(leg.agent_id)

    def disconnect(self, agent: int) -> None:
        if self.agents[agent].status is AgentStatus.OFFLINE:
            return
        self.change(agent, lambda a: agents.disconnect(a, self.now))
        for task in TASKS:
            for leg in self.tasks[task].legs:
                if leg.agent_id == agent and leg.state is LegState.OFFERED:
                    self.do(
                        task,
                        lambda _, old=leg.id: c.WithdrawOffer(  # type: ignore[misc]
                            offer_id=old, reason="disconnected"
                        ),
                    )
            self.do(task, lambda _: c.NoteOwnerGone(agent_id=agent))

    # -- the customer ---------------------------------------------------------------------

    @rule(task=task_ids)
    def customer_leaves(self, task: int) -> None:
        self.do(task, lambda _: c.LeaveAsCustomer())

    @rule(task=task_ids)
    def customer_speaks(self, task: int) -> None:
        if self.do(task, lambda _: c.NoteCustomerSpoke()):
            assert self.tasks[task].customer_left_at is None, "who writes is here"

    @rule(task=task_ids, text=st.sampled_from(["1", "2", "3", "Hello", ""]))
    def answers_the_question(self, task: int, text: str) -> None:
        said = Said(text, attempt=bool(text))
        if self.do(task, lambda _: c.HearAnswer(menu=MENU, said=said)):
            now = self.tasks[task]
            assert now.silence_stage < MENU.tries
            if text in {"1", "2"}:
                assert (now.state, now.queue_id) == (TaskState.QUEUED, int(text))

    # -- time -----------------------------------------------------------------------------

    @rule(seconds=st.sampled_from(SECONDS))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.sweep()

    @rule()
    def the_next_deadline_comes(self) -> None:
        due = [task.due_at for task in self.tasks.values() if task.due_at]
        due += [leg.due_at for task in self.tasks.values() for leg in task.legs if leg.due_at]
        self.now = max([self.now, *sorted(due)[:1]])
        self.sweep()

    def sweep(self) -> None:
        for task_id in TASKS:
            for leg in self.tasks[task_id].legs:
                if leg.due_at is None or leg.due_at > self.now:
                    continue
                if leg.state is LegState.OFFERED:
                    self.do(
                        task_id,
                        lambda new, old=leg.id: c.ExpireOffer(  # type: ignore[misc]
                            offer_id=old, new_leg_id=new
                        ),
                    )
                else:
                    self.do(
                        task_id,
                        lambda _, x=leg.id: c.SubmitWrapUpByTimer(  # type: ignore[misc]
                            leg_id=x
                        ),
                    )
            task = self.tasks[task_id]
            if task.due_at is not None and task.due_at <= self.now:
                assert self.do(task_id, lambda _: c.PassDeadline()), "a due task can be handled"
                due_at = self.tasks[task_id].due_at
                assert due_at is None or due_at > self.now, "a handled deadline moves on"

    @rule(task=task_ids)
    def too_many_wait(self, task: int) -> None:
        self.do(task, lambda _: c.OverflowTask(queue_id=self.tasks[task].queue_id))

    # -- what always holds ----------------------------------------------------------------

    @invariant()
    def load_is_the_legs_that_use_capacity(self) -> None:
        for agent in self.agents.values():
            used = [0] * len(KINDS)
            for task in self.tasks.values():
                for leg in task.legs:
                    used[task.kind.slot] += leg.agent_id == agent.id and leg.uses_capacity
            assert tuple(used) == agent.used

    @invariant()
    def nobody_is_over_capacity(self) -> None:
        for agent in self.agents.values():
            pairs = zip(agent.used, agent.capacity, strict=True)
            assert all(used <= room for used, room in pairs)
            if agent.mode is CapacityMode.EXCLUSIVE:
                assert sum(agent.used) <= 1
            if agent.mode is CapacityMode.BLENDED_REALTIME:
                assert sum(agent.used[kind.slot] > 0 for kind in REALTIME) <= 1

    @invariant()
    def one_owner_and_one_offer_as_the_state_says(self) -> None:
        for task in self.tasks.values():
            owners = [leg for leg in task.legs if leg.role is LegRole.OWNER]
            active = sum(leg.state is LegState.ACTIVE for leg in owners)
            offered = sum(leg.state is LegState.OFFERED for leg in owners)
            assert active == (task.state is TaskState.ACTIVE)
            assert offered == (task.state is TaskState.OFFERED)
            invited = [leg for leg in task.open_legs if leg.role is LegRole.INVITED]
            live = [leg for leg in invited if leg.state is not LegState.WRAPPING_UP]
            assert len(live) <= (task.state is TaskState.ACTIVE)

    @invariant()
    def a_timer_or_a_person(self) -> None:
        for task in self.tasks.values():
            if task.state is TaskState.ENDED:
                assert task.due_at is None
                continue
            timers = [task.due_at, task.offer.due_at if task.offer else None]
            owner = task.owner
            person = (
                owner is not None
                and not owner.parked
                and self.agents[owner.agent_id].status is not AgentStatus.OFFLINE
            )
            assert person or any(timers), task

    @invariant()
    def only_what_is_open_has_a_deadline(self) -> None:
        for task in self.tasks.values():
            for leg in task.legs:
                waits = leg.state in {LegState.OFFERED, LegState.WRAPPING_UP}
                assert waits or leg.due_at is None
                assert leg.state is not LegState.OFFERED or leg.due_at is not None
            assert (task.due_at is None) == (task.due_for is None)
            parked = task.owner is not None and task.owner.parked
            assert parked == (task.parked_until is not None)

    def teardown(self) -> None:
        """Every task can still be brought to its end, and then nobody holds anything."""
        if not hasattr(self, "tasks"):
            return
        self.queues = {
            i: replace(q, self_assign=True, reason_required=False) for i, q in self.queues.items()
        }
        self.now += timedelta(hours=2)
        for agent_id in AGENTS:
            self.agents[agent_id] = replace(self.agents[agent_id], capacity=(9, 9, 9))
        for _ in range(3):
            self.sweep()
            for agent_id in AGENTS:
                self.become_available(agent_id)
                for task_id in TASKS:
                    self._finish(task_id, agent_id)
        self.load_is_the_legs_that_use_capacity()
        for task in self.tasks.values():
            assert task.state is TaskState.ENDED, task
            assert not task.open_legs, task
        assert not any(agent.engaged for agent in self.agents.values())

    def _finish(self, task_id: int, agent_id: int) -> None:
        for make in (
            lambda a, _: c.SubmitWrapUp(agent_id=a, reason_ids=()),
            lambda a, _: c.AcceptOffer(agent_id=a),
            lambda a, leg: c.TakeTask(agent_id=a, leg_id=leg),
            lambda a, _: c.ResumeTask(agent_id=a),
            lambda a, _: c.CancelConference(agent_id=a),
            lambda a, _: c.EndConference(agent_id=a, consent=True),
            lambda a, _: c.EndTask(agent_id=a, consent=True),
            lambda a, _: c.SubmitWrapUp(agent_id=a, reason_ids=()),
        ):
            self.press_as(task_id, agent_id, make)


TestFloor = Floor.TestCase
TestFloor.settings = settings(
    max_examples=120,
    stateful_step_count=45,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
