"""Loading the demo: the township is founded, and its last months are told, in one transaction."""

from datetime import timedelta
from functools import partial
from random import Random
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import campaigns, oversight, rounds
from app.demo.camera import Camera, emptied, loaded
from app.demo.casting import Casting
from app.demo.data import read
from app.demo.duties import plan_rounds
from app.demo.oversight import appoint
from app.demo.posts import describe_posts
from app.demo.ratings import rate
from app.demo.sheets import hand_in
from app.demo.stage import Stage, perform
from app.demo.standards import lay_ready
from app.demo.town import found
from app.foundation import clock
from app.foundation.blobs import Blobs
from app.foundation.calendar import add_days, start_of_day
from app.foundation.database import Database
from app.foundation.dialects import LONG
from app.foundation.keyring import Keyring
from app.foundation.problems import Conflict, Said
from app.journal.sealer import seal_all
from app.people.models import Enterprise, User

SEED: Final = 20260501
FOUNDED: Final = 120  # days ago
MORNING: Final = timedelta(hours=9)
HAS_DATA: Final = Said(
    "数据库里已有数据，演示数据只装入空库", "The database has data: the demo is only loaded into an empty one"
)


def load(database: Database, blobs: Blobs, keys: Keyring) -> None:
    """Fill an empty database with Tuqiao as it might be: all of it or nothing, the same at every load of a day.

    Raises:
        Conflict: the database has enterprises or users.
    """
    database.transact(refuse_data)
    rnd = Random(SEED)
    camera = loaded(blobs, database, rnd)
    try:
        database.transact(partial(_tell, camera=camera, rnd=rnd), writes=True, patience=LONG)
    except BaseException:
        emptied(camera, blobs)
        raise
    seal_all(database, keys)


def refuse_data(session: Session) -> None:
    """Raises Conflict if anybody or any enterprise is there."""
    if session.scalar(select(Enterprise.id).limit(1)) or session.scalar(select(User.id).limit(1)):
        raise Conflict(HAS_DATA, code="has_data")


def _tell(session: Session, camera: Camera, rnd: Random) -> None:
    refuse_data(session)
    now = clock.now()
    with clock.at(start_of_day(add_days(now, -FOUNDED)) + MORNING):
        town = found(session, read())
        rate(session, town)
        lay_ready(session)
        describe_posts(session, town)
        hand_in(session, town)
        camera.hand_out(session, town.everybody)
        plan_rounds(session, town, rounds.SINCE, until=now)
        appoint(session, town)
    stage = Stage(session, town, camera, rnd, now)
    perform([*Casting(stage).tales(), *rounds.every(stage), *oversight.every(stage), *campaigns.every(stage)], now)
