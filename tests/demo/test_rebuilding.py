"""The tables hold the present; the events alone would make every row of them again."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.foundation import clock
from app.foundation.canonical import canonical
from app.foundation.columns import Row
from app.foundation.dialects import LONG
from app.hazards import commands as hazards
from app.inspections import losing as inspections
from app.journal.events import Event, Recorded
from app.people.models import User
from app.people.scope import Caller
from app.photos import losing
from app.photos.losing import Losses
from app.photos.models import WAITED_FOR, PhotoUse
from app.photos.owed import Lose
from tests.demo.test_loading import NOW, Loaded

RECORDED = sorted(
    (mapper.class_ for mapper in Row.registry.mappers if issubclass(mapper.class_, Recorded)),
    key=lambda table: table.KIND,
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    loaded = Loaded.on("sqlite", tmp_path_factory.mktemp("demo"))
    loaded.load()
    with clock.at(NOW + timedelta(days=1)):
        lose_what_never_came(loaded)
    yield loaded
    loaded.database.engine.dispose()


def lose_what_never_came(demo: Loaded) -> None:
    """Every photo that is still to come is lost; every other one is replaced by one that never comes either."""
    wanted: Any = select(PhotoUse.sha256, User)
    owed = demo.read(wanted.join(User, User.id == PhotoUse.declared_by).where(WAITED_FOR))
    losses = Losses([inspections.photos_lost, hazards.photos_lost])
    for number, (sha256, user) in enumerate(owed):
        who = Caller(user.id, user.name, frozenset(user.roles), user.enterprise_id, user.areas)
        body = Lose(reason="手机损坏", replacement="ab" * 32 if number % 2 else None)
        work = partial(losing.lose, caller=who, sha256=sha256, body=body, losses=losses)
        demo.database.transact(work, writes=True, patience=LONG)
    assert len(owed) > 2
    assert "photos_lost" in demo.all(Event.action)


def told_of(demo: Loaded, kind: str) -> dict[UUID, dict[str, Any]]:
    """What the events of a kind say of each subject, by what they changed and nothing else."""
    rebuilt: defaultdict[UUID, dict[str, Any]] = defaultdict(dict)
    wanted: Any = select(Event.subject_id, Event.data).where(Event.subject_kind == kind)
    for subject_id, data in demo.read(wanted.order_by(Event.subject_id, Event.number)):
        said = json.loads(data)
        rebuilt[subject_id] |= said["changes"] | {"revision": said["revision"]}
    return rebuilt


@pytest.mark.parametrize("table", RECORDED, ids=lambda table: str(table.KIND))
def test_every_row_is_what_its_events_changed(demo: Loaded, table: Any) -> None:
    rebuilt, rows = told_of(demo, table.KIND), demo.all(table)
    assert rows
    assert rebuilt.keys() == {row.id for row in rows}
    for row in rows:
        kept = {name: getattr(row, name) for name in table.stored()}
        assert json.loads(canonical(kept)) == rebuilt[row.id], row.id
