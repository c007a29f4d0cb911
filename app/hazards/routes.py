"""HTTP face of the hazard list. One route for each row of the loop; nothing is decided here."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy.orm import Session

from app.foundation.keyring import Keyring
from app.foundation.wire import Body, Expected, Written
from app.hazards import commands, queries, story
from app.hazards.facts import Judged
from app.hazards.filter import HazardFilter
from app.hazards.loop import LOOP, Action
from app.hazards.story import EventsAsked
from app.hazards.views import EventPage, HazardPage, HazardView
from app.people.scope import Caller
from app.people.visits import Visits

router = Visits(prefix="/api/v1/hazards", tags=["hazards"])


@router.query("", summary="隐患清单")
def list_hazards(
    session: Session, caller: Caller, filter: Annotated[HazardFilter, Query()], keys: Keyring
) -> Written[HazardPage]:
    """The hazard list within the caller's scope. Unconfirmed major hazards are in every answer for `level=major`."""
    return queries.page(session, caller, filter, keys)


@router.query("/{hazard_id}", summary="一条隐患")
def get_hazard(session: Session, caller: Caller, hazard_id: UUID, keys: Keyring) -> HazardView:
    """The hazard with its whole story, what the caller may do now, and why not the rest."""
    return story.shown(session, caller, hazard_id, keys)


@router.query("/{hazard_id}/events", summary="隐患的经过")
def list_hazard_events(
    session: Session, caller: Caller, hazard_id: UUID, filter: Annotated[EventsAsked, Query()], keys: Keyring
) -> Written[EventPage]:
    """What happened to the hazard, oldest first: the first event is `reported`."""
    return story.timeline(session, caller, hazard_id, filter, keys)


def offer(action: Action) -> None:
    """Open the route of one row of the loop."""
    path, kind = f"/{{hazard_id}}/{action.name}", f"hazard.{action.name}"

    @router.command(
        path, kind, replay=get_hazard, body=action.body, name=f"{action.name}_hazard", summary=action.title,
        description=action.description,
    )  # fmt: skip
    def take(
        session: Session, caller: Caller, hazard_id: UUID, body: Body, keys: Keyring, expected: Expected
    ) -> HazardView:
        def show() -> HazardView:
            return story.shown(session, caller, hazard_id, keys, wherever=True)

        def seen(hazard: Judged) -> None:
            expected.check(hazard.row.revision, show)

        commands.act(session, caller, hazard_id, action, body, seen)
        return show()


for action in LOOP.values():
    offer(action)
