"""Where a hazard that was known before enters the loop, from what its ledger says.

What was closed before stays closed, by the ledger's word alone: there is no review to show. What is open goes on here:
a general hazard of which the ledger says all that `confirm` asks for, sent by somebody who may confirm it, is confirmed
by being sent; everything else waits to be confirmed, every major one by itself. What was said to be rectified is still
to be shown. What the list calls general, and the words of an open one call a major hazard, is a possible one until a
person who may has decided: as of every finding.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.criteria.current import criteria_of
from app.foundation.calendar import end_of_day, start_of_day
from app.foundation.canonical import canonical
from app.foundation.clock import now
from app.hazards.bodies import Confirm, PersonWithoutAccount
from app.hazards.commands import words_of
from app.hazards.conditions import sensible
from app.hazards.effects import Step
from app.hazards.facts import Judged
from app.hazards.ledgers import Known, KnownState
from app.hazards.loop import LOOP
from app.hazards.models import Hazard
from app.hazards.persons import plain
from app.hazards.stages import stage_due
from app.hazards.terms import State
from app.people.models import Enterprise, User
from app.people.scope import Caller
from app.risks.models import ControlMeasure
from app.sorting.in_force import InForce
from app.sorting.terms import Level, ListName, Method
from app.sorting.verdict import Proposal, Said, judge


@dataclass(frozen=True, slots=True)
class Grounds:
    """Who sends the lines of whose list, and whom and what they may name: users by user name, or by name where only one
    has it; measures by id, and by what they say."""

    caller: Caller
    works: Enterprise
    users: Mapping[str, User]
    measures: Mapping[str, Sequence[ControlMeasure]]
    accountless: bool
    criteria: InForce
    at: datetime = field(default_factory=now)

    @classmethod
    def of(cls, session: Session, caller: Caller, works: Enterprise) -> "Grounds":
        users = session.scalars(select(User).where(User.enterprise_id == works.id, User.active)).all()
        return cls(caller, works, _by_name(users), _measures(session, works), not users, criteria_of(session))

    def user(self, name: str | None) -> User | None:
        return self.users.get(plain(name)) if name else None

    def named(self, measure: str) -> Sequence[ControlMeasure]:
        return self.measures.get(plain(measure), ())

    def judged(self, hazard: Hazard) -> Judged:
        """The hazard as rules see it."""
        return Judged(hazard, alone=False, accountless=self.accountless, partner_id=self.works.partner_id)


def _by_name(users: Sequence[User]) -> Mapping[str, User]:
    by_name: defaultdict[str, list[User]] = defaultdict(list)
    for user in users:
        by_name[plain(user.name)].append(user)
    alone = {name: named[0] for name, named in by_name.items() if len(named) == 1}
    return alone | {plain(user.username): user for user in users}


def _measures(session: Session, works: Enterprise) -> Mapping[str, Sequence[ControlMeasure]]:
    """The measures of the enterprise's risk list, by id and by what they say."""
    found: defaultdict[str, list[ControlMeasure]] = defaultdict(list)
    own = select(ControlMeasure).where(ControlMeasure.enterprise_id == works.id, ~ControlMeasure.retired)
    for measure in session.scalars(own):
        found[plain(measure.description)].append(measure)
        found[str(measure.id)] = [measure]
    return dict(found)


@dataclass(frozen=True, slots=True)
class Grade:
    """The level of a hazard, what says so, and by which criterion; `proposal` is what its words say, if they differ."""

    level: Level
    by: Method = Method.DECLARED
    criterion: str | None = None
    proposal: Proposal | None = None


def graded(grounds: Grounds, known: Known) -> Grade:
    """The level of a line. A criterion makes it a major one, whatever else is said; so may the words of an open one."""
    if known.criterion:
        return Grade(Level.MAJOR, Method.CRITERION, known.criterion)
    if known.level is Level.MAJOR or known.state is KnownState.CLOSED:
        return Grade(known.level)
    works, criteria = grounds.works, grounds.criteria
    said = Said(
        description=known.description, on=known.found_on, list=ListName.HAZARD, level=known.level,
        sectors=frozenset(works.sectors), special_categories=frozenset(works.special_categories),
    )  # fmt: skip
    read = judge(said, criteria.catalogue, criteria.by_text)
    if read.level is not Level.MAJOR:
        return Grade(known.level)
    return Grade(Level.MAJOR, Method.TEXT, read.criteria[0].code if read.criteria else None, read.proposed)


