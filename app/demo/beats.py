"""What is done at each beat of a course, by whom, and in which words."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from app.demo.courses import Found
from app.demo.data import MajorHazard
from app.demo.stage import today
from app.demo.tales import Tale
from app.foundation import clock
from app.hazards.models import Hazard
from app.people.scope import Caller, Role
from app.sorting.terms import Level

Beat = Callable[[Tale], None]

DAYS: Final = {Level.GENERAL: 7, Level.MAJOR: 30}
RESPONSIBLE: Final = (Role.TEAM_LEADER, Role.DEPARTMENT_HEAD, Role.MANAGER)


def _day(days: int) -> str:
    return str(today() + timedelta(days=days))


def _officer(tale: Tale) -> Caller:
    return _there(tale.works.who(Role.SAFETY_OFFICER, Role.MANAGER))


def _manager(tale: Tale) -> Caller:
    return _there(tale.works.who(Role.MANAGER))


def _there(person: Caller | None) -> Caller:
    assert person is not None, "the course needs somebody whom the enterprise does not have"
    return person


def _person(tale: Tale, id: UUID | None) -> Caller:
    return next((person for person in tale.works.people if person.id == id), tale.finder)


def _confirmer(tale: Tale) -> Caller:
    """Who confirms and decides: of the enterprise, or for what came from outside an inspector of the town."""
    if not tale.from_outside:
        return _officer(tale)
    if tale.course.found is Found.GOVERNMENT_MAJOR:
        return tale.stage.town.supervisor(tale.works)
    return tale.stage.town.inspectors(tale.works)[0]


def _reviewer(tale: Tale, row: Hazard) -> Caller:
    """The first who may judge it and had no hand in it; if the enterprise has nobody, its partner has."""
    town, works = tale.stage.town, tale.works
    if row.level is Level.MAJOR:
        return town.supervisor(works)
    roles = (Role.SAFETY_OFFICER, Role.DEPARTMENT_HEAD, Role.MANAGER)
    inside = (*(works.who(role) for role in roles), tale.finder)
    outside = (*town.inspectors(works), town.supervisor(works))
    barred = set(row.barred)
    for person in outside if tale.from_outside else inside:
        if person and person.id not in barred:
            return person
    partner = town.works[works.data.partner or ""]
    return _there(partner.who(Role.MANAGER))


def _confirm_as(tale: Tale, by: Caller, level: Level, **more: Any) -> None:
    said: dict[str, Any] = {"level": level, "due_on": _day(DAYS[level]), "requirement": tale.template.requirement}
    if tale.works.people:
        said["responsible_id"] = _there(tale.works.who(*RESPONSIBLE)).id
    else:
        said["responsible"] = tale.works.data.person_in_charge.model_dump()
    tale.do(by, "confirm", **said, **more)


def confirm(tale: Tale) -> None:
    if tale.course.found is Found.UNDERRATED or not isinstance(tale.template, MajorHazard):
        _confirm_as(tale, _confirmer(tale), Level.GENERAL)
        return
    why = {name: getattr(tale.template, name) for name in ("criterion", "cause", "interim_measures")}
    _confirm_as(tale, _confirmer(tale), Level.MAJOR, **why)


def lower(tale: Tale) -> None:
    """A possible major that a supervisor finds to be a general one."""
    supervisor = tale.stage.town.supervisor(tale.works)
    _confirm_as(tale, supervisor, Level.GENERAL, reason=tale.stage.some(tale.stage.phrases.regraded_down))


def dismiss(tale: Tale) -> None:
    major = tale.row.level is Level.MAJOR
    by = tale.stage.town.supervisor(tale.works) if major or tale.from_outside else _officer(tale)
    tale.do(by, "dismiss", reason=tale.stage.some(tale.stage.phrases.dismissed))


def withdraw(tale: Tale) -> None:
    tale.do(tale.finder, "withdraw", reason=tale.stage.some(tale.stage.phrases.withdrawn))


def assign(tale: Tale) -> None:
    manager = _manager(tale)
    tale.do(_officer(tale), "assign", responsible_id=manager.id, reason=tale.stage.some(tale.stage.phrases.assigned))


def submit_plan(tale: Tale) -> None:
    assert isinstance(tale.template, MajorHazard)
    responsible = tale.row.responsible_id
    plan = tale.template.plan.model_dump(mode="json")
    tale.do(_manager(tale), "submit_plan", **plan, responsible_id=responsible, due_on=str(tale.row.due_on))


def approve_plan(tale: Tale) -> None:
    supervisor = tale.stage.town.supervisor(tale.works)
    tale.do(supervisor, "approve_plan", comment=tale.stage.some(tale.stage.phrases.plan_approved))


def reject_plan(tale: Tale) -> None:
    supervisor = tale.stage.town.supervisor(tale.works)
    tale.do(supervisor, "reject_plan", comment=tale.stage.some(tale.stage.phrases.plan_rejected))


def rectify(tale: Tale) -> None:
    _rectify(tale, tale.stage.camera.take(2))


def rectify_far_away(tale: Tale) -> None:
    """Out of reach of the network: the photos are still to come."""
    _rectify(tale, [tale.stage.camera.promise()])


def _rectifier(tale: Tale) -> Caller:
    """The responsible person; for a site without accounts an inspector says so in its name."""
    if not tale.works.people:
        return tale.stage.town.inspectors(tale.works)[0]
    return _person(tale, tale.row.responsible_id)


def _rectify(tale: Tale, photos: list[str]) -> None:
    by, owner = _rectifier(tale), tale.works.data.person_in_charge.model_dump()
    tale.do(
        by, "rectify", measures_taken=tale.template.measures_taken, photos=photos,
        rectified_by=[{"id": by.id} if tale.works.people else owner],
        performed_at=clock.now() - timedelta(minutes=35), cost=_cost(tale),
    )  # fmt: skip


def _cost(tale: Tale) -> str | None:
    """What a major one cost its plan had foreseen; of others half cost something."""
    if isinstance(tale.template, MajorHazard):
        return str(tale.template.plan.funds)
    return f"{tale.stage.rnd.randint(2, 60) * 50}.00" if tale.stage.rnd.random() < 0.5 else None


def accept(tale: Tale) -> None:
    row = tale.row
    by, phrases = _reviewer(tale, row), tale.stage.phrases
    said: dict[str, Any] = {"conclusion": f"{tale.stage.some(phrases.accepted)}：{tale.template.conclusion}"}
    if row.level is Level.MAJOR or tale.stage.rnd.random() < 0.7:
        said |= {"method": "on_site", "photos": tale.stage.camera.take()}
    else:
        said["method"] = "photos"
    if row.level is Level.MAJOR and not row.plan_approved:
        said["without_plan_reason"] = "当日即停用设备并完成整改，方案未及报批"
    tale.do(by, "accept", **said)


def reject(tale: Tale) -> None:
    by = _reviewer(tale, tale.row)
    tale.do(
        by,
        "reject",
        reason=tale.stage.some(tale.stage.phrases.rejected),
        due_on=_day(5),
        photos=tale.stage.camera.take(),
    )


def reopen(tale: Tale) -> None:
    by = _confirmer(tale) if tale.from_outside else _officer(tale)
    due_on = _day(7) if tale.row.confirmed_at else None
    tale.do(by, "reopen", reason=tale.stage.some(tale.stage.phrases.reopened), due_on=due_on)


def regrade_up(tale: Tale) -> None:
    reason = tale.stage.some(tale.stage.phrases.regraded_up)
    tale.do(_officer(tale), "regrade", level="major", criterion=tale.criterion, reason=reason)


def regrade_down(tale: Tale) -> None:
    supervisor = tale.stage.town.supervisor(tale.works)
    tale.do(supervisor, "regrade", level="general", reason=tale.stage.some(tale.stage.phrases.regraded_down))


def request_extension(tale: Tale) -> None:
    row = tale.row
    assert row.due_on is not None
    later = str(row.due_on + timedelta(days=10))
    reason = tale.stage.some(tale.stage.phrases.extension_reasons)
    tale.do(_person(tale, row.responsible_id), "request_extension", due_on=later, reason=reason)


def grant_extension(tale: Tale) -> None:
    asked = (tale.row.extension or {})["due_on"]
    tale.do(
        _granter(tale), "grant_extension", due_on=asked, reason=tale.stage.some(tale.stage.phrases.extension_granted)
    )


def refuse_extension(tale: Tale) -> None:
    tale.do(_granter(tale), "refuse_extension", reason=tale.stage.some(tale.stage.phrases.extension_refused))


def _granter(tale: Tale) -> Caller:
    return tale.stage.town.supervisor(tale.works) if tale.row.level is Level.MAJOR else _confirmer(tale)


def remind(tale: Tale) -> None:
    by = tale.stage.town.supervisor(tale.works) if tale.row.level is Level.MAJOR else _confirmer(tale)
    tale.do(by, "remind", text=tale.stage.some(tale.stage.phrases.reminders))


def comment(tale: Tale) -> None:
    by = _person(tale, tale.row.responsible_id)
    tale.do(by, "comment", text=tale.stage.some(tale.stage.phrases.comments))


def see_again(tale: Tale) -> None:
    tale.see_again(tale.finder)


BEATS: Final[Mapping[str, Beat]] = {
    beat.__name__: beat
    for beat in (
        confirm, lower, dismiss, withdraw, assign, submit_plan, approve_plan, reject_plan, rectify, rectify_far_away,
        accept, reject, reopen, regrade_up, regrade_down, request_extension, grant_extension, refuse_extension,
        remind, comment, see_again,
    )
}  # fmt: skip
