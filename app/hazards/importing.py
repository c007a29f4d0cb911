"""Taking in hazards that were known before, from the lines of a ledger or a problem list.

Original dates are kept, and every hazard says that it was imported. A line that comes again changes what nobody has
decided about since; the loop is never overtaken by a ledger. `ledgers.py` says what no line may say, `entering.py`
where a hazard enters the loop.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.foundation.calendar import local_date
from app.foundation.canonical import new_id
from app.foundation.dialects import next_number
from app.foundation.problems import Forbidden, Said
from app.hazards import rules
from app.hazards.conditions import said_of
from app.hazards.entering import Grade, Grounds, columns, confirmed, graded, told
from app.hazards.ledgers import FOUND_BY, Fault, Known, KnownState, faults
from app.hazards.lines import Names, as_line, changed, is_as_imported
from app.hazards.models import Hazard
from app.hazards.terms import Origin, State
from app.journal import events
from app.journal.events import Recorded
from app.people.models import Enterprise
from app.people.scope import Caller, Role
from app.photos.uses import chunks
from app.sorting.terms import Level, Method

IMPORTERS: Final = (Role.SAFETY_OFFICER, Role.MANAGER, Role.SUPERVISOR)
NOT_YOURS: Final = Said(
    "历史隐患由本企业安全员、负责人或监管人员导入", "For the safety officer, the manager or a supervisor"
)
TWICE: Final = Said("与前面的一行重复", "The same as a line before")
NO_HAZARD: Final = Said("本企业没有这个系统编号的隐患", "The enterprise has no hazard of this number")
NO_MEASURE: Final = Said("风险清单中没有这条管控措施", "The risk list has no such measure")
MEASURES: Final = Said(
    "风险清单中有多条这样的管控措施，请写编号", "The risk list has several such measures: give its id"
)
NOT_OWN: Final = Said("他人发现的隐患不能改为企业自查", "What others found does not become the enterprise's own")


class Outcome(StrEnum):
    """What becomes of a line. `kept`: it differs from the hazard, which goes its own way and is left alone."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"


WRITING: Final = frozenset({Outcome.CREATED, Outcome.UPDATED})
NO_GRADE: Final = Grade(Level.GENERAL)


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it comes; `says` are the fields that the list has at all. Of the others nothing is said."""

    known: Known
    says: frozenset[str] = frozenset(Known.__slots__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What becomes of one line. `before` is the hazard that is here already, as a line; `differs` are the fields in
    which the two differ; `grade` is the level, where it is to be written."""

    known: Known
    digest: str
    outcome: Outcome
    hazard: Hazard | None = None
    before: Known | None = None
    differs: Sequence[str] = ()
    grade: Grade = NO_GRADE


@dataclass(frozen=True, slots=True)
class Intake:
    """The lines of a list, judged. `faults` are by the line's place, from 0: with any, nothing may be carried out."""

    session: Session
    grounds: Grounds
    taken: Sequence[Taken]
    faults: Sequence[tuple[int, Fault]]


def judge(session: Session, caller: Caller, works: Enterprise, lines: Sequence[Line]) -> Intake:
    """See what the lines of a list would change. Imports take turns: whoever asks sees to that.

    Raises:
        Forbidden: the caller takes in no ledgers.
    """
    if not caller.has(*IMPORTERS):
        raise Forbidden(NOT_YOURS)
    grounds = Grounds.of(session, caller, works)
    here = _Here(session, works, [line.known for line in lines])
    taken = [_graded(grounds, here.meant(caller, line)) for line in lines]
    wrong: list[tuple[int, Fault]] = []
    seen: set[str | None] = set()
    for place, each in enumerate(taken):
        wrong += [(place, fault) for fault in _faults(grounds, here, each)]
        mine = _identities(each, works.id)
        if not seen.isdisjoint(mine):
            wrong.append((place, Fault("number" if each.known.number else "description", "repeated", TWICE)))
        seen |= mine
    return Intake(session, grounds, taken, wrong)


def carry_out(intake: Intake, said: Mapping[str, Any]) -> None:
    """Put new hazards on the list, each with its event, and change those of which the list now says something else;
    `said` is what all these events say. The intake has no faults."""
    assert not intake.faults
    made: list[tuple[Recorded, str, dict[str, Any]]] = []
    changed: list[tuple[Recorded, str, dict[str, Any], dict[str, Any]]] = []
    for taken in intake.taken:
        if taken.outcome is Outcome.CREATED:
            hazard = _new(intake, taken)
            made.append((hazard, "reported", {**said, "imported": hazard.imported}))
        elif taken.outcome is Outcome.UPDATED and taken.hazard is not None:
            after = _changes(intake, taken.hazard, taken)
            changed.append((taken.hazard, "imported_again", after, {**said, "imported": after["imported"]}))
    events.create_all(intake.session, made, intake.grounds.caller)
    events.change_all(intake.session, changed, intake.grounds.caller)


def _held(session: Session, works: Enterprise, column: Any, values: Iterable[str]) -> Iterator[Hazard]:
    """The enterprise's hazards that have one of these values, locked in the order of the list."""
    for some in chunks(sorted(values)):
        wanted = select(Hazard).where(Hazard.enterprise_id == works.id, column.in_(some)).order_by(Hazard.id)
        yield from session.scalars(wanted.with_for_update().execution_options(populate_existing=True))


