"""A list is read page by page, by keyset: nothing is shown twice or left out that was there all the time."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.foundation.clock import now, rfc3339
from app.foundation.keyring import Keyring
from app.foundation.pages import Asked, in_order, total
from app.foundation.problems import InvalidCursor
from app.people.models import Enterprise
from tests.conftest import World


class NotesFilter(Asked):
    name: str | None = None


class OtherFilter(Asked):
    name: str | None = None


@pytest.fixture
def keys(tmp_path: Path) -> Keyring:
    return Keyring.open(tmp_path)


@pytest.fixture
def seven(world: World) -> list[UUID]:
    """Works in two towns; three of them began at the same instant."""
    began = now()
    instants = [began + timedelta(milliseconds=n) for n in (0, 1, 2, 2, 2, 3, 4)]
    areas = [world.town, world.next_town]
    return [world.works(created_at=at, area_code=areas[n % 2]) for n, at in enumerate(instants)]


def pages(world: World, keys: Keyring, ids: list[UUID], limit: int, *, descending: bool = True) -> list[UUID]:
    """All of them, page by page, of both towns as two branches."""
    filter, seen = NotesFilter(limit=limit), []
    while True:
        place = filter.place(keys)

        def read(session: Session, place: Any = place) -> Any:
            columns = select(Enterprise.created_at, Enterprise.id).where(Enterprise.id.in_(ids))
            branches = [Enterprise.area_code == world.town, Enterprise.area_code == world.next_town]
            key = (Enterprise.created_at, Enterprise.id)
            return session.execute(in_order(columns, branches, key, place, limit, descending=descending)).all()

        rows = world.write(read)
        seen += [row.id for row in rows]
        if len(rows) < limit:
            return seen
        cursor = filter.cursor_after(keys, rfc3339(rows[-1].created_at), rows[-1].id)
        filter = NotesFilter(limit=limit, cursor=cursor)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_of_any_size_make_the_same_list(
    world: World, keys: Keyring, seven: list[UUID], limit: int, descending: bool
) -> None:
    whole = pages(world, keys, seven, 200, descending=descending)
    assert sorted(whole) == sorted(seven)
    assert pages(world, keys, seven, limit, descending=descending) == whole
    assert (whole[0] == seven[-1]) is descending


def test_a_cursor_serves_only_the_list_that_gave_it(keys: Keyring, tmp_path: Path) -> None:
    place = (rfc3339(now()), str(uuid4()))
    cursor = NotesFilter(name="x").cursor_after(keys, *place)
    assert NotesFilter(name="x", cursor=cursor, limit=3, count=True).place(keys) == (place[0], UUID(place[1]))
    for asked in (
        NotesFilter(name="y", cursor=cursor),
        NotesFilter(cursor=cursor),
        OtherFilter(name="x", cursor=cursor),
    ):
        with pytest.raises(InvalidCursor):
            asked.place(keys)
    with pytest.raises(InvalidCursor):
        NotesFilter(name="x", cursor=cursor).place(Keyring.open(tmp_path / "other"))


@pytest.mark.parametrize("change", ["", "x", "AAAA", "密", "%00", "=" * 40, "W10=", "WyJhIl0="])
def test_a_made_up_cursor_is_refused(keys: Keyring, change: str) -> None:
    with pytest.raises(InvalidCursor):
        NotesFilter(cursor=change).place(keys)


def test_a_cursor_with_any_letter_changed_is_refused(keys: Keyring) -> None:
    cursor = NotesFilter().cursor_after(keys, rfc3339(now()), uuid4())
    for n, letter in enumerate(cursor):
        other = "A" if letter != "A" else "B"
        with pytest.raises(InvalidCursor):
            NotesFilter(cursor=cursor[:n] + other + cursor[n + 1 :]).place(keys)


def test_a_total_is_exact_up_to_its_cap(world: World, seven: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    def count() -> dict[str, Any]:
        matching = select(Enterprise.id).where(and_(Enterprise.id.in_(seven), or_(Enterprise.area_code == world.town)))
        counted: dict[str, Any] = world.write(lambda session: total(session, matching))
        return counted

    assert count() == {"total": 4, "total_capped": False}
    monkeypatch.setattr("app.foundation.pages.TOTAL_CAP", 4)
    assert count() == {"total": 4, "total_capped": False}
    monkeypatch.setattr("app.foundation.pages.TOTAL_CAP", 3)
    assert count() == {"total": 3, "total_capped": True}
