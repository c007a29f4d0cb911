"""A set of criteria of the town's own, loaded and not switched on: it shows how one lies ready, and judges nothing."""

from typing import Final

from sqlalchemy.orm import Session

from app.criteria.commands import Keeper, load
from app.demo.data import DATA
from app.sorting.sets import parsed

LOADED_BY: Final = "演示"


def lay_ready(session: Session) -> None:
    load(session, parsed(DATA / "criteria_set.json"), Keeper.called(LOADED_BY), active=False)
