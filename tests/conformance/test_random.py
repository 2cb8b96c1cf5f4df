"""Random diagrams, walked by random ways: what is stored is what was, and the history tells enough to do it again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from engine.access import SYSTEM
from engine.bpmn import process
from engine.bpmn.definition import Definition
from engine.bpmn.process import Step
from engine.bpmn.state import dump, load
from engine.commands import definitions, instances, tasks
from engine.commands.instances import Start
from engine.queries import history
from engine.runtime import Engine
from tests.conformance.grammar import Grammar
from tests.engine.bpmn.drawing import TestHost, compiled

DIAGRAMS = 60
STORED_DIAGRAMS = 12
MOST_STEPS = 400


class Walk:
    """A case walked by chance: its tasks are completed and its timers fired in any order."""

    def __init__(self, definition: Definition, chance: random.Random) -> None:
        self.definition, self.chance, self.host = definition, chance, TestHost()
        self.open: list[str] = []
        self.timers: list[str] = []
        self.step = self._keep(process.start(definition, {"r": chance.randrange(6)}, self.host))

    def go(self) -> None:
        """One more step, whatever comes first."""
        state, variables = self.step.state, self.step.variables
        if self.timers and self.chance.random() < 0.2:
            timer = self.chance.choice(self.timers)
            self.timers.remove(timer)
            self._keep(process.fire(self.definition, state, variables, timer, self.host))
            return
        task = self.chance.choice(self.open)
        self.open.remove(task)
        answer = {"r": self.chance.randrange(6)}
        self._keep(process.complete(self.definition, state, variables, task, answer, self.host))

    def _keep(self, step: Step) -> Step:
        self.open = [t for t in self.open if t not in step.closed] + [t.id for t in step.opened]
        self.timers = [t for t in self.timers if t not in step.disarmed] + [t.id for t in step.armed]
        self.step = step
        return step


def test_every_random_diagram_ends_and_its_state_is_stored_as_it_was() -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")

    for number in range(DIAGRAMS):
        grammar = Grammar(seed + number)
        walk = Walk(compiled(grammar.diagram()), grammar.chance)
        for _ in range(MOST_STEPS):
            assert dump(load(walk.step.state)) == walk.step.state, seed + number
            if walk.step.ended:
                break
            walk.go()
        assert walk.step.ended, seed + number


def test_the_history_of_a_random_case_can_be_replayed(sqlite_engine: Engine) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")

    for number in range(STORED_DIAGRAMS):
        grammar = Grammar(seed + number)
        xml = grammar.diagram()
        sqlite_engine.run(SYSTEM, definitions.deploy, {f"{number}.bpmn": xml}, publish=True)
        case = sqlite_engine.run(SYSTEM, instances.start, Start("p", variables={"r": grammar.chance.randrange(6)}))
        _complete_some(sqlite_engine, case.id, grammar.chance)
        events = sqlite_engine.read(SYSTEM, history.of_instance, case.id, 0, 10_000)
        stored = sqlite_engine.read(SYSTEM, instances_of, case.id)

        again = _replayed(compiled(xml), events)

        assert sorted(again.tokens) == sorted(tuple(t) for t in stored["tokens"]), seed + number
        assert again.variables == stored["variables"], seed + number


def instances_of(tx: Any, instance_id: str) -> dict[str, Any]:
    """What is stored of an instance."""
    from engine.models.instance import ProcessInstance

    row = tx.session.get_one(ProcessInstance, instance_id)
    return {"tokens": row.tokens, "variables": row.variables}


def _complete_some(engine: Engine, instance_id: str, chance: random.Random) -> None:
    for _ in range(chance.randrange(1, 12)):
        waiting = engine.read(SYSTEM, open_tasks, instance_id)
        if not waiting:
            return
        engine.run(SYSTEM, tasks.complete, chance.choice(waiting), {"r": chance.randrange(6)})


def open_tasks(tx: Any, instance_id: str) -> list[str]:
    """The ids of the open tasks of an instance, in a fixed order."""
    from engine.models.statements import OPEN_TASKS

    return sorted(row["id"] for row in tx.fetch_all(OPEN_TASKS, instance_id=instance_id))


def _replayed(definition: Definition, events: list[Any]) -> Step:
    """The last step of doing again what the history says, with the ids of this time for those of then."""
    host, known = TestHost(), dict[str, str]()
    given = next(e.data["variables"] for e in events if e.type == "process-started")
    offered = [e for e in events if e.type == "element-activated" and e.task_id]
    step = process.start(definition, given, host)
    _pair(step, offered, known)
    for event in events:
        if event.type == "element-completed" and event.task_id:
            answer: Mapping[str, Any] = {name: change["new"] for name, change in event.data["variables"].items()}
            step = process.complete(definition, step.state, step.variables, known[event.task_id], answer, host)
            _pair(step, offered, known)
    return step


def _pair(step: Step, offered: list[Any], known: dict[str, str]) -> None:
    """The tasks of a step are those that the history offered next, element by element."""
    for task in step.opened:
        then = next(e for e in offered if e.element_id == task.element.id)
        offered.remove(then)
        known[then.task_id] = task.id
