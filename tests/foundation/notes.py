"""A feature as small as can be, to see what every feature may rely on: notes are works with nothing but a name."""

from typing import Annotated
from uuid import UUID

from fastapi import FastAPI
from pydantic import Field
from sqlalchemy import func, literal, select, text
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.foundation.dialects import is_sqlite
from app.foundation.problems import Conflict, NotFound
from app.foundation.wire import Body, Note, View, Word
from app.journal import events
from app.people.models import Enterprise
from app.people.scope import Caller
from app.people.terms import EnterpriseKind
from app.people.visits import Visits


class NewNote(Body):
    name: Word
    text: Note = ""
    tags: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)


class NoteView(View):
    name: str


router = Visits(prefix="/api/v1/notes", tags=["notes"])


def show(session: Session, caller: Caller, id: UUID) -> NoteView:
    note = session.get(Enterprise, id)
    if note is None:
        raise NotFound
    return NoteView.model_validate(note)


@router.query("/slow")
def slow(session: Session, caller: Caller) -> NoteView:
    return busy(session, 10)


@router.query("/studied", study=True)
def studied(session: Session, caller: Caller) -> NoteView:
    return busy(session, 1)


@router.query("/broken")
def broken(session: Session, caller: Caller) -> NoteView:
    raise ZeroDivisionError("a fault of ours, with 密码 in it")


@router.query("/{id}")
def read(session: Session, caller: Caller, id: UUID) -> NoteView:
    return show(session, caller, id)


@router.command("", "note.create", replay=show, status_code=201)
def create(session: Session, caller: Caller, body: NewNote) -> NoteView:
    area = session.execute(text("SELECT min(code) FROM areas")).scalar_one()
    note = Enterprise(
        id=body.id, kind=EnterpriseKind.UNREGISTERED_SITE, name=body.name, area_code=area, created_at=now()
    )
    events.create(session, note, "noted", caller, {})
    return NoteView.model_validate(note)


@router.command("/{id}/rename", "note.rename", replay=show)
def rename(session: Session, caller: Caller, id: UUID, body: NewNote) -> NoteView:
    note = session.get(Enterprise, id, with_for_update=True)
    if note is None:
        raise NotFound
    events.change(session, note, "renamed", caller, {"name": body.name}, {})
    if body.name == "half done":
        raise Conflict
    return NoteView.model_validate(note)


def busy(session: Session, seconds: int) -> NoteView:
    """Keep the database busy, as a bad query would."""
    if is_sqlite(session.connection()):
        counted = select(literal(1).label("n")).cte(recursive=True)
        counted = counted.union_all(select(counted.c.n + 1).where(counted.c.n < seconds * COUNTED_IN_A_SECOND))
        session.execute(select(func.count()).select_from(counted))
    else:
        session.execute(select(func.pg_sleep(seconds)))
    raise Conflict


COUNTED_IN_A_SECOND = 2_500_000  # at least, on any machine of today


def with_notes(app: FastAPI) -> FastAPI:
    app.include_router(router)
    return app
