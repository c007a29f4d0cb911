"""Turn by turn: in every round each server has the same load for the same time, one after the other.

What a busy machine does to one turn it does to the next, so ratios are taken within a round, and of the rounds the
median. The order turns about from round to round.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any, Final

from bench import load
from bench.load import Job, Outcome, Request
from bench.servers import Server
from bench.town import Town

REST: Final = 0.7  # seconds between turns, in which a server ends what it does behind its answers (sealing)


@dataclass(frozen=True)
class Workload:
    """One thing that is asked of every server."""

    name: str
    title: str
    requests: Callable[[Town], list[Request]]
    connections: int = 32
    photo: bool = False

    def job(self, server: Server, seconds: float) -> Job:
        """The load for a server; one whose answers lie ready is asked for the one under the workload's name."""
        asked = self.requests(server.town)
        if server.ready_made:
            asked = [replace(request, path=f"/{self.name}") for request in asked]
        photo = str(server.picture) if self.photo else ""
        return Job(server.port, asked, self.connections, seconds, photo=photo)


@dataclass(frozen=True)
class Turn:
    """What one server did in one turn; `cpu_ms` is its own processor time for one request."""

    outcome: Outcome
    cpu_ms: float


@dataclass
class Turns:
    """Turns by who had them, and what follows from them."""

    turns: dict[str, list[Turn]]

    def per_second(self, name: str) -> float:
        return median(turn.outcome.per_second for turn in self.turns[name])

    def cpu_ms(self, name: str) -> float:
        return median(turn.cpu_ms for turn in self.turns[name])

    def p50(self, name: str) -> float:
        return median(turn.outcome.p50 for turn in self.turns[name])

    def p99(self, name: str) -> float:
        return median(turn.outcome.p99 for turn in self.turns[name])

    def ratio(self, name: str, to: str) -> float:
        """How many times as fast `name` is as `to`."""
        pairs = zip(self.turns[name], self.turns[to], strict=True)
        return median(a.outcome.per_second / b.outcome.per_second for a, b in pairs)


@dataclass
class Comparison(Turns):
    """A workload's turns by server."""

    workload: Workload

    def as_json(self) -> dict[str, Any]:
        return {
            "workload": self.workload.name,
            "turns": {name: [asdict(turn) for turn in turns] for name, turns in self.turns.items()},
            "ratios": {
                f"{name}/{to}": round(self.ratio(name, to), 3) for name in self.turns for to in self.turns if name != to
            },
        }


def compare(workload: Workload, servers: Sequence[Server], seconds: float, rounds: int) -> Comparison:
    """Let every server do the workload, turn by turn."""
    return Comparison(by_turns({server.name: (workload, server) for server in servers}, seconds, rounds), workload)


def by_turns(
    asked: dict[str, tuple[Workload, Server]], seconds: float, rounds: int, between: Callable[[], None] = lambda: None
) -> dict[str, list[Turn]]:
    """The turns of each; a first short one only warms it up. `between` is done at the end of each round."""
    for workload, server in asked.values():
        turn(workload, server, min(seconds, 1.0))
    turns: dict[str, list[Turn]] = {name: [] for name in asked}
    for number in range(rounds):
        for name in asked if number % 2 == 0 else reversed(asked):
            turns[name].append(turn(*asked[name], seconds))
        between()
    return turns


def turn(workload: Workload, server: Server, seconds: float) -> Turn:
    before = server.cpu()
    outcome = load.run(workload.job(server, seconds))
    used = server.cpu() - before
    time.sleep(REST)
    return Turn(outcome, used / outcome.answered * 1000)
