"""What the seats owe where no text fixes it: data of the district, with our defaults (`data/policy.json`)."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from app.duties.terms import Seat
from app.foundation.calendar import start_of_day
from app.inspections.terms import Cadence

DATA: Final = Path(__file__).parent / "data" / "policy.json"


@dataclass(frozen=True, slots=True)
class Policy:
    """`hours`: until when after a danger or an accident was heard of; `late`: how long after that it is late, and not
    missed. `grounds_m`: metres around the registered position."""

    since: datetime
    checks: dict[Seat, Cadence]
    installations: dict[Seat, Cadence]
    present: tuple[Seat, ...]
    hours: timedelta
    late: timedelta
    follow_up: tuple[Seat, ...]
    coordination: tuple[Seat, ...]
    grounds_m: float


@cache
def policy() -> Policy:
    said = json.loads(DATA.read_text("utf-8"))
    return Policy(
        since=start_of_day(date.fromisoformat(said["from_on"])),
        checks={Seat(seat): Cadence(cadence) for seat, cadence in said["checks"].items()},
        installations={Seat(seat): Cadence(cadence) for seat, cadence in said["installations"].items()},
        present=_seats(said["presence"]["seats"]),
        hours=timedelta(hours=said["presence"]["hours"]),
        late=timedelta(days=said["presence"]["late_days"]),
        follow_up=_seats(said["special"]["follow_up"]),
        coordination=_seats(said["special"]["coordination"]),
        grounds_m=said["grounds_m"],
    )


def _seats(names: list[str]) -> tuple[Seat, ...]:
    return tuple(map(Seat, names))
