"""What each step of the loop changes besides the fields that its body names. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from app.foundation.calendar import local_date
from app.hazards import rules
from app.hazards.stages import stage_due
from app.hazards.terms import State, Whole
from app.people.scope import Caller
from app.sorting.accident_types import standard_on
from app.sorting.terms import Level, Method


@dataclass(frozen=True, slots=True)
class Step:
    """One step being taken. `persons` are the users meant by the body: those whom names and ids stand for."""

    hazard: Whole
    caller: Caller
    body: Any
    at: datetime
    persons: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)

    @property
    def by(self) -> dict[str, Any]:
        return {"id": self.caller.id, "name": self.caller.name}

    def told(self, *without: str) -> dict[str, Any]:
        """What the body says, for the story of the hazard."""
        said: dict[str, Any] = self.body.model_dump(mode="json", exclude={"id", "device", *without}, exclude_none=True)
        return said


Effect = Callable[[Step], dict[str, Any]]


def nothing(step: Step) -> dict[str, Any]:
    return {}


def stage(step: Step, after: Mapping[str, Any], state: State) -> dict[str, Any]:
    """The new state and until when it may last; a step within a stage moves its end only with the deadline."""
    hazard, pending = step.hazard, after.get("plan_pending", step.hazard.plan_pending)
    level, due_on = after.get("level", hazard.level), after.get("due_on", hazard.due_on)
    if (
        state == hazard.state
        and pending == hazard.plan_pending
        and (state != State.RECTIFYING or due_on == hazard.due_on)
    ):
        return {}
    due_at = stage_due(state, level, step.at, due_on, plan_pending=pending)
    return {"stage_due_at": due_at} | ({} if state == hazard.state else {"state": state})


def confirmed(step: Step) -> dict[str, Any]:
    body, contact = step.body, step.body.responsible
    return {
        "level_confirmed": True,
        "criterion": _criterion(step),
        "level_by": Method.DECLARED if body.level != step.hazard.level else step.hazard.level_by,
        "confirmed_by": step.caller.id,
        "confirmed_at": step.at,
        "first_due_on": step.hazard.first_due_on or body.due_on,
        "responsible_id": body.responsible_id,
        "responsible_name": contact.name if contact else None,
        "responsible_phone": contact.phone if contact else None,
        **_kind(step),
    }


def _kind(step: Step) -> dict[str, Any]:
    """What the person who confirms says of its kind; what is not said stays as it was proposed."""
    said = {name: getattr(step.body, name) for name in ("factor", "discipline", "accident_type")}
    after = {name: value for name, value in said.items() if value is not None}
    if "accident_type" in after:
        after["accident_standard"] = standard_on(local_date(step.hazard.found_at)).name
    return after


def _criterion(step: Step) -> str | None:
    """What makes it a major one: the criterion named now, else the one that was named before."""
    return (step.body.criterion or step.hazard.criterion) if step.body.level == Level.MAJOR else None


def ended(step: Step) -> dict[str, Any]:
    return {"ended_at": step.at}


def assigned(step: Step) -> dict[str, Any]:
    return {"responsible_id": step.body.responsible_id, "responsible_name": None, "responsible_phone": None}


def planned(step: Step) -> dict[str, Any]:
    plan = step.told() | {"submitted_by": step.by, "submitted_at": step.at, "state": "submitted"}
    return {"plan": plan, "plan_pending": True}


def plan_approved(step: Step) -> dict[str, Any]:
    """The plan's deadline becomes the hazard's."""
    plan = _decided(step.hazard.plan, step, "approved", "comment")
    due_on = date.fromisoformat(str(plan["due_on"]))
    first = step.hazard.first_due_on or due_on
    return {"plan": plan, "plan_pending": False, "plan_approved": True, "due_on": due_on, "first_due_on": first}


def plan_rejected(step: Step) -> dict[str, Any]:
    return {"plan": _decided(step.hazard.plan, step, "rejected", "comment"), "plan_pending": False}


def rectified(step: Step) -> dict[str, Any]:
    """Who did it and who says so are barred from judging it, and stay so after a rejection."""
    return _work_done(step, step.caller.id) | {"rectified_at": step.body.performed_at}


def rectified_on_the_spot(step: Step) -> dict[str, Any]:
    """Submitting alone does not bar here: an inspector who saw it put right may close it."""
    done = _work_done(step) | {"rectified_at": step.body.performed_at}
    return done | {"state": State.CLOSED, "ended_at": step.at} if closes_on_the_spot(step) else done


def _work_done(step: Step, *also: UUID) -> dict[str, Any]:
    barred = dict.fromkeys((*step.hazard.barred, *step.persons.get("rectified_by", ()), *also))
    done = step.told() | {"submitted_by": step.by, "submitted_at": step.at}
    return {"rectification": done, "barred": tuple(barred), "review": None}


def closes_on_the_spot(step: Step) -> bool:
    """General, and seen by somebody who may review it and had no hand in it."""
    hazard, worked = step.hazard, step.persons.get("rectified_by", ())
    mine = step.caller.id in worked or step.caller.id in hazard.barred
    return hazard.level == Level.GENERAL and not mine and rules.would_review(hazard, step.caller) is None


def accepted(step: Step) -> dict[str, Any]:
    level = step.body.level if step.body.level and not step.hazard.level_confirmed else step.hazard.level
    review = step.told() | {"by": step.by, "at": step.at, "accepted": True}
    stated = {"level_by": Method.DECLARED, "criterion": step.hazard.criterion if level == Level.MAJOR else None}
    after = {"level": level, "level_confirmed": True, "review": review, "ended_at": step.at}
    return after if level == step.hazard.level else after | stated


def sent_back(step: Step) -> dict[str, Any]:
    """Back to work, with a new deadline; what the review said stays in the story."""
    review = step.told() | {"by": step.by, "at": step.at, "accepted": False}
    return {"review": review, "ended_at": None} | ({"due_on": step.body.due_on} if step.body.due_on else {})


JUDGED_BY_PHOTOS: Final = (State.REVIEWING, State.CLOSED)
"""Where a rectification is about to be judged by its photos, or has been: left without any, it goes back."""


def left_without_evidence(step: Step) -> dict[str, Any]:
    """Back to work, because every photo of what was done is lost; until when stands, and so does who is barred."""
    after: dict[str, Any] = {"review": None, "ended_at": None}
    return after | stage(step, after, State.RECTIFYING)


def regraded(step: Step) -> dict[str, Any]:
    return {"criterion": _criterion(step), "level_confirmed": True, "level_by": Method.DECLARED}


def extension_requested(step: Step) -> dict[str, Any]:
    asked = step.told() | {"requested_by": step.by, "requested_at": step.at, "state": "requested"}
    requests = step.hazard.extension_requests + 1
    return {"extension": asked, "extension_by": step.caller.id, "extension_requests": requests}


def extension_granted(step: Step) -> dict[str, Any]:
    granted = _decided(step.hazard.extension, step, "granted", "reason") | {"granted_until": step.body.due_on}
    return {"extension": granted, "extension_by": None}


def extension_refused(step: Step) -> dict[str, Any]:
    return {"extension": _decided(step.hazard.extension, step, "refused", "reason"), "extension_by": None}


def _decided(request: Any, step: Step, state: str, word: str) -> dict[str, Any]:
    said = {"decided_by": step.by, "decided_at": step.at, f"decision_{word}": getattr(step.body, word)}
    return {**(request or {}), **said, "state": state}