class _Here:
    """The hazards that lines may be about, locked: by the number they have here, and by what lists know them by."""

    def __init__(self, session: Session, works: Enterprise, lines: Sequence[Known]) -> None:
        self._enterprise_id = works.id
        keys = _held(session, works, Hazard.import_key, {known.key(works.id) for known in lines})
        numbers = {known.system_number for known in lines if known.system_number}
        rows = {*keys, *_held(session, works, Hazard.number, numbers)}
        self._names = Names.of(session, works.id, rows)
        self._by_number = {row.number: row for row in rows}
        self._by_key = {row.import_key: row for row in rows if row.import_key}

    def listed(self, known: Known) -> Hazard | None:
        """The hazard that this line, by its own number or words, was before."""
        return self._by_key.get(known.key(self._enterprise_id))

    def meant(self, caller: Caller, line: Line) -> Taken:
        """What a line is to become."""
        known, digest = line.known, line.known.digest
        row = self._by_number.get(known.system_number) if known.system_number else self.listed(known)
        if row is None:
            return Taken(_with_finder(caller, known), digest, Outcome.CREATED)
        if row.imported is not None and row.imported["digest"] == digest:
            return Taken(known, digest, Outcome.UNCHANGED, row)
        before = _unread(row, as_line(row, self._names))
        unsaid = {name: getattr(before, name) for name in Known.__slots__ if name not in line.says}
        known = _unread(row, replace(known, **unsaid | {"found_by": known.found_by or before.found_by}))
        if not (differs := changed(known, before)):
            return Taken(known, digest, Outcome.UNCHANGED, row)
        outcome = Outcome.UPDATED if _may_change(caller, row, known) else Outcome.KEPT
        return Taken(known, digest, outcome, row, before, differs)


def _graded(grounds: Grounds, taken: Taken) -> Taken:
    return replace(taken, grade=graded(grounds, taken.known)) if taken.outcome in WRITING else taken


def _unread(row: Hazard, known: Known) -> Known:
    """The line without what only its words, as they were read here, have made of it: read again, they make it again."""
    raised = row.level_by is Method.TEXT and not row.level_confirmed
    same = (known.level, known.criterion) == (row.level, row.criterion)
    return replace(known, level=Level.GENERAL, criterion=None) if raised and same else known


def _may_change(caller: Caller, row: Hazard, known: Known) -> bool:
    """Only what nobody has decided about since; what officials brought in, officials change. Whether it is closed is
    said once: from then on, the loop closes and opens."""
    if row.imported is None or not is_as_imported(row):
        return False
    same_end = (row.state is State.CLOSED) == (known.state is KnownState.CLOSED)
    return same_end and (caller.official or not row.imported["official"])


def _faults(grounds: Grounds, here: _Here, taken: Taken) -> Iterator[Fault]:
    """What is wrong with a line that would change something."""
    if taken.outcome not in WRITING:
        return
    known, row = taken.known, taken.hazard
    yield from faults(known, local_date(grounds.at), grounds.criteria.catalogue)
    if known.system_number and row is None:
        yield Fault("system_number", "not_found", NO_HAZARD)
    if known.measure and len(named := grounds.named(known.measure)) != 1:
        yield Fault("measure", "ambiguous", MEASURES) if named else Fault("measure", "not_found", NO_MEASURE)
    if row is None:
        return
    facts: Any = grounds.judged(row)
    reason = rules.lowering(facts, grounds.caller, taken.grade.level, None)
    if reason == "only_a_supervisor":
        yield Fault("criterion" if row.criterion else "level", reason, said_of(reason))
    if row.origin is not Origin.ENTERPRISE and known.found_by is Origin.ENTERPRISE and not grounds.caller.official:
        yield Fault("found_by", "not_own", NOT_OWN)
    if here.listed(known) not in (None, row):
        yield Fault("number", "repeated", TWICE)


def _identities(taken: Taken, enterprise_id: UUID) -> set[str | None]:
    """What no other line of the same list may be known by."""
    here = {taken.hazard.number, taken.hazard.import_key} - {None} if taken.hazard else set()
    return here | {taken.known.key(enterprise_id)} if taken.outcome in WRITING else here


def _with_finder(caller: Caller, known: Known) -> Known:
    """The line, with who found it: the government what an official brings in without a word, but for experts' lists."""
    if known.found_by:
        return known
    by_kind = FOUND_BY[known.source]
    return replace(known, found_by=Origin.GOVERNMENT if caller.official and by_kind is Origin.ENTERPRISE else by_kind)


def _new(intake: Intake, taken: Taken) -> Hazard:
    grounds, works, known = intake.grounds, intake.grounds.works, taken.known
    number, position = f"H{grounds.at.year}-{next_number(intake.session, 'hazard_numbers'):06d}", works.position or {}
    hazard = Hazard(
        id=new_id(), enterprise_id=works.id, area_code=works.area_code, number=number, datum=position.get("datum"),
        lon=position.get("lon"), lat=position.get("lat"), accuracy_m=position.get("accuracy_m"),
        imported=told(grounds, known, taken.grade, revision=1, digest=taken.digest),
        **columns(grounds, known, taken.grade, number, grounds.caller.id),
    )  # fmt: skip
    for name, value in confirmed(grounds, hazard).items():
        setattr(hazard, name, value)
    return hazard


def _changes(intake: Intake, hazard: Hazard, taken: Taken) -> dict[str, Any]:
    """The fields of a hazard that a line changes, as they are afterwards."""
    grounds = intake.grounds
    after = columns(grounds, taken.known, taken.grade, hazard.number, hazard.reported_by)
    after["last_seen_at"] = max(hazard.last_seen_at, after["last_seen_at"])
    whole = Hazard(id=hazard.id, enterprise_id=hazard.enterprise_id, area_code=hazard.area_code, **after)
    after |= confirmed(grounds, whole)
    after["imported"] = told(grounds, taken.known, taken.grade, revision=hazard.revision + 1, digest=taken.digest)
    return {name: value for name, value in after.items() if value != getattr(hazard, name)}
