"""The hazards of an enterprise as the lines of a ledger: to export them, and to see whether an import changes any."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.hazards.ledgers import Known, KnownState, SourceKind
from app.hazards.models import Hazard
from app.hazards.terms import State
from app.people.models import Enterprise, User
from app.photos.uses import chunks
from app.risks.models import ControlMeasure

STATES: Mapping[State, KnownState] = {
    State.REVIEWING: KnownState.RECTIFIED,
    State.CLOSED: KnownState.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Names:
    """What users and measures are called."""

    users: Mapping[UUID, str]
    measures: Mapping[UUID, str]

    @classmethod
    def of(cls, session: Session, enterprise_id: UUID, rows: Iterable[Hazard]) -> "Names":
        """The names that lines of these hazards need."""
        ids = {id for row in rows for id in (row.reported_by, row.responsible_id) if id}
        users: dict[UUID, str] = {}
        for some in chunks(sorted(ids)):
            users |= dict(iter(session.execute(select(User.id, User.name).where(User.id.in_(some)))))
        measures = select(ControlMeasure.id, ControlMeasure.description)
        own = measures.where(ControlMeasure.enterprise_id == enterprise_id)
        return cls(users, dict(iter(session.execute(own))))


def ledger(session: Session, works: Enterprise) -> list[Known]:
    """Every hazard of an enterprise but those that are none, oldest first."""
    own = select(Hazard).where(Hazard.enterprise_id == works.id, Hazard.state != State.DISMISSED)
    rows = session.scalars(own.order_by(Hazard.reported_at, Hazard.number)).all()
    names = Names.of(session, works.id, rows)
    return [as_line(row, names) for row in rows]


def is_as_imported(row: Hazard) -> bool:
    """Whether nothing has been decided about it since it was imported."""
    return row.imported is not None and row.revision == row.imported["revision"]


def as_line(row: Hazard, names: Names) -> Known:
    """A hazard as the line of a ledger: what was imported and left alone, as it was written; all else as it is now."""
    return Known(
        **_what(row),
        **(_as_written(row.imported) if row.imported and is_as_imported(row) else _as_it_is(row, names)),
    )


def _what(row: Hazard) -> dict[str, Any]:
    told: Any = row.imported or {}
    source = told.get("source") or {"kind": SourceKind.LEDGER}
    return {
        "source": SourceKind(source["kind"]),
        "list_title": source.get("title"),
        "issued_by": source.get("issued_by"),
        "issued_on": _day(source.get("issued_on")),
        "number": told.get("number"),
        "system_number": row.number,
        "description": row.description,
        "place": row.place,
        "level": row.level,
        "criterion": row.criterion,
        "factor": row.factor,
        "discipline": row.discipline,
        "found_by": row.origin,
        "found_on": local_date(row.found_at),
        "requirement": row.requirement,
        "due_on": row.due_on,
        "note": told.get("note"),
    }


def _as_written(told: Mapping[str, Any]) -> dict[str, Any]:
    responsible: Any = told["responsible"] or {}
    return {
        "reporter": (told["reporter"] or {}).get("name"),
        "state": KnownState(told["state"]),
        "responsible": responsible.get("name"),
        "phone": responsible.get("phone"),
        "measures_taken": told["measures_taken"],
        "rectified_on": _day(told["rectified_on"]),
        "reviewer": (told["reviewer"] or {}).get("name"),
        "closed_on": _day(told["closed_on"]),
        "measure": told["measure"],
    }


def _as_it_is(row: Hazard, names: Names) -> dict[str, Any]:
    done, review, told = row.rectification or {}, row.review or {}, row.imported
    state = STATES.get(row.state, KnownState.OPEN)
    rectified = state is not KnownState.OPEN
    accepted_by = review.get("by", {}).get("name") if review.get("accepted") else None
    return {
        "reporter": (told["reporter"] or {}).get("name") if told else names.users.get(row.reported_by),
        "state": state,
        "responsible": names.users.get(row.responsible_id) if row.responsible_id else row.responsible_name,
        "phone": None if row.responsible_id else row.responsible_phone,
        "measures_taken": done.get("measures_taken"),
        "rectified_on": local_date(row.rectified_at) if rectified and row.rectified_at else None,
        "reviewer": accepted_by,
        "closed_on": local_date(row.ended_at) if state is KnownState.CLOSED and row.ended_at else None,
        "measure": told["measure"] if told else names.measures.get(row.measure_id) if row.measure_id else None,
    }


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def changed(now: Known, before: Known) -> Sequence[str]:
    """The fields in which two lines differ; the number that a hazard has here is none of them."""
    names = [name for name in Known.__slots__ if name != "system_number"]
    return [name for name in names if getattr(now, name) != getattr(before, name)]
