"""The tables hold the present; the events alone would make every row of them again."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.foundation.canonical import canonical
from app.foundation.columns import Row
from app.journal.events import Event, Recorded
from tests.demo.test_loading import Loaded

RECORDED = sorted(
    (mapper.class_ for mapper in Row.registry.mappers if issubclass(mapper.class_, Recorded)),
    key=lambda table: table.KIND,
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    loaded = Loaded.on("sqlite", tmp_path_factory.mktemp("demo"))
    loaded.load()
    yield loaded
    loaded.database.engine.dispose()


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