def columns(grounds: Grounds, known: Known, grade: Grade, number: str, reported_by: UUID) -> dict[str, Any]:
    """A hazard's fields as the line has them, before anybody confirms it here."""
    found_at = start_of_day(known.found_on)
    closed = known.state is KnownState.CLOSED
    reporter = grounds.user(known.reporter)
    measure = grounds.named(known.measure)[0] if known.measure else None
    ended_on = (known.closed_on or known.rectified_on) if closed else None
    return {
        "description": known.description,
        "place": known.place,
        "search_text": words_of(known.description, known.place, number, grounds.works.name, known.number),
        "level": grade.level,
        "level_confirmed": False,
        "level_by": grade.by,
        "criterion": grade.criterion,
        "factor": known.factor,
        "discipline": known.discipline,
        "origin": known.found_by,
        "import_key": known.key(grounds.works.id),
        "measure_id": measure.id if measure else None,
        "risk_id": measure.risk_id if measure else None,
        "reported_by": reporter.id if reporter else reported_by,
        "reported_at": found_at,
        "found_at": found_at,
        "last_seen_at": found_at,
        "state": State.CLOSED if closed else State.REPORTED,
        "stage_due_at": None if closed else _confirmation_due(grounds, known, grade.level),
        "due_on": known.due_on,
        "first_due_on": known.due_on,
        "confirmed_by": None,
        "confirmed_at": None,
        "requirement": known.requirement,
        **_responsible(grounds, known),
        "rectified_at": start_of_day(known.rectified_on) if known.rectified_on else None,
        "ended_at": start_of_day(ended_on) if ended_on else None,
    }


def _confirmation_due(grounds: Grounds, known: Known, level: Level) -> datetime:
    """As for every hazard; but what should have been put right by now is late from then on."""
    due_at: datetime = stage_due(State.REPORTED, level, grounds.at, None, plan_pending=False)
    return min(due_at, end_of_day(known.due_on)) if known.due_on else due_at


def _responsible(grounds: Grounds, known: Known) -> dict[str, Any]:
    """The user who is meant; somebody whom nobody knows, in words."""
    user = grounds.user(known.responsible)
    if user:
        return {"responsible_id": user.id, "responsible_name": None, "responsible_phone": None}
    return {"responsible_id": None, "responsible_name": known.responsible, "responsible_phone": known.phone}


def confirmed(grounds: Grounds, hazard: Hazard) -> dict[str, Any]:
    """What changes because sending it confirms it; nothing where it does not."""
    body = _confirmation(grounds, hazard)
    if body is None or hazard.state is not State.REPORTED:
        return {}
    facts: Any = grounds.judged(hazard)
    action = LOOP["confirm"]
    if action.blocked(facts, grounds.caller) or action.unless(facts, grounds.caller, body) or sensible(facts, body):
        return {}
    return action.changes(Step(facts, grounds.caller, body, grounds.at))


def _confirmation(grounds: Grounds, hazard: Hazard) -> Confirm | None:
    """All that `confirm` needs, if the line says it. A major hazard is confirmed by itself."""
    if hazard.level is Level.MAJOR or hazard.due_on is None or hazard.requirement is None:
        return None
    told: dict[str, Any] = {"level": hazard.level, "due_on": hazard.due_on, "requirement": hazard.requirement}
    if hazard.responsible_id:
        return Confirm(**told, responsible_id=hazard.responsible_id)
    if grounds.accountless and hazard.responsible_name and hazard.responsible_phone:
        someone = PersonWithoutAccount(name=hazard.responsible_name, phone=hazard.responsible_phone)
        return Confirm(**told, responsible=someone)
    return None


def told(grounds: Grounds, known: Known, grade: Grade, *, revision: int, digest: str) -> dict[str, Any]:
    """What the line said, as it is kept and shown; `revision` is the hazard's by it, `digest` that of the
    line as it came."""
    responsible = grounds.user(known.responsible)
    said = {
        "source": {
            "kind": known.source,
            "title": known.list_title,
            "issued_by": known.issued_by,
            "issued_on": known.issued_on,
        },
        "number": known.number,
        "found_by": known.found_by,
        "proposal": grade.proposal and grade.proposal.model_dump(mode="json"),
        "state": known.state,
        "found_on": known.found_on,
        "due_on": known.due_on,
        "rectified_on": known.rectified_on,
        "closed_on": known.closed_on,
        "reporter": _named(known.reporter),
        "responsible": _named(known.responsible, id=responsible.id if responsible else None, phone=known.phone),
        "measures_taken": known.measures_taken,
        "reviewer": _named(known.reviewer),
        "measure": known.measure,
        "note": known.note,
        "by": {"id": grounds.caller.id, "name": grounds.caller.name},
        "official": grounds.caller.official,
        "at": grounds.at,
        "revision": revision,
        "digest": digest,
    }
    kept: dict[str, Any] = json.loads(canonical(said))
    return kept


def _named(name: str | None, **more: Any) -> dict[str, Any] | None:
    person = {"name": name} | {key: value for key, value in more.items() if value}
    return person if any(person.values()) else None
